//! PostgreSQL: two pools, statement limits, retries of lost races.

use std::sync::Arc;
use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::pg::PgRowByRowLoadingMode;
use diesel::prelude::*;
use diesel::r2d2::{
    ConnectionManager, CustomizeConnection, NopErrorHandler, Pool, PooledConnection,
};
use diesel::sql_types::{Array, BigInt, Bytea, SingleValue, SqlType, Text};
use muster_store::{Reading, Store, StoreError, StoreHealth, Unit};

use super::group_writer::{GroupConnection, GroupWriter};
use super::{BulkDelete, BulkInsert, Engine, NameSpace, RowLocks};
use crate::audit::{NewRow, Recording};
use crate::error::{is_broken_connection, is_lost_race, store_error, waited_in_vain};
use crate::migrate;
use crate::numbers::{SharedNumbers, UnitNumbers};
use crate::open::{OpenError, PoolSettings};
use crate::rows::{DeviceFlowRow, NewTokenRow, TransactionRow};
use crate::schema::{audit, codes, device_flows, issuers, tokens, transactions};
use crate::session::Session;

/// A unit that lost a race is tried so many times before the caller hears of it (F12).
const TRIES: u32 = 4;
/// How long a unit of a group waits for a row that somebody else changes.
const LOCK_TIMEOUT: Duration = Duration::from_millis(500);
/// From so many rows on they are copied: an insert of 20 columns binds each value apart and
/// ends at 65,535 of them.
const ROWS_TO_COPY: usize = 32;

impl Engine for PgConnection {
    type Rows = PgRowByRowLoadingMode;
}

impl BulkInsert for PgConnection {
    fn insert_transactions(&mut self, rows: &[TransactionRow]) -> QueryResult<()> {
        match rows {
            // A single one is inserted by a statement that is kept prepared.
            [row] => diesel::insert_into(transactions::table).values(row).execute(self)?,
            rows if rows.len() < ROWS_TO_COPY => {
                diesel::insert_into(transactions::table).values(rows).execute(self)?
            }
            rows => diesel::copy_from(transactions::table).from_insertable(rows).execute(self)?,
        };
        Ok(())
    }

    fn insert_tokens(&mut self, rows: &[NewTokenRow]) -> QueryResult<()> {
        match rows {
            // What is issued by one answer: its statements are kept prepared.
            [row] => diesel::insert_into(tokens::table).values(row).execute(self)?,
            [one, other] => {
                let both = [one.clone(), other.clone()];
                diesel::insert_into(tokens::table).values(both).execute(self)?
            }
            rows if rows.len() < ROWS_TO_COPY => {
                diesel::insert_into(tokens::table).values(rows).execute(self)?
            }
            rows => diesel::copy_from(tokens::table).from_insertable(rows).execute(self)?,
        };
        Ok(())
    }

    /// As arrays, so that one prepared statement takes any number of them.
    fn insert_records(&mut self, rows: &[NewRow<'_>]) -> QueryResult<()> {
        fn column<'r, 'a, T>(rows: &'r [NewRow<'a>], of: impl Fn(&'r NewRow<'a>) -> T) -> Vec<T> {
            rows.iter().map(of).collect()
        }
        let records = diesel::select((
            unnest::<BigInt, _>(column(rows, |row| row.number)),
            unnest::<BigInt, _>(column(rows, |row| row.at)),
            unnest::<Text, _>(column(rows, |row| row.event)),
            unnest::<Text, _>(column(rows, |row| row.body)),
            unnest::<Bytea, _>(column(rows, |row| row.previous)),
            unnest::<Bytea, _>(column(rows, |row| row.hash)),
        ));
        let columns =
            (audit::number, audit::at, audit::event, audit::body, audit::previous, audit::hash);
        diesel::insert_into(audit::table).values(records).into_columns(columns).execute(self)?;
        Ok(())
    }
}

impl GroupConnection for PgConnection {
    const BEGIN: &'static str = "BEGIN";
    const IS_REMOTE: bool = true;
}

impl NameSpace for PgConnection {
    /// A lock of the row, not a change of it: an import adds thousands in one unit.
    fn lock_issuer(&mut self, issuer: i32) -> QueryResult<()> {
        let row = issuers::table.find(issuer).select(issuers::seq).for_no_key_update();
        row.first::<i32>(self).optional().map(drop)
    }
}

impl RowLocks for PgConnection {
    /// Shared, so that exchanges out of one transaction do not wait for each other.
    fn hold_transaction(&mut self, key: (i16, i64)) -> QueryResult<Option<TransactionRow>> {
        let row = transactions::table.find(key).select(TransactionRow::as_select()).for_share();
        row.first(self).optional()
    }

    /// Not shared: of two polls the later one is to see the earlier one.
    fn hold_device_flow(&mut self, key: (i16, i64)) -> QueryResult<Option<DeviceFlowRow>> {
        let row = device_flows::table.find(key).select(DeviceFlowRow::as_select());
        row.for_no_key_update().first(self).optional()
    }
}

/// One round trip for a shard.
impl BulkDelete for PgConnection {
    fn delete_tokens(&mut self, shard: i16, seqs: &[i64]) -> QueryResult<usize> {
        let rows = tokens::table.filter(tokens::shard.eq(shard)).filter(tokens::seq.eq_any(seqs));
        diesel::delete(rows).execute(self)
    }

    fn delete_transactions(&mut self, shard: i16, seqs: &[i64]) -> QueryResult<usize> {
        let rows = transactions::table
            .filter(transactions::shard.eq(shard))
            .filter(transactions::seq.eq_any(seqs));
        diesel::delete(rows).execute(self)
    }

    fn delete_codes(&mut self, shard: i16, seqs: &[i64]) -> QueryResult<usize> {
        let rows = codes::table.filter(codes::shard.eq(shard)).filter(codes::tx_seq.eq_any(seqs));
        diesel::delete(rows).execute(self)
    }

    fn delete_device_flows(&mut self, shard: i16, seqs: &[i64]) -> QueryResult<usize> {
        let rows = device_flows::table
            .filter(device_flows::shard.eq(shard))
            .filter(device_flows::seq.eq_any(seqs));
        diesel::delete(rows).execute(self)
    }
}

#[diesel::declare_sql_function]
extern "SQL" {
    /// The elements of an array, a row each.
    fn unnest<T: SqlType + SingleValue>(elements: Array<T>) -> T;
}

type PgPool = Pool<ConnectionManager<PgConnection>>;
type Pooled = PooledConnection<ConnectionManager<PgConnection>>;

/// A PostgreSQL database.
pub(crate) struct PostgresStore {
    pool: PgPool,
    listings: PgPool,
    writer: GroupWriter<PgConnection>,
    numbers: Arc<SharedNumbers>,
}

/// Prepares each new connection.
#[derive(Debug)]
struct OnConnect {
    statements: String,
}

impl CustomizeConnection<PgConnection, diesel::r2d2::Error> for OnConnect {
    fn on_acquire(&self, connection: &mut PgConnection) -> Result<(), diesel::r2d2::Error> {
        connection.batch_execute(&self.statements).map_err(diesel::r2d2::Error::QueryError)
    }
}

impl PostgresStore {
    pub(crate) fn open(url: &str, settings: &PoolSettings) -> Result<Self, OpenError> {
        let limit = |time: Duration| format!("SET statement_timeout = {};", time.as_millis());
        // A page of a listing is one index range scan by design; the planner must not
        // choose another way because its statistics are old.
        let straight =
            "SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off;";
        let listing = format!("{}{straight}", limit(settings.listing_statement));
        let prepared = format!(
            "{}SET lock_timeout = {};",
            limit(settings.statement),
            LOCK_TIMEOUT.as_millis()
        );
        let own = url.to_owned();
        let writer = move || {
            let mut connection = PgConnection::establish(&own)
                .map_err(|error| StoreError::unavailable(format!("no connection: {error}")))?;
            connection.batch_execute(&prepared).map_err(store_error)?;
            Ok(connection)
        };
        Ok(Self {
            writer: GroupWriter::new(None, writer),
            pool: pool(url, settings.connections, settings.wait, limit(settings.statement))?,
            listings: pool(url, settings.listing_connections, settings.wait, listing)?,
            numbers: Arc::default(),
        })
    }

    fn read_from(
        &self,
        pool: &PgPool,
        work: &mut dyn FnMut(&mut dyn Reading) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut pooled = checked_out(pool)?;
        let connection: &mut PgConnection = &mut pooled;
        let mut numbers = UnitNumbers::new(&self.numbers);
        let mut session = Session {
            connection: &mut *connection,
            numbers: &mut numbers,
            records: &mut Vec::new(),
        };
        let done = work(&mut session);
        given_up_if_broken(connection, done)
    }

    fn change_in_group(
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

    /// In a transaction of its own, which may take its time.
    fn change_apart(
        &self,
        work: &mut dyn FnMut(&mut dyn Unit) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut pooled = checked_out(&self.pool)?;
        let connection: &mut PgConnection = &mut pooled;
        let mut numbers = UnitNumbers::new(&self.numbers);
        let mut failure = None;
        let done = connection.transaction(|connection| {
            let mut records = Vec::new();
            let session = &mut Session {
                connection: &mut *connection,
                numbers: &mut numbers,
                records: &mut records,
            };
            let done = work(session).and_then(|()| connection.record(&records, None));
            done.map_err(|error| {
                failure = Some(error);
                diesel::result::Error::RollbackTransaction
            })
        });
        let done = match (failure, done) {
            (Some(error), _) => Err(error),
            (None, done) => done.map_err(store_error),
        };
        given_up_if_broken(connection, done)?;
        numbers.share();
        Ok(())
    }
}

/// Keeps a connection that broke from going back to its pool: left to itself the library
/// notices that in some of its calls only, and the others fail on the same one for ever.
fn given_up_if_broken<T>(
    connection: &mut PgConnection,
    done: Result<T, StoreError>,
) -> Result<T, StoreError> {
    if done.as_ref().is_err_and(is_broken_connection) {
        AnsiTransactionManager::transaction_manager_status_mut(connection).set_in_error();
    }
    done
}

fn pool(url: &str, size: u32, wait: Duration, statements: String) -> Result<PgPool, OpenError> {
    if size == 0 {
        return Err(OpenError::NoConnections);
    }
    let pool = Pool::builder()
        .max_size(size)
        .min_idle(Some(0))
        .connection_timeout(wait)
        // One more round trip a query, for what `is_broken_connection` notices anyway.
        .test_on_check_out(false)
        // Whoever waits is told why; a second voice in the log tells nothing more.
        .error_handler(Box::new(NopErrorHandler))
        .connection_customizer(Box::new(OnConnect { statements }))
        .build_unchecked(ConnectionManager::new(url));
    Ok(pool)
}

fn checked_out(pool: &PgPool) -> Result<Pooled, StoreError> {
    pool.get().map_err(|error| StoreError::Unavailable {
        reason: format!("no connection: {error}"),
        source: Some(Box::new(error)),
    })
}

impl Store for PostgresStore {
    fn read_with(
        &self,
        work: &mut dyn FnMut(&mut dyn Reading) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        // Connections that the server closed meanwhile: reading again is harmless.
        for _ in 0..self.pool.max_size() {
            match self.read_from(&self.pool, work) {
                Err(error) if is_broken_connection(&error) => {}
                other => return other,
            }
        }
        self.read_from(&self.pool, work)
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
        let (mut tried, mut apart) = (1, false);
        loop {
            let changed = if apart { self.change_apart(work) } else { self.change_in_group(work) };
            match changed {
                // Somebody keeps a row for long: the others of the group need not wait for it.
                Err(error) if !apart && waited_in_vain(&error) => apart = true,
                Err(error) if tried < TRIES && is_lost_race(&error) => {
                    // Growing, and different from process to process.
                    let millis = u64::from(tried) * 3 + u64::from(std::process::id() % 5);
                    std::thread::sleep(Duration::from_millis(millis));
                    tried += 1;
                }
                other => return other,
            }
        }
    }

    fn health(&self) -> Result<StoreHealth, StoreError> {
        let mut pooled = checked_out(&self.pool)?;
        let connection: &mut PgConnection = &mut pooled;
        let health = health_of(connection);
        given_up_if_broken(connection, health)
    }
}

fn health_of(connection: &mut PgConnection) -> Result<StoreHealth, StoreError> {
    let version: String = diesel::select(diesel::dsl::sql::<diesel::sql_types::Text>(
        "current_setting('server_version')",
    ))
    .get_result(connection)
    .map_err(store_error)?;
    migrate::postgres_health(connection, &format!("PostgreSQL {version}"))
}
