//! Changing tokens on both engines. What ends a token asks whether it is still live in the
//! same statement, so that of any number of racing units one wins (I17, I18).

use diesel::prelude::*;
use muster_domain::{ElementKey, Ending, Timestamp, TokenKey, TokenKind};
use muster_store::{IssuedToken, StoreError, StoredToken, TokensWriting};

use crate::backend::BulkInsert;
use crate::error::store_error;
use crate::kept::{Keep as _, found_its_row};
use crate::rows::{NewTokenRow, ending_column, token_kind_number};
use crate::schema::tokens;
use crate::session::Session;

macro_rules! tokens_writing {
    ($connection:ty) => {
        impl TokensWriting for Session<'_, $connection> {
            fn add_tokens(&mut self, new: &[StoredToken]) -> Result<(), StoreError> {
                if new.is_empty() {
                    return Ok(());
                }
                let rows = new.iter().map(NewTokenRow::of).collect::<Result<Vec<_>, _>>()?;
                self.connection.insert_tokens(&rows).map_err(store_error)
            }

            fn issue_tokens(&mut self, new: &[IssuedToken]) -> Result<(), StoreError> {
                if new.is_empty() {
                    return Ok(());
                }
                let rows = new.iter().map(NewTokenRow::of_issued).collect::<Result<Vec<_>, _>>()?;
                self.connection.insert_tokens(&rows).map_err(store_error)
            }

            fn rotate_token(
                &mut self,
                token: TokenKey,
                successor: ElementKey,
                at: Timestamp,
            ) -> Result<bool, StoreError> {
                found_its_row(
                    diesel::update(
                        tokens::table
                            .find((token.shard.number(), token.number))
                            .filter(tokens::state.eq(0))
                            .filter(tokens::kind.eq(token_kind_number(TokenKind::Refresh))),
                    )
                    .set((
                        tokens::state.eq(ending_column(Ending::Rotated)),
                        tokens::ended_at.eq(at.millis()),
                        tokens::successor.eq(successor.number()),
                    ))
                    .returning(tokens::seq)
                    .kept()
                    .get_result::<i64>(&mut *self.connection),
                )
            }

            fn end_tokens(
                &mut self,
                keys: &[TokenKey],
                how: Ending,
                at: Timestamp,
            ) -> Result<usize, StoreError> {
                let mut ended = 0;
                for key in keys {
                    let changed = found_its_row(
                        diesel::update(
                            tokens::table
                                .find((key.shard.number(), key.number))
                                .filter(tokens::state.eq(0)),
                        )
                        .set((
                            tokens::state.eq(ending_column(how)),
                            tokens::ended_at.eq(at.millis()),
                        ))
                        .returning(tokens::seq)
                        .kept()
                        .get_result::<i64>(&mut *self.connection),
                    )?;
                    ended = usize::saturating_add(ended, changed.into());
                }
                Ok(ended)
            }

            fn shorten_tokens(
                &mut self,
                tokens: &[(TokenKey, Timestamp)],
            ) -> Result<usize, StoreError> {
                let mut shortened = 0;
                for (key, expires_at) in tokens {
                    let changed = found_its_row(
                        diesel::update(
                            tokens::table
                                .find((key.shard.number(), key.number))
                                .filter(tokens::state.eq(0))
                                .filter(tokens::expires_at.gt(expires_at.millis())),
                        )
                        .set(tokens::expires_at.eq(expires_at.millis()))
                        .returning(tokens::seq)
                        .kept()
                        .get_result::<i64>(&mut *self.connection),
                    )?;
                    shortened = usize::saturating_add(shortened, changed.into());
                }
                Ok(shortened)
            }

            fn redact_ended(&mut self, now: Timestamp, limit: i64) -> Result<usize, StoreError> {
                let ended: Vec<(i16, i64)> = tokens::table
                    .filter(tokens::sealed.is_not_null())
                    .filter(tokens::state.ne(0).or(tokens::expires_at.le(now.millis())))
                    .select((tokens::shard, tokens::seq))
                    .limit(limit)
                    .load(&mut *self.connection)
                    .map_err(store_error)?;
                for key in &ended {
                    diesel::update(tokens::table.find(*key))
                        .set((tokens::sealed.eq(None::<Vec<u8>>), tokens::data_key.eq(None::<i32>)))
                        .execute(&mut *self.connection)
                        .map_err(store_error)?;
                }
                Ok(ended.len())
            }
        }
    };
}

tokens_writing!(diesel::PgConnection);
tokens_writing!(diesel::SqliteConnection);
