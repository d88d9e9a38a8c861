//! How secrets of clients rest, in one text format.
//!
//! `hmac:<hex>` for secrets that Muster generated: 256 random bits need no slow hash.
//! `$argon2id$...` (PHC) for secrets that people chose. `sha1-hmac:<hex>` for secrets that
//! came from OA4MP as a bare SHA-1: a keyed hash over its hex, until the first use.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use data_encoding::{BASE64_NOPAD, HEXLOWER};
use hmac::Hmac;
use muster_domain::{Randomness, RandomnessFailed, Secret, StoredSecret};
use sha1::{Digest, Sha1};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::key_ring::{KeyRing, mac};

/// Longer secrets are refused before anything is hashed (B28).
pub const SECRET_LIMIT: usize = 512;
/// OWASP's first recommendation: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const HASH: usize = 32;
const SALT: usize = 16;
const PLAIN: &str = "hmac:";
const IMPORTED: &str = "sha1-hmac:";

/// Which of the formats a stored secret has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SecretFormat {
    /// A keyed hash of a generated secret.
    Generated,
    /// argon2id of a chosen secret.
    Chosen,
    /// A keyed hash of an OA4MP SHA-1.
    Imported,
}

impl SecretFormat {
    /// The format of a stored secret; `None`: none of ours.
    pub fn of(stored: &StoredSecret) -> Option<Self> {
        let text = stored.as_str();
        if text.starts_with(PLAIN) {
            Some(Self::Generated)
        } else if text.starts_with(IMPORTED) {
            Some(Self::Imported)
        } else if text.starts_with("$argon2id$") {
            Some(Self::Chosen)
        } else {
            None
        }
    }
}

impl KeyRing {
    /// What is kept of a secret that Muster generated.
    pub fn store_generated(&self, secret: &Secret<String>) -> StoredSecret {
        StoredSecret::new(format!("{PLAIN}{}", HEXLOWER.encode(&self.keyed(b"g", secret.expose()))))
    }

    /// What is kept of an OA4MP secret: `hex` is its SHA-1 in lower-case hex.
    pub fn store_imported(&self, hex: &str) -> StoredSecret {
        StoredSecret::new(format!("{IMPORTED}{}", HEXLOWER.encode(&self.keyed(b"s", hex))))
    }

    /// Whether a presented secret is the stored one, for the keyed formats.
    pub(crate) fn matches_keyed(&self, stored: &StoredSecret, presented: &str) -> bool {
        let text = stored.as_str();
        let (expected, found) = if let Some(expected) = text.strip_prefix(PLAIN) {
            (expected, self.keyed(b"g", presented))
        } else if let Some(expected) = text.strip_prefix(IMPORTED) {
            let sha1 = HEXLOWER.encode(&Sha1::digest(presented.as_bytes()));
            (expected, self.keyed(b"s", &sha1))
        } else {
            return false;
        };
        HEXLOWER.encode(&found).as_bytes().ct_eq(expected.as_bytes()).into()
    }

    fn keyed(&self, kind: &[u8], text: &str) -> [u8; HASH] {
        let key: &Hmac<Sha256> = &self.keys().client_secret;
        mac(key, &[kind, text.as_bytes()])
    }
}

/// A hash that was made when the costs were others.
fn hash_as_then(params: Params, secret: &str, salt: &[u8]) -> Option<[u8; HASH]> {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut hash = [0; HASH];
    argon2.hash_password_into(secret.as_bytes(), salt, &mut hash).ok()?;
    Some(hash)
}

/// From 32 MiB on glibc's allocator takes memory from the system and gives it back at once;
/// what is smaller it keeps, and takes more the next time. Blocks of a KiB that nobody uses
/// are never there.
const ROOM_KIB: usize = 33 * 1_024;

/// argon2id with memory that is allocated once.
pub(crate) struct SlowHash {
    argon2: Argon2<'static>,
    memory: Vec<Block>,
}

impl SlowHash {
    pub(crate) fn new() -> Result<Self, argon2::Error> {
        let params = Params::new(MEMORY_KIB, PASSES, 1, Some(HASH))?;
        let mut memory = Vec::with_capacity(params.block_count().max(ROOM_KIB));
        memory.resize(params.block_count(), Block::default());
        Ok(Self { argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params), memory })
    }

    /// What is kept of a secret that somebody chose.
    pub(crate) fn store(
        &mut self,
        secret: &str,
        randomness: &dyn Randomness,
    ) -> Result<StoredSecret, RandomnessFailed> {
        let mut salt = [0; SALT];
        randomness.fill(&mut salt)?;
        let hash = self.hash(secret, &salt).ok_or(RandomnessFailed)?;
        let (salt, hash) = (BASE64_NOPAD.encode(&salt), BASE64_NOPAD.encode(&hash));
        let parameters = format!("m={MEMORY_KIB},t={PASSES},p=1");
        Ok(StoredSecret::new(format!("$argon2id$v=19${parameters}${salt}${hash}")))
    }

    /// Whether a secret is the stored one. A damaged hash costs what a whole one does.
    pub(crate) fn matches(&mut self, stored: &StoredSecret, secret: &str) -> bool {
        let parsed = PasswordHash::new(stored.as_str()).ok();
        let params = parsed.as_ref().and_then(|parsed| Params::try_from(parsed).ok());
        let parts = parsed.and_then(|parsed| parsed.salt.zip(parsed.hash));
        let (Some((salt, expected)), Some(params)) = (parts, params) else {
            self.waste(secret);
            return false;
        };
        let found = if params.m_cost() == MEMORY_KIB && params.t_cost() == PASSES {
            self.hash(secret, salt.as_ref())
        } else {
            hash_as_then(params, secret, salt.as_ref())
        };
        found.is_some_and(|found| found.as_slice().ct_eq(expected.as_bytes()).into())
    }

    /// The same work for nothing, so that an unknown id costs what a known one does.
    pub(crate) fn waste(&mut self, secret: &str) {
        let _ = std::hint::black_box(self.hash(secret, &[0; SALT]));
    }

    fn hash(&mut self, secret: &str, salt: &[u8]) -> Option<[u8; HASH]> {
        let mut hash = [0; HASH];
        self.argon2
            .hash_password_into_with_memory(secret.as_bytes(), salt, &mut hash, &mut self.memory)
            .ok()?;
        Some(hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_of_other_costs_stays_right_when_ours_change() {
        let (salt, mut hash) = ([7; SALT], [0; HASH]);
        let params = Params::new(64, 1, 1, Some(HASH)).unwrap();
        let then = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        then.hash_password_into(b"secret", &salt, &mut hash).unwrap();
        let (salt, hash) = (BASE64_NOPAD.encode(&salt), BASE64_NOPAD.encode(&hash));
        let stored = StoredSecret::new(format!("$argon2id$v=19$m=64,t=1,p=1${salt}${hash}"));
        let mut slow = SlowHash::new().unwrap();
        assert!(slow.matches(&stored, "secret"));
        assert!(!slow.matches(&stored, "secre"));
    }
}
