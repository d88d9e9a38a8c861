#![doc = include_str!("../README.md")]

mod authorize;
mod claims;
mod consent;
mod inspect;
mod issue_permit;
mod own;
mod permit;
mod redirect_target;
mod rulebook;
mod rules;
mod terms;
mod verdict;

pub use authorize::{AuthorizePermit, permit_authorization};
pub use claims::{ClaimsMapping, ForWhom, Renamed, ToldByScope, claims_for, claims_told_by};
pub use consent::{allowed_from_now_on, consent_is_needed, consent_is_remembered};
pub use inspect::{
    DevicePermit, InspectDenial, bearers_reach, introspection_reach, permit_device,
    revocation_reach,
};
pub use issue_permit::IssuePermit;
pub use own::own_reach;
pub use permit::{Deed, ListingPermit, Permit, permit};
pub use redirect_target::{NoTarget, RedirectTarget, post_logout_target, redirect_target};
pub use rulebook::{Lifetimes, Rulebook};
pub use terms::Terms;
pub use verdict::{Denial, Verdict};
