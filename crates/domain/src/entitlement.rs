//! What a token entitles to: scopes, audience, the key that it is bound to, and who acts.
//!
//! Along refreshing and exchanging it can only shrink (invariant I19): [`Entitlement`] has
//! no method that adds a scope or an audience.

use crate::{ScopeSet, Timestamp};

/// Rights in one token.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Entitlement {
    /// The scopes (RFC 6749 3.3).
    pub scopes: ScopeSet,
    /// For whom the token is meant (RFC 8707 2, RFC 8693 2.1); empty: for the issuer's default.
    pub audience: Vec<String>,
    /// The thumbprint of the key that must be proved along with it (RFC 9449 6.1).
    pub key: Option<KeyThumbprint>,
    /// Who acts for the subject, the present actor first (RFC 8693 4.1).
    pub actors: Vec<String>,
    /// When the user last authenticated (OpenID Connect Core 2).
    pub authenticated_at: Option<Timestamp>,
}

impl Entitlement {
    /// Only scopes.
    pub fn of_scopes(scopes: ScopeSet) -> Self {
        Self { scopes, ..Self::default() }
    }

    /// The same, as far as these scopes entitle to it, too. `None`: none of its scopes is left.
    pub fn narrowed_to(&self, scopes: &ScopeSet) -> Option<Self> {
        Some(Self { scopes: self.scopes.narrowed_to(scopes)?, ..self.clone() })
    }
}

/// The SHA-256 thumbprint of a public key in base64url (RFC 7638, `jkt`).
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct KeyThumbprint(String);

impl KeyThumbprint {
    /// Takes a thumbprint that was computed or stored.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrowing_drops_scopes_and_keeps_everything_else() {
        let wide = Entitlement {
            audience: vec!["https://api.example".into()],
            key: Some(KeyThumbprint::new("k")),
            ..Entitlement::of_scopes(ScopeSet::parse("a b").unwrap())
        };
        let narrow = wide.narrowed_to(&ScopeSet::parse("b c").unwrap()).unwrap();
        assert_eq!(narrow.scopes.to_string(), "b");
        assert_eq!((narrow.audience, narrow.key), (wide.audience, wide.key));
    }
}
