//! What acts for a person, as they see it themselves, and ending it (RFC 6749 10.4.9, 10.7.3).
//!
//! The same reads and the same gate as the admin's listing, without a text: whoever looks at
//! their own page needs to know that a token is there, not what it says. A page is bounded by
//! applications, flows and rows; whatever it does not show follows on the next one.

use std::collections::{HashMap, VecDeque};

use muster_domain::{
    ClientId, Ending, IssuerKey, ListedClient, ListedTransaction, ScopeSet, Standing, Timestamp,
    Token, TokenKey, TokenKind, TokenState, TransactionKey, TransactionState, UserKey,
};
use muster_policy::own_reach;
use muster_store::{Reading, StoreError, TokenPlace, TokenRange, TransactionPlace};

use crate::{FlowError, LiveSession, Tools};

/// Applications on a page: what a person looks over at once.
const APPLICATIONS: usize = 20;
/// Flows on a page, of all its applications together.
const FLOWS: usize = 50;
/// Token rows read for a page: a fraction of a second on either engine.
const ROWS: i64 = 20_000;
/// Token rows read at once.
const ROWS_AT_ONCE: i64 = 1_000;
/// Tokens of a flow that can still be used: the latest. All of them end with their flow.
const USABLE: usize = 50;
/// Tokens of a flow that cannot: the latest, so that somebody sees what became of them. A
/// long flow has thousands.
const OTHERS: usize = 5;

/// One page.
#[derive(Clone, Debug, Default)]
pub struct OwnPage {
    /// The applications.
    pub applications: Vec<OwnApplication>,
    /// What is allowed without being asked again.
    pub consents: Vec<OwnConsent>,
    /// Where the next page begins.
    pub next: Option<OwnPlace>,
}

/// Where a page begins.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct OwnPlace {
    /// Behind this application; `None`: with the first one.
    pub after: Option<ClientId>,
    /// In this application behind this flow.
    pub within: Option<(ClientId, TransactionPlace)>,
}

/// An application that holds something.
#[derive(Clone, Debug)]
pub struct OwnApplication {
    /// Its id.
    pub id: ClientId,
    /// Its name.
    pub name: String,
    /// Its flows, the earliest first.
    pub flows: Vec<OwnFlow>,
}

/// A flow (transaction).
#[derive(Clone, Debug)]
pub struct OwnFlow {
    /// Its number.
    pub number: i64,
    /// When it began.
    pub begun_at: Timestamp,
    /// What was granted.
    pub scopes: ScopeSet,
    /// Its tokens, the earliest first.
    pub tokens: Vec<OwnToken>,
}

/// A token without its text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OwnToken {
    /// Its number.
    pub number: i64,
    /// What it is for.
    pub kind: TokenKind,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it expires.
    pub expires_at: Timestamp,
    /// When it was last used, as far as that was noted.
    pub last_used_at: Option<Timestamp>,
    /// Where it is in its life.
    pub state: OwnState,
}

/// Where a token is in its life.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OwnState {
    /// It can be used.
    Valid,
    /// Its time is over.
    Expired,
    /// It was ended.
    Ended,
    /// A newer one took its place.
    Replaced,
    /// Something above it is stopped; it may come back.
    Stopped,
}

/// A remembered consent.
#[derive(Clone, Debug)]
pub struct OwnConsent {
    /// The client.
    pub id: ClientId,
    /// Its name.
    pub name: String,
    /// What it need not ask for again.
    pub scopes: ScopeSet,
    /// Since when.
    pub since: Timestamp,
}

/// One page of what acts for the session's person.
pub fn list_own(
    session: &LiveSession,
    from: &OwnPlace,
    tools: &Tools,
) -> Result<OwnPage, FlowError> {
    let (issuer, user, now) = (tools.issuer.key, session.user().key, tools.clock.now());
    // Large pages are listings too: they shall not keep tokens from being issued.
    Ok(tools.store.list(|reading| {
        let mut page = OwnPage { consents: consents(reading, user)?, ..OwnPage::default() };
        let mut walk = Walk { reading, issuer, user, now, flows_left: FLOWS, rows_left: ROWS };
        walk.applications(from, &mut page)?;
        Ok(page)
    })?)
}

fn consents(reading: &mut dyn Reading, user: UserKey) -> Result<Vec<OwnConsent>, StoreError> {
    let mut consents = Vec::new();
    for consent in reading.list_consents(user)? {
        let Some(client) = reading.find_client_by_key(consent.client)? else { continue };
        consents.push(OwnConsent {
            id: client.id,
            name: client.name,
            scopes: consent.scopes,
            since: consent.given_at,
        });
    }
    Ok(consents)
}

struct Walk<'a> {
    reading: &'a mut dyn Reading,
    issuer: IssuerKey,
    user: UserKey,
    now: Timestamp,
    flows_left: usize,
    rows_left: i64,
}

impl Walk<'_> {
    fn applications(&mut self, from: &OwnPlace, page: &mut OwnPage) -> Result<(), StoreError> {
        let (user, reach) = (self.user, own_reach(self.issuer, self.user));
        let Some((issuer, status)) = self.reading.user_standing(reach, user)? else {
            return Ok(());
        };
        let limit = count(APPLICATIONS).saturating_add(1);
        let clients = self.reading.listed_clients(user, reach, from.after.as_ref(), limit)?;
        let mut after = from.after.clone();
        for client in clients {
            let is_full = page.applications.len() == APPLICATIONS || self.is_done();
            if is_full {
                page.next = Some(OwnPlace { after, within: None });
                return Ok(());
            }
            let standing = Standing { issuer, client: client.standing, user: Some(status) };
            let begin = from.within.as_ref().filter(|(id, _)| *id == client.id);
            let begin = begin.map(|(_, place)| place);
            let (flows, rest) = self.flows((&client, standing), begin)?;
            let known = self.reading.find_client_by_key(client.key)?;
            let name = known.map_or_else(|| client.id.to_string(), |client| client.name);
            page.applications.push(OwnApplication { id: client.id.clone(), name, flows });
            if let Some(place) = rest {
                page.next = Some(OwnPlace { after, within: Some((client.id, place)) });
                return Ok(());
            }
            after = Some(client.id);
        }
        Ok(())
    }

    const fn is_done(&self) -> bool {
        self.flows_left == 0 || self.rows_left <= 0
    }

    /// The flows of one application, and behind which the rest follows.
    fn flows(
        &mut self,
        (client, standing): (&ListedClient, Standing),
        begin: Option<&TransactionPlace>,
    ) -> Result<(Vec<OwnFlow>, Option<TransactionPlace>), StoreError> {
        let limit = count(self.flows_left).saturating_add(1);
        let listed = self.reading.listed_transactions(self.user, client.key, begin, limit)?;
        let mut scopes = self.scopes(&listed)?;
        let mut flows = Vec::new();
        let mut place = None;
        for transaction in listed {
            if self.is_done() {
                return Ok((flows, place));
            }
            let tokens = self.tokens(client, standing, &transaction)?;
            flows.push(OwnFlow {
                number: transaction.key.number,
                begun_at: transaction.started_at,
                scopes: scopes.remove(&transaction.key).unwrap_or_default(),
                tokens,
            });
            self.flows_left = self.flows_left.saturating_sub(1);
            let (started_at, id) = (transaction.started_at, transaction.id);
            place = Some(TransactionPlace { started_at, id });
        }
        Ok((flows, None))
    }

    fn scopes(
        &mut self,
        listed: &[ListedTransaction],
    ) -> Result<HashMap<TransactionKey, ScopeSet>, StoreError> {
        let named: Vec<_> = listed.iter().map(|one| (one.key.shard, one.id.clone())).collect();
        let found = self.reading.find_transactions(self.issuer, &named)?;
        Ok(found.into_iter().map(|one| (one.key, one.scopes)).collect())
    }

    /// The latest tokens of a flow, however many it has.
    fn tokens(
        &mut self,
        client: &ListedClient,
        standing: Standing,
        flow: &ListedTransaction,
    ) -> Result<Vec<OwnToken>, StoreError> {
        let (mut usable, mut others) = (VecDeque::new(), VecDeque::new());
        let here = (flow.started_at, flow.key.number);
        let mut after = None;
        loop {
            let limit = ROWS_AT_ONCE;
            let range = TokenRange { after, first: here, last: here, limit };
            let now = self.now;
            let visited =
                self.reading.visit_tokens(self.user, client.key, &range, &mut |stored| {
                    after = Some(TokenPlace {
                        started_at: stored.started_at,
                        transaction: stored.token.transaction.number,
                        element_at: stored.element_at,
                        element: stored.token.element.number(),
                        kind: stored.token.kind,
                    });
                    let state = state(&stored.token, (standing, flow.state, now));
                    match state {
                        OwnState::Valid | OwnState::Stopped => {
                            keep(&mut usable, (stored.token, state), USABLE);
                        }
                        OwnState::Expired | OwnState::Ended | OwnState::Replaced => {
                            keep(&mut others, (stored.token, state), OTHERS);
                        }
                    }
                    std::ops::ControlFlow::Continue(())
                })?;
            self.rows_left = self.rows_left.saturating_sub(visited);
            if visited < limit {
                break;
            }
        }
        usable.extend(others);
        self.with_uses(usable.into())
    }

    fn with_uses(&mut self, mut kept: Vec<(Token, OwnState)>) -> Result<Vec<OwnToken>, StoreError> {
        kept.sort_unstable_by_key(|(token, _)| (token.issued_at, token.kind, token.key));
        let keys: Vec<TokenKey> = kept.iter().map(|(token, _)| token.key).collect();
        let uses: HashMap<TokenKey, Timestamp> =
            self.reading.uses_of_tokens(&keys)?.into_iter().collect();
        let own = |(token, state): (Token, OwnState)| OwnToken {
            number: token.key.number,
            kind: token.kind,
            issued_at: token.issued_at,
            expires_at: token.expires_at,
            last_used_at: uses.get(&token.key).copied(),
            state,
        };
        Ok(kept.into_iter().map(own).collect())
    }
}

/// Keeps the latest.
fn keep<T>(kept: &mut VecDeque<T>, one: T, most: usize) {
    if kept.len() == most {
        kept.pop_front();
    }
    kept.push_back(one);
}

/// Valid by the one gate; else what stands in the way, the most lasting first.
fn state(
    token: &Token,
    (standing, transaction, now): (Standing, TransactionState, Timestamp),
) -> OwnState {
    if standing.admits(transaction, token.state, token.expires_at, now) {
        return OwnState::Valid;
    }
    match (token.state, transaction) {
        (TokenState::Ended { how: Ending::Rotated, .. }, _) => OwnState::Replaced,
        (TokenState::Ended { how: Ending::Revoked, .. }, _)
        | (TokenState::Live, TransactionState::Ended { .. }) => OwnState::Ended,
        (TokenState::Live, TransactionState::Open) if token.expires_at <= now => OwnState::Expired,
        (TokenState::Live, TransactionState::Open) => OwnState::Stopped,
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
