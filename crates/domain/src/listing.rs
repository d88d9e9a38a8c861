//! The words of the main job: one user's tokens, client by client.

use crate::{
    ClientId, ElementKey, Reach, SealedText, Timestamp, TokenId, TokenKey, TokenKind,
    TransactionId, TransactionKey, UserId, UserKey,
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
    /// Its public name.
    pub id: ClientId,
}

/// A transaction of the listing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListedTransaction {
    /// Its key.
    pub key: TransactionKey,
    /// Its public name, `code`.
    pub id: TransactionId,
}

/// A token of the listing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListedToken {
    /// Its key.
    pub key: TokenKey,
    /// The element it stands in.
    pub element: ElementKey,
    /// What it is for.
    pub kind: TokenKind,
    /// Its identifier.
    pub id: TokenId,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// The first moment at which it is no longer valid.
    pub expires_at: Timestamp,
    /// Whether it is good at the moment of the reading.
    pub is_valid: bool,
    /// Its text, sealed; `None` when it is not known.
    pub text: Option<SealedText>,
}
