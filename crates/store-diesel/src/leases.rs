//! Leases: what only one process may do at a time, on both engines.

use diesel::prelude::*;
use muster_domain::Timestamp;
use muster_store::StoreError;

use crate::error::store_error;
use crate::schema::leases;
use crate::session::Session;

/// Taking leases.
pub(crate) trait Leases {
    /// See [`muster_store::CleaningWriting::take_lease`].
    fn lease(
        &mut self,
        name: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, StoreError>;
}

macro_rules! leases {
    ($connection:ty) => {
        impl Leases for Session<'_, $connection> {
            fn lease(
                &mut self,
                name: &str,
                holder: &str,
                now: Timestamp,
                until: Timestamp,
            ) -> Result<bool, StoreError> {
                // A race is decided by the row's lock here, by the primary key below.
                let taken = diesel::update(
                    leases::table
                        .find(name)
                        .filter(leases::holder.eq(holder).or(leases::until.le(now.millis()))),
                )
                .set((leases::holder.eq(holder), leases::until.eq(until.millis())))
                .execute(&mut *self.connection)
                .map_err(store_error)?;
                if taken > 0 {
                    return Ok(true);
                }
                diesel::insert_into(leases::table)
                    .values((
                        leases::name.eq(name),
                        leases::holder.eq(holder),
                        leases::until.eq(until.millis()),
                    ))
                    .on_conflict_do_nothing()
                    .execute(&mut *self.connection)
                    .map(|added| added > 0)
                    .map_err(store_error)
            }
        }
    };
}

leases!(diesel::PgConnection);
leases!(diesel::SqliteConnection);
