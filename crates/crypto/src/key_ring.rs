//! The key ring: all data keys, unwrapped, in memory.
//!
//! It is built once from the stored keys and swapped as a whole when one is added. Keys
//! are wiped when the last user of an old set is done.

use std::collections::HashMap;
use std::sync::Arc;

use aes_gcm_siv::Aes256GcmSiv;
use aes_gcm_siv::aead::KeyInit;
use hmac::{Hmac, Mac};
use muster_domain::{DataKeyId, Randomness, RandomnessFailed, Secret, Timestamp};
use parking_lot::RwLock;
use sha2::Sha256;

use crate::kek::Kek;
use crate::wrap::{KeyPurpose, unwrap, wrap};

/// A data key as the database holds it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WrappedKey {
    /// Its number.
    pub id: DataKeyId,
    /// What it is for, by number.
    pub purpose: i16,
    /// The fingerprint of the key that wraps it.
    pub kek_id: String,
    /// The wrapped bytes.
    pub wrapped: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Why the ring could not be built.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum KeyRingError {
    /// Another key-encryption key wrapped it.
    #[error(
        "data key {key} is wrapped by the key-encryption key {wanted}, and this one is {given}; \
         name the right file in keys.kek_file"
    )]
    WrongKek {
        /// Which data key.
        key: i64,
        /// The fingerprint that is wanted.
        wanted: String,
        /// The fingerprint at hand.
        given: String,
    },
    /// The row was changed.
    #[error("data key {key} is damaged; restore the table data_keys from a backup")]
    Damaged {
        /// Which data key.
        key: i64,
    },
    /// A newer program made it.
    #[error("data key {key} has the unknown purpose {purpose}; a newer Muster made it")]
    UnknownPurpose {
        /// Which data key.
        key: i64,
        /// The purpose's number.
        purpose: i16,
    },
    /// A purpose has no key.
    #[error("there is no data key for {0:?}; restore the table data_keys from a backup")]
    Missing(KeyPurpose),
}

/// Unwrapped keys, ready for use.
pub struct KeyRing(RwLock<Arc<Keys>>);

/// One state of the ring.
pub(crate) struct Keys {
    pub(crate) lookup: Hmac<Sha256>,
    pub(crate) client_secret: Hmac<Sha256>,
    pub(crate) audit: Hmac<Sha256>,
    pub(crate) ciphers: HashMap<DataKeyId, Aes256GcmSiv>,
    /// The newest key for texts of tokens.
    pub(crate) texts: DataKeyId,
    /// The newest key for private signing keys.
    pub(crate) signing: DataKeyId,
}

impl KeyRing {
    /// Unwraps stored keys.
    pub fn open(kek: &Kek, stored: &[WrappedKey]) -> Result<Self, KeyRingError> {
        Ok(Self(RwLock::new(Arc::new(Keys::open(kek, stored)?))))
    }

    /// Takes over another set of stored keys, such as after a new one was made.
    pub fn reopen(&self, kek: &Kek, stored: &[WrappedKey]) -> Result<(), KeyRingError> {
        *self.0.write() = Arc::new(Keys::open(kek, stored)?);
        Ok(())
    }

    /// Makes the keys that are missing, to be stored by the caller. `number` gives each a
    /// number that nobody has.
    pub fn missing_keys(
        kek: &Kek,
        stored: &[WrappedKey],
        (now, randomness): (Timestamp, &dyn Randomness),
        mut number: impl FnMut() -> DataKeyId,
    ) -> Result<Vec<WrappedKey>, RandomnessFailed> {
        let mut made = Vec::new();
        for purpose in KeyPurpose::ALL {
            if stored.iter().any(|key| key.purpose == purpose.number()) {
                continue;
            }
            let mut bytes = [0; 32];
            randomness.fill(&mut bytes)?;
            let id = number();
            let wrapped = wrap(kek, (id, purpose), &Secret::new(bytes), randomness)?;
            let (purpose, kek_id) = (purpose.number(), kek.id().to_owned());
            made.push(WrappedKey { id, purpose, kek_id, wrapped, created_at: now });
        }
        Ok(made)
    }

    pub(crate) fn keys(&self) -> Arc<Keys> {
        Arc::clone(&self.0.read())
    }
}

impl Keys {
    fn open(kek: &Kek, stored: &[WrappedKey]) -> Result<Self, KeyRingError> {
        let mut macs = HashMap::new();
        let mut ciphers = HashMap::new();
        let mut newest: HashMap<KeyPurpose, DataKeyId> = HashMap::new();
        for row in stored {
            let key = row.id.number();
            let purpose = KeyPurpose::from_number(row.purpose)
                .ok_or(KeyRingError::UnknownPurpose { key, purpose: row.purpose })?;
            if row.kek_id != kek.id() {
                let (wanted, given) = (row.kek_id.clone(), kek.id().to_owned());
                return Err(KeyRingError::WrongKek { key, wanted, given });
            }
            let bytes = unwrap(kek, (row.id, purpose), &row.wrapped)
                .ok_or(KeyRingError::Damaged { key })?;
            let last = newest.entry(purpose).or_insert(row.id);
            *last = (*last).max(row.id);
            let is_newest = *last == row.id;
            match purpose {
                KeyPurpose::TokenText | KeyPurpose::SigningKey => {
                    ciphers.insert(row.id, Aes256GcmSiv::new(bytes.expose().into()));
                }
                KeyPurpose::Lookup | KeyPurpose::ClientSecret | KeyPurpose::Audit => {
                    // One purpose has one such key; should there be two, every process must
                    // take the same, whatever the order in which the rows are read.
                    if is_newest {
                        macs.insert(purpose, mac_key(&bytes));
                    }
                }
            }
        }
        let newest_of =
            |purpose| newest.get(&purpose).copied().ok_or(KeyRingError::Missing(purpose));
        let mut mac = |purpose| macs.remove(&purpose).ok_or(KeyRingError::Missing(purpose));
        Ok(Self {
            lookup: mac(KeyPurpose::Lookup)?,
            client_secret: mac(KeyPurpose::ClientSecret)?,
            audit: mac(KeyPurpose::Audit)?,
            texts: newest_of(KeyPurpose::TokenText)?,
            signing: newest_of(KeyPurpose::SigningKey)?,
            ciphers,
        })
    }
}

/// A key for keyed hashes. HMAC pads a short key to its block of 64 bytes with zeros.
pub(crate) fn mac_key(key: &Secret<[u8; 32]>) -> Hmac<Sha256> {
    let block = Secret::new(padded(key.expose()));
    Hmac::new(block.expose().into())
}

fn padded(key: &[u8; 32]) -> [u8; 64] {
    let mut block = [0; 64];
    for (place, byte) in block.iter_mut().zip(key) {
        *place = *byte;
    }
    block
}

/// A keyed hash over pieces. Only the last piece may be of any length.
pub(crate) fn mac(key: &Hmac<Sha256>, pieces: &[&[u8]]) -> [u8; 32] {
    let mut mac = key.clone();
    for piece in pieces {
        mac.update(piece);
    }
    mac.finalize().into_bytes().into()
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyRing(..)")
    }
}
