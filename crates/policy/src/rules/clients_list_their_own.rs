//! An ordinary client may list its own tokens of a user where the keeper has said so
//! (`token_info.clients_may_list_own`), and not otherwise. A client that proves nothing may
//! not: whoever held one stolen token would be handed all of them (I01).

use muster_client_auth::Caller;
use muster_domain::AuthMethod;
use muster_grants::Grant;

use super::Case;
use crate::{Denial, Verdict};

pub(super) fn judge(case: &Case<'_>) -> Verdict {
    match (case.grant, case.caller) {
        (Grant::TokenInfo(_), Caller::Client(client))
            if case.rulebook.clients_may_list_own && client.method() != AuthMethod::None =>
        {
            Verdict::Allow("clients may list their own")
        }
        (Grant::TokenInfo(_), Caller::Client(_)) => Verdict::Deny(Denial::NotForClients),
        (Grant::TokenInfo(_), Caller::Admin(_))
        | (
            Grant::AuthorizationCode(_)
            | Grant::RefreshToken(_)
            | Grant::ClientCredentials(_)
            | Grant::TokenExchange(_)
            | Grant::DeviceCode(_)
            | Grant::JwtBearer(_),
            _,
        ) => Verdict::Abstain,
    }
}
