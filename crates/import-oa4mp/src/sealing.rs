//! What the import asks of cryptography: hashes, seals, keys. The caller brings it.

use muster_domain::{DataKeyId, LookupTag, SealedText, StoredSecret, Token, TokenKind};

/// Something could not be sealed or read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct SealingFailed(pub String);

/// A signing key of the old service.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SigningKey {
    /// Its `kid`.
    pub kid: String,
    /// Its algorithm.
    pub algorithm: String,
    /// Its public half, a JWK as text.
    pub public_jwk: String,
    /// Its private half, sealed, if it came along.
    pub private: Option<(DataKeyId, Vec<u8>)>,
}

/// What was read of a JWK set.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct KeySet {
    /// The keys that can be used.
    pub keys: Vec<SigningKey>,
    /// The keys that cannot.
    pub left: Vec<LeftKey>,
}

/// A key that cannot be used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LeftKey {
    /// Its `kid`, as far as it can be shown.
    pub kid: String,
    /// Why it is left.
    pub reason: String,
}

/// Hashes, seals and reads keys.
pub trait Sealing {
    /// The keyed hash by which a text is found.
    fn tag(&self, kind: TokenKind, text: &str) -> LookupTag;
    /// A token's text, sealed.
    fn seal(&self, text: &str, token: &Token) -> Result<SealedText, SealingFailed>;
    /// What is kept of a secret of which only the SHA-1 is known, in lower-case hex.
    fn secret_of_sha1(&self, hex: &str) -> StoredSecret;
    /// The keys of a JWK set, private or public, each by itself.
    fn signing_keys(&self, jwk_set: &str) -> Result<KeySet, SealingFailed>;
    /// A short name for a row in the report, which must not hold a token.
    fn row_name(&self, key: &str) -> String;
}
