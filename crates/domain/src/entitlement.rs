//! What a token entitles to: scopes, audience, the key that it is bound to, and who acts.
//!
//! Along refreshing and exchanging it can only shrink (invariant I19): [`Entitlement`] has
//! no method that adds a scope or an audience.

use crate::{ClientId, Registration, ScopeSet, Timestamp, UserId};

/// Rights in one token.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Entitlement {
    /// The scopes (RFC 6749 3.3).
    pub scopes: ScopeSet,
    /// For whom the token is meant (RFC 8707 2, RFC 8693 2.1); empty: for the issuer's default.
    pub audience: Vec<String>,
    /// The thumbprint of the key that must be proved along with it (RFC 9449 6.1).
    pub key: Option<KeyThumbprint>,
    /// The client that it speaks for, where that is neither a user nor its holder: the one
    /// that got the first token for itself before it was exchanged (RFC 8693 1.1).
    pub subject: Option<ClientId>,
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

    /// For whom it speaks (`sub`): for its user, else for the client that it was issued to
    /// first, and that is its holder unless it was exchanged.
    pub fn speaks_for<'a>(&'a self, user: Option<&'a UserId>, holder: &'a ClientId) -> &'a str {
        match user {
            Some(user) => user.as_str(),
            None => self.subject.as_ref().unwrap_or(holder).as_str(),
        }
    }

    /// What the registration of its holder leaves of it.
    pub fn narrowed_to(
        &self,
        registration: &Registration,
        holder: &ClientId,
    ) -> Result<Self, NothingLeft> {
        let audience = self.audience_left(registration, holder)?;
        let scopes = self.scopes.narrowed_to(&registration.scopes);
        Ok(Self { scopes: scopes.ok_or(NothingLeft::Scopes)?, audience, ..self.clone() })
    }

    /// What the registration of its holder leaves of its audience.
    pub fn audience_left(
        &self,
        registration: &Registration,
        holder: &ClientId,
    ) -> Result<Vec<String>, NothingLeft> {
        let may_name = |name: &&String| registration.may_name(name, holder);
        let left: Vec<String> = self.audience.iter().filter(may_name).cloned().collect();
        if left.is_empty() && !self.audience.is_empty() {
            return Err(NothingLeft::Audience);
        }
        Ok(left)
    }
}

/// That a registration leaves nothing of what there was. It is no empty entitlement: without an
/// audience a token is for everybody, and without scopes it seems to have got all it asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NothingLeft {
    /// None of the scopes.
    #[error("the registration allows none of the scopes any more")]
    Scopes,
    /// None of the audience.
    #[error("the registration allows none of the audience any more")]
    Audience,
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

    fn registration(scopes: &str, audiences: &[&str]) -> Registration {
        Registration {
            scopes: ScopeSet::parse(scopes).unwrap(),
            audiences: audiences.iter().map(|&name| name.to_owned()).collect(),
            serves: vec!["https://own.example".to_owned()],
            ..Registration::default()
        }
    }

    #[test]
    fn narrowing_drops_what_is_no_longer_registered_and_keeps_everything_else() {
        // I19, B57
        let wide = Entitlement {
            audience: ["x", "y", "me", "https://own.example"].map(ToOwned::to_owned).to_vec(),
            key: Some(KeyThumbprint::new("k")),
            ..Entitlement::of_scopes(ScopeSet::parse("a b").unwrap())
        };
        let me = ClientId::new("me").unwrap();
        let narrow = wide.narrowed_to(&registration("b c", &["y", "z"]), &me).unwrap();
        assert_eq!(narrow.scopes.to_string(), "b");
        assert_eq!(narrow.audience, ["y", "me", "https://own.example"]);
        assert_eq!(narrow.key, wide.key);
    }

    #[test]
    fn a_token_speaks_for_its_user_then_for_its_first_client_then_for_its_holder() {
        let (user, holder) = (UserId::new("alice").unwrap(), ClientId::new("api").unwrap());
        let own = Entitlement::default();
        let exchanged = Entitlement { subject: ClientId::new("robot").ok(), ..own.clone() };
        assert_eq!(own.speaks_for(None, &holder), "api");
        assert_eq!(exchanged.speaks_for(None, &holder), "robot");
        assert_eq!(exchanged.speaks_for(Some(&user), &holder), "alice");
    }

    #[test]
    fn of_what_was_granted_something_must_be_left() {
        let me = ClientId::new("me").unwrap();
        let narrowed = |scopes: &str, audience: &str, registered: &Registration| {
            let wide = Entitlement {
                audience: audience.split_whitespace().map(ToOwned::to_owned).collect(),
                ..Entitlement::of_scopes(ScopeSet::parse(scopes).unwrap())
            };
            wide.narrowed_to(registered, &me)
        };
        let registered = registration("a", &["x"]);
        assert_eq!(narrowed("b", "x", &registered), Err(NothingLeft::Scopes));
        assert_eq!(narrowed("a", "y", &registered), Err(NothingLeft::Audience));
        assert_eq!(narrowed("", "", &registered), Ok(Entitlement::default()));
    }
}
