//! The key ring at start: opened from the store, and made for a new one.

use std::sync::Arc;

use muster_audit::{Actor, Ending, Entry, Event, Trail};
use muster_crypto::{Kek, KeyRing, KeyRingError, WrappedKey};
use muster_domain::{DataKeyId, Randomness, Timestamp};
use muster_store::{Sequence, Store, StoredDataKey, Unit};

use crate::DeedError;

/// Numbers taken at once: there are fewer kinds of data keys than that.
const NUMBERS: i64 = 8;

/// An open key ring.
pub struct KeyringOpened {
    /// The ring.
    pub ring: Arc<KeyRing>,
    /// The trail that is bound by its keys.
    pub trail: Trail,
    /// How many keys were made just now.
    pub made: usize,
}

/// Opens the key ring as it is.
pub fn open_key_ring(store: &dyn Store, kek: &Kek) -> Result<KeyRing, DeedError> {
    let stored = store.read(|reading| reading.list_data_keys())?;
    let stored: Vec<WrappedKey> = stored.into_iter().map(wrapped).collect();
    Ok(KeyRing::open(kek, &stored)?)
}

/// Opens the key ring; for a new database the data keys are made and stored first, with their
/// record. Two processes that start at once make one set: the unit of the second one sees
/// the first one's. `trail` makes the trail of a ring.
pub fn ensure_key_ring(
    store: &dyn Store,
    kek: &Kek,
    (now, randomness): (Timestamp, &dyn Randomness),
    trail: &dyn Fn(Arc<KeyRing>) -> Trail,
) -> Result<KeyringOpened, DeedError> {
    match open_key_ring(store, kek) {
        Err(DeedError::KeyRing(KeyRingError::Missing(_))) => {}
        opened => {
            let ring = Arc::new(opened?);
            return Ok(KeyringOpened { trail: trail(Arc::clone(&ring)), ring, made: 0 });
        }
    }
    store.change(|unit| match complete(unit, kek, (now, randomness), trail) {
        // Rolls the unit back, and lets the store try again.
        Err(DeedError::Store(error)) => Err(error),
        // Any other error comes before anything is written but numbers.
        done => Ok(done),
    })?
}

/// Makes the keys of a new database.
fn complete(
    unit: &mut dyn Unit,
    kek: &Kek,
    (now, randomness): (Timestamp, &dyn Randomness),
    trail: &dyn Fn(Arc<KeyRing>) -> Trail,
) -> Result<KeyringOpened, DeedError> {
    // Taking numbers locks the counter, so that only one process makes keys.
    let mut numbers = unit.take_numbers(Sequence::DataKeys, NUMBERS)?;
    let mut stored: Vec<WrappedKey> = unit.list_data_keys()?.into_iter().map(wrapped).collect();
    // A database that is in use has had them all. New ones would find and open nothing.
    if !stored.is_empty() || !unit.list_issuers()?.is_empty() {
        let ring = Arc::new(KeyRing::open(kek, &stored)?);
        return Ok(KeyringOpened { trail: trail(Arc::clone(&ring)), ring, made: 0 });
    }
    let next = || DataKeyId::new(numbers.next().unwrap_or_default());
    let made = KeyRing::missing_keys(kek, &stored, (now, randomness), next)?;
    stored.extend(made.iter().cloned());
    let ring = Arc::new(KeyRing::open(kek, &stored)?);
    let trail = trail(Arc::clone(&ring));
    for key in &made {
        unit.add_data_key(&row(key))?;
        let entry = Entry::new(Event::KeyMade, Ending::Done).by(Actor::Service);
        let number = u64::try_from(key.id.number()).unwrap_or_default();
        let entry = entry.with_count("data_key", number).with_word("kek", kek.id());
        trail.append_in(unit, &entry)?;
    }
    Ok(KeyringOpened { ring, trail, made: made.len() })
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
