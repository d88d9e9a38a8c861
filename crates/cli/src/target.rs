//! The database that an import would fill, looked at without changing anything.
//!
//! It may not be there yet: then nothing is known, and everything would be taken. Its keys
//! may not be there yet: then the report's names of rows are of this run only.

use std::sync::Arc;

use muster_admin::{DeedError, open_key_ring};
use muster_crypto::{Kek, KeyRing};
use muster_domain::{DataKeyId, Randomness, Timestamp};
use muster_store::{Reading, Store, StoreError, StoreHealth, Unit};
use muster_store_diesel::migrate::status;
use muster_store_diesel::open;

use crate::look::is_there;
use crate::premises::{check_schema, kek_path};
use crate::{KeeperSettings, PremisesError};

/// What a rehearsal works with.
pub(crate) struct Target {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) keys: KeyRing,
}

impl Target {
    /// Looks at what is there; a database without a schema is as good as none.
    pub(crate) fn at(
        settings: &KeeperSettings,
        randomness: &dyn Randomness,
    ) -> Result<Self, PremisesError> {
        let database = settings.database.to_string();
        let failed = |error| PremisesError::Store { database: database.clone(), error };
        let has_schema = is_there(&settings.database)
            && status(&settings.database).map_err(failed)?.schema_version.is_some();
        if !has_schema {
            return Ok(Self { store: Arc::new(Absent), keys: passing(randomness)? });
        }
        let store = open(&settings.database, &settings.pool)?;
        check_schema(&*store, &database)?;
        let sealed = store.read(|reading| reading.list_data_keys()).map_err(failed)?;
        let keys = if sealed.is_empty() {
            passing(randomness)?
        } else {
            let kek = Kek::load(&kek_path(settings).ok_or(PremisesError::NoKek)?)?;
            open_key_ring(&*store, &kek)?
        };
        Ok(Self { store, keys })
    }
}

/// A ring whose keys are kept nowhere.
fn passing(randomness: &dyn Randomness) -> Result<KeyRing, DeedError> {
    let kek = Kek::passing(randomness)?;
    let mut numbers = 1..;
    let next = || DataKeyId::new(numbers.next().unwrap_or_default());
    let keys = KeyRing::missing_keys(&kek, &[], (Timestamp::default(), randomness), next)?;
    Ok(KeyRing::open(&kek, &keys)?)
}

/// No database.
struct Absent;

fn nothing() -> StoreError {
    StoreError::Unavailable { reason: "there is no database yet".to_owned(), source: None }
}

impl Store for Absent {
    fn read_with(
        &self,
        _: &mut dyn FnMut(&mut dyn Reading) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        Err(nothing())
    }

    fn list_with(
        &self,
        _: &mut dyn FnMut(&mut dyn Reading) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        Err(nothing())
    }

    fn change_with(
        &self,
        _: &mut dyn FnMut(&mut dyn Unit) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        Err(nothing())
    }

    fn health(&self) -> Result<StoreHealth, StoreError> {
        Ok(StoreHealth {
            engine: "none".to_owned(),
            schema_version: None,
            pending: Vec::new(),
            unknown: Vec::new(),
        })
    }
}
