//! Opening the premises: the database with its schema, the key-encryption key, the ring.
//!
//! An embedded store looks after itself: its schema is brought up to date and its key is
//! made at the first start. With an external database neither happens by itself, for
//! others may depend on it; the error says what to run.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use muster_admin::{DeedError, Keeper, ensure_issuer, ensure_key_ring};
use muster_audit::{FileError, FileTrail, Trail};
use muster_crypto::{Kek, KekError, KeyRing};
use muster_domain::{Clock, Issuer, Randomness};
use muster_store::{Store, StoreError};
use muster_store_diesel::migrate::{Direction, migrate};
use muster_store_diesel::{DatabaseUrl, OpenError, open};

use crate::KeeperSettings;

/// What every command and the service work with.
#[derive(Clone)]
pub struct Premises {
    /// The database.
    pub store: Arc<dyn Store>,
    /// The unwrapped keys.
    pub keys: Arc<KeyRing>,
    /// The audit trail.
    pub trail: Trail,
    /// The configured issuer.
    pub issuer: Issuer,
    /// What was done by itself, to be told to the keeper.
    pub news: Vec<String>,
}

/// Why the premises cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum PremisesError {
    /// The database cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The database failed.
    #[error(
        "the database {database} cannot be used: {error}; is database.url right, and may this \
         account use it?"
    )]
    Store {
        /// Which.
        database: String,
        /// Why.
        error: StoreError,
    },
    /// The schema is not this program's.
    #[error("the database {database} lacks {count} migrations; run: muster migrate run")]
    SchemaBehind {
        /// Which.
        database: String,
        /// How many steps are missing.
        count: usize,
    },
    /// The schema is newer than this program.
    #[error(
        "the database {database} has the unknown migration {step}; a newer Muster was here: use that one"
    )]
    SchemaAhead {
        /// Which.
        database: String,
        /// A step that this program does not know.
        step: String,
    },
    /// There is nothing yet.
    #[error(
        "the database {database} is not there yet; it is made by the first command that needs it, such as `muster serve`"
    )]
    NotThere {
        /// Which.
        database: String,
    },
    /// No key for an external database.
    #[error(
        "keys.kek_file is not set: with an external database the key-encryption key is yours to \
         make and to back up; run: muster keys new-kek FILE, and name the file in keys.kek_file"
    )]
    NoKek,
    /// The key file is gone, and what it opens is still there.
    #[error(
        "the key file {} is missing, and what lies in the database is sealed with the \
         key-encryption key {wanted}: put that file back from your backup, or name it in \
         keys.kek_file", path.display()
    )]
    KekLost {
        /// Where the file should be.
        path: PathBuf,
        /// The fingerprint of the key.
        wanted: String,
    },
    /// The key-encryption key cannot be used.
    #[error(transparent)]
    Kek(#[from] KekError),
    /// The ring cannot be opened.
    #[error(transparent)]
    Deed(#[from] DeedError),
    /// The audit file cannot be used.
    #[error(transparent)]
    Audit(#[from] FileError),
}

impl Premises {
    /// Opens everything.
    pub fn open(
        settings: &KeeperSettings,
        clock: &Arc<dyn Clock>,
        randomness: &Arc<dyn Randomness>,
    ) -> Result<Self, PremisesError> {
        let mut news = Vec::new();
        let database = settings.database.to_string();
        let store_error = |error| PremisesError::Store { database: database.clone(), error };
        let store = open(&settings.database, &settings.pool)?;
        if settings.database.is_embedded() {
            let steps = migrate(&settings.database, Direction::Up).map_err(store_error)?;
            if !steps.is_empty() {
                news.push(format!("the database {database} was brought up to date"));
            }
        }
        check_schema(&*store, &database)?;
        let kek = kek(settings, &*store, (&**randomness, &database), &mut news)?;
        let file = settings.audit_file.as_deref().map(FileTrail::open).transpose()?.map(Arc::new);
        let trail_of = |keys| trail(keys, clock, file.as_ref());
        let now = clock.now();
        let opened = ensure_key_ring(&*store, &kek, (now, &**randomness), &trail_of)?;
        if opened.made > 0 {
            news.push(format!("{} data keys were made, wrapped by {}", opened.made, kek.id()));
        }
        let (keys, trail) = (opened.ring, opened.trail);
        let issuer = ensure_issuer(&*store, &trail, &settings.issuer, now)?;
        Ok(Self { store, keys, trail, issuer, news })
    }

    /// A keeper on these premises.
    pub fn keeper(&self, clock: Arc<dyn Clock>, randomness: Arc<dyn Randomness>) -> Keeper {
        Keeper {
            store: Arc::clone(&self.store),
            keys: Arc::clone(&self.keys),
            trail: self.trail.clone(),
            clock,
            randomness,
            issuer: self.issuer.clone(),
        }
    }
}

/// How often a database is asked that does not answer at first. Each time takes as long as a
/// request would wait for a connection.
const TRIES: u32 = 12;

/// A server that starts along with this program, or is busy just then, may need a moment.
fn patiently<T>(ask: impl Fn() -> Result<T, StoreError>) -> Result<T, StoreError> {
    let mut answer = ask();
    for _ in 1..TRIES {
        if !matches!(answer, Err(StoreError::Unavailable { .. })) {
            break;
        }
        answer = ask();
    }
    answer
}

pub(crate) fn check_schema(store: &dyn Store, database: &str) -> Result<(), PremisesError> {
    let database = || database.to_owned();
    let health = patiently(|| store.health())
        .map_err(|error| PremisesError::Store { database: database(), error })?;
    if let Some(step) = health.unknown.first() {
        return Err(PremisesError::SchemaAhead { database: database(), step: step.clone() });
    }
    match health.pending.len() {
        0 => Ok(()),
        count => Err(PremisesError::SchemaBehind { database: database(), count }),
    }
}

/// Where the key-encryption key of an embedded database lies.
pub(crate) fn kek_path(settings: &KeeperSettings) -> Option<PathBuf> {
    match (&settings.kek_file, &settings.database) {
        (Some(path), _) => Some(path.clone()),
        (None, DatabaseUrl::Sqlite(database)) => {
            let folder = database.parent().unwrap_or_else(|| Path::new(""));
            Some(folder.join("muster.kek"))
        }
        (None, DatabaseUrl::Postgres(_)) => None,
    }
}

fn trail(keys: Arc<KeyRing>, clock: &Arc<dyn Clock>, file: Option<&Arc<FileTrail>>) -> Trail {
    match file {
        None => Trail::in_table(keys, Arc::clone(clock)),
        Some(file) => Trail::in_file(keys, Arc::clone(clock), Arc::clone(file)),
    }
}

fn kek(
    settings: &KeeperSettings,
    store: &dyn Store,
    (randomness, database): (&dyn Randomness, &str),
    news: &mut Vec<String>,
) -> Result<Kek, PremisesError> {
    let path = kek_path(settings).ok_or(PremisesError::NoKek)?;
    if path.exists() || !settings.database.is_embedded() {
        return Ok(Kek::load(&path)?);
    }
    // A new key could not open what another one has sealed.
    let stored = store.read(|reading| reading.list_data_keys());
    let stored =
        stored.map_err(|error| PremisesError::Store { database: database.to_owned(), error })?;
    if let Some(key) = stored.first() {
        return Err(PremisesError::KekLost { path, wanted: key.kek_id.clone() });
    }
    let kek = Kek::create(&path, randomness)?;
    news.push(format!(
        "a key-encryption key was made in {} (mode 0600); back it up, apart from the \
         database: without it no token can be found or shown",
        path.display()
    ));
    Ok(kek)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn a_database_that_needs_a_moment_is_waited_for_and_one_that_is_damaged_is_not() {
        let tries = Cell::new(0);
        let ask = |error: fn() -> StoreError, silent: u32| {
            tries.set(0);
            patiently(|| {
                tries.set(tries.get() + 1);
                if tries.get() > silent { Ok(()) } else { Err(error()) }
            })
        };
        assert!(ask(|| StoreError::unavailable("starting up"), 2).is_ok());
        assert_eq!(tries.get(), 3);
        assert!(ask(|| StoreError::unavailable("gone"), u32::MAX).is_err());
        assert_eq!(tries.get(), TRIES);
        assert!(ask(|| StoreError::corrupt("damaged"), u32::MAX).is_err());
        assert_eq!(tries.get(), 1);
    }
}
