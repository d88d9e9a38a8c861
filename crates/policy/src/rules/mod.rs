//! The contents page of the policy: every rule, one line each.

mod admin_needs_listing_right;
mod case;
mod clients_list_their_own;
mod grant_is_registered;
mod public_clients_speak_for_nobody;
mod scope_within_registration;
mod targets_within_registration;

pub(crate) use case::{Case, asked_audience, asked_scopes, grant_name};

use crate::Verdict;

/// A rule: values in, verdict out.
pub(crate) type Rule = fn(&Case<'_>) -> Verdict;

/// All of them.
pub(crate) const RULES: [Rule; 6] = [
    admin_needs_listing_right::judge,
    clients_list_their_own::judge,
    grant_is_registered::judge,
    public_clients_speak_for_nobody::judge,
    scope_within_registration::judge,
    targets_within_registration::judge,
];
