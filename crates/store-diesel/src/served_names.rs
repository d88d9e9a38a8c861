//! The names that clients serve, on both engines. They stand in the registrations, too: those
//! are read whole or not at all, and an audience is looked up by name.

use std::collections::BTreeSet;

use diesel::prelude::*;
use muster_domain::Registration;
use muster_store::StoreError;

use crate::error::store_error;
use crate::schema::served_names;
use crate::session::Session;

/// In bytes. No audience is longer, and an index of PostgreSQL takes no rows above 2,704.
const LONGEST: usize = 2_000;

/// Keeping the names.
pub(crate) trait ServedNames {
    /// From now on the client serves what its registration says.
    fn set_served_names(
        &mut self,
        issuer: i32,
        client: i32,
        registration: &Registration,
    ) -> Result<(), StoreError>;

    /// The client serves nothing any more.
    fn remove_served_names(&mut self, client: i32) -> Result<(), StoreError>;
}

macro_rules! served_names {
    ($connection:ty) => {
        impl ServedNames for Session<'_, $connection> {
            fn set_served_names(
                &mut self,
                issuer: i32,
                client: i32,
                registration: &Registration,
            ) -> Result<(), StoreError> {
                self.remove_served_names(client)?;
                // PostgreSQL refuses a NUL.
                let possible = |name: &&String| name.len() <= LONGEST && !name.contains('\0');
                let names: BTreeSet<&String> =
                    registration.serves.iter().filter(possible).collect();
                for name in names {
                    diesel::insert_into(served_names::table)
                        .values((
                            served_names::issuer_seq.eq(issuer),
                            served_names::client_seq.eq(client),
                            served_names::name.eq(name),
                        ))
                        .execute(&mut *self.connection)
                        .map_err(store_error)?;
                }
                Ok(())
            }

            fn remove_served_names(&mut self, client: i32) -> Result<(), StoreError> {
                diesel::delete(served_names::table.filter(served_names::client_seq.eq(client)))
                    .execute(&mut *self.connection)
                    .map(drop)
                    .map_err(store_error)
            }
        }
    };
}

served_names!(diesel::PgConnection);
served_names!(diesel::SqliteConnection);
