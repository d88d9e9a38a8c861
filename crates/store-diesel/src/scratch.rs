//! A database for one test on either engine, gone when it is dropped (feature `scratch`).

use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::PathBuf;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};
use muster_store::StoreError;

use crate::migrate::{Direction, migrate};
use crate::open::DatabaseUrl;

/// How Muster's tables are spread over a cluster.
const SPREAD: &str = include_str!("../../../deploy/citus.sql");

/// Makes whoever spreads or drops a schema on a cluster wait for the one before, until the
/// end of its transaction. Citus keeps all reference tables of a database in one group and
/// looks at one of them when it makes another: if that one is being dropped, it fails with
/// "relation issuers is not distributed".
const IN_TURN: &str = "SELECT pg_advisory_xact_lock(20823);";

/// A database of one's own, with the schema in place.
#[derive(Debug)]
pub struct Scratch {
    url: DatabaseUrl,
    cleanup: Cleanup,
}

#[derive(Debug)]
enum Cleanup {
    Folder(PathBuf),
    Database { server: String, name: String },
    Schema { server: String, name: String },
}

impl Scratch {
    /// A SQLite database in a folder of its own.
    pub fn sqlite() -> Result<Self, StoreError> {
        let folder = std::env::temp_dir().join(unique_name());
        std::fs::create_dir_all(&folder)
            .map_err(|error| StoreError::unavailable(error.to_string()))?;
        let url = DatabaseUrl::Sqlite(folder.join("muster.db"));
        let scratch = Self { url, cleanup: Cleanup::Folder(folder) };
        migrate(&scratch.url, Direction::Up)?;
        Ok(scratch)
    }

    /// A PostgreSQL database on the server of `server_url`, whose account may make some.
    pub fn postgres(server_url: &str) -> Result<Self, StoreError> {
        let name = unique_name();
        run(server_url, &format!("CREATE DATABASE {name}"))?;
        let url = DatabaseUrl::Postgres(with_database(server_url, &name));
        let scratch =
            Self { url, cleanup: Cleanup::Database { server: server_url.to_owned(), name } };
        migrate(&scratch.url, Direction::Up)?;
        Ok(scratch)
    }

    /// A schema of one's own in the database of a Citus cluster, its tables spread by the
    /// statements of `deploy/citus.sql`, each in so many pieces.
    pub fn citus(server_url: &str, pieces: u32) -> Result<Self, StoreError> {
        let name = unique_name();
        run(server_url, &format!("CREATE SCHEMA {name}"))?;
        let options = format!("-c search_path={name} -c citus.shard_count={pieces}");
        let options = options.replace(' ', "%20").replace('=', "%3D");
        let url = format!("{server_url}?options={options}");
        let cleanup = Cleanup::Schema { server: server_url.to_owned(), name };
        let scratch = Self { url: DatabaseUrl::Postgres(url.clone()), cleanup };
        migrate(&scratch.url, Direction::Up)?;
        run(&url, &format!("{IN_TURN} {SPREAD}"))?;
        Ok(scratch)
    }

    /// Where it is.
    pub const fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// The rows of a query for `who` (a text) and `number`, as operators ask it.
    pub fn tally(&self, query: &str) -> Result<Vec<(Option<String>, i64)>, StoreError> {
        let unavailable = |error: ConnectionError| StoreError::unavailable(error.to_string());
        let query = diesel::sql_query(query);
        let rows: Result<Vec<Tallied>, _> = match &self.url {
            DatabaseUrl::Postgres(url) => {
                query.load(&mut PgConnection::establish(url).map_err(unavailable)?)
            }
            DatabaseUrl::Sqlite(path) => {
                let path = path.to_string_lossy();
                query.load(&mut SqliteConnection::establish(&path).map_err(unavailable)?)
            }
        };
        let rows = rows.map_err(crate::error::store_error)?;
        Ok(rows.into_iter().map(|row| (row.who, row.number)).collect())
    }

    /// Where it is, in full, for a settings file.
    pub fn url_text(&self) -> String {
        match &self.url {
            DatabaseUrl::Postgres(url) => url.clone(),
            DatabaseUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
        }
    }
}

/// A row of a query for who and how many.
#[derive(QueryableByName)]
struct Tallied {
    #[diesel(sql_type = Nullable<Text>)]
    who: Option<String>,
    #[diesel(sql_type = BigInt)]
    number: i64,
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let done = match &self.cleanup {
            Cleanup::Folder(folder) => std::fs::remove_dir_all(folder)
                .map_err(|error| StoreError::unavailable(error.to_string())),
            Cleanup::Database { server, name } => {
                run(server, &format!("DROP DATABASE {name} WITH (FORCE)"))
            }
            Cleanup::Schema { server, name } => {
                run(server, &format!("{IN_TURN} DROP SCHEMA IF EXISTS {name} CASCADE"))
            }
        };
        if let Err(error) = done {
            tracing::warn!(%error, "a scratch database was left behind");
        }
    }
}

fn run(url: &str, statement: &str) -> Result<(), StoreError> {
    let mut connection =
        PgConnection::establish(url).map_err(|error| StoreError::unavailable(error.to_string()))?;
    connection.batch_execute(statement).map_err(crate::error::store_error)
}

/// Unique on this machine: the process, and a random number of the standard library's.
fn unique_name() -> String {
    let number = RandomState::new().build_hasher().finish();
    format!("muster_scratch_{}_{number:016x}", std::process::id())
}

/// The same server, another database.
fn with_database(server_url: &str, name: &str) -> String {
    let (head, query) = server_url.split_once('?').map_or((server_url, ""), |(h, q)| (h, q));
    let after_scheme = head.find("://").map_or(0, |at| at + 3);
    let path = head.get(after_scheme..).and_then(|rest| rest.find('/'));
    let base = path.and_then(|at| head.get(..after_scheme + at)).unwrap_or(head);
    if query.is_empty() { format!("{base}/{name}") } else { format!("{base}/{name}?{query}") }
}

#[cfg(test)]
mod tests {
    use super::with_database;

    #[test]
    fn another_database_keeps_server_and_parameters() {
        assert_eq!(with_database("postgres://u@h:1/a?host=/s", "b"), "postgres://u@h:1/b?host=/s");
        assert_eq!(with_database("postgres://u@h", "b"), "postgres://u@h/b");
    }
}
