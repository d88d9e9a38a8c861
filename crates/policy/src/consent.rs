//! Whether a person is to be asked what they allow (OpenID Connect Core 3.1.2.4).

use muster_domain::{ClientKind, Consent, ScopeSet};

use crate::AuthorizePermit;

/// Whether this must be asked, given what the person has allowed the client before.
///
/// A public client cannot prove that it is the one that was allowed (RFC 8252 8.6), so it is
/// asked about each time.
pub fn consent_is_needed(permit: &AuthorizePermit, remembered: Option<&Consent>) -> bool {
    let is_covered = |consent: &Consent| consent.scopes.covers_all(permit.scopes());
    match permit.client().kind {
        ClientKind::Public => true,
        ClientKind::Confidential => {
            permit.question().prompt.consent || !remembered.is_some_and(is_covered)
        }
    }
}

/// Whether what is allowed now will count the next time.
pub const fn consent_is_remembered(permit: &AuthorizePermit) -> bool {
    match permit.client().kind {
        ClientKind::Public => false,
        ClientKind::Confidential => true,
    }
}

/// What the person has allowed from now on: whatever they had, and what was asked now.
pub fn allowed_from_now_on(permit: &AuthorizePermit, remembered: Option<&Consent>) -> ScopeSet {
    let before = remembered.into_iter().flat_map(|consent| consent.scopes.iter());
    ScopeSet::from_words(before.chain(permit.scopes().iter()).cloned().take(ScopeSet::MOST))
}
