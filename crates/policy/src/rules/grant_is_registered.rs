//! A client uses the grants that it is registered for (RFC 7591 2, S09); an admin client
//! uses none of them (B38).

use muster_client_auth::Caller;

use super::{Case, grant_name};
use crate::{Denial, Verdict};

pub(super) fn judge(case: &Case<'_>) -> Verdict {
    match (grant_name(case.grant), case.caller) {
        (None, _) => Verdict::Abstain,
        (Some(_), Caller::Admin(_)) => Verdict::Deny(Denial::NotForAdmins),
        (Some(name), Caller::Client(client)) => {
            if client.client().registration.grants.allow(name) {
                Verdict::Allow("registered for the grant")
            } else {
                Verdict::Deny(Denial::GrantNotRegistered)
            }
        }
    }
}
