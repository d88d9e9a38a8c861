//! Clean-up on both engines: small batches along the indexes of expiry and of revocation.

use diesel::dsl::exists;
use diesel::prelude::*;
use muster_domain::{Ending, Timestamp};
use muster_store::{Cleaned, CleaningWriting, StoreError};

use crate::error::store_error;
use crate::rows::ending_column;
use crate::schema::{codes, device_flows, holdings, leases, tokens, transactions};
use crate::session::Session;

/// A token and where its transaction lies.
type Due = (i16, i64, i64);

/// A transaction's start, user and client, by which its tokens and its holding are found.
type Place = (i64, Option<i64>, i32);

macro_rules! cleaning {
    ($connection:ty) => {
        impl CleaningWriting for Session<'_, $connection> {
            fn take_lease(
                &mut self,
                name: &str,
                holder: &str,
                now: Timestamp,
                until: Timestamp,
            ) -> Result<bool, StoreError> {
                diesel::insert_into(leases::table)
                    .values((
                        leases::name.eq(name),
                        leases::holder.eq(holder),
                        leases::until.eq(now.millis()),
                    ))
                    .on_conflict_do_nothing()
                    .execute(&mut *self.connection)
                    .map_err(store_error)?;
                diesel::update(
                    leases::table
                        .find(name)
                        .filter(leases::holder.eq(holder).or(leases::until.le(now.millis()))),
                )
                .set((leases::holder.eq(holder), leases::until.eq(until.millis())))
                .execute(&mut *self.connection)
                .map(|taken| taken > 0)
                .map_err(store_error)
            }

            fn clean(
                &mut self,
                ended_before: Timestamp,
                limit: i64,
            ) -> Result<Cleaned, StoreError> {
                let before = ended_before.millis();
                let mut emptied = Vec::new();
                let tokens = self.clean_tokens(before, limit, &mut emptied)?;
                let codes = self.clean_codes(before, limit, &mut emptied)?;
                emptied.sort_unstable();
                emptied.dedup();
                let mut transactions = 0;
                for (shard, number) in emptied {
                    transactions =
                        usize::saturating_add(transactions, self.clean_transaction(shard, number)?);
                }
                let device_flows = self.clean_device_flows(before, limit)?;
                Ok(Cleaned { tokens, transactions, codes, device_flows })
            }
        }

        impl Session<'_, $connection> {
            fn clean_tokens(
                &mut self,
                before: i64,
                limit: i64,
                emptied: &mut Vec<(i16, i64)>,
            ) -> Result<usize, StoreError> {
                let mut due: Vec<Due> = tokens::table
                    .filter(tokens::expires_at.le(before))
                    .order(tokens::expires_at)
                    .limit(limit)
                    .select((tokens::shard, tokens::seq, tokens::tx_seq))
                    .load(&mut *self.connection)
                    .map_err(store_error)?;
                let revoked: Vec<Due> = tokens::table
                    .filter(tokens::ended_at.is_not_null())
                    .filter(tokens::state.eq(ending_column(Ending::Revoked)))
                    .filter(tokens::ended_at.le(before))
                    .order(tokens::ended_at)
                    .limit(limit)
                    .select((tokens::shard, tokens::seq, tokens::tx_seq))
                    .load(&mut *self.connection)
                    .map_err(store_error)?;
                due.extend(revoked);
                due.sort_unstable();
                due.dedup();
                for (shard, number, transaction) in &due {
                    diesel::delete(tokens::table.find((*shard, *number)))
                        .execute(&mut *self.connection)
                        .map_err(store_error)?;
                    emptied.push((*shard, *transaction));
                }
                Ok(due.len())
            }

            fn clean_codes(
                &mut self,
                before: i64,
                limit: i64,
                emptied: &mut Vec<(i16, i64)>,
            ) -> Result<usize, StoreError> {
                let due: Vec<(i16, i64)> = codes::table
                    .filter(codes::expires_at.le(before))
                    .order(codes::expires_at)
                    .limit(limit)
                    .select((codes::shard, codes::tx_seq))
                    .load(&mut *self.connection)
                    .map_err(store_error)?;
                for key in &due {
                    diesel::delete(codes::table.find(*key))
                        .execute(&mut *self.connection)
                        .map_err(store_error)?;
                }
                emptied.extend_from_slice(&due);
                Ok(due.len())
            }

            /// Deletes a transaction that holds nothing any more, and its note among the
            /// user's holdings if it was the last one there. How many were deleted.
            fn clean_transaction(&mut self, shard: i16, number: i64) -> Result<usize, StoreError> {
                let place: Option<Place> = transactions::table
                    .find((shard, number))
                    .select((
                        transactions::started_at,
                        transactions::user_seq,
                        transactions::client_seq,
                    ))
                    .first(&mut *self.connection)
                    .optional()
                    .map_err(store_error)?;
                let Some((started_at, user, client)) = place else { return Ok(0) };
                if self.holds_anything((shard, number), (started_at, user, client))? {
                    return Ok(0);
                }
                let deleted = diesel::delete(transactions::table.find((shard, number)))
                    .execute(&mut *self.connection)
                    .map_err(store_error)?;
                if let Some(user) = user {
                    let others: bool = diesel::select(exists(
                        transactions::table
                            .filter(transactions::shard.eq(shard))
                            .filter(transactions::user_seq.eq(user))
                            .filter(transactions::client_seq.eq(client)),
                    ))
                    .get_result(&mut *self.connection)
                    .map_err(store_error)?;
                    if !others {
                        diesel::delete(
                            holdings::table
                                .filter(holdings::shard.eq(shard))
                                .filter(holdings::user_seq.eq(user))
                                .filter(holdings::client_seq.eq(client)),
                        )
                        .execute(&mut *self.connection)
                        .map_err(store_error)?;
                    }
                }
                Ok(deleted)
            }

            fn holds_anything(
                &mut self,
                (shard, number): (i16, i64),
                (started_at, user, client): Place,
            ) -> Result<bool, StoreError> {
                // Along the listing's index, which begins with the user, even with none.
                let mut of_user =
                    tokens::table.filter(tokens::shard.eq(shard)).select(tokens::seq).into_boxed();
                of_user = match user {
                    Some(user) => of_user.filter(tokens::user_seq.eq(user)),
                    None => of_user.filter(tokens::user_seq.is_null()),
                };
                let token: Option<i64> = of_user
                    .filter(tokens::client_seq.eq(client))
                    .filter(tokens::started_at.eq(started_at))
                    .filter(tokens::tx_seq.eq(number))
                    .limit(1)
                    .first(&mut *self.connection)
                    .optional()
                    .map_err(store_error)?;
                if token.is_some() {
                    return Ok(true);
                }
                let code: bool = diesel::select(exists(codes::table.find((shard, number))))
                    .get_result(&mut *self.connection)
                    .map_err(store_error)?;
                let child: bool = diesel::select(exists(
                    transactions::table
                        .filter(transactions::shard.eq(shard))
                        .filter(transactions::parent_seq.eq(number)),
                ))
                .get_result(&mut *self.connection)
                .map_err(store_error)?;
                Ok(code || child)
            }

            fn clean_device_flows(&mut self, before: i64, limit: i64) -> Result<usize, StoreError> {
                let due: Vec<(i16, i64)> = device_flows::table
                    .filter(device_flows::expires_at.le(before))
                    .order(device_flows::expires_at)
                    .limit(limit)
                    .select((device_flows::shard, device_flows::seq))
                    .load(&mut *self.connection)
                    .map_err(store_error)?;
                for key in &due {
                    diesel::delete(device_flows::table.find(*key))
                        .execute(&mut *self.connection)
                        .map_err(store_error)?;
                }
                Ok(due.len())
            }
        }
    };
}

cleaning!(diesel::PgConnection);
cleaning!(diesel::SqliteConnection);
