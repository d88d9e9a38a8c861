//! Data keys and their wrapping by the key-encryption key.
//!
//! A wrapped key is bound to its number and purpose, so that rows cannot be exchanged.

use aes_gcm_siv::aead::{Aead, KeyInit, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use muster_domain::{DataKeyId, Randomness, RandomnessFailed, Secret};

use crate::kek::Kek;

/// What a data key is for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum KeyPurpose {
    /// Finding tokens by their text.
    Lookup,
    /// Sealing texts of tokens.
    TokenText,
    /// Hashing secrets of clients.
    ClientSecret,
    /// Binding audit records, and naming people in them.
    Audit,
    /// Sealing private signing keys.
    SigningKey,
}

impl KeyPurpose {
    /// Every purpose.
    pub const ALL: [Self; 5] =
        [Self::Lookup, Self::TokenText, Self::ClientSecret, Self::Audit, Self::SigningKey];

    /// Its number in the database; never to be changed.
    pub const fn number(self) -> i16 {
        match self {
            Self::Lookup => 1,
            Self::TokenText => 2,
            Self::ClientSecret => 3,
            Self::Audit => 4,
            Self::SigningKey => 5,
        }
    }

    /// The purpose with this number.
    pub fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.number() == number)
    }
}

/// Length of the nonce in front of everything sealed.
pub(crate) const NONCE: usize = 12;

/// Wraps 32 bytes.
pub(crate) fn wrap(
    kek: &Kek,
    (id, purpose): (DataKeyId, KeyPurpose),
    key: &Secret<[u8; 32]>,
    randomness: &dyn Randomness,
) -> Result<Vec<u8>, RandomnessFailed> {
    let mut nonce = [0; NONCE];
    randomness.fill(&mut nonce)?;
    let binding = binding(id, purpose);
    let payload = Payload { msg: key.expose().as_slice(), aad: &binding };
    // Encryption fails only for texts beyond 64 GiB.
    let sealed = cipher(kek).encrypt(&Nonce::from(nonce), payload).map_err(|_| RandomnessFailed)?;
    Ok([nonce.as_slice(), &sealed].concat())
}

/// Unwraps; `None`: another key wrapped it, or it was changed.
pub(crate) fn unwrap(
    kek: &Kek,
    (id, purpose): (DataKeyId, KeyPurpose),
    wrapped: &[u8],
) -> Option<Secret<[u8; 32]>> {
    let (nonce, sealed) = wrapped.split_first_chunk::<NONCE>()?;
    let binding = binding(id, purpose);
    let payload = Payload { msg: sealed, aad: &binding };
    let key = cipher(kek).decrypt(&Nonce::from(*nonce), payload).map(Secret::new).ok()?;
    key.expose().as_slice().try_into().ok().map(Secret::new)
}

fn cipher(kek: &Kek) -> Aes256GcmSiv {
    Aes256GcmSiv::new(kek.key().expose().into())
}

fn binding(id: DataKeyId, purpose: KeyPurpose) -> Vec<u8> {
    let id = id.number().to_be_bytes();
    [b"muster-data-key-1".as_slice(), &id, &purpose.number().to_be_bytes()].concat()
}
