//! All that differs between the engines: how rows are loaded one by one, how many are
//! inserted at once, pools, pragmas, retries, and the one writer of SQLite.

mod postgres;
mod sqlite;
mod sqlite_writer;

use diesel::QueryResult;

use crate::rows::{NewTokenRow, TransactionRow};

pub(crate) use postgres::PostgresStore;
pub(crate) use sqlite::{PRAGMAS as SQLITE_PRAGMAS, SqliteStore};

/// What the macro bodies need to know of a connection type.
pub(crate) trait Engine {
    /// How `load_iter` reads row by row.
    type Rows;
}

/// Inserting many rows the quickest way of the engine.
pub(crate) trait BulkInsert {
    fn insert_transactions(&mut self, rows: &[TransactionRow]) -> QueryResult<()>;
    fn insert_tokens(&mut self, rows: &[NewTokenRow]) -> QueryResult<()>;
}

/// The name space that an issuer's clients and admins share lies in two tables, so no
/// unique index guards it.
pub(crate) trait NameSpace {
    /// Makes units that add a client or an admin of this issuer wait for each other.
    fn lock_issuer(&mut self, issuer: i32) -> QueryResult<()>;
}

/// Keeping others from changing a row until the unit is done.
pub(crate) trait Holding {
    fn hold_transaction(&mut self, key: (i16, i64)) -> QueryResult<()>;
}
