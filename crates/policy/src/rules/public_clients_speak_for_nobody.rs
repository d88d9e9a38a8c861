//! A client that proves nothing cannot speak for itself (RFC 6749 4.4, B37), nor vouch for
//! others by exchanging tokens.

use muster_client_auth::Caller;
use muster_domain::{AuthMethod, GrantName};

use super::{Case, grant_name};
use crate::{Denial, Verdict};

pub(super) fn judge(case: &Case<'_>) -> Verdict {
    let needs_proof = match grant_name(case.grant) {
        Some(GrantName::ClientCredentials | GrantName::TokenExchange) => true,
        None
        | Some(
            GrantName::AuthorizationCode
            | GrantName::RefreshToken
            | GrantName::DeviceCode
            | GrantName::JwtBearer,
        ) => false,
    };
    match case.caller {
        Caller::Client(client) if needs_proof && client.method() == AuthMethod::None => {
            Verdict::Deny(Denial::NotForPublicClients)
        }
        Caller::Client(_) | Caller::Admin(_) => Verdict::Abstain,
    }
}
