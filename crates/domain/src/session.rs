//! A person's session in one browser at one issuer.
//!
//! It lives in the browser as an opaque text and here as that text's keyed hash. Its rights end
//! with its person's: whoever is not active has no session, whatever the rows say.

use crate::{IssuerKey, Lifetime, SessionKey, Timestamp, UserKey};

/// How somebody came in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Door {
    /// With an account of the issuer's own.
    Account,
    /// Named by a proxy that is trusted to know.
    Proxy,
    /// By an upstream OpenID provider.
    Upstream,
}

impl Door {
    /// Every door.
    pub const ALL: [Self; 3] = [Self::Account, Self::Proxy, Self::Upstream];

    /// Its name in settings and records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Proxy => "proxy",
            Self::Upstream => "upstream",
        }
    }
}

/// A session as the store knows it, without its text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Session {
    /// Its key, in the shard of its user.
    pub key: SessionKey,
    /// The issuer it belongs to.
    pub issuer: IssuerKey,
    /// Whose it is.
    pub user: UserKey,
    /// How its person came in.
    pub door: Door,
    /// When the person last proved who they are (`auth_time`, OpenID Connect Core 2). Proving
    /// it again begins another session.
    pub authenticated_at: Timestamp,
    /// When it was last used, to the minute or so.
    pub used_at: Timestamp,
    /// The first moment at which it is over, however much it is used.
    pub expires_at: Timestamp,
}

impl Session {
    /// Whether it is good at `now`, if it may rest for `idle`.
    pub const fn is_good(&self, idle: Lifetime, now: Timestamp) -> bool {
        now.millis() < self.expires_at.millis() && now.millis() < self.used_at.plus(idle).millis()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Shard;

    #[test]
    fn a_session_ends_after_a_rest_and_after_its_day_whatever_happens() {
        let shard = Shard::from_number(1).unwrap();
        let at = Timestamp::from_millis;
        let session = Session {
            key: SessionKey::new(shard, 1),
            issuer: IssuerKey::new(1),
            user: UserKey::new(shard, 1),
            door: Door::Account,
            authenticated_at: at(0),
            used_at: at(5_000),
            expires_at: at(8_000),
        };
        let idle = Lifetime::from_seconds(2);
        assert!(session.is_good(idle, at(6_999)));
        assert!(!session.is_good(idle, at(7_000)), "it rested too long");
        let idle = Lifetime::from_seconds(60);
        assert!(session.is_good(idle, at(7_999)));
        assert!(!session.is_good(idle, at(8_000)), "its day is over");
    }
}
