//! A client's tokens name no audience but those that it is registered for, itself among them
//! (RFC 8707 2.2, B47).

use muster_client_auth::Caller;

use super::{Case, asked_audience};
use crate::{Denial, Verdict};

pub(super) fn judge(case: &Case<'_>) -> Verdict {
    let Caller::Client(client) = case.caller else { return Verdict::Abstain };
    let client = client.client();
    let may_name = |asked: &String| client.registration.may_name(asked, &client.id);
    if asked_audience(case.grant).iter().all(may_name) {
        Verdict::Abstain
    } else {
        Verdict::Deny(Denial::TargetNotRegistered)
    }
}
