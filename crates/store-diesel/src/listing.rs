//! The listing's reads on both engines.
//!
//! A page of tokens is one range of the index `tokens_listing`, in its order, without a
//! sort: both ends are row values, which Diesel has no word for, hence the `sql` pieces.
//! Every value in them is bound.

use std::ops::ControlFlow;

use diesel::dsl::{count_star, exists, sql};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, SmallInt};
use muster_domain::{
    ClientId, ClientKey, ListedClient, ListedTransaction, PartyStatus, Reach, ReachedClients,
    Timestamp, TransactionId, TransactionKey, UserKey, UserStatus,
};
use muster_store::{
    ListingReading, Moment, StoreError, StoredToken, TokenPlace, TokenRange, TransactionPlace,
    Visit,
};

use crate::administers::Standings;
use crate::backend::Engine;
use crate::error::store_error;
use crate::rows::{
    TokenRow, party_status, party_status_number, small, token_kind_number, transaction_state,
    user_status,
};
use crate::schema::{administers, admins, clients, holdings, issuers, tokens, transactions, users};
use crate::session::Session;

/// Where a page of tokens begins: after a place, or before the first token of a transaction.
fn beginning(range: &TokenRange) -> (i64, i64, i64, i64, i16) {
    range.after.map_or(
        (range.first.0.millis(), range.first.1, i64::MIN, i64::MIN, i16::MIN),
        |TokenPlace { started_at, transaction, element_at, element, kind }| {
            let kind = token_kind_number(kind);
            (started_at.millis(), transaction, element_at.millis(), element, kind)
        },
    )
}

/// Whether a reach lets see lists at all, or only single tokens.
const fn lists(reach: Reach) -> bool {
    match reach.clients() {
        ReachedClients::Of(_) | ReachedClients::Every { .. } | ReachedClients::One(_) => true,
        ReachedClients::Meant { .. } | ReachedClients::Any { .. } => false,
    }
}

macro_rules! listing {
    ($connection:ty) => {
        impl Session<'_, $connection> {
            fn admin_may_list(&mut self, admin: i64, others: bool) -> Result<bool, StoreError> {
                let found: Option<(i16, bool, bool)> = admins::table
                    .find(small(admin)?)
                    .select((admins::status, admins::list_users, admins::list_users_other_clients))
                    .first(&mut *self.connection)
                    .optional()
                    .map_err(store_error)?;
                Ok(found.is_some_and(|(status, list, list_others)| {
                    status == party_status_number(PartyStatus::Approved)
                        && list
                        && (list_others || !others)
                }))
            }
        }

        impl ListingReading for Session<'_, $connection> {
            fn user_standing(
                &mut self,
                reach: Reach,
                user: UserKey,
            ) -> Result<Option<(PartyStatus, UserStatus)>, StoreError> {
                if !lists(reach) {
                    return Ok(None);
                }
                users::table
                    .inner_join(issuers::table.on(issuers::seq.eq(users::issuer_seq)))
                    .filter(users::shard.eq(user.shard.number()))
                    .filter(users::seq.eq(user.number))
                    .filter(users::issuer_seq.eq(small(reach.issuer().number())?))
                    .select((issuers::status, users::status))
                    .first::<(i16, i16)>(&mut *self.connection)
                    .optional()
                    .map_err(store_error)?
                    .map(|(issuer, user)| Ok((party_status(issuer)?, user_status(user)?)))
                    .transpose()
            }

            fn reach_holds(
                &mut self,
                reach: Reach,
                client: Option<ClientKey>,
            ) -> Result<bool, StoreError> {
                match reach.clients() {
                    ReachedClients::Every { by } => self.admin_may_list(by.number(), true),
                    ReachedClients::Of(admin) => {
                        if !self.admin_may_list(admin.number(), false)? {
                            return Ok(false);
                        }
                        let Some(client) = client else { return Ok(true) };
                        let key = (small(admin.number())?, small(client.number())?);
                        let links: i64 = administers::table
                            .filter(administers::admin_seq.eq(key.0))
                            .filter(administers::client_seq.eq(key.1))
                            .select(count_star())
                            .first(&mut *self.connection)
                            .map_err(store_error)?;
                        Ok(links > 0)
                    }
                    // Rights over single tokens; nothing for listings.
                    ReachedClients::Meant { .. } | ReachedClients::Any { .. } => Ok(false),
                    ReachedClients::One(own) => {
                        let status: Option<i16> = clients::table
                            .find(small(own.number())?)
                            .select(clients::status)
                            .first(&mut *self.connection)
                            .optional()
                            .map_err(store_error)?;
                        let approved = status == Some(party_status_number(PartyStatus::Approved));
                        Ok(approved && client.is_none_or(|client| client == own))
                    }
                }
            }

            fn listed_clients(
                &mut self,
                user: UserKey,
                reach: Reach,
                after: Option<&ClientId>,
                limit: i64,
            ) -> Result<Vec<ListedClient>, StoreError> {
                if !lists(reach) {
                    return Ok(Vec::new());
                }
                let mut query = holdings::table
                    .inner_join(clients::table.on(clients::seq.eq(holdings::client_seq)))
                    .filter(holdings::shard.eq(user.shard.number()))
                    .filter(holdings::user_seq.eq(user.number))
                    .filter(holdings::client_id.gt(after.map_or("", ClientId::as_str)))
                    // Clean-up may have taken the last of them.
                    .filter(exists(
                        transactions::table
                            .filter(transactions::shard.eq(holdings::shard))
                            .filter(transactions::user_seq.eq(holdings::user_seq.nullable()))
                            .filter(transactions::client_seq.eq(holdings::client_seq))
                            .select(transactions::seq),
                    ))
                    // The sum keeps SQLite from starting with all clients of the issuer.
                    .filter((clients::issuer_seq + 0).eq(small(reach.issuer().number())?))
                    .into_boxed();
                query = match reach.clients() {
                    ReachedClients::Every { .. }
                    | ReachedClients::Meant { .. }
                    | ReachedClients::Any { .. } => query,
                    ReachedClients::One(client) => {
                        query.filter(holdings::client_seq.eq(small(client.number())?))
                    }
                    // One look for each holding, not all clients of the admin for each page.
                    ReachedClients::Of(admin) => query.filter(exists(
                        administers::table
                            .filter(administers::admin_seq.eq(small(admin.number())?))
                            .filter(administers::client_seq.eq(holdings::client_seq)),
                    )),
                };
                let rows: Vec<(i32, String, i16)> = query
                    .order(holdings::client_id)
                    .limit(limit)
                    .select((holdings::client_seq, holdings::client_id, clients::status))
                    .load(&mut *self.connection)
                    .map_err(store_error)?;
                let mut keys = Vec::with_capacity(rows.len());
                for (client, _, status) in &rows {
                    keys.push((ClientKey::new((*client).into()), party_status(*status)?));
                }
                let standings = self.client_standings(&keys)?;
                rows.into_iter()
                    .zip(standings)
                    .map(|((client, id, _), standing)| {
                        Ok(ListedClient {
                            key: ClientKey::new(client.into()),
                            id: ClientId::new(id).map_err(|e| StoreError::corrupt(e.to_string()))?,
                            standing,
                        })
                    })
                    .collect()
            }

            fn listed_transactions(
                &mut self,
                user: UserKey,
                client: ClientKey,
                after: Option<&TransactionPlace>,
                limit: i64,
            ) -> Result<Vec<ListedTransaction>, StoreError> {
                let (since, code) = after
                    .map_or((i64::MIN, ""), |place| (place.started_at.millis(), place.id.as_str()));
                let later = sql::<Bool>("(transactions.started_at, transactions.code) > (")
                    .bind::<BigInt, _>(since)
                    .sql(", ")
                    .bind::<diesel::sql_types::Text, _>(code)
                    .sql(")");
                transactions::table
                    .filter(transactions::shard.eq(user.shard.number()))
                    .filter(transactions::user_seq.eq(user.number))
                    .filter(transactions::client_seq.eq(small(client.number())?))
                    .filter(later)
                    .order((transactions::started_at, transactions::code))
                    .limit(limit)
                    .select((
                        transactions::seq,
                        transactions::code,
                        transactions::started_at,
                        transactions::ended_at,
                    ))
                    .load::<(i64, String, i64, Option<i64>)>(&mut *self.connection)
                    .map_err(store_error)?
                    .into_iter()
                    .map(|(seq, code, started_at, ended_at)| {
                        Ok(ListedTransaction {
                            key: TransactionKey::new(user.shard, seq),
                            id: TransactionId::new(code)
                                .map_err(|e| StoreError::corrupt(e.to_string()))?,
                            started_at: Timestamp::from_millis(started_at),
                            state: transaction_state(ended_at),
                        })
                    })
                    .collect()
            }

            fn visit_tokens(
                &mut self,
                user: UserKey,
                client: ClientKey,
                range: &TokenRange,
                visit: &mut Visit<'_>,
            ) -> Result<i64, StoreError> {
                let from = beginning(range);
                let after = sql::<Bool>(
                    "(tokens.started_at, tokens.tx_seq, tokens.elem_at, tokens.elem_seq, tokens.kind) > (",
                )
                .bind::<BigInt, _>(from.0)
                .sql(", ")
                .bind::<BigInt, _>(from.1)
                .sql(", ")
                .bind::<BigInt, _>(from.2)
                .sql(", ")
                .bind::<BigInt, _>(from.3)
                .sql(", ")
                .bind::<SmallInt, _>(from.4)
                .sql(")");
                let until = sql::<Bool>("(tokens.started_at, tokens.tx_seq) <= (")
                    .bind::<BigInt, _>(range.last.0.millis())
                    .sql(", ")
                    .bind::<BigInt, _>(range.last.1)
                    .sql(")");
                let rows = tokens::table
                    .filter(tokens::shard.eq(user.shard.number()))
                    .filter(tokens::user_seq.eq(user.number))
                    .filter(tokens::client_seq.eq(small(client.number())?))
                    .filter(after)
                    .filter(until)
                    .order((
                        tokens::started_at,
                        tokens::tx_seq,
                        tokens::elem_at,
                        tokens::elem_seq,
                        tokens::kind,
                    ))
                    .limit(range.limit)
                    .select(TokenRow::as_select())
                    .load_iter::<TokenRow, <$connection as Engine>::Rows>(&mut *self.connection)
                    .map_err(store_error)?;
                let mut visited: i64 = 0;
                for row in rows {
                    let token = row.map_err(store_error)?.into_stored()?;
                    visited = visited.saturating_add(1);
                    if visit(token) == ControlFlow::Break(()) {
                        break;
                    }
                }
                Ok(visited)
            }

            fn first_tokens_of_moment(
                &mut self,
                moment: &Moment,
                after: Option<&str>,
                limit: i64,
            ) -> Result<Vec<StoredToken>, StoreError> {
                tokens::table
                    .filter(tokens::shard.eq(moment.user.shard.number()))
                    .filter(tokens::user_seq.eq(moment.user.number))
                    .filter(tokens::client_seq.eq(small(moment.client.number())?))
                    .filter(tokens::started_at.eq(moment.started_at.millis()))
                    .filter(tokens::tx_seq.eq(moment.transaction))
                    .filter(tokens::elem_at.eq(moment.element_at.millis()))
                    .filter(tokens::elem_seq.eq(tokens::seq))
                    .filter(tokens::jti.gt(after.unwrap_or_default()))
                    .order(tokens::jti)
                    .limit(limit)
                    .select(TokenRow::as_select())
                    .load(&mut *self.connection)
                    .map_err(store_error)?
                    .into_iter()
                    .map(TokenRow::into_stored)
                    .collect()
            }

            fn partners_of_moment(
                &mut self,
                moment: &Moment,
                elements: &[i64],
            ) -> Result<Vec<StoredToken>, StoreError> {
                tokens::table
                    .filter(tokens::shard.eq(moment.user.shard.number()))
                    .filter(tokens::user_seq.eq(moment.user.number))
                    .filter(tokens::client_seq.eq(small(moment.client.number())?))
                    .filter(tokens::started_at.eq(moment.started_at.millis()))
                    .filter(tokens::tx_seq.eq(moment.transaction))
                    .filter(tokens::elem_at.eq(moment.element_at.millis()))
                    .filter(tokens::elem_seq.ne(tokens::seq))
                    .filter(tokens::elem_seq.eq_any(elements.to_vec()))
                    .select(TokenRow::as_select())
                    .load(&mut *self.connection)
                    .map_err(store_error)?
                    .into_iter()
                    .map(TokenRow::into_stored)
                    .collect()
            }
        }
    };
}

listing!(diesel::PgConnection);
listing!(diesel::SqliteConnection);
