//! The walk over one client: a page of transactions, then their tokens in runs, merged.
//!
//! Transactions come by (start, name), tokens by (start, number). The two orders agree
//! wherever start times differ, so a run of transactions with different starts is one
//! range of tokens; a transaction that may share its start with another is a run of its
//! own. Tokens of transactions that began after the page was read are passed over: what
//! happens meanwhile may or may not show.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use muster_domain::{
    ListedClient, ListedTransaction, Standing, Timestamp, TransactionState, UserKey,
};
use muster_store::{
    Moment, Reading, StoreError, StoredToken, TokenPlace, TokenRange, TransactionPlace,
};

use super::moment::{MomentBuffer, Offered};
use super::shown::{ListingSink, ShowTokens};

/// Transactions read at once: about 200 kB.
const TRANSACTIONS_AT_ONCE: i64 = 1_000;
/// Elements of a crowded moment read at once.
const CROWD_AT_ONCE: i64 = 500;

/// What the walk needs besides its own state.
pub(super) struct Step<'a> {
    pub(super) reading: &'a mut dyn Reading,
    pub(super) sink: &'a mut dyn ListingSink,
    pub(super) show: &'a ShowTokens,
    pub(super) standing: Standing,
    pub(super) now: Timestamp,
    /// How many more tokens this page may hold.
    pub(super) budget: i64,
}

/// Where a walk over one client stands.
pub(super) struct ClientWalk {
    user: UserKey,
    client: ListedClient,
    /// The page's transactions that are not finished.
    transactions: VecDeque<ListedTransaction>,
    /// Where the next page of transactions begins.
    page_end: Option<TransactionPlace>,
    /// The page at hand is the last one.
    last_page: bool,
    /// The range of tokens at hand.
    run: Option<Run>,
    /// The front transaction's opening was written.
    opened: bool,
    /// When the transaction finished last began.
    finished_start: Option<Timestamp>,
    moment: MomentBuffer,
    crowd: Option<Crowd>,
}

/// A range of tokens that is being read.
struct Run {
    first: (Timestamp, i64),
    last: (Timestamp, i64),
    after: Option<TokenPlace>,
}

/// A moment that is read in order from the store.
struct Crowd {
    moment: Moment,
    after: Option<String>,
}

/// Whether a client is finished.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Walked {
    /// More is to come.
    Part,
    /// It is.
    Whole,
}

impl ClientWalk {
    pub(super) fn new(user: UserKey, client: ListedClient) -> Self {
        Self {
            user,
            client,
            transactions: VecDeque::new(),
            page_end: None,
            last_page: false,
            run: None,
            opened: false,
            finished_start: None,
            moment: MomentBuffer::default(),
            crowd: None,
        }
    }

    pub(super) const fn client(&self) -> &ListedClient {
        &self.client
    }

    /// Reads at most one stretch of tokens.
    pub(super) fn advance(&mut self, step: &mut Step<'_>) -> Result<Walked, StoreError> {
        if self.crowd.is_some() {
            self.read_crowd(step)?;
            return Ok(Walked::Part);
        }
        if self.run.is_none() {
            if self.transactions.is_empty() && !self.read_transactions(step)? {
                return Ok(Walked::Whole);
            }
            self.run = self.next_run();
        }
        self.read_run(step)?;
        Ok(Walked::Part)
    }

    /// Whether there are any more.
    fn read_transactions(&mut self, step: &mut Step<'_>) -> Result<bool, StoreError> {
        if self.last_page {
            return Ok(false);
        }
        let page = step.reading.listed_transactions(
            self.user,
            self.client.key,
            self.page_end.as_ref(),
            TRANSACTIONS_AT_ONCE,
        )?;
        self.last_page = i64::try_from(page.len()).unwrap_or(i64::MAX) < TRANSACTIONS_AT_ONCE;
        if let Some(last) = page.last() {
            self.page_end =
                Some(TransactionPlace { started_at: last.started_at, id: last.id.clone() });
        }
        self.transactions = page.into();
        self.opened = false;
        Ok(!self.transactions.is_empty())
    }

    /// The longest run from the front whose start times surely differ from all others.
    fn next_run(&self) -> Option<Run> {
        let first = self.transactions.front()?;
        let mut last = first;
        let mut following = self.transactions.iter().skip(1).peekable();
        let alone = |transaction: &ListedTransaction, next: Option<&&ListedTransaction>| {
            next.map_or(self.last_page, |next| next.started_at != transaction.started_at)
        };
        // The front may share its start with one that is finished, of this page or the one
        // before; then its run is only safe when it is by itself.
        let fresh = self.finished_start != Some(first.started_at);
        if fresh && alone(first, following.peek()) {
            while let Some(transaction) = following.next() {
                if !alone(transaction, following.peek()) {
                    break;
                }
                last = transaction;
            }
        }
        Some(Run { first: place(first), last: place(last), after: None })
    }

    fn read_run(&mut self, step: &mut Step<'_>) -> Result<(), StoreError> {
        let Some(run) = &self.run else { return Ok(()) };
        let (last, mut after) = (run.last, run.after);
        let limit = step.budget.max(1);
        let range = TokenRange { after, first: run.first, last, limit };
        let mut broken = false;
        let (user, client) = (self.user, self.client.key);
        let Step { reading, sink, show, standing, now, .. } = step;
        let judging = (*standing, *now);
        let visited = reading.visit_tokens(user, client, &range, &mut |token| {
            let place = place_of(&token);
            match self.offer(token, show, judging, &mut **sink) {
                ControlFlow::Break(()) => {
                    broken = true;
                    ControlFlow::Break(())
                }
                ControlFlow::Continue(()) => {
                    after = Some(place);
                    if sink.wants_pause() {
                        broken = true;
                        return ControlFlow::Break(());
                    }
                    ControlFlow::Continue(())
                }
            }
        })?;
        step.budget = step.budget.saturating_sub(visited);
        if let Some(run) = &mut self.run {
            run.after = after;
        }
        if !broken && visited < limit {
            self.finish_run(last, step);
        }
        Ok(())
    }

    /// Takes a token in; `Break` when its moment is crowded.
    fn offer(
        &mut self,
        token: StoredToken,
        show: &ShowTokens,
        judging: (Standing, Timestamp),
        sink: &mut dyn ListingSink,
    ) -> ControlFlow<()> {
        if !self.come_to(&token, show, judging, sink) {
            return ControlFlow::Continue(());
        }
        match self.moment.judge(&token) {
            Offered::Taken => {}
            Offered::Later => self.flush(show, judging, sink),
            Offered::Crowded => {
                self.moment.clear();
                self.crowd = Some(Crowd { moment: self.moment_of(&token), after: None });
                return ControlFlow::Break(());
            }
        }
        self.moment.take(token);
        ControlFlow::Continue(())
    }

    /// Brings the token's transaction to the front; whether it is there.
    fn come_to(
        &mut self,
        token: &StoredToken,
        show: &ShowTokens,
        judging: (Standing, Timestamp),
        sink: &mut dyn ListingSink,
    ) -> bool {
        let number = token.token.transaction.number;
        loop {
            match self.transactions.front() {
                None => return false,
                Some(front) if front.key.number == number => {
                    if !self.opened {
                        sink.transaction(&front.id);
                        self.opened = true;
                    }
                    return true;
                }
                Some(front) if place(front) > (token.started_at, number) => return false,
                Some(_) => self.finish_front(show, judging, sink),
            }
        }
    }

    fn finish_front(
        &mut self,
        show: &ShowTokens,
        judging: (Standing, Timestamp),
        sink: &mut dyn ListingSink,
    ) {
        self.flush(show, judging, sink);
        if let Some(front) = self.transactions.pop_front() {
            if !self.opened {
                sink.transaction(&front.id);
            }
            self.finished_start = Some(front.started_at);
        }
        self.opened = false;
    }

    fn finish_run(&mut self, last: (Timestamp, i64), step: &mut Step<'_>) {
        let judging = (step.standing, step.now);
        while let Some(front) = self.transactions.front() {
            let reached = place(front) == last;
            self.finish_front(step.show, judging, step.sink);
            if reached {
                break;
            }
        }
        self.run = None;
    }

    /// Hands on what was gathered of one moment.
    fn flush(
        &mut self,
        show: &ShowTokens,
        judging: (Standing, Timestamp),
        sink: &mut dyn ListingSink,
    ) {
        if self.moment.is_empty() {
            return;
        }
        let state = self.front_state();
        for element in self.moment.drain() {
            show_element(&element, state, show, judging, sink);
        }
    }

    fn read_crowd(&mut self, step: &mut Step<'_>) -> Result<(), StoreError> {
        let Some(crowd) = &self.crowd else { return Ok(()) };
        let firsts = step.reading.first_tokens_of_moment(
            &crowd.moment,
            crowd.after.as_deref(),
            CROWD_AT_ONCE,
        )?;
        let numbers: Vec<i64> = firsts.iter().map(|first| first.token.element.number()).collect();
        let mut partners = step.reading.partners_of_moment(&crowd.moment, &numbers)?;
        let (moment, state) = (crowd.moment, self.front_state());
        let judging = (step.standing, step.now);
        let count = i64::try_from(firsts.len()).unwrap_or(i64::MAX);
        step.budget = step.budget.saturating_sub(count);
        let after = firsts.last().map(|last| last.token.id.as_str().to_owned());
        for first in firsts {
            let element = first.token.element;
            let mut tokens = vec![first];
            tokens.extend(partners.extract_if(.., |other| other.token.element == element));
            tokens.sort_by_key(|stored| stored.token.kind);
            show_element(&tokens, state, step.show, judging, step.sink);
        }
        if count < CROWD_AT_ONCE {
            self.crowd = None;
            self.pass(&moment);
        } else {
            self.crowd = Some(Crowd { moment, after });
        }
        Ok(())
    }

    /// Goes on behind a moment that was read from the store.
    fn pass(&mut self, moment: &Moment) {
        if let Some(run) = &mut self.run {
            run.after = Some(TokenPlace {
                started_at: moment.started_at,
                transaction: moment.transaction,
                element_at: moment.element_at,
                element: i64::MAX,
                kind: muster_domain::TokenKind::Refresh,
            });
        }
    }

    fn moment_of(&self, token: &StoredToken) -> Moment {
        Moment {
            user: self.user,
            client: self.client.key,
            started_at: token.started_at,
            transaction: token.token.transaction.number,
            element_at: token.element_at,
        }
    }

    fn front_state(&self) -> TransactionState {
        self.transactions.front().map_or(TransactionState::Open, |front| front.state)
    }
}

fn show_element(
    element: &[StoredToken],
    state: TransactionState,
    show: &ShowTokens,
    judging: (Standing, Timestamp),
    sink: &mut dyn ListingSink,
) {
    let mut shown = Vec::with_capacity(element.len());
    for stored in element {
        shown.push(show.show(stored, state, judging, sink));
    }
    sink.element(&shown);
}

const fn place(transaction: &ListedTransaction) -> (Timestamp, i64) {
    (transaction.started_at, transaction.key.number)
}

const fn place_of(stored: &StoredToken) -> TokenPlace {
    TokenPlace {
        started_at: stored.started_at,
        transaction: stored.token.transaction.number,
        element_at: stored.element_at,
        element: stored.token.element.number(),
        kind: stored.token.kind,
    }
}
