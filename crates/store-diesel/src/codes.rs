//! Authorization codes on both engines. A code's row decides a race: one redemption changes it.

use diesel::prelude::*;
use muster_domain::{AuthorizationCode, IssuerKey, LookupTag, Shard, Timestamp, TransactionKey};
use muster_store::{CodesReading, CodesWriting, FoundCode, StandingsReading, StoreError};

use crate::error::store_error;
use crate::rows::{CodeRow, TransactionRow, code_details, small};
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
                let found = codes::table
                    .inner_join(
                        transactions::table.on(transactions::shard
                            .eq(codes::shard)
                            .and(transactions::seq.eq(codes::tx_seq))),
                    )
                    .filter(codes::lookup.eq(tag.bytes().as_slice()))
                    .filter(codes::shard.eq(shard.number()))
                    .filter(codes::issuer_seq.eq(small(issuer.number())?))
                    .select((CodeRow::as_select(), TransactionRow::as_select()))
                    .first::<(CodeRow, TransactionRow)>(&mut *self.connection)
                    .optional()
                    .map_err(store_error)?;
                let Some((code, transaction)) = found else { return Ok(None) };
                let (code, transaction) = (code.into_domain()?, transaction.into_domain()?);
                let standing = self.find_standing(issuer, transaction.client, transaction.user)?;
                Ok(standing.map(|found| FoundCode {
                    code,
                    transaction,
                    standing: found.standing,
                    user_id: found.user_id,
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
                let (issuer, client): (i32, i32) = transactions::table
                    .find(key)
                    .select((transactions::issuer_seq, transactions::client_seq))
                    .first(&mut *self.connection)
                    .map_err(store_error)?;
                diesel::insert_into(codes::table)
                    .values((
                        codes::tx_seq.eq(key.1),
                        codes::issued_at.eq(code.issued_at.millis()),
                        codes::expires_at.eq(code.expires_at.millis()),
                        codes::redeemed_at.eq(None::<i64>),
                        codes::issuer_seq.eq(issuer),
                        codes::client_seq.eq(client),
                        codes::shard.eq(key.0),
                        codes::strangers.eq(code.strangers),
                        codes::lookup.eq(tag.bytes().as_slice()),
                        codes::details.eq(code_details(code)?),
                    ))
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
                diesel::update(codes::table.find(key).filter(codes::strangers.lt(i16::MAX)))
                    .set(codes::strangers.eq(codes::strangers + 1))
                    .returning(codes::strangers)
                    .get_result(&mut *self.connection)
                    .optional()
                    .map(|times| times.unwrap_or(i16::MAX))
                    .map_err(store_error)
            }
        }
    };
}

codes!(diesel::PgConnection);
codes!(diesel::SqliteConnection);
