//! SQLite, built in: pragmas, a few readers, and one writer.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use diesel::connection::{DefaultLoadingMode, SimpleConnection};
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, CustomizeConnection, NopErrorHandler, Pool};
use muster_store::{Reading, Store, StoreError, StoreHealth, Unit};

use super::group_writer::{GroupConnection, GroupWriter};
use super::{BulkDelete, BulkInsert, Engine, NameSpace, RowLocks};
use crate::audit::NewRow;
use crate::error::store_error;
use crate::migrate;
use crate::numbers::{SharedNumbers, UnitNumbers};
use crate::open::{OpenError, PoolSettings};
use crate::rows::{DeviceFlowRow, NewTokenRow, TransactionRow};
use crate::schema::{audit, codes, device_flows, tokens, transactions};
use crate::session::Session;

/// `busy_timeout` first, for the others may have to wait. FULL, because what was answered
/// must be on disk. `secure_delete`, so that a destroyed text leaves no trace in free pages.
/// A checkpoint every 16 MiB: pages that are written again and again go to the file once.
pub(crate) const PRAGMAS: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; \
     PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -4000; \
     PRAGMA secure_delete = ON; PRAGMA wal_autocheckpoint = 4000; \
     PRAGMA journal_size_limit = 67108864;";

impl Engine for SqliteConnection {
    type Rows = DefaultLoadingMode;
}

impl BulkInsert for SqliteConnection {
    /// Row by row: the prepared statement is kept, and there is no round trip to save.
    fn insert_transactions(&mut self, rows: &[TransactionRow]) -> QueryResult<()> {
        for row in rows {
            diesel::insert_into(transactions::table).values(row).execute(self)?;
        }
        Ok(())
    }

    fn insert_tokens(&mut self, rows: &[NewTokenRow]) -> QueryResult<()> {
        for row in rows {
            diesel::insert_into(tokens::table).values(row).execute(self)?;
        }
        Ok(())
    }

    fn insert_records(&mut self, rows: &[NewRow<'_>]) -> QueryResult<()> {
        for row in rows {
            diesel::insert_into(audit::table).values(row).execute(self)?;
        }
        Ok(())
    }
}

impl GroupConnection for SqliteConnection {
    const BEGIN: &'static str = "BEGIN IMMEDIATE";
    const IS_REMOTE: bool = false;
}

impl NameSpace for SqliteConnection {
    /// There is one writer, so nobody is to be waited for.
    fn lock_issuer(&mut self, _: i32) -> QueryResult<()> {
        Ok(())
    }
}

impl RowLocks for SqliteConnection {
    /// There is one writer, which nobody can come between.
    fn hold_transaction(&mut self, key: (i16, i64)) -> QueryResult<Option<TransactionRow>> {
        transactions::table.find(key).select(TransactionRow::as_select()).first(self).optional()
    }

    fn hold_device_flow(&mut self, key: (i16, i64)) -> QueryResult<Option<DeviceFlowRow>> {
        device_flows::table.find(key).select(DeviceFlowRow::as_select()).first(self).optional()
    }
}

/// Row by row: the prepared statement is kept, and for several rows at once the planner
/// would rather read the whole shard.
impl BulkDelete for SqliteConnection {
    fn delete_tokens(&mut self, shard: i16, seqs: &[i64]) -> QueryResult<usize> {
        one_by_one(seqs, |seq| diesel::delete(tokens::table.find((shard, seq))).execute(self))
    }

    fn delete_transactions(&mut self, shard: i16, seqs: &[i64]) -> QueryResult<usize> {
        one_by_one(seqs, |seq| diesel::delete(transactions::table.find((shard, seq))).execute(self))
    }

    fn delete_codes(&mut self, shard: i16, seqs: &[i64]) -> QueryResult<usize> {
        one_by_one(seqs, |seq| diesel::delete(codes::table.find((shard, seq))).execute(self))
    }

    fn delete_device_flows(&mut self, shard: i16, seqs: &[i64]) -> QueryResult<usize> {
        one_by_one(seqs, |seq| diesel::delete(device_flows::table.find((shard, seq))).execute(self))
    }
}

fn one_by_one(
    seqs: &[i64],
    mut delete: impl FnMut(i64) -> QueryResult<usize>,
) -> QueryResult<usize> {
    let mut deleted: usize = 0;
    for seq in seqs {
        deleted = deleted.saturating_add(delete(*seq)?);
    }
    Ok(deleted)
}

type SqlitePool = Pool<ConnectionManager<SqliteConnection>>;

/// A SQLite database in a file.
pub(crate) struct SqliteStore {
    readers: SqlitePool,
    listings: SqlitePool,
    writer: GroupWriter<SqliteConnection>,
    numbers: Arc<SharedNumbers>,
}

#[derive(Debug)]
struct OnConnect;

impl CustomizeConnection<SqliteConnection, diesel::r2d2::Error> for OnConnect {
    fn on_acquire(&self, connection: &mut SqliteConnection) -> Result<(), diesel::r2d2::Error> {
        connection.batch_execute(PRAGMAS).map_err(diesel::r2d2::Error::QueryError)
    }
}

impl SqliteStore {
    pub(crate) fn open(path: &Path, settings: &PoolSettings) -> Result<Self, OpenError> {
        let unusable = |reason: String| OpenError::File { path: path.to_owned(), reason };
        let text = path.to_str().ok_or_else(|| unusable("the path is not UTF-8".to_owned()))?;
        let own = text.to_owned();
        let connect = move || {
            let opened = SqliteConnection::establish(&own);
            let mut connection =
                opened.map_err(|error| StoreError::unavailable(error.to_string()))?;
            connection.batch_execute(PRAGMAS).map_err(store_error)?;
            Ok(connection)
        };
        // A file that cannot be opened is told at once.
        let first = connect().map_err(|error: StoreError| unusable(error.to_string()))?;
        Ok(Self {
            readers: pool(text, settings.connections, settings.wait)?,
            listings: pool(text, settings.listing_connections, settings.wait)?,
            writer: GroupWriter::new(Some(first), connect),
            numbers: Arc::default(),
        })
    }

    fn read_from(
        &self,
        pool: &SqlitePool,
        work: &mut dyn FnMut(&mut dyn Reading) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut connection = pool.get().map_err(|error| StoreError::Unavailable {
            reason: format!("no connection: {error}"),
            source: Some(Box::new(error)),
        })?;
        let mut numbers = UnitNumbers::new(&self.numbers);
        let mut session = Session {
            connection: &mut *connection,
            numbers: &mut numbers,
            records: &mut Vec::new(),
        };
        work(&mut session)
    }
}

fn pool(path: &str, size: u32, wait: Duration) -> Result<SqlitePool, OpenError> {
    if size == 0 {
        return Err(OpenError::NoConnections);
    }
    Ok(Pool::builder()
        .max_size(size)
        .min_idle(Some(0))
        .connection_timeout(wait)
        .test_on_check_out(false)
        .error_handler(Box::new(NopErrorHandler))
        .connection_customizer(Box::new(OnConnect))
        .build_unchecked(ConnectionManager::new(path)))
}

impl Store for SqliteStore {
    fn read_with(
        &self,
        work: &mut dyn FnMut(&mut dyn Reading) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.read_from(&self.readers, work)
    }

    fn list_with(
        &self,
        work: &mut dyn FnMut(&mut dyn Reading) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.read_from(&self.listings, work)
    }

    fn change_with(
        &self,
        work: &mut dyn FnMut(&mut dyn Unit) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut numbers = UnitNumbers::new(&self.numbers);
        self.writer.change(|connection, records| {
            // Those of a try that was undone were never committed.
            numbers = UnitNumbers::new(&self.numbers);
            work(&mut Session { connection, numbers: &mut numbers, records })
        })?;
        numbers.share();
        Ok(())
    }

    fn health(&self) -> Result<StoreHealth, StoreError> {
        let mut connection = self.readers.get().map_err(|error| StoreError::Unavailable {
            reason: format!("no connection: {error}"),
            source: Some(Box::new(error)),
        })?;
        let version: String =
            diesel::select(diesel::dsl::sql::<diesel::sql_types::Text>("sqlite_version()"))
                .get_result(&mut *connection)
                .map_err(store_error)?;
        migrate::sqlite_health(&mut connection, &format!("SQLite {version}"))
    }
}
