//! A client asks for no more scopes than it is registered for (S25, RFC 6749 3.3). Where its
//! registration is not strict, what is too much is dropped instead, and the answer says so.

use muster_client_auth::Caller;

use super::{Case, asked_scopes};
use crate::{Denial, Verdict};

pub(super) fn judge(case: &Case<'_>) -> Verdict {
    let (Some(asked), Caller::Client(client)) = (asked_scopes(case.grant), case.caller) else {
        return Verdict::Abstain;
    };
    let registration = &client.client().registration;
    if registration.strict_scopes && !registration.scopes.covers_all(asked) {
        Verdict::Deny(Denial::ScopeNotRegistered)
    } else {
        Verdict::Abstain
    }
}
