//! Opening the premises: the database with its schema, the key-encryption key, the ring.
//!
//! An embedded store looks after itself: its schema is brought up to date and its key is
//! made at the first start. With an external database neither happens by itself, for
//! others may depend on it; the error says what to run. Whoever only looks, or changes what
//! should be there, is a visitor: a visit makes nothing, for an empty store in the wrong
//! folder would be taken for an answer.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use muster_admin::{DeedError, Keeper, ensure_issuer, ensure_key_ring};
use muster_audit::{FileError, FileTrail, Trail};
use muster_crypto::{Kek, KekError, KeyRing};
use muster_domain::{Clock, Issuer, IssuerUrl, Randomness};
use muster_store::{Store, StoreError};
use muster_store_diesel::migrate::{Direction, migrate, status};
use muster_store_diesel::{DatabaseUrl, OpenError, open};

use crate::KeeperSettings;
use crate::look::is_there;

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
        "the database {database} is not there yet: is this the right folder, and are these the \
         right settings (--config)? The first `muster serve`, or the first command that adds \
         something, such as `muster client add`, makes it"
    )]
    NotThere {
        /// Which.
        database: String,
    },
    /// The tenant is not there.
    #[error("{}", no_issuer(url, database, known))]
    NoIssuer {
        /// Which.
        url: String,
        /// Where.
        database: String,
        /// Those that are there.
        known: Vec<String>,
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

fn no_issuer(url: &str, database: &str, known: &[String]) -> String {
    if known.is_empty() {
        return format!(
            "the database {database} holds no issuer yet; the first `muster serve`, or the first \
             command that adds something, enters the one of issuer.url"
        );
    }
    format!(
        "there is no issuer {url} in the database {database}, which holds {}: set issuer.url to \
         one of them, or name one by --issuer",
        known.join(", ")
    )
}

/// Why the premises are opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Purpose {
    /// What is not there yet is made.
    Found,
    /// Nothing is made.
    Visit,
}

impl Premises {
    /// Opens everything; what is not there yet is made.
    pub fn open(
        settings: &KeeperSettings,
        clock: &Arc<dyn Clock>,
        randomness: &Arc<dyn Randomness>,
    ) -> Result<Self, PremisesError> {
        let mut ground = Ground::open(settings, Purpose::Found, &**randomness)?;
        let known = ground.issuers()?;
        if !known.is_empty() && !known.contains(&settings.issuer) {
            ground.news.push(format!(
                "the issuer {} is new, without clients and users of its own; the database {} \
                 holds {} besides: if one of these was meant, set issuer.url to it",
                settings.issuer,
                ground.database,
                joined(&known)
            ));
        }
        let (keys, trail) = ground.unlock(settings, (clock, &**randomness))?;
        let issuer = ensure_issuer(&*ground.store, &trail, &settings.issuer, clock.now())?;
        Ok(Self { store: ground.store, keys, trail, issuer, news: ground.news })
    }

    /// Opens what is there, for a look or a deed in one issuer.
    pub fn visit(
        settings: &KeeperSettings,
        url: &str,
        clock: &Arc<dyn Clock>,
        randomness: &Arc<dyn Randomness>,
    ) -> Result<Self, PremisesError> {
        let mut ground = Ground::open(settings, Purpose::Visit, &**randomness)?;
        let issuer = ground.find_issuer(url)?;
        let (keys, trail) = ground.unlock(settings, (clock, &**randomness))?;
        Ok(Self { store: ground.store, keys, trail, issuer, news: ground.news })
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

fn joined(urls: &[IssuerUrl]) -> String {
    urls.iter().map(IssuerUrl::as_str).collect::<Vec<_>>().join(", ")
}

/// An open database with the key to it, before an issuer is chosen.
struct Ground {
    store: Arc<dyn Store>,
    kek: Kek,
    database: String,
    news: Vec<String>,
}

impl Ground {
    fn open(
        settings: &KeeperSettings,
        purpose: Purpose,
        randomness: &dyn Randomness,
    ) -> Result<Self, PremisesError> {
        let database = settings.database.to_string();
        if purpose == Purpose::Visit && !is_founded(settings)? {
            return Err(PremisesError::NotThere { database });
        }
        let mut news = Vec::new();
        let store = open(&settings.database, &settings.pool)?;
        if settings.database.is_embedded() {
            let steps = migrate(&settings.database, Direction::Up)
                .map_err(|error| PremisesError::Store { database: database.clone(), error })?;
            if !steps.is_empty() {
                news.push(format!("the database {database} was brought up to date"));
            }
        }
        check_schema(&*store, &database)?;
        if purpose == Purpose::Found {
            // What is made needs a connection for writing, too.
            patiently(|| store.change(|_| Ok(())))
                .map_err(|error| PremisesError::Store { database: database.clone(), error })?;
        }
        let kek = match kek(settings, &*store, &database)? {
            Some(kek) => kek,
            None if purpose == Purpose::Visit => {
                let (url, known) = (settings.issuer.to_string(), Vec::new());
                return Err(PremisesError::NoIssuer { url, database, known });
            }
            None => make_kek(settings, randomness, &mut news)?,
        };
        Ok(Self { store, kek, database, news })
    }

    fn failed(&self, error: StoreError) -> PremisesError {
        PremisesError::Store { database: self.database.clone(), error }
    }

    fn issuers(&self) -> Result<Vec<IssuerUrl>, PremisesError> {
        let issuers = self.store.read(|reading| reading.list_issuers());
        let issuers = issuers.map_err(|error| self.failed(error))?;
        Ok(issuers.into_iter().map(|issuer| issuer.url).collect())
    }

    fn find_issuer(&self, url: &str) -> Result<Issuer, PremisesError> {
        let found = match IssuerUrl::new(url) {
            Ok(url) => self.store.read(|reading| reading.find_issuer(&url)),
            // What cannot be an issuer is none.
            Err(_) => Ok(None),
        };
        if let Some(issuer) = found.map_err(|error| self.failed(error))? {
            return Ok(issuer);
        }
        let known = self.issuers()?.into_iter().map(|issuer| issuer.to_string()).collect();
        let (url, database) = (url.to_owned(), self.database.clone());
        Err(PremisesError::NoIssuer { url, database, known })
    }

    /// The key ring and the trail; data keys that are missing in a new database are made.
    fn unlock(
        &mut self,
        settings: &KeeperSettings,
        (clock, randomness): (&Arc<dyn Clock>, &dyn Randomness),
    ) -> Result<(Arc<KeyRing>, Trail), PremisesError> {
        let file = settings.audit_file.as_deref().map(FileTrail::open).transpose()?.map(Arc::new);
        let trail_of = |keys| trail(keys, clock, file.as_ref());
        let opened =
            ensure_key_ring(&*self.store, &self.kek, (clock.now(), randomness), &trail_of)?;
        if opened.made > 0 {
            let (made, kek) = (opened.made, self.kek.id());
            self.news.push(format!("{made} data keys were made, wrapped by {kek}"));
        }
        Ok((opened.ring, opened.trail))
    }
}

/// Whether there is anything to visit: an embedded database that has tables; a server is
/// asked when it is opened.
fn is_founded(settings: &KeeperSettings) -> Result<bool, PremisesError> {
    if !settings.database.is_embedded() {
        return Ok(true);
    }
    if !is_there(&settings.database) {
        return Ok(false);
    }
    let health = status(&settings.database);
    let database = || settings.database.to_string();
    let health = health.map_err(|error| PremisesError::Store { database: database(), error })?;
    Ok(health.schema_version.is_some())
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

/// The key of this database; `None` where it is ours to make and there is nothing yet that
/// another one could have sealed.
fn kek(
    settings: &KeeperSettings,
    store: &dyn Store,
    database: &str,
) -> Result<Option<Kek>, PremisesError> {
    let path = kek_path(settings).ok_or(PremisesError::NoKek)?;
    if path.exists() || !settings.database.is_embedded() {
        return Ok(Some(Kek::load(&path)?));
    }
    // A new key could not open what another one has sealed.
    let stored = store.read(|reading| reading.list_data_keys());
    let stored =
        stored.map_err(|error| PremisesError::Store { database: database.to_owned(), error })?;
    match stored.first() {
        Some(key) => Err(PremisesError::KekLost { path, wanted: key.kek_id.clone() }),
        None => Ok(None),
    }
}

fn make_kek(
    settings: &KeeperSettings,
    randomness: &dyn Randomness,
    news: &mut Vec<String>,
) -> Result<Kek, PremisesError> {
    let path = kek_path(settings).ok_or(PremisesError::NoKek)?;
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
