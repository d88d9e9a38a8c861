//! The listing's reads: clients in reach, their transactions, and tokens in pages, each
//! one index range scan without a sort (decision 0004).
//!
//! The pages belong together only by the places they hand on; none needs a snapshot.

use std::ops::ControlFlow;

use muster_domain::{
    ClientId, ClientKey, ListedClient, ListedTransaction, PartyStatus, Reach, Timestamp, TokenKind,
    TransactionId, UserKey, UserStatus,
};

use crate::{StoreError, StoredToken};

/// Where a transaction stands among those of one user at one client.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct TransactionPlace {
    /// By start time first.
    pub started_at: Timestamp,
    /// Then by its public name.
    pub id: TransactionId,
}

/// Where a token stands among those of one user at one client.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct TokenPlace {
    /// When its transaction began.
    pub started_at: Timestamp,
    /// Its transaction's number.
    pub transaction: i64,
    /// When the earliest token of its element was issued.
    pub element_at: Timestamp,
    /// The number of its element.
    pub element: i64,
    /// Access before refresh.
    pub kind: TokenKind,
}

/// A stretch of tokens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TokenRange {
    /// Begin after this place; `None`: with the first transaction.
    pub after: Option<TokenPlace>,
    /// The first transaction: start time and number.
    pub first: (Timestamp, i64),
    /// The last transaction, included.
    pub last: (Timestamp, i64),
    /// At most so many tokens.
    pub limit: i64,
}

/// One moment of one transaction: the elements whose earliest token was issued then.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moment {
    /// Whose tokens.
    pub user: UserKey,
    /// At which client.
    pub client: ClientKey,
    /// When the transaction began.
    pub started_at: Timestamp,
    /// The transaction's number.
    pub transaction: i64,
    /// The moment.
    pub element_at: Timestamp,
}

/// What is done with each token as it comes; `Break` ends the page early.
pub type Visit<'a> = dyn FnMut(StoredToken) -> ControlFlow<()> + 'a;

/// Reading for a listing.
pub trait ListingReading {
    /// How issuer and user stand; `None` when the user is gone.
    fn user_standing(
        &mut self,
        reach: Reach,
        user: UserKey,
    ) -> Result<Option<(PartyStatus, UserStatus)>, StoreError>;

    /// Whether the right behind `reach` still stands, and still covers `client` if one is named.
    fn reach_holds(&mut self, reach: Reach, client: Option<ClientKey>) -> Result<bool, StoreError>;

    /// Clients in reach at which the user has a transaction, by the bytes of their id.
    fn listed_clients(
        &mut self,
        user: UserKey,
        reach: Reach,
        after: Option<&ClientId>,
        limit: i64,
    ) -> Result<Vec<ListedClient>, StoreError>;

    /// The user's transactions at one client, by start time, then by name.
    fn listed_transactions(
        &mut self,
        user: UserKey,
        client: ClientKey,
        after: Option<&TransactionPlace>,
        limit: i64,
    ) -> Result<Vec<ListedTransaction>, StoreError>;

    /// The user's tokens at one client, in the order of [`TokenPlace`], row by row. How
    /// many were visited.
    fn visit_tokens(
        &mut self,
        user: UserKey,
        client: ClientKey,
        range: &TokenRange,
        visit: &mut Visit<'_>,
    ) -> Result<i64, StoreError>;

    /// The first tokens (the earliest of their element) of one moment, by `jti`, after this
    /// one: for moments too crowded to be sorted in memory. At most `limit`.
    fn first_tokens_of_moment(
        &mut self,
        moment: &Moment,
        after: Option<&str>,
        limit: i64,
    ) -> Result<Vec<StoredToken>, StoreError>;

    /// The other tokens of these elements of one moment.
    fn partners_of_moment(
        &mut self,
        moment: &Moment,
        elements: &[i64],
    ) -> Result<Vec<StoredToken>, StoreError>;
}
