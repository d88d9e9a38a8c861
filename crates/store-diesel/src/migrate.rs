//! The migrations of both engines, carried inside the program.
//!
//! The server only checks them at start and says what to run; running is the keeper's
//! deed (`muster migrate`, `cargo xtask migrate`). An embedded store is brought up to date
//! by itself.

use diesel::dsl::sql;
use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use muster_store::{StoreError, StoreHealth};

use crate::backend::SQLITE_PRAGMAS;
use crate::error::store_error;
use crate::open::DatabaseUrl;

/// The steps for PostgreSQL.
pub(crate) const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");
/// The same steps for SQLite.
pub(crate) const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");

/// Which way to go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    /// Every step that is missing.
    Up,
    /// The newest step, back.
    Down,
    /// The newest step, back and up again.
    Redo,
}

/// Walks and returns the names of the steps that were taken, in order.
pub fn migrate(url: &DatabaseUrl, direction: Direction) -> Result<Vec<String>, StoreError> {
    match url {
        DatabaseUrl::Postgres(url) => {
            let mut connection = PgConnection::establish(url).map_err(unreachable_database)?;
            walk(&mut connection, || POSTGRES, direction)
        }
        DatabaseUrl::Sqlite(path) => {
            let path = path.to_string_lossy();
            let mut connection =
                SqliteConnection::establish(&path).map_err(unreachable_database)?;
            diesel::connection::SimpleConnection::batch_execute(&mut connection, SQLITE_PRAGMAS)
                .map_err(store_error)?;
            walk(&mut connection, || SQLITE, direction)
        }
    }
}

/// How a database stands, without a pool.
pub fn status(url: &DatabaseUrl) -> Result<StoreHealth, StoreError> {
    match url {
        DatabaseUrl::Postgres(url) => {
            let mut connection = PgConnection::establish(url).map_err(unreachable_database)?;
            postgres_health(&mut connection, "PostgreSQL")
        }
        DatabaseUrl::Sqlite(path) => {
            let path = path.to_string_lossy();
            let mut connection =
                SqliteConnection::establish(&path).map_err(unreachable_database)?;
            sqlite_health(&mut connection, "SQLite")
        }
    }
}

fn unreachable_database(error: ConnectionError) -> StoreError {
    StoreError::Unavailable { reason: error.to_string(), source: Some(Box::new(error)) }
}

fn failed(error: Box<dyn std::error::Error + Send + Sync>) -> StoreError {
    StoreError::Unavailable { reason: format!("a migration failed: {error}"), source: Some(error) }
}

fn walk<DB, C>(
    connection: &mut C,
    steps: fn() -> EmbeddedMigrations,
    direction: Direction,
) -> Result<Vec<String>, StoreError>
where
    DB: diesel::backend::Backend,
    C: MigrationHarness<DB>,
    EmbeddedMigrations: MigrationSource<DB>,
{
    let names = |taken: Vec<MigrationVersion<'_>>| taken.iter().map(ToString::to_string).collect();
    match direction {
        Direction::Up => connection.run_pending_migrations(steps()).map(names).map_err(failed),
        Direction::Down => connection
            .revert_last_migration(steps())
            .map(|step| vec![step.to_string()])
            .map_err(failed),
        Direction::Redo => {
            let step = connection.revert_last_migration(steps()).map_err(failed)?.to_string();
            connection.run_pending_migrations(steps()).map_err(failed)?;
            Ok(vec![step])
        }
    }
}

/// How a PostgreSQL database stands.
pub(crate) fn postgres_health(
    connection: &mut PgConnection,
    engine: &str,
) -> Result<StoreHealth, StoreError> {
    let is_migrated =
        diesel::select(sql::<Bool>("to_regclass('__diesel_schema_migrations') IS NOT NULL"));
    let is_migrated = is_migrated.get_result(connection).map_err(store_error)?;
    health_of(connection, (&POSTGRES, is_migrated), engine)
}

/// How a SQLite database stands.
pub(crate) fn sqlite_health(
    connection: &mut SqliteConnection,
    engine: &str,
) -> Result<StoreHealth, StoreError> {
    let is_migrated = diesel::select(sql::<Bool>(
        "EXISTS (SELECT 1 FROM sqlite_master WHERE name = '__diesel_schema_migrations')",
    ));
    let is_migrated = is_migrated.get_result(connection).map_err(store_error)?;
    health_of(connection, (&SQLITE, is_migrated), engine)
}

/// How a database stands against the steps this program knows. Asking for the steps of a
/// database that has none would make their table.
fn health_of<DB, C>(
    connection: &mut C,
    (steps, is_migrated): (&EmbeddedMigrations, bool),
    engine: &str,
) -> Result<StoreHealth, StoreError>
where
    DB: diesel::backend::Backend,
    C: MigrationHarness<DB>,
    EmbeddedMigrations: MigrationSource<DB>,
{
    let known: Vec<Box<dyn Migration<DB>>> = steps.migrations().map_err(failed)?;
    let known: Vec<String> = known.iter().map(|step| step.name().version().to_string()).collect();
    let applied =
        if is_migrated { connection.applied_migrations().map_err(failed)? } else { Vec::new() };
    let applied: Vec<String> = applied.iter().map(ToString::to_string).collect();
    Ok(StoreHealth {
        engine: engine.to_owned(),
        schema_version: applied.iter().max().cloned(),
        pending: known.iter().filter(|step| !applied.contains(step)).cloned().collect(),
        unknown: applied.iter().filter(|step| !known.contains(step)).cloned().collect(),
    })
}
