//! The verifying keys of an issuer, current and retired, kept ready.
//!
//! Building verifiers costs more than using them, so they are kept for as long as the keys are
//! the same. Which keys those are is read each time: what a withdrawn key signed is believed
//! nowhere from then on, whichever process withdrew it.

use std::collections::HashMap;
use std::sync::Arc;

use muster_crypto::VerifyingKeys;
use muster_domain::{IssuerKey, Timestamp};
use muster_store::{Store, StoreError};
use parking_lot::Mutex;

/// Verifying keys by issuer.
#[derive(Default)]
pub struct PublishedKeys(Mutex<HashMap<IssuerKey, Kept>>);

struct Kept {
    /// Name and public half of each.
    made_of: Vec<(String, String)>,
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
        let stored = store.read(|reading| reading.list_signing_keys(issuer))?;
        let published: Vec<(String, String)> = stored
            .into_iter()
            .filter(|key| key.published_until.is_none_or(|until| now < until))
            .map(|key| (key.kid, key.public_jwk))
            .collect();
        if let Some(kept) = self.0.lock().get(&issuer)
            && kept.made_of == published
        {
            return Ok(Arc::clone(&kept.keys));
        }
        let named = published.iter().map(|(kid, jwk)| (kid.as_str(), jwk.as_str()));
        let (keys, unusable) = VerifyingKeys::of_published(named);
        for (kid, reason) in unusable {
            tracing::warn!(issuer = issuer.number(), kid, %reason, "a published key is passed over");
        }
        let keys = Arc::new(keys);
        self.0.lock().insert(issuer, Kept { made_of: published, keys: Arc::clone(&keys) });
        Ok(keys)
    }
}
