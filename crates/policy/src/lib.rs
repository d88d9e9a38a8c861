#![doc = include_str!("../README.md")]

mod inspect;
mod issue_permit;
mod permit;
mod rulebook;
mod rules;
mod terms;
mod verdict;

pub use inspect::{
    DevicePermit, InspectDenial, introspection_reach, permit_device, revocation_reach,
};
pub use issue_permit::IssuePermit;
pub use permit::{Deed, ListingPermit, Permit, permit};
pub use rulebook::{Lifetimes, Rulebook};
pub use terms::Terms;
pub use verdict::{Denial, Verdict};
