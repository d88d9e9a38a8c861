//! Transactions on both engines.

use diesel::prelude::*;
use muster_domain::{IssuerKey, Shard, Timestamp, Transaction, TransactionId, TransactionKey};
use muster_store::{StoreError, TransactionsReading, TransactionsWriting};

use crate::backend::{BulkInsert, RowLocks};
use crate::descent::Descendants;
use crate::error::store_error;
use crate::kept::{Keep as _, found_its_row};
use crate::rows::{HoldingRow, TransactionRow, small};
use crate::schema::{clients, holdings, transactions};
use crate::session::Session;

/// Each (shard, user, client) of these transactions, once.
fn held(transactions: &[Transaction]) -> Result<Vec<(i16, i64, i32)>, StoreError> {
    let mut held = Vec::with_capacity(transactions.len());
    for transaction in transactions {
        if let Some(user) = transaction.user {
            held.push((user.shard.number(), user.number, small(transaction.client.number())?));
        }
    }
    held.sort_unstable();
    held.dedup();
    Ok(held)
}

macro_rules! transactions {
    ($connection:ty) => {
        impl Session<'_, $connection> {
            fn add_holdings(&mut self, held: &[(i16, i64, i32)]) -> Result<(), StoreError> {
                let mut keys: Vec<i32> = held.iter().map(|(_, _, client)| *client).collect();
                keys.sort_unstable();
                keys.dedup();
                let ids: std::collections::HashMap<i32, String> = clients::table
                    .filter(clients::seq.eq_any(keys))
                    .select((clients::seq, clients::id))
                    .load::<(i32, String)>(&mut *self.connection)
                    .map_err(store_error)?
                    .into_iter()
                    .collect();
                let mut rows = Vec::with_capacity(held.len());
                for (shard, user, client) in held {
                    let id = ids.get(client).ok_or_else(|| {
                        StoreError::corrupt(format!(
                            "a transaction of client {client}, which is not there"
                        ))
                    })?;
                    rows.push(HoldingRow {
                        user_seq: *user,
                        client_seq: *client,
                        shard: *shard,
                        client_id: id.as_str(),
                    });
                }
                diesel::insert_into(holdings::table)
                    .values(rows)
                    .on_conflict_do_nothing()
                    .execute(&mut *self.connection)
                    .map_err(store_error)?;
                Ok(())
            }
        }

        impl TransactionsReading for Session<'_, $connection> {
            fn find_transactions(
                &mut self,
                issuer: IssuerKey,
                ids: &[(Shard, TransactionId)],
            ) -> Result<Vec<Transaction>, StoreError> {
                let mut shards: Vec<i16> = ids.iter().map(|(shard, _)| shard.number()).collect();
                shards.sort_unstable();
                shards.dedup();
                let codes: Vec<&str> = ids.iter().map(|(_, id)| id.as_str()).collect();
                transactions::table
                    .filter(transactions::issuer_seq.eq(small(issuer.number())?))
                    .filter(transactions::code.eq_any(codes))
                    .filter(transactions::shard.eq_any(shards))
                    .select(TransactionRow::as_select())
                    .load(&mut *self.connection)
                    .map_err(store_error)?
                    .into_iter()
                    .map(TransactionRow::into_domain)
                    .collect()
            }
        }

        impl TransactionsWriting for Session<'_, $connection> {
            fn add_transactions(&mut self, new: &[Transaction]) -> Result<(), StoreError> {
                if new.is_empty() {
                    return Ok(());
                }
                let rows = new.iter().map(TransactionRow::of).collect::<Result<Vec<_>, _>>()?;
                self.connection.insert_transactions(&rows).map_err(store_error)?;
                let held = held(new)?;
                if held.is_empty() { Ok(()) } else { self.add_holdings(&held) }
            }

            fn hold_transaction(
                &mut self,
                transaction: TransactionKey,
            ) -> Result<Option<Transaction>, StoreError> {
                let key = (transaction.shard.number(), transaction.number);
                let row = self.connection.hold_transaction(key).map_err(store_error)?;
                row.map(TransactionRow::into_domain).transpose()
            }

            fn end_transaction(
                &mut self,
                transaction: TransactionKey,
                at: Timestamp,
            ) -> Result<bool, StoreError> {
                let (shard, seq) = (transaction.shard.number(), transaction.number);
                // Waits for whoever holds the row, so that a child that is coming is seen below.
                let ended = found_its_row(
                    diesel::update(
                        transactions::table
                            .find((shard, seq))
                            .filter(transactions::ended_at.is_null()),
                    )
                    .set(transactions::ended_at.eq(at.millis()))
                    .returning(transactions::seq)
                    .kept()
                    .get_result::<i64>(&mut *self.connection),
                )?;
                if !ended {
                    return Ok(false);
                }
                self.end_below(shard, vec![seq], Some(at))?;
                Ok(true)
            }
        }
    };
}

transactions!(diesel::PgConnection);
transactions!(diesel::SqliteConnection);
