//! Looking at the premises without changing anything: for `doctor` and `audit`.
//!
//! Nothing is migrated, no key is made, no file appears.

use std::sync::Arc;

use muster_admin::open_key_ring;
use muster_crypto::{Kek, KeyRing};
use muster_store::Store;
use muster_store_diesel::{DatabaseUrl, open};

use crate::premises::{check_schema, kek_path};
use crate::{KeeperSettings, PremisesError};

/// Database and keys, for reading.
pub(crate) struct Looked {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) keys: KeyRing,
}

impl Looked {
    /// Opens what is there.
    pub(crate) fn at(settings: &KeeperSettings) -> Result<Self, PremisesError> {
        let database = settings.database.to_string();
        if !is_there(&settings.database) {
            return Err(PremisesError::NotThere { database });
        }
        let store = open(&settings.database, &settings.pool)?;
        check_schema(&*store, &database)?;
        let kek = Kek::load(&kek_path(settings).ok_or(PremisesError::NoKek)?)?;
        let keys = open_key_ring(&*store, &kek)?;
        Ok(Self { store, keys })
    }
}

/// Whether there is a database to be opened; a server is asked when it is opened.
pub(crate) fn is_there(database: &DatabaseUrl) -> bool {
    match database {
        DatabaseUrl::Sqlite(path) => path.exists(),
        DatabaseUrl::Postgres(_) => true,
    }
}
