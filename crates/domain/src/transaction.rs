//! A transaction: one flow of one user at one client, from its start on.
//!
//! Everything later refreshed or exchanged out of it belongs to it.

use crate::{ClientKey, IssuerKey, ScopeSet, Timestamp, TransactionId, TransactionKey, UserKey};

/// Whether a transaction still carries its tokens.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TransactionState {
    /// It does.
    Open,
    /// It was ended; none of its tokens is valid any more.
    Ended {
        /// When.
        at: Timestamp,
    },
}

/// A transaction as the store knows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Transaction {
    /// Its key.
    pub key: TransactionKey,
    /// The issuer it belongs to.
    pub issuer: IssuerKey,
    /// The client whose flow it is.
    pub client: ClientKey,
    /// The user; `None` when the client speaks for itself (RFC 6749 4.4).
    pub user: Option<UserKey>,
    /// Its public name, `code` in the listing.
    pub id: TransactionId,
    /// When the flow began.
    pub started_at: Timestamp,
    /// Whether it still carries its tokens.
    pub state: TransactionState,
    /// The scopes that were granted.
    pub scopes: ScopeSet,
}
