//! The verifying keys of an issuer, current and retired, kept ready.
//!
//! Building verifiers costs more than using them. A set is read again after a minute, so
//! that every process hears of a rotation by another one.

use std::collections::HashMap;
use std::sync::Arc;

use muster_crypto::VerifyingKeys;
use muster_domain::{IssuerKey, Lifetime, Timestamp};
use muster_store::{Store, StoreError};
use parking_lot::Mutex;

/// How long a set is used before it is read again.
const FRESH_FOR: Lifetime = Lifetime::from_seconds(60);

/// Verifying keys by issuer.
#[derive(Default)]
pub struct PublishedKeys(Mutex<HashMap<IssuerKey, Kept>>);

struct Kept {
    read_at: Timestamp,
    keys: Arc<VerifyingKeys>,
}

impl PublishedKeys {
    /// The keys of `issuer` as they are published.
    pub fn of(
        &self,
        store: &dyn Store,
        issuer: IssuerKey,
        now: Timestamp,
    ) -> Result<Arc<VerifyingKeys>, StoreError> {
        if let Some(kept) = self.0.lock().get(&issuer)
            && now < kept.read_at.plus(FRESH_FOR)
            && now >= kept.read_at
        {
            return Ok(Arc::clone(&kept.keys));
        }
        let stored = store.read(|reading| reading.list_signing_keys(issuer))?;
        let published = stored
            .iter()
            .filter(|key| key.published_until.is_none_or(|until| now < until))
            .map(|key| (key.kid.as_str(), key.public_jwk.as_str()));
        let (keys, unusable) = VerifyingKeys::of_published(published);
        for (kid, reason) in unusable {
            tracing::warn!(issuer = issuer.number(), kid, %reason, "a published key is passed over");
        }
        let keys = Arc::new(keys);
        self.0.lock().insert(issuer, Kept { read_at: now, keys: Arc::clone(&keys) });
        Ok(keys)
    }
}
