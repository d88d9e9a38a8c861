//! Opening a database: the engine follows from the URL's scheme, never by trying.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use muster_store::Store;

use crate::backend::{PostgresStore, SqliteStore};

/// Where a database is.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// `postgres://...` or `postgresql://...`, as libpq reads it.
    Postgres(String),
    /// `sqlite:PATH`: a file.
    Sqlite(PathBuf),
}

/// A text that says no place of a database.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a database URL begins with `postgres://` or `sqlite:` followed by a path")]
pub struct InvalidDatabaseUrl;

impl FromStr for DatabaseUrl {
    type Err = InvalidDatabaseUrl;

    fn from_str(text: &str) -> Result<Self, InvalidDatabaseUrl> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        let path = text.strip_prefix("sqlite:").ok_or(InvalidDatabaseUrl)?;
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() { Err(InvalidDatabaseUrl) } else { Ok(Self::Sqlite(path.into())) }
    }
}

impl DatabaseUrl {
    /// Whether the database is a file that this program looks after itself.
    pub const fn is_embedded(&self) -> bool {
        match self {
            Self::Postgres(_) => false,
            Self::Sqlite(_) => true,
        }
    }
}

/// Shows the place without its password.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(url) => {
                let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
                let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
                // Parameters may hold a password, too.
                let host = host.split_once('?').map_or(host, |(host, _)| host);
                write!(f, "{scheme}://{host}")
            }
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// How many connections, and how long to wait.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PoolSettings {
    /// Connections for reading, listings apart; one more writes, on PostgreSQL two.
    pub connections: u32,
    /// Connections set aside for listings.
    pub listing_connections: u32,
    /// How long to wait for a free connection (T37).
    pub wait: Duration,
    /// The longest statement (PostgreSQL; F10).
    pub statement: Duration,
    /// The longest statement of a listing (PostgreSQL).
    pub listing_statement: Duration,
}

impl Default for PoolSettings {
    fn default() -> Self {
        Self {
            connections: 8,
            listing_connections: 2,
            wait: Duration::from_millis(250),
            statement: Duration::from_secs(2),
            listing_statement: Duration::from_secs(10),
        }
    }
}

/// Why a database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A pool of no connections serves nobody.
    #[error("a pool needs at least one connection")]
    NoConnections,
    /// The file cannot be used.
    #[error("the database file {} cannot be used: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

/// Opens a database. A file is made when it is not there; a server is first spoken to when
/// something is asked of it.
pub fn open(url: &DatabaseUrl, settings: &PoolSettings) -> Result<Arc<dyn Store>, OpenError> {
    Ok(match url {
        DatabaseUrl::Postgres(url) => Arc::new(PostgresStore::open(url, settings)?),
        DatabaseUrl::Sqlite(path) => {
            make_folder(path)?;
            make_file(path)?;
            Arc::new(SqliteStore::open(path, settings)?)
        }
    })
}

/// The database's folder, for its owner alone: tokens lie in it, if sealed.
fn make_folder(path: &Path) -> Result<(), OpenError> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else {
        return Ok(());
    };
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .recursive(true)
        .create(folder)
        .map_err(|error| OpenError::File { path: path.to_owned(), reason: error.to_string() })
}

/// The database's file, for its owner alone; SQLite gives the files beside it the same mode.
fn make_file(path: &Path) -> Result<(), OpenError> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        // A file that may only be read is for the engine to judge.
        Err(_) if path.exists() => Ok(()),
        Err(error) => Err(OpenError::File { path: path.to_owned(), reason: error.to_string() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_decides_the_engine_and_a_mistyped_one_is_refused() {
        assert_eq!("sqlite:a/b.db".parse(), Ok(DatabaseUrl::Sqlite("a/b.db".into())));
        assert_eq!("sqlite:///a/b.db".parse(), Ok(DatabaseUrl::Sqlite("/a/b.db".into())));
        assert!(matches!("postgres://h/d".parse(), Ok(DatabaseUrl::Postgres(_))));
        for wrong in ["postgers://h/d", "a/b.db", "sqlite:", ""] {
            assert_eq!(wrong.parse::<DatabaseUrl>(), Err(InvalidDatabaseUrl), "{wrong}");
        }
    }

    #[test]
    fn a_shown_url_has_no_password() {
        let url: DatabaseUrl = "postgres://u:s3cret@h:5432/d?password=s3cret".parse().unwrap();
        assert_eq!(format!("{url} {url:?}"), "postgres://h:5432/d postgres://h:5432/d");
    }
}
