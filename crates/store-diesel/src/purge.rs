//! Deleting what a removed client or user held, on both engines.
//!
//! In batches of users, so that no unit grows with the size of the client.

use diesel::prelude::*;
use muster_domain::{ClientKey, UserKey};
use muster_store::StoreError;

use crate::error::store_error;
use crate::rows::small;
use crate::schema::{
    administers, clients, codes, device_flows, holdings, tokens, transactions, users,
};
use crate::session::Session;

/// Deleting in steps.
pub(crate) trait Purge {
    /// See [`muster_store::PartiesWriting::purge_client`].
    fn purge_client_holdings(&mut self, client: ClientKey, users: i64) -> Result<bool, StoreError>;

    /// Deletes a user and all it holds.
    fn purge_user(&mut self, user: UserKey) -> Result<bool, StoreError>;

    /// Deletes one user's transactions and tokens at one client.
    fn purge_holding(&mut self, shard: i16, user: i64, client: i32) -> Result<(), StoreError>;
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
                if !batch.is_empty() {
                    return Ok(true);
                }
                // What the client held in its own name, without a user.
                diesel::delete(tokens::table.filter(tokens::client_seq.eq(client)))
                    .execute(&mut *self.connection)
                    .map_err(store_error)?;
                diesel::delete(codes::table.filter(codes::client_seq.eq(client)))
                    .execute(&mut *self.connection)
                    .map_err(store_error)?;
                diesel::delete(device_flows::table.filter(device_flows::client_seq.eq(client)))
                    .execute(&mut *self.connection)
                    .map_err(store_error)?;
                diesel::delete(transactions::table.filter(transactions::client_seq.eq(client)))
                    .execute(&mut *self.connection)
                    .map_err(store_error)?;
                diesel::delete(administers::table.filter(administers::client_seq.eq(client)))
                    .execute(&mut *self.connection)
                    .map_err(store_error)?;
                diesel::delete(clients::table.find(client))
                    .execute(&mut *self.connection)
                    .map_err(store_error)?;
                Ok(false)
            }

            fn purge_user(&mut self, user: UserKey) -> Result<bool, StoreError> {
                let (shard, number) = (user.shard.number(), user.number);
                diesel::delete(
                    device_flows::table
                        .filter(device_flows::user_shard.eq(shard))
                        .filter(device_flows::user_seq.eq(number)),
                )
                .execute(&mut *self.connection)
                .map_err(store_error)?;
                diesel::delete(
                    codes::table.filter(codes::shard.eq(shard)).filter(
                        codes::tx_seq.eq_any(
                            transactions::table
                                .filter(transactions::shard.eq(shard))
                                .filter(transactions::user_seq.eq(number))
                                .select(transactions::seq),
                        ),
                    ),
                )
                .execute(&mut *self.connection)
                .map_err(store_error)?;
                diesel::delete(
                    tokens::table
                        .filter(tokens::shard.eq(shard))
                        .filter(tokens::user_seq.eq(number)),
                )
                .execute(&mut *self.connection)
                .map_err(store_error)?;
                diesel::delete(
                    transactions::table
                        .filter(transactions::shard.eq(shard))
                        .filter(transactions::user_seq.eq(number)),
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
                    codes::table.filter(codes::shard.eq(shard)).filter(
                        codes::tx_seq.eq_any(
                            transactions::table
                                .filter(transactions::shard.eq(shard))
                                .filter(transactions::user_seq.eq(user))
                                .filter(transactions::client_seq.eq(client))
                                .select(transactions::seq),
                        ),
                    ),
                )
                .execute(&mut *self.connection)
                .map_err(store_error)?;
                diesel::delete(
                    tokens::table
                        .filter(tokens::shard.eq(shard))
                        .filter(tokens::user_seq.eq(user))
                        .filter(tokens::client_seq.eq(client)),
                )
                .execute(&mut *self.connection)
                .map_err(store_error)?;
                diesel::delete(
                    transactions::table
                        .filter(transactions::shard.eq(shard))
                        .filter(transactions::user_seq.eq(user))
                        .filter(transactions::client_seq.eq(client)),
                )
                .execute(&mut *self.connection)
                .map_err(store_error)?;
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
        }
    };
}

purge!(diesel::PgConnection);
purge!(diesel::SqliteConnection);
