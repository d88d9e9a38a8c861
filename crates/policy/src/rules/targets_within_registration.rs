//! A client's tokens name no audience but those that it is registered for (RFC 8707 2.2, B47).

use muster_client_auth::Caller;

use super::{Case, asked_audience};
use crate::{Denial, Verdict};

pub(super) fn judge(case: &Case<'_>) -> Verdict {
    let Caller::Client(client) = case.caller else { return Verdict::Abstain };
    let registered = &client.client().registration.audiences;
    if asked_audience(case.grant).iter().all(|asked| registered.contains(asked)) {
        Verdict::Abstain
    } else {
        Verdict::Deny(Denial::TargetNotRegistered)
    }
}
