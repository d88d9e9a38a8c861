//! All that differs between the engines: how rows are loaded one by one, how many are
//! inserted at once, pools, pragmas, retries; and the one writer of both.

mod group;
mod group_writer;
mod postgres;
mod sqlite;

use diesel::QueryResult;

use crate::audit::NewRow;
use crate::rows::{DeviceFlowRow, NewTokenRow, TransactionRow};

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
    fn insert_records(&mut self, rows: &[NewRow<'_>]) -> QueryResult<()>;
}

/// The name space that an issuer's clients and admins share lies in two tables, so no
/// unique index guards it.
pub(crate) trait NameSpace {
    /// Makes units that add a client or an admin of this issuer wait for each other.
    fn lock_issuer(&mut self, issuer: i32) -> QueryResult<()>;
}

/// Rows that must not change before the unit is done.
pub(crate) trait RowLocks {
    /// The transaction, kept from being ended or deleted until then.
    fn hold_transaction(&mut self, key: (i16, i64)) -> QueryResult<Option<TransactionRow>>;

    /// The device's flow, kept from being held or changed by others until then.
    fn hold_device_flow(&mut self, key: (i16, i64)) -> QueryResult<Option<DeviceFlowRow>>;
}

/// Deleting many rows of one shard by their keys the quickest way of the engine. How many
/// there were.
pub(crate) trait BulkDelete {
    fn delete_tokens(&mut self, shard: i16, seqs: &[i64]) -> QueryResult<usize>;
    fn delete_transactions(&mut self, shard: i16, seqs: &[i64]) -> QueryResult<usize>;
    /// By the numbers of their transactions.
    fn delete_codes(&mut self, shard: i16, seqs: &[i64]) -> QueryResult<usize>;
    fn delete_device_flows(&mut self, shard: i16, seqs: &[i64]) -> QueryResult<usize>;
}
