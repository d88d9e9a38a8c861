//! Authorization codes on both engines. Redeeming asks and marks in one statement, so that
//! one of any number of simultaneous redemptions wins (past failure 6).

use diesel::prelude::*;
use muster_domain::{AuthorizationCode, IssuerKey, LookupTag, Shard, Timestamp, TransactionKey};
use muster_store::{
    CodesReading, CodesWriting, FoundCode, StandingsReading, StoreError, Strangers,
};

use crate::error::store_error;
use crate::kept::{Keep as _, found_its_row};
use crate::rows::{CodeRow, NewCodeRow, TransactionRow, small};
use crate::schema::{codes, transactions};
use crate::session::Session;

macro_rules! codes {
    ($connection:ty) => {
        impl CodesReading for Session<'_, $connection> {
            fn find_code(
                &mut self,
                issuer: IssuerKey,
                tag: LookupTag,
                shard: Shard,
            ) -> Result<Option<FoundCode>, StoreError> {
                let code: Option<CodeRow> = codes::table
                    .filter(codes::lookup.eq(tag.bytes().as_slice()))
                    .filter(codes::shard.eq(shard.number()))
                    .filter(codes::issuer_seq.eq(small(issuer.number())?))
                    .select(CodeRow::as_select())
                    .first(&mut *self.connection)
                    .optional()
                    .map_err(store_error)?;
                let Some(code) = code else { return Ok(None) };
                let code = code.into_domain()?;
                let transaction: Option<TransactionRow> = transactions::table
                    .find((code.transaction.shard.number(), code.transaction.number))
                    .select(TransactionRow::as_select())
                    .first(&mut *self.connection)
                    .optional()
                    .map_err(store_error)?;
                // A code whose transaction, client or user is gone is gone with it.
                let Some(transaction) = transaction else { return Ok(None) };
                let transaction = transaction.into_domain()?;
                let above = self.find_standing(issuer, transaction.client, transaction.user)?;
                Ok(above.map(|above| FoundCode {
                    code,
                    transaction,
                    standing: above.standing,
                    user_id: above.user_id,
                }))
            }
        }

        impl CodesWriting for Session<'_, $connection> {
            fn add_code(
                &mut self,
                code: &AuthorizationCode,
                tag: LookupTag,
            ) -> Result<(), StoreError> {
                let key = (code.transaction.shard.number(), code.transaction.number);
                let owner: Option<(i32, i32)> = transactions::table
                    .find(key)
                    .select((transactions::issuer_seq, transactions::client_seq))
                    .first(&mut *self.connection)
                    .optional()
                    .map_err(store_error)?;
                let owner = owner.ok_or_else(|| {
                    StoreError::corrupt("a code of a transaction that is not there")
                })?;
                diesel::insert_into(codes::table)
                    .values(NewCodeRow::of(code, tag, owner)?)
                    .execute(&mut *self.connection)
                    .map(drop)
                    .map_err(store_error)
            }

            fn redeem_code(
                &mut self,
                transaction: TransactionKey,
                at: Timestamp,
            ) -> Result<bool, StoreError> {
                let key = (transaction.shard.number(), transaction.number);
                found_its_row(
                    diesel::update(codes::table.find(key).filter(codes::redeemed_at.is_null()))
                        .set(codes::redeemed_at.eq(at.millis()))
                        .returning(codes::tx_seq)
                        .kept()
                        .get_result::<i64>(&mut *self.connection),
                )
            }

            fn count_stranger(
                &mut self,
                transaction: TransactionKey,
            ) -> Result<Strangers, StoreError> {
                let key = (transaction.shard.number(), transaction.number);
                // Stops short of the column's end, which a patient stranger could reach.
                let counted: Option<(i16, Option<i64>)> =
                    diesel::update(codes::table.find(key).filter(codes::strangers.lt(i16::MAX)))
                        .set(codes::strangers.eq(codes::strangers + 1))
                        .returning((codes::strangers, codes::redeemed_at))
                        .kept()
                        .get_result(&mut *self.connection)
                        .optional()
                        .map_err(store_error)?;
                let told = match counted {
                    Some(told) => Some(told),
                    None => codes::table
                        .find(key)
                        .select((codes::strangers, codes::redeemed_at))
                        .first(&mut *self.connection)
                        .optional()
                        .map_err(store_error)?,
                };
                // A code that is gone has nothing left that could be ended.
                Ok(told.map_or(Strangers { times: i16::MAX, is_redeemed: true }, |told| {
                    Strangers { times: told.0, is_redeemed: told.1.is_some() }
                }))
            }
        }
    };
}

codes!(diesel::PgConnection);
codes!(diesel::SqliteConnection);
