//! A permit to issue: what was asked, for which client, on which terms, and where a
//! presented token must be found.

use muster_client_auth::AuthenticatedClient;
use muster_domain::{AuthMethod, Client, Reach};

use crate::Terms;

/// A grant of one kind that may be carried out.
#[derive(Clone, Debug)]
pub struct IssuePermit<G> {
    pub(crate) asked: G,
    pub(crate) holder: AuthenticatedClient,
    pub(crate) terms: Terms,
    pub(crate) audience: Vec<String>,
    pub(crate) token_reach: Reach,
}

impl<G> IssuePermit<G> {
    /// What was asked.
    pub const fn asked(&self) -> &G {
        &self.asked
    }

    /// The client that gets the tokens.
    pub fn client(&self) -> &Client {
        self.holder.client()
    }

    /// Whether it has proved who it is, and not only said so.
    pub fn is_proved(&self) -> bool {
        self.holder.method() != AuthMethod::None
    }

    /// How long they live.
    pub const fn terms(&self) -> &Terms {
        &self.terms
    }

    /// The audience that was asked for and may be named; empty: none was asked for.
    pub fn audience(&self) -> &[String] {
        &self.audience
    }

    /// Where a presented token must be found: among the client's own, or for an exchange
    /// among those that it may act with.
    pub const fn token_reach(&self) -> Reach {
        self.token_reach
    }
}
