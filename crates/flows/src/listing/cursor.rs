//! The cursor: from client to client, a page of bounded work at a time.
//!
//! Between two pages it holds no connection and no snapshot, so a reader may take its
//! time (T33). Each page begins by asking whether the right behind the listing still
//! stands (invariant I07).

use std::collections::VecDeque;

use muster_domain::{
    ClientId, ClientStanding, ListedClient, ListingPlan, PartyStatus, Standing, UserStatus,
};
use muster_store::{Reading, StoreError};

use super::client_walk::{ClientWalk, Step, Walked};
use super::shown::{ListingSink, ShowTokens};

/// Clients read at once.
const CLIENTS_AT_ONCE: i64 = 200;
/// A page ends after so many steps even if they yield few tokens: a user of thousands of
/// clients with one token each must not hold a connection for long.
const STEPS_A_PAGE: u32 = 1_000;

/// How a page ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Progress {
    /// There may be more.
    More,
    /// That was all.
    Done,
    /// The right behind the listing was taken away; nothing more may be shown.
    RightLost,
}

/// A listing under way.
pub struct ListingCursor {
    plan: ListingPlan,
    page_rows: i64,
    clients: VecDeque<ListedClient>,
    last_client: Option<ClientId>,
    no_more_clients: bool,
    walk: Option<ClientWalk>,
}

impl ListingCursor {
    /// A listing that is to begin, in pages of about `page_rows` tokens.
    pub fn new(plan: ListingPlan, page_rows: i64) -> Self {
        Self {
            plan,
            page_rows,
            clients: VecDeque::new(),
            last_client: None,
            no_more_clients: false,
            walk: None,
        }
    }

    /// What the listing is about.
    pub const fn plan(&self) -> &ListingPlan {
        &self.plan
    }

    /// Reads one page and hands it to `sink`.
    pub fn advance(
        &mut self,
        reading: &mut dyn Reading,
        show: &ShowTokens,
        sink: &mut dyn ListingSink,
    ) -> Result<Progress, StoreError> {
        let (reach, user) = (self.plan.reach, self.plan.user);
        let client = self.walk.as_ref().map(|walk| walk.client().key);
        if !reading.reach_holds(reach, client)? {
            return Ok(Progress::RightLost);
        }
        // A user that was deleted meanwhile has nothing left to show.
        let Some((issuer, status)) = reading.user_standing(reach, user)? else {
            return Ok(Progress::RightLost);
        };
        let above = Above { issuer, user: status };
        // Clients that wait were in reach a page ago; now may be another matter.
        self.clients.clear();
        self.no_more_clients = false;
        let mut budget = self.page_rows;
        for _ in 0..STEPS_A_PAGE {
            if budget <= 0 || sink.wants_pause() {
                return Ok(Progress::More);
            }
            let Some(mut walk) = self.next_walk(reading, sink)? else { return Ok(Progress::Done) };
            let standing = above.with(walk.client().standing);
            let now = show.now();
            let mut step = Step { reading, sink, show, standing, now, budget };
            let walked = walk.advance(&mut step)?;
            budget = step.budget;
            match walked {
                Walked::Whole => {}
                Walked::Part => self.walk = Some(walk),
            }
        }
        Ok(Progress::More)
    }

    /// The walk at hand, else one over the next client.
    fn next_walk(
        &mut self,
        reading: &mut dyn Reading,
        sink: &mut dyn ListingSink,
    ) -> Result<Option<ClientWalk>, StoreError> {
        if let Some(walk) = self.walk.take() {
            return Ok(Some(walk));
        }
        if self.clients.is_empty() && !self.no_more_clients {
            let page = reading.listed_clients(
                self.plan.user,
                self.plan.reach,
                self.last_client.as_ref(),
                CLIENTS_AT_ONCE,
            )?;
            self.no_more_clients = i64::try_from(page.len()).unwrap_or(i64::MAX) < CLIENTS_AT_ONCE;
            self.clients = page.into();
        }
        let Some(client) = self.clients.pop_front() else { return Ok(None) };
        sink.client(&client.id);
        self.last_client = Some(client.id.clone());
        Ok(Some(ClientWalk::new(self.plan.user, client)))
    }
}

/// What stands above every client of the listing.
#[derive(Clone, Copy)]
struct Above {
    issuer: PartyStatus,
    user: UserStatus,
}

impl Above {
    const fn with(self, client: ClientStanding) -> Standing {
        Standing { issuer: self.issuer, client, user: Some(self.user) }
    }
}
