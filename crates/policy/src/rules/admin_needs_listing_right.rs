//! An admin client lists users' tokens by the right `list_users`, and not without it; the
//! right to list other clients' alone is worth nothing (token-info.md 3.2).

use muster_client_auth::Caller;
use muster_grants::Grant;

use super::Case;
use crate::{Denial, Verdict};

pub(super) fn judge(case: &Case<'_>) -> Verdict {
    match (case.grant, case.caller) {
        (Grant::TokenInfo(_), Caller::Admin(admin)) if admin.admin().rights.list_users => {
            Verdict::Allow("admin with list_users")
        }
        (Grant::TokenInfo(_), Caller::Admin(_)) => Verdict::Deny(Denial::NoListingRight),
        (Grant::TokenInfo(_), Caller::Client(_))
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
