//! What a rule is told, and what a request is about in the words of a registration.

use muster_client_auth::Caller;
use muster_domain::{GrantName, ScopeSet};
use muster_grants::{Grant, Target, Targets};

use crate::Rulebook;

/// What a rule is told.
pub(crate) struct Case<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) grant: &'a Grant,
    pub(crate) rulebook: &'a Rulebook,
}

/// The grant by its registered name; a listing is none that a client registers for.
pub(crate) const fn grant_name(grant: &Grant) -> Option<GrantName> {
    match grant {
        Grant::TokenInfo(_) => None,
        Grant::AuthorizationCode(_) => Some(GrantName::AuthorizationCode),
        Grant::RefreshToken(_) => Some(GrantName::RefreshToken),
        Grant::ClientCredentials(_) => Some(GrantName::ClientCredentials),
        Grant::TokenExchange(_) => Some(GrantName::TokenExchange),
        Grant::DeviceCode(_) => Some(GrantName::DeviceCode),
        Grant::JwtBearer(_) => Some(GrantName::JwtBearer),
    }
}

/// The scopes that a request names, if they are to be measured by the registration. A
/// refresh is measured by what was granted (RFC 6749 6).
pub(crate) fn asked_scopes(grant: &Grant) -> Option<&ScopeSet> {
    match grant {
        Grant::ClientCredentials(asked) => asked.scope.as_ref(),
        Grant::TokenExchange(asked) => asked.scope.as_ref(),
        Grant::JwtBearer(asked) => asked.scope.as_ref(),
        Grant::TokenInfo(_)
        | Grant::AuthorizationCode(_)
        | Grant::RefreshToken(_)
        | Grant::DeviceCode(_) => None,
    }
}

/// Resources first, then audiences: to a token they are one (RFC 8693 2.1), and each is
/// named once.
fn audience(targets: &Targets) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let resources = targets.resources.iter().map(Target::as_str);
    for name in resources.chain(targets.audiences.iter().map(String::as_str)) {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// The resources and audiences that a request names.
pub(crate) fn asked_audience(grant: &Grant) -> Vec<String> {
    let resources = |targets: &[Target]| -> Vec<String> {
        targets.iter().map(|target| target.as_str().to_owned()).collect()
    };
    match grant {
        Grant::ClientCredentials(asked) => audience(&asked.targets),
        Grant::TokenExchange(asked) => audience(&asked.targets),
        Grant::AuthorizationCode(asked) => resources(&asked.resources),
        Grant::RefreshToken(asked) => resources(&asked.resources),
        Grant::DeviceCode(asked) => resources(&asked.resources),
        Grant::JwtBearer(asked) => resources(&asked.resources),
        Grant::TokenInfo(_) => Vec::new(),
    }
}
