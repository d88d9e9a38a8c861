//! What a client may register (RFC 7591 2): checked before it is stored, so that no client
//! waits for what every request would be refused.

use muster_domain::{ClientKind, GrantName, Lifetime, Registration};

use crate::DeedError;
use crate::redirect_uri::check_redirect_uri;

/// Refuses what could never work.
pub(crate) fn check_registration(
    kind: ClientKind,
    registration: &Registration,
) -> Result<(), DeedError> {
    registration.redirect_uris.iter().try_for_each(|uri| check_redirect_uri(uri))?;
    match fault(kind, registration) {
        None => Ok(()),
        Some(words) => Err(DeedError::Registration(words)),
    }
}

fn fault(kind: ClientKind, registration: &Registration) -> Option<&'static str> {
    let needs_proof = [GrantName::ClientCredentials, GrantName::TokenExchange];
    let is_public = kind == ClientKind::Public;
    if is_public && needs_proof.into_iter().any(|grant| registration.grants.allow(grant)) {
        return Some(
            "a public client cannot prove who it is, and client_credentials and token_exchange \
             need that (RFC 6749 4.4, RFC 8693 2.1)",
        );
    }
    if is_public && registration.introspects_every_token {
        return Some("a public client cannot prove who it is, and introspection needs that");
    }
    let lifetimes = [
        (registration.access_lifetime, registration.access_lifetime_max),
        (registration.refresh_lifetime, registration.refresh_lifetime_max),
    ];
    if !lifetimes.into_iter().all(is_within) {
        return Some("a lifetime is longer than the longest one");
    }
    let names = [&registration.audiences, &registration.serves, &registration.may_act];
    if names.into_iter().flatten().any(|name| name.is_empty() || name.chars().any(char::is_control))
    {
        return Some("an audience or a client is empty or holds control characters");
    }
    None
}

fn is_within((lifetime, most): (Option<Lifetime>, Option<Lifetime>)) -> bool {
    match (lifetime, most) {
        (Some(lifetime), Some(most)) => lifetime <= most,
        (None, _) | (_, None) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use muster_domain::GrantNames;

    /// B37.
    #[test]
    fn a_client_that_proves_nothing_may_not_speak_for_itself_or_exchange() {
        for grant in GrantName::ALL {
            let grants = GrantNames::of(&[grant]);
            let registration = Registration { grants, ..Registration::default() };
            assert_eq!(fault(ClientKind::Confidential, &registration), None, "{grant:?}");
            let needs_proof = [GrantName::ClientCredentials, GrantName::TokenExchange];
            let refused = fault(ClientKind::Public, &registration).is_some();
            assert_eq!(refused, needs_proof.contains(&grant), "{grant:?}");
        }
        let every = Registration { introspects_every_token: true, ..Registration::default() };
        assert!(fault(ClientKind::Public, &every).is_some());
    }

    #[test]
    fn names_that_no_request_can_say_are_not_registered() {
        for name in ["", "a\nb"] {
            let serves = vec![name.to_owned()];
            let registration = Registration { serves, ..Registration::default() };
            assert!(fault(ClientKind::Confidential, &registration).is_some(), "{name:?}");
        }
    }
}
