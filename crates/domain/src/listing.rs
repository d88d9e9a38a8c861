//! The words of the main job: one user's tokens, client by client.

use crate::{
    ClientId, ClientKey, ClientStanding, Reach, Timestamp, TransactionId, TransactionKey,
    TransactionState, UserId, UserKey,
};

/// What a listing is about, decided before its first row is read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListingPlan {
    /// Whose tokens.
    pub user: UserKey,
    /// The user's name, for the answer.
    pub user_id: UserId,
    /// At which clients.
    pub reach: Reach,
}

/// A client in reach at which the user has a transaction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListedClient {
    /// Its key.
    pub key: ClientKey,
    /// Its public name.
    pub id: ClientId,
    /// How it stands, its admins included.
    pub standing: ClientStanding,
}

/// A transaction of the listing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListedTransaction {
    /// Its key.
    pub key: TransactionKey,
    /// Its public name, `code`.
    pub id: TransactionId,
    /// When the flow began.
    pub started_at: Timestamp,
    /// Whether it still carries its tokens.
    pub state: TransactionState,
}
