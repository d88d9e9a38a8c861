//! The contents page of the policy: every rule, one line each.

mod admin_needs_listing_right;
mod clients_list_their_own;

use muster_client_auth::Caller;
use muster_grants::Grant;

use crate::{Rulebook, Verdict};

/// What a rule is told.
pub(crate) struct Case<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) grant: &'a Grant,
    pub(crate) rulebook: &'a Rulebook,
}

/// A rule: values in, verdict out.
pub(crate) type Rule = fn(&Case<'_>) -> Verdict;

/// All of them.
pub(crate) const RULES: [Rule; 2] =
    [admin_needs_listing_right::judge, clients_list_their_own::judge];
