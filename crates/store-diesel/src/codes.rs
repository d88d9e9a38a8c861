//! Authorization codes on both engines. Redeeming asks and marks in one statement, so that
//! one of any number of simultaneous redemptions wins (past failure 6).

use diesel::prelude::*;
use muster_domain::{AuthorizationCode, IssuerKey, LookupTag, Shard, Timestamp, TransactionKey};
use muster_store::{CodesReading, CodesWriting, FoundCode, StoreError};

use crate::error::store_error;
use crate::rows::{CodeRow, NewCodeRow, TransactionRow, small};
use crate::schema::{clients, codes, issuers, transactions, users};
use crate::session::Session;
use crate::surroundings::{AboveRow, UserAboveRow, above, found_standing};

/// A code's row with what stands above it.
type FoundRow = (CodeRow, TransactionRow, AboveRow, Option<UserAboveRow>);

/// `None`: the user is gone, and its code with it.
fn found_code((code, transaction, above, user): FoundRow) -> Result<Option<FoundCode>, StoreError> {
    let transaction = transaction.into_domain()?;
    if transaction.user.is_some() != user.is_some() {
        return Ok(None);
    }
    let above = found_standing(above, user)?;
    Ok(Some(FoundCode {
        code: code.into_domain()?,
        transaction,
        standing: above.standing,
        user_id: above.user_id,
    }))
}

macro_rules! codes {
    ($connection:ty) => {
        impl CodesReading for Session<'_, $connection> {
            fn find_code(
                &mut self,
                issuer: IssuerKey,
                tag: LookupTag,
                shard: Shard,
            ) -> Result<Option<FoundCode>, StoreError> {
                let row: Option<FoundRow> = codes::table
                    .inner_join(
                        transactions::table.on(transactions::shard
                            .eq(codes::shard)
                            .and(transactions::seq.eq(codes::tx_seq))),
                    )
                    .inner_join(issuers::table.on(issuers::seq.eq(transactions::issuer_seq)))
                    .inner_join(clients::table.on(clients::seq.eq(transactions::client_seq)))
                    .left_join(
                        users::table.on(users::shard
                            .eq(transactions::shard)
                            .and(users::seq.nullable().eq(transactions::user_seq))),
                    )
                    .filter(codes::lookup.eq(tag.bytes().as_slice()))
                    .filter(codes::shard.eq(shard.number()))
                    .filter(codes::issuer_seq.eq(small(issuer.number())?))
                    .select((
                        CodeRow::as_select(),
                        TransactionRow::as_select(),
                        above!(),
                        (users::status, users::uid).nullable(),
                    ))
                    .first(&mut *self.connection)
                    .optional()
                    .map_err(store_error)?;
                row.map_or(Ok(None), found_code)
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
                diesel::update(codes::table.find(key).filter(codes::redeemed_at.is_null()))
                    .set(codes::redeemed_at.eq(at.millis()))
                    .execute(&mut *self.connection)
                    .map(|changed| changed > 0)
                    .map_err(store_error)
            }

            fn count_stranger(&mut self, transaction: TransactionKey) -> Result<i16, StoreError> {
                let key = (transaction.shard.number(), transaction.number);
                // Stops short of the column's end, which a patient stranger could reach.
                let counted =
                    diesel::update(codes::table.find(key).filter(codes::strangers.lt(i16::MAX)))
                        .set(codes::strangers.eq(codes::strangers + 1))
                        .returning(codes::strangers)
                        .get_result(&mut *self.connection)
                        .optional()
                        .map_err(store_error)?;
                match counted {
                    Some(times) => Ok(times),
                    None => Ok(i16::MAX),
                }
            }
        }
    };
}

codes!(diesel::PgConnection);
codes!(diesel::SqliteConnection);
