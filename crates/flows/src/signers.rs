//! The signer of an issuer, kept ready: building one costs more than fifty signatures.
//!
//! It is read again after a while (`keys.signers_seconds`), so that every process hears of a
//! rotation by another one. Until then it may sign with a key that has just been retired,
//! which stays published for longer than what it signed lives.

use std::collections::HashMap;
use std::sync::Arc;

use muster_crypto::{PrivateKey, Signer};
use muster_domain::{IssuerKey, Lifetime, Timestamp};
use muster_store::{SigningKeyState, StoreError, StoredSigningKey};
use parking_lot::Mutex;

use crate::{FlowError, Tools};

/// Signers by issuer.
pub struct Signers {
    fresh_for: Lifetime,
    kept: Mutex<HashMap<IssuerKey, Kept>>,
}

impl Default for Signers {
    /// Read again after a minute.
    fn default() -> Self {
        Self::fresh_for(Lifetime::from_seconds(60))
    }
}

struct Kept {
    read_at: Timestamp,
    signer: Arc<Signer>,
}

impl Signers {
    /// Each is used for so long before the keys are read again.
    pub fn fresh_for(fresh_for: Lifetime) -> Self {
        Self { fresh_for, kept: Mutex::default() }
    }

    /// The signer of the issuer whose tools these are.
    pub fn of(&self, tools: &Tools, now: Timestamp) -> Result<Arc<Signer>, FlowError> {
        let issuer = tools.issuer.key;
        let kept =
            self.kept.lock().get(&issuer).map(|kept| (kept.read_at, Arc::clone(&kept.signer)));
        if let Some((read_at, signer)) = &kept
            && now < read_at.plus(self.fresh_for)
            && now >= *read_at
        {
            return Ok(Arc::clone(signer));
        }
        let current = current(tools)?;
        // The same key as before: its signer is as good as a new one.
        let signer = match kept {
            Some((_, signer)) if signer.kid() == current.kid => signer,
            Some(_) | None => Arc::new(built(tools, &current)?),
        };
        self.kept.lock().insert(issuer, Kept { read_at: now, signer: Arc::clone(&signer) });
        Ok(signer)
    }
}

/// The newest key of the issuer that signs.
fn current(tools: &Tools) -> Result<StoredSigningKey, FlowError> {
    let keys = tools.store.read(|reading| reading.list_signing_keys(tools.issuer.key))?;
    keys.into_iter()
        .filter(|key| key.state == SigningKeyState::Current && key.private.is_some())
        .max_by_key(|key| key.created_at)
        .ok_or(FlowError::NoSigningKey)
}

fn built(tools: &Tools, key: &StoredSigningKey) -> Result<Signer, FlowError> {
    let Some((data_key, sealed)) = &key.private else { return Err(FlowError::NoSigningKey) };
    let private = PrivateKey::open(&tools.keys, &key.kid, (*data_key, sealed))
        .map_err(|error| StoreError::corrupt(format!("signing key {}: {error}", key.kid)))?;
    Ok(private.signer()?)
}
