//! The key ring at start: opened from the store, with missing keys made.

use muster_crypto::{Kek, KeyRing, WrappedKey};
use muster_domain::{DataKeyId, Randomness, Timestamp};
use muster_store::{Sequence, Store, StoredDataKey};

use crate::DeedError;

/// An open key ring.
#[derive(Debug)]
pub struct KeyringOpened {
    /// The ring.
    pub ring: KeyRing,
    /// How many keys were made just now.
    pub made: usize,
}

/// Opens the key ring; data keys that are missing are made and stored first. Two processes
/// that start at once make one set: the unit of the second one sees the first one's.
pub fn ensure_key_ring(
    store: &dyn Store,
    kek: &Kek,
    now: Timestamp,
    randomness: &dyn Randomness,
) -> Result<KeyringOpened, DeedError> {
    let (stored, made) = store.change(|unit| {
        // Taking numbers locks the counter, so that only one process makes keys.
        let mut numbers = unit.take_numbers(Sequence::DataKeys, 8)?;
        let mut stored: Vec<WrappedKey> = unit.list_data_keys()?.into_iter().map(wrapped).collect();
        let next = || DataKeyId::new(numbers.next().unwrap_or_default());
        let made = KeyRing::missing_keys(kek, &stored, (now, randomness), next)
            .map_err(|error| muster_store::StoreError::GivenUp { reason: error.to_string() })?;
        for key in &made {
            unit.add_data_key(&row(key))?;
        }
        let count = made.len();
        stored.extend(made);
        Ok((stored, count))
    })?;
    Ok(KeyringOpened { ring: KeyRing::open(kek, &stored)?, made })
}

fn wrapped(key: StoredDataKey) -> WrappedKey {
    WrappedKey {
        id: key.id,
        purpose: key.purpose,
        kek_id: key.kek_id,
        wrapped: key.wrapped,
        created_at: key.created_at,
    }
}

fn row(key: &WrappedKey) -> StoredDataKey {
    StoredDataKey {
        id: key.id,
        purpose: key.purpose,
        kek_id: key.kek_id.clone(),
        wrapped: key.wrapped.clone(),
        created_at: key.created_at,
    }
}
