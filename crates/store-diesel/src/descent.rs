//! What was exchanged out of transactions ends with them (RFC 8693), on both engines.
//!
//! A child lies in the shard of its parent, so a whole family is one place of a cluster.

use diesel::prelude::*;
use muster_domain::{Descent, Timestamp};
use muster_store::StoreError;

use crate::error::store_error;
use crate::schema::transactions;
use crate::session::Session;

/// So many parents are asked about at once: SQLite binds 32,766 values at most.
const PARENTS_AT_ONCE: usize = 500;

/// The transactions below others.
pub(crate) trait Descendants {
    /// Ends everything below these transactions of a shard. Whoever calls has changed or
    /// deleted their rows before, and so has waited for those who held them.
    ///
    /// `at` is the moment; without one (a deletion has none) a transaction is ended as of its
    /// own beginning.
    fn end_below(
        &mut self,
        shard: i16,
        parents: Vec<i64>,
        at: Option<Timestamp>,
    ) -> Result<(), StoreError>;
}

macro_rules! descent {
    ($connection:ty) => {
        impl Session<'_, $connection> {
            /// The numbers of what was exchanged out of these.
            pub(crate) fn children(
                &mut self,
                shard: i16,
                parents: &[i64],
            ) -> Result<Vec<i64>, StoreError> {
                let mut children = Vec::new();
                for some in parents.chunks(PARENTS_AT_ONCE) {
                    let found: Vec<i64> = transactions::table
                        .filter(transactions::shard.eq(shard))
                        .filter(transactions::parent_seq.eq_any(some.to_vec()))
                        .select(transactions::seq)
                        .load(&mut *self.connection)
                        .map_err(store_error)?;
                    children.extend(found);
                }
                Ok(children)
            }

            fn end_one(
                &mut self,
                shard: i16,
                seq: i64,
                at: Option<Timestamp>,
            ) -> Result<(), StoreError> {
                let open =
                    transactions::table.find((shard, seq)).filter(transactions::ended_at.is_null());
                match at {
                    Some(at) => diesel::update(open)
                        .set(transactions::ended_at.eq(at.millis()))
                        .execute(&mut *self.connection),
                    None => diesel::update(open)
                        .set(transactions::ended_at.eq(transactions::started_at.nullable()))
                        .execute(&mut *self.connection),
                }
                .map(drop)
                .map_err(store_error)
            }
        }

        impl Descendants for Session<'_, $connection> {
            fn end_below(
                &mut self,
                shard: i16,
                parents: Vec<i64>,
                at: Option<Timestamp>,
            ) -> Result<(), StoreError> {
                let mut parents = parents;
                for _ in 0..Descent::DEEPEST {
                    // In the same order in every unit, so that two of them do not deadlock.
                    let mut children = self.children(shard, &parents)?;
                    children.sort_unstable();
                    for child in &children {
                        self.end_one(shard, *child, at)?;
                    }
                    if children.is_empty() {
                        break;
                    }
                    parents = children;
                }
                Ok(())
            }
        }
    };
}

descent!(diesel::PgConnection);
descent!(diesel::SqliteConnection);
