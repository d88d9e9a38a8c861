//! Tokens on both engines: found by keyed hash, within a reach.

use diesel::prelude::*;
use muster_domain::{
    Ending, IssuerKey, Reach, ReachedClients, Standing, Timestamp, Token, TokenKey, TokenKind,
    TransactionKey, UserId,
};
use muster_store::{
    FoundToken, PresentedToken, StoreError, StoredToken, TokensReading, TokensWriting,
};

use crate::administers::Standings;
use crate::backend::BulkInsert;
use crate::error::store_error;
use crate::rows::{
    NewTokenRow, TokenRow, ending_column, party_status, small, token_kind_number,
    transaction_state, user_status,
};
use crate::schema::{administers, clients, issuers, tokens, transactions, users};
use crate::session::Session;

macro_rules! tokens {
    ($connection:ty) => {
        impl Session<'_, $connection> {
            /// What stands above a token, and what its user is called.
            fn token_surroundings(
                &mut self,
                token: Token,
            ) -> Result<Option<FoundToken>, StoreError> {
                let shard = token.key.shard.number();
                let ended_at: Option<Option<i64>> = transactions::table
                    .find((shard, token.transaction.number))
                    .select(transactions::ended_at)
                    .first(&mut *self.connection)
                    .optional()
                    .map_err(store_error)?;
                let (issuer, client): (i16, i16) = issuers::table
                    .inner_join(clients::table.on(clients::issuer_seq.eq(issuers::seq)))
                    .filter(issuers::seq.eq(small(token.issuer.number())?))
                    .filter(clients::seq.eq(small(token.client.number())?))
                    .select((issuers::status, clients::status))
                    .first(&mut *self.connection)
                    .map_err(store_error)?;
                let user: Option<(i16, String)> = match token.user {
                    None => None,
                    Some(user) => users::table
                        .find((shard, user.number))
                        .select((users::status, users::uid))
                        .first(&mut *self.connection)
                        .optional()
                        .map_err(store_error)?,
                };
                // A token whose transaction or user is gone is gone with them.
                let Some(ended_at) = ended_at else { return Ok(None) };
                if token.user.is_some() != user.is_some() {
                    return Ok(None);
                }
                let client = self.client_standing(token.client, party_status(client)?)?;
                let (user, user_id) = match user {
                    None => (None, None),
                    Some((status, uid)) => {
                        let id =
                            UserId::new(uid).map_err(|e| StoreError::corrupt(e.to_string()))?;
                        (Some(user_status(status)?), Some(id))
                    }
                };
                let standing = Standing { issuer: party_status(issuer)?, client, user };
                let transaction = transaction_state(ended_at);
                Ok(Some(FoundToken { token, transaction, standing, user_id }))
            }
        }

        impl TokensReading for Session<'_, $connection> {
            fn find_token(
                &mut self,
                presented: &PresentedToken,
                kind: TokenKind,
                reach: Reach,
            ) -> Result<Option<FoundToken>, StoreError> {
                let mut query = tokens::table
                    .filter(tokens::kind.eq(token_kind_number(kind)))
                    .filter(tokens::issuer_seq.eq(small(reach.issuer().number())?))
                    .select(TokenRow::as_select())
                    .into_boxed();
                query = match presented {
                    PresentedToken::Tagged { tags, shard } => {
                        let hashes: Vec<&[u8]> =
                            tags.iter().map(|tag| tag.bytes().as_slice()).collect();
                        let query = query.filter(tokens::lookup.eq_any(hashes));
                        match shard {
                            Some(shard) => query.filter(tokens::shard.eq(shard.number())),
                            None => query,
                        }
                    }
                    PresentedToken::Verified { id } => {
                        query.filter(tokens::jti.eq(id.as_str())).filter(tokens::lookup.is_null())
                    }
                };
                query = match reach.clients() {
                    ReachedClients::Every { .. } => query,
                    ReachedClients::One(client) => {
                        query.filter(tokens::client_seq.eq(small(client.number())?))
                    }
                    ReachedClients::Of(admin) => query.filter(
                        tokens::client_seq.eq_any(
                            administers::table
                                .filter(administers::admin_seq.eq(small(admin.number())?))
                                .select(administers::client_seq),
                        ),
                    ),
                };
                let row =
                    query.limit(1).first(&mut *self.connection).optional().map_err(store_error)?;
                match row {
                    None => Ok(None),
                    Some(row) => self.token_surroundings(row.into_token()?),
                }
            }

            fn tokens_of_transactions(
                &mut self,
                issuer: IssuerKey,
                keys: &[TransactionKey],
            ) -> Result<Vec<Token>, StoreError> {
                let mut shards: Vec<i16> = keys.iter().map(|key| key.shard.number()).collect();
                shards.sort_unstable();
                shards.dedup();
                let numbers: Vec<i64> = keys.iter().map(|key| key.number).collect();
                // Along the listing's index: a transaction tells user, client and start.
                tokens::table
                    .inner_join(
                        transactions::table.on(transactions::shard
                            .eq(tokens::shard)
                            .and(transactions::user_seq.eq(tokens::user_seq))
                            .and(transactions::client_seq.eq(tokens::client_seq))
                            .and(transactions::started_at.eq(tokens::started_at))
                            .and(transactions::seq.eq(tokens::tx_seq))),
                    )
                    .filter(transactions::shard.eq_any(shards))
                    .filter(transactions::seq.eq_any(numbers))
                    .filter(tokens::issuer_seq.eq(small(issuer.number())?))
                    .select(TokenRow::as_select())
                    .load(&mut *self.connection)
                    .map_err(store_error)?
                    .into_iter()
                    .map(TokenRow::into_token)
                    .collect()
            }
        }

        impl TokensWriting for Session<'_, $connection> {
            fn add_tokens(&mut self, new: &[StoredToken]) -> Result<(), StoreError> {
                if new.is_empty() {
                    return Ok(());
                }
                let rows = new.iter().map(NewTokenRow::of).collect::<Result<Vec<_>, _>>()?;
                self.connection.insert_tokens(&rows).map_err(store_error)
            }

            fn end_tokens(
                &mut self,
                keys: &[TokenKey],
                how: Ending,
                at: Timestamp,
            ) -> Result<usize, StoreError> {
                let mut ended = 0;
                for key in keys {
                    let changed = diesel::update(
                        tokens::table
                            .find((key.shard.number(), key.number))
                            .filter(tokens::state.eq(0)),
                    )
                    .set((tokens::state.eq(ending_column(how)), tokens::ended_at.eq(at.millis())))
                    .execute(&mut *self.connection)
                    .map_err(store_error)?;
                    ended = usize::saturating_add(ended, changed);
                }
                Ok(ended)
            }

            fn shorten_tokens(
                &mut self,
                tokens: &[(TokenKey, Timestamp)],
            ) -> Result<usize, StoreError> {
                let mut shortened = 0;
                for (key, expires_at) in tokens {
                    let changed = diesel::update(
                        tokens::table
                            .find((key.shard.number(), key.number))
                            .filter(tokens::state.eq(0))
                            .filter(tokens::expires_at.gt(expires_at.millis())),
                    )
                    .set(tokens::expires_at.eq(expires_at.millis()))
                    .execute(&mut *self.connection)
                    .map_err(store_error)?;
                    shortened = usize::saturating_add(shortened, changed);
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

tokens!(diesel::PgConnection);
tokens!(diesel::SqliteConnection);
