//! Statements that stay prepared.
//!
//! diesel prepares an `UPDATE` anew each time, because a changeset may leave columns out. The
//! ones of this room never do, and preparing costs a round trip to PostgreSQL and a plan.

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::{OptionalExtension as _, QueryResult, RunQueryDsl};
use muster_store::StoreError;

use crate::error::store_error;

/// Says that the text of a statement depends on nothing but the place it is written at.
pub(crate) trait Keep: Sized {
    /// The same statement, prepared once on each connection if it is asked for rows: diesel
    /// does not look through the reference by which it executes one without.
    fn kept(self) -> Kept<Self> {
        Kept(self)
    }
}

impl<S> Keep for S {}

/// See [`Keep::kept`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept<S>(S);

impl<S: QueryFragment<DB>, DB: Backend> QueryFragment<DB> for Kept<S> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(pass)
    }

    fn is_safe_to_cache_prepared(&self, _: &DB) -> QueryResult<bool> {
        Ok(true)
    }
}

/// It is found again by its text.
impl<S> QueryId for Kept<S> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<S: Query> Query for Kept<S> {
    type SqlType = S::SqlType;
}

impl<S, Connection> RunQueryDsl<Connection> for Kept<S> {}

/// Whether a kept change found its row, of which it tells a column.
pub(crate) fn found_its_row<T>(changed: QueryResult<T>) -> Result<bool, StoreError> {
    changed.optional().map(|row| row.is_some()).map_err(store_error)
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use diesel::connection::{InstrumentationEvent, SimpleConnection as _};
    use diesel::prelude::*;

    use super::Keep as _;

    diesel::table! {
        things (id) {
            id -> Integer,
            size -> Integer,
        }
    }

    #[test]
    fn an_update_is_kept_prepared_if_it_says_so_and_asks_for_rows() {
        let mut sqlite = SqliteConnection::establish(":memory:").unwrap();
        sqlite.batch_execute("CREATE TABLE things (id INTEGER PRIMARY KEY, size INTEGER)").unwrap();
        sqlite.batch_execute("INSERT INTO things VALUES (1, 0)").unwrap();
        let cached = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&cached);
        sqlite.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if let InstrumentationEvent::CacheQuery { sql, .. } = event {
                seen.lock().unwrap().push(sql.to_owned());
            }
        });
        for size in 1..4 {
            let update = || diesel::update(things::table.find(1)).set(things::size.eq(size));
            update().kept().execute(&mut sqlite).unwrap();
            update().returning(things::id).get_result::<i32>(&mut sqlite).unwrap();
            update().returning(things::id).kept().get_result::<i32>(&mut sqlite).unwrap();
        }
        let cached = cached.lock().unwrap();
        assert!(matches!(cached.as_slice(), [one] if one.starts_with("UPDATE")), "{cached:?}");
    }
}
