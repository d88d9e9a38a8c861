//! The shard of a row that belongs to a user: a number from 0 to 4095.
//!
//! It follows from (issuer, user id) alone and never changes, so tables can be spread
//! over servers by it later (decision 0003). On one server it costs two bytes a row.

use sha2::{Digest, Sha256};

use crate::{ClientId, IssuerUrl, UserId};

/// A shard number, 0 to 4095.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Shard(i16);

impl Shard {
    /// How many shards there are.
    pub const COUNT: i16 = 4_096;

    /// The shard of everything that belongs to `user` of `issuer`.
    pub fn of_user(issuer: &IssuerUrl, user: &UserId) -> Self {
        Self::hash(b'u', issuer.as_str(), user.as_str())
    }

    /// The shard of tokens that speak for no user but for `client` itself.
    pub fn of_client(issuer: &IssuerUrl, client: &ClientId) -> Self {
        Self::hash(b'c', issuer.as_str(), client.as_str())
    }

    /// The shard with this number, if there is one.
    pub const fn from_number(number: i16) -> Option<Self> {
        if number >= 0 && number < Self::COUNT { Some(Self(number)) } else { None }
    }

    /// Its number.
    pub const fn number(self) -> i16 {
        self.0
    }

    /// First twelve bits of SHA-256(kind, length of the issuer, issuer, name).
    fn hash(kind: u8, issuer: &str, name: &str) -> Self {
        let length = u64::try_from(issuer.len()).unwrap_or(u64::MAX);
        let digest = Sha256::new()
            .chain_update([kind])
            .chain_update(length.to_be_bytes())
            .chain_update(issuer)
            .chain_update(name)
            .finalize();
        let [first, second, ..] = digest.0;
        Self(i16::from_be_bytes([first & 0x0f, second]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_is_stable_and_depends_on_issuer_and_user() {
        let issuer = IssuerUrl::new("https://a.example/oauth2").unwrap();
        let other = IssuerUrl::new("https://b.example/oauth2").unwrap();
        let user = UserId::new("alice").unwrap();
        // Written down: a change of this number would orphan every row ever stored.
        assert_eq!(Shard::of_user(&issuer, &user).number(), 543);
        assert_ne!(Shard::of_user(&issuer, &user), Shard::of_user(&other, &user));
    }

    #[test]
    fn shards_lie_between_0_and_4095() {
        assert_eq!(Shard::from_number(-1), None);
        assert_eq!(Shard::from_number(4_096), None);
        assert_eq!(Shard::from_number(4_095).unwrap().number(), 4_095);
    }
}
