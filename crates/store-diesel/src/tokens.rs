//! Tokens on both engines: found by keyed hash, within a reach.

use diesel::prelude::*;
use muster_domain::{
    Client, ClientId, ClientKey, ElementKey, Ending, IssuerKey, PartyStatus, Reach, ReachedClients,
    ScopeSet, Standing, Timestamp, Token, TokenKey, TokenKind, TransactionKey, UserId,
};
use muster_store::{
    FoundToken, IssuedToken, PresentedToken, StoreError, StoredToken, TokensReading, TokensWriting,
};

use crate::administers::Standings;
use crate::backend::BulkInsert;
use crate::error::store_error;
use crate::rows::{
    ClientRow, NewTokenRow, TokenRow, TransactionRow, ending_column, party_status,
    read_entitlement, small, token_kind_number, user_status,
};
use crate::schema::{administers, clients, issuers, tokens, transactions, users};
use crate::session::Session;

/// One element holds an access token, a refresh token, or both.
const ELEMENT_MOST: i64 = 2;

/// A token's row, details and successor; its transaction; the standing of issuer and client,
/// and the client's name; the user's standing and name.
type FoundRow = (
    TokenRow,
    Option<String>,
    Option<i64>,
    TransactionRow,
    (i16, i16, String),
    Option<(i16, String)>,
);

/// Whether the token's audience names a client or what it serves.
fn is_meant_for(found: &FoundToken, client: &Client) -> bool {
    found.entitlement.audience.iter().any(|audience| {
        audience == client.id.as_str() || client.registration.serves.contains(audience)
    })
}

macro_rules! tokens {
    ($connection:ty) => {
        impl Session<'_, $connection> {
            /// A row with everything that decides whether its token is good.
            fn found_token(&mut self, found: FoundRow) -> Result<FoundToken, StoreError> {
                let (row, details, successor, transaction, (issuer, client, client_id), user) =
                    found;
                let (token, transaction) = (row.into_token()?, transaction.into_domain()?);
                let entitlement = read_entitlement(details.as_deref(), &transaction.scopes)?;
                let client = self.client_standing(token.client, party_status(client)?)?;
                let (user, user_id) = match user {
                    None => (None, None),
                    Some((status, uid)) => {
                        let id =
                            UserId::new(uid).map_err(|e| StoreError::corrupt(e.to_string()))?;
                        (Some(user_status(status)?), Some(id))
                    }
                };
                Ok(FoundToken {
                    token,
                    entitlement,
                    successor: successor.map(ElementKey::new),
                    transaction,
                    client_id: ClientId::new(client_id)
                        .map_err(|e| StoreError::corrupt(e.to_string()))?,
                    standing: Standing { issuer: party_status(issuer)?, client, user },
                    user_id,
                })
            }

            /// Whether a single token concerns a client that does not administer its holder.
            fn concerns(&mut self, found: &FoundToken, reach: Reach) -> Result<bool, StoreError> {
                let asks = match reach.clients() {
                    ReachedClients::Of(_)
                    | ReachedClients::Every { .. }
                    | ReachedClients::One(_) => return Ok(true),
                    ReachedClients::Meant { to, .. } => to,
                    ReachedClients::Any { by } => by,
                };
                let asks = self.client_by_key(asks)?;
                let Some(asks) = asks.filter(|client| client.status == PartyStatus::Approved)
                else {
                    return Ok(false);
                };
                match reach.clients() {
                    ReachedClients::Of(_)
                    | ReachedClients::Every { .. }
                    | ReachedClients::One(_) => Ok(true),
                    ReachedClients::Any { .. } => Ok(asks.registration.introspects_every_token),
                    ReachedClients::Meant { or_may_act, .. } => {
                        if found.token.client == asks.key || is_meant_for(found, &asks) {
                            return Ok(true);
                        }
                        if !or_may_act {
                            return Ok(false);
                        }
                        let holder = self.client_by_key(found.token.client)?;
                        Ok(holder.is_some_and(|holder| {
                            holder.registration.may_act.iter().any(|id| id == asks.id.as_str())
                        }))
                    }
                }
            }

            fn client_by_key(&mut self, key: ClientKey) -> Result<Option<Client>, StoreError> {
                clients::table
                    .find(small(key.number())?)
                    .select(ClientRow::as_select())
                    .first(&mut *self.connection)
                    .optional()
                    .map_err(store_error)?
                    .map(ClientRow::into_domain)
                    .transpose()
            }
        }

        impl TokensReading for Session<'_, $connection> {
            fn find_token(
                &mut self,
                presented: &PresentedToken,
                kind: TokenKind,
                reach: Reach,
            ) -> Result<Option<FoundToken>, StoreError> {
                // A token whose transaction or user is gone is gone with them.
                let mut query = tokens::table
                    .inner_join(
                        transactions::table.on(transactions::shard
                            .eq(tokens::shard)
                            .and(transactions::seq.eq(tokens::tx_seq))),
                    )
                    .inner_join(clients::table.on(clients::seq.eq(tokens::client_seq)))
                    .inner_join(issuers::table.on(issuers::seq.eq(tokens::issuer_seq)))
                    .left_join(
                        users::table.on(users::shard
                            .eq(tokens::shard)
                            .and(users::seq.nullable().eq(tokens::user_seq))),
                    )
                    .filter(tokens::kind.eq(token_kind_number(kind)))
                    .filter(tokens::issuer_seq.eq(small(reach.issuer().number())?))
                    .filter(tokens::user_seq.is_null().or(users::seq.nullable().is_not_null()))
                    .select((
                        TokenRow::as_select(),
                        tokens::details,
                        tokens::successor,
                        TransactionRow::as_select(),
                        (issuers::status, clients::status, clients::id),
                        (users::status, users::uid).nullable(),
                    ))
                    .into_boxed();
                query = match presented {
                    PresentedToken::Tagged { tags, shard } => {
                        let query = match tags.as_slice() {
                            // One value makes a statement that is prepared once.
                            [tag] => query.filter(tokens::lookup.eq(tag.bytes().as_slice())),
                            several => {
                                let hashes: Vec<&[u8]> =
                                    several.iter().map(|tag| tag.bytes().as_slice()).collect();
                                query.filter(tokens::lookup.eq_any(hashes))
                            }
                        };
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
                    ReachedClients::Every { .. }
                    | ReachedClients::Meant { .. }
                    | ReachedClients::Any { .. } => query,
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
                let row: Option<FoundRow> =
                    query.limit(1).first(&mut *self.connection).optional().map_err(store_error)?;
                let Some(row) = row else { return Ok(None) };
                let found = self.found_token(row)?;
                Ok(if self.concerns(&found, reach)? { Some(found) } else { None })
            }

            fn token_exists(
                &mut self,
                presented: &PresentedToken,
                issuer: IssuerKey,
            ) -> Result<bool, StoreError> {
                let mut query = tokens::table
                    .filter(tokens::issuer_seq.eq(small(issuer.number())?))
                    .select(tokens::seq)
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
                let found: Option<i64> =
                    query.limit(1).first(&mut *self.connection).optional().map_err(store_error)?;
                Ok(found.is_some())
            }

            fn tokens_of_element(
                &mut self,
                transaction: TransactionKey,
                element: ElementKey,
            ) -> Result<Vec<IssuedToken>, StoreError> {
                // Those of one element were numbered in a row.
                let numbers = element.number()..element.number().saturating_add(ELEMENT_MOST);
                let rows: Vec<(TokenRow, Option<String>)> = tokens::table
                    .filter(tokens::shard.eq(transaction.shard.number()))
                    .filter(tokens::seq.ge(numbers.start))
                    .filter(tokens::seq.lt(numbers.end))
                    .filter(tokens::elem_seq.eq(element.number()))
                    .filter(tokens::tx_seq.eq(transaction.number))
                    .select((TokenRow::as_select(), tokens::details))
                    .load(&mut *self.connection)
                    .map_err(store_error)?;
                rows.into_iter()
                    .map(|(row, details)| {
                        let entitlement =
                            read_entitlement(details.as_deref(), &ScopeSet::default())?;
                        Ok(IssuedToken { stored: row.into_stored(None)?, entitlement })
                    })
                    .collect()
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

            fn issue_tokens(&mut self, new: &[IssuedToken]) -> Result<(), StoreError> {
                let rows = new.iter().map(NewTokenRow::issued).collect::<Result<Vec<_>, _>>()?;
                self.connection.insert_tokens(&rows).map_err(store_error)
            }

            fn rotate_token(
                &mut self,
                token: TokenKey,
                successor: ElementKey,
                at: Timestamp,
            ) -> Result<bool, StoreError> {
                diesel::update(
                    tokens::table
                        .find((token.shard.number(), token.number))
                        .filter(tokens::state.eq(0)),
                )
                .set((
                    tokens::state.eq(ending_column(Ending::Rotated)),
                    tokens::ended_at.eq(at.millis()),
                    tokens::successor.eq(successor.number()),
                ))
                .execute(&mut *self.connection)
                .map(|changed| changed > 0)
                .map_err(store_error)
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
