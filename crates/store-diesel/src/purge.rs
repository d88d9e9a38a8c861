//! Deleting what a removed client or user held, on both engines.
//!
//! In batches, so that no unit grows with the size of the client. What was exchanged out of a
//! transaction belongs to other clients: it ends, and they keep the record of it.

use diesel::prelude::*;
use muster_domain::{ClientKey, Shard, UserKey};
use muster_store::StoreError;

use crate::backend::BulkDelete;
use crate::descent::Descendants;
use crate::error::store_error;
use crate::rows::small;
use crate::schema::{administers, clients, device_flows, holdings, tokens, transactions, users};
use crate::served_names::ServedNames;
use crate::session::Session;

/// How many tokens or transactions that a client has in its own name go in one step.
const OWN_AT_ONCE: i64 = 1_000;

/// Deleting in steps.
pub(crate) trait Purge {
    /// See [`muster_store::PartiesWriting::purge_client`].
    fn purge_client_holdings(&mut self, client: ClientKey, users: i64) -> Result<bool, StoreError>;

    /// Deletes a user and all it holds.
    fn purge_user(&mut self, user: UserKey) -> Result<bool, StoreError>;

    /// Deletes one user's transactions and tokens at one client.
    fn purge_holding(&mut self, shard: i16, user: i64, client: i32) -> Result<(), StoreError>;

    /// Deletes some of what a client holds in its own name; whether there was any.
    fn purge_own(&mut self, client: i32) -> Result<bool, StoreError>;

    /// Takes care of what depends on transactions of a shard that were just deleted.
    fn purge_below(&mut self, shard: i16, gone: Vec<i64>) -> Result<(), StoreError>;
}

/// Every shard: a client in its own name holds something in its own, and in those of other
/// clients whose tokens it exchanged.
fn every_shard() -> Vec<i16> {
    (0..Shard::COUNT).collect()
}

macro_rules! purge {
    ($connection:ty) => {
        impl Purge for Session<'_, $connection> {
            fn purge_client_holdings(
                &mut self,
                client: ClientKey,
                users: i64,
            ) -> Result<bool, StoreError> {
                let client = small(client.number())?;
                // The row's lock makes purges of one client wait for each other. First also
                // because Citus changes no reference table once a unit has been on several
                // shards at a time.
                diesel::update(clients::table.find(client))
                    .set(clients::version.eq(clients::version + 1))
                    .execute(&mut *self.connection)
                    .map_err(store_error)?;
                let batch: Vec<(i16, i64)> = holdings::table
                    .filter(holdings::client_seq.eq(client))
                    .order((holdings::shard, holdings::user_seq))
                    .select((holdings::shard, holdings::user_seq))
                    .limit(users)
                    .load(&mut *self.connection)
                    .map_err(store_error)?;
                for (shard, user) in &batch {
                    self.purge_holding(*shard, *user, client)?;
                }
                if !batch.is_empty() || self.purge_own(client)? {
                    return Ok(true);
                }
                diesel::delete(device_flows::table.filter(device_flows::client_seq.eq(client)))
                    .execute(&mut *self.connection)
                    .map_err(store_error)?;
                diesel::delete(administers::table.filter(administers::client_seq.eq(client)))
                    .execute(&mut *self.connection)
                    .map_err(store_error)?;
                self.remove_served_names(client)?;
                diesel::delete(clients::table.find(client))
                    .execute(&mut *self.connection)
                    .map_err(store_error)?;
                Ok(false)
            }

            fn purge_user(&mut self, user: UserKey) -> Result<bool, StoreError> {
                let (shard, number) = (user.shard.number(), user.number);
                diesel::delete(
                    tokens::table
                        .filter(tokens::shard.eq(shard))
                        .filter(tokens::user_seq.eq(number)),
                )
                .execute(&mut *self.connection)
                .map_err(store_error)?;
                let gone: Vec<i64> = diesel::delete(
                    transactions::table
                        .filter(transactions::shard.eq(shard))
                        .filter(transactions::user_seq.eq(number)),
                )
                .returning(transactions::seq)
                .get_results(&mut *self.connection)
                .map_err(store_error)?;
                self.purge_below(shard, gone)?;
                diesel::delete(
                    device_flows::table
                        .filter(device_flows::user_shard.eq(shard))
                        .filter(device_flows::user_seq.eq(number)),
                )
                .execute(&mut *self.connection)
                .map_err(store_error)?;
                diesel::delete(
                    holdings::table
                        .filter(holdings::shard.eq(shard))
                        .filter(holdings::user_seq.eq(number)),
                )
                .execute(&mut *self.connection)
                .map_err(store_error)?;
                diesel::delete(users::table.find((shard, number)))
                    .execute(&mut *self.connection)
                    .map(|removed| removed > 0)
                    .map_err(store_error)
            }

            fn purge_holding(
                &mut self,
                shard: i16,
                user: i64,
                client: i32,
            ) -> Result<(), StoreError> {
                diesel::delete(
                    tokens::table
                        .filter(tokens::shard.eq(shard))
                        .filter(tokens::user_seq.eq(user))
                        .filter(tokens::client_seq.eq(client)),
                )
                .execute(&mut *self.connection)
                .map_err(store_error)?;
                let gone: Vec<i64> = diesel::delete(
                    transactions::table
                        .filter(transactions::shard.eq(shard))
                        .filter(transactions::user_seq.eq(user))
                        .filter(transactions::client_seq.eq(client)),
                )
                .returning(transactions::seq)
                .get_results(&mut *self.connection)
                .map_err(store_error)?;
                self.purge_below(shard, gone)?;
                diesel::delete(
                    holdings::table
                        .filter(holdings::shard.eq(shard))
                        .filter(holdings::user_seq.eq(user))
                        .filter(holdings::client_seq.eq(client)),
                )
                .execute(&mut *self.connection)
                .map_err(store_error)?;
                Ok(())
            }

            fn purge_own(&mut self, client: i32) -> Result<bool, StoreError> {
                // Every shard is named, so that the listing's index finds them.
                let some: Vec<(i16, i64)> = tokens::table
                    .filter(tokens::shard.eq_any(every_shard()))
                    .filter(tokens::user_seq.is_null())
                    .filter(tokens::client_seq.eq(client))
                    .select((tokens::shard, tokens::seq))
                    .limit(OWN_AT_ONCE)
                    .load(&mut *self.connection)
                    .map_err(store_error)?;
                for key in &some {
                    diesel::delete(tokens::table.find(*key))
                        .execute(&mut *self.connection)
                        .map_err(store_error)?;
                }
                if !some.is_empty() {
                    return Ok(true);
                }
                let some: Vec<(i16, i64)> = transactions::table
                    .filter(transactions::shard.eq_any(every_shard()))
                    .filter(transactions::user_seq.is_null())
                    .filter(transactions::client_seq.eq(client))
                    .select((transactions::shard, transactions::seq))
                    .limit(OWN_AT_ONCE)
                    .load(&mut *self.connection)
                    .map_err(store_error)?;
                for key in &some {
                    diesel::delete(transactions::table.find(*key))
                        .execute(&mut *self.connection)
                        .map_err(store_error)?;
                    self.purge_below(key.0, vec![key.1])?;
                }
                Ok(!some.is_empty())
            }

            fn purge_below(&mut self, shard: i16, gone: Vec<i64>) -> Result<(), StoreError> {
                self.connection.delete_codes(shard, &gone).map_err(store_error)?;
                self.end_below(shard, gone, None)
            }
        }
    };
}

purge!(diesel::PgConnection);
purge!(diesel::SqliteConnection);
