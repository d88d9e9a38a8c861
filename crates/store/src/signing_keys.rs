//! Signing keys of an issuer: public halves in clear, private ones sealed.

use muster_domain::{DataKeyId, IssuerKey, Timestamp};

use crate::StoreError;

/// What a key is used for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SigningKeyState {
    /// Published, signs nothing yet.
    Next,
    /// Published and signs.
    Current,
    /// Published, signs nothing any more.
    Retired,
}

/// A signing key as it rests.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredSigningKey {
    /// Whose it is.
    pub issuer: IssuerKey,
    /// Its `kid`, unique within the issuer.
    pub kid: String,
    /// Its algorithm (RFC 7518 3.1).
    pub algorithm: String,
    /// What it is used for.
    pub state: SigningKeyState,
    /// Its public half, a JWK as text.
    pub public_jwk: String,
    /// Its private half, sealed; `None`: it can only verify.
    pub private: Option<(DataKeyId, Vec<u8>)>,
    /// When it came.
    pub created_at: Timestamp,
    /// When it stops being published; `None`: not yet known.
    pub published_until: Option<Timestamp>,
}

/// Asking for signing keys.
pub trait SigningKeysReading {
    /// An issuer's keys, by `kid`.
    fn list_signing_keys(&mut self, issuer: IssuerKey)
    -> Result<Vec<StoredSigningKey>, StoreError>;
}

/// Changing signing keys.
pub trait SigningKeysWriting {
    /// Adds or replaces the key with this `kid`.
    fn put_signing_key(&mut self, key: &StoredSigningKey) -> Result<(), StoreError>;
}
