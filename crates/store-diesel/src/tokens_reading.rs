//! Finding tokens on both engines: by keyed hash, within a reach.
//!
//! One statement looks for the token, a second one for all that stands above it, each
//! prepared once; only a reach that depends on a registration asks a third time. They are
//! not joined: a plan that was made while the tables were small would begin at the wrong end.

use diesel::prelude::*;
use muster_domain::{
    ClientKey, ElementKey, Entitlement, IssuerKey, LookupTag, PartyStatus, Reach, ReachedClients,
    Registration, ScopeSet, Shard, Token, TokenId, TokenKind, TransactionKey,
};
use muster_store::{FoundToken, IssuedToken, PresentedToken, StoreError, TokensReading};

use crate::error::store_error;
use crate::rows::{
    TokenHeadRow, TokenRow, TransactionRow, party_status_number, read_entitlement,
    read_registration, scopes_in, small, token_kind_number,
};
use crate::schema::{administers, clients, issuers, tokens, transactions, users};
use crate::session::Session;
use crate::surroundings::{AboveRow, UserAboveRow, above, found_standing};

/// The most tokens that one element holds, in a row of numbers: an access and a refresh
/// token, and room for more kinds.
const MOST_IN_ELEMENT: i64 = 8;

/// One way in which a presented token may be named.
#[derive(Clone, Copy)]
enum Sought<'a> {
    Tag(&'a LookupTag, Option<Shard>),
    Id(&'a TokenId),
}

/// One after the other rather than all at once: a statement about any number of hashes would
/// be prepared anew each time.
fn ways(presented: &PresentedToken) -> Vec<Sought<'_>> {
    match presented {
        PresentedToken::Tagged { tags, shard } => {
            tags.iter().map(|tag| Sought::Tag(tag, *shard)).collect()
        }
        PresentedToken::Verified { id } => vec![Sought::Id(id)],
    }
}

/// A token's row with what it entitles to and its successor.
type FoundRow = (TokenHeadRow, Option<String>, Option<i64>);

/// A transaction's row with what stands above it and its tokens.
type AboveTokenRow = (TransactionRow, AboveRow, Option<UserAboveRow>);

/// `None`: the user is gone, and its token with it.
fn found_token(
    token: Token,
    (details, successor): (Option<String>, Option<i64>),
    (transaction, above, user): AboveTokenRow,
) -> Result<Option<FoundToken>, StoreError> {
    if token.user.is_some() != user.is_some() {
        return Ok(None);
    }
    let transaction = transaction.into_domain()?;
    let entitlement = entitlement(details, &transaction.scopes)?;
    let above = found_standing(above, user)?;
    Ok(Some(FoundToken {
        token,
        entitlement,
        successor: successor.map(ElementKey::new),
        transaction,
        client_id: above.client_id,
        standing: above.standing,
        user_id: above.user_id,
    }))
}

/// What a token entitles to: an imported one to the scopes of its transaction.
fn entitlement(details: Option<String>, granted: &ScopeSet) -> Result<Entitlement, StoreError> {
    details
        .map_or_else(|| Ok(Entitlement::of_scopes(granted.clone())), |text| read_entitlement(&text))
}

/// Whether a token's audience names a client or what it serves.
fn names(entitlement: &Entitlement, client: &str, registration: &Registration) -> bool {
    entitlement.audience.iter().any(|name| name == client || registration.serves.contains(name))
}

/// Narrows a query about tokens to those that are named so.
macro_rules! sought {
    ($query:expr, $way:expr) => {
        match $way {
            Sought::Tag(tag, shard) => {
                let query = $query.filter(tokens::lookup.eq(tag.bytes().as_slice()));
                match shard {
                    Some(shard) => query.filter(tokens::shard.eq(shard.number())),
                    None => query,
                }
            }
            Sought::Id(id) => {
                $query.filter(tokens::jti.eq(id.as_str())).filter(tokens::lookup.is_null())
            }
        }
    };
}

macro_rules! tokens_reading {
    ($connection:ty) => {
        impl Session<'_, $connection> {
            fn find_sought(
                &mut self,
                way: Sought<'_>,
                kind: TokenKind,
                reach: Reach,
            ) -> Result<Option<FoundRow>, StoreError> {
                let mut query = tokens::table
                    .filter(tokens::kind.eq(token_kind_number(kind)))
                    .filter(tokens::issuer_seq.eq(small(reach.issuer().number())?))
                    .select((TokenHeadRow::as_select(), tokens::details, tokens::successor))
                    .into_boxed();
                query = sought!(query, way);
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
                query.limit(1).first(&mut *self.connection).optional().map_err(store_error)
            }

            /// The transaction of a token with what stands above both. `None`: one of them is
            /// gone, and the token with it.
            fn above_token(&mut self, token: &Token) -> Result<Option<AboveTokenRow>, StoreError> {
                let shard = token.key.shard.number();
                // No row has a number below 1: whoever has no user joins none.
                let user = token.user.map_or(0, |user| user.number);
                transactions::table
                    .inner_join(issuers::table.on(issuers::seq.eq(small(token.issuer.number())?)))
                    .inner_join(clients::table.on(clients::seq.eq(small(token.client.number())?)))
                    .left_join(users::table.on(users::shard.eq(shard).and(users::seq.eq(user))))
                    .filter(transactions::shard.eq(shard))
                    .filter(transactions::seq.eq(token.transaction.number))
                    .select((
                        TransactionRow::as_select(),
                        above!(),
                        (users::status, users::uid).nullable(),
                    ))
                    .first(&mut *self.connection)
                    .optional()
                    .map_err(store_error)
            }

            /// Whether a reach that depends on registrations covers a token.
            fn covers(&mut self, reach: Reach, found: &FoundToken) -> Result<bool, StoreError> {
                let issuer = reach.issuer();
                match reach.clients() {
                    ReachedClients::Every { .. }
                    | ReachedClients::One(_)
                    | ReachedClients::Of(_) => Ok(true),
                    ReachedClients::Any { by } => {
                        let by = self.approved_registration(issuer, by)?;
                        Ok(by.is_some_and(|(_, by)| by.introspects_every_token))
                    }
                    ReachedClients::Meant { to, .. } if to == found.token.client => {
                        Ok(found.standing.client.client == PartyStatus::Approved)
                    }
                    ReachedClients::Meant { to, or_may_act } => {
                        let Some((id, to)) = self.approved_registration(issuer, to)? else {
                            return Ok(false);
                        };
                        if names(&found.entitlement, &id, &to) {
                            return Ok(true);
                        }
                        Ok(or_may_act && self.lets_act(found.token.client, &id)?)
                    }
                }
            }

            /// The name and registration of a client while it is approved.
            fn approved_registration(
                &mut self,
                issuer: IssuerKey,
                client: ClientKey,
            ) -> Result<Option<(String, Registration)>, StoreError> {
                clients::table
                    .find(small(client.number())?)
                    .filter(clients::issuer_seq.eq(small(issuer.number())?))
                    .filter(clients::status.eq(party_status_number(PartyStatus::Approved)))
                    .select((clients::id, clients::registration))
                    .first::<(String, String)>(&mut *self.connection)
                    .optional()
                    .map_err(store_error)?
                    .map(|(id, registration)| Ok((id, read_registration(&registration)?)))
                    .transpose()
            }

            /// Whether the registration of `holder` lets the client of this name act (RFC 8693 4.4).
            fn lets_act(&mut self, holder: ClientKey, client: &str) -> Result<bool, StoreError> {
                let registration: Option<String> = clients::table
                    .find(small(holder.number())?)
                    .select(clients::registration)
                    .first(&mut *self.connection)
                    .optional()
                    .map_err(store_error)?;
                let Some(registration) = registration else { return Ok(false) };
                let may_act = read_registration(&registration)?.may_act;
                Ok(may_act.iter().any(|name| name == client))
            }
        }

        impl TokensReading for Session<'_, $connection> {
            fn find_token(
                &mut self,
                presented: &PresentedToken,
                kind: TokenKind,
                reach: Reach,
            ) -> Result<Option<FoundToken>, StoreError> {
                for way in ways(presented) {
                    let Some(row) = self.find_sought(way, kind, reach)? else { continue };
                    let (token, details, successor) = row;
                    let token = token.into_domain()?;
                    let Some(above) = self.above_token(&token)? else { continue };
                    let found = found_token(token, (details, successor), above)?;
                    let Some(found) = found else { continue };
                    if self.covers(reach, &found)? {
                        return Ok(Some(found));
                    }
                }
                Ok(None)
            }

            fn token_exists(
                &mut self,
                presented: &PresentedToken,
                issuer: IssuerKey,
            ) -> Result<bool, StoreError> {
                for way in ways(presented) {
                    let query = tokens::table
                        .filter(tokens::issuer_seq.eq(small(issuer.number())?))
                        .select(tokens::seq)
                        .into_boxed();
                    let seq: Option<i64> = sought!(query, way)
                        .first(&mut *self.connection)
                        .optional()
                        .map_err(store_error)?;
                    if seq.is_some() {
                        return Ok(true);
                    }
                }
                Ok(false)
            }

            fn tokens_of_element(
                &mut self,
                transaction: TransactionKey,
                element: ElementKey,
            ) -> Result<Vec<IssuedToken>, StoreError> {
                let (shard, first) = (transaction.shard.number(), element.number());
                let mut found = Vec::new();
                // One by one, as they lie in a row: for several at once SQLite would rather
                // read the whole shard.
                for number in first..first.saturating_add(MOST_IN_ELEMENT) {
                    let row: Option<(TokenRow, Option<String>)> = tokens::table
                        .find((shard, number))
                        .filter(tokens::elem_seq.eq(first))
                        .filter(tokens::tx_seq.eq(transaction.number))
                        .select((TokenRow::as_select(), tokens::details))
                        .first(&mut *self.connection)
                        .optional()
                        .map_err(store_error)?;
                    let Some(row) = row else { break };
                    found.push(row);
                }
                if found.is_empty() {
                    return Ok(Vec::new());
                }
                let granted: Option<String> = transactions::table
                    .find((shard, transaction.number))
                    .select(transactions::scopes)
                    .first(&mut *self.connection)
                    .optional()
                    .map_err(store_error)?;
                let Some(granted) = granted else { return Ok(Vec::new()) };
                let granted = scopes_in(&granted)?;
                found
                    .into_iter()
                    .map(|(row, details)| {
                        let entitlement = entitlement(details, &granted)?;
                        Ok(IssuedToken { stored: row.into_stored()?, entitlement })
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
                    .select(TokenHeadRow::as_select())
                    .load(&mut *self.connection)
                    .map_err(store_error)?
                    .into_iter()
                    .map(TokenHeadRow::into_domain)
                    .collect()
            }
        }
    };
}

tokens_reading!(diesel::PgConnection);
tokens_reading!(diesel::SqliteConnection);
