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
    /// When refreshing ends, however often it was done; `None`: with each token (S22).
    pub expires_at: Option<Timestamp>,
    /// The transaction that it was exchanged out of (RFC 8693), if it was.
    pub descent: Option<Descent>,
}

/// Where an exchanged transaction comes from. It dies with its parent.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Descent {
    /// The number of the parent, which lies in the same shard.
    pub parent: i64,
    /// How many exchanges lie between it and the first transaction; the first child's is 1.
    pub depth: i16,
}

impl Descent {
    /// The deepest chain of exchanges (B76).
    pub const DEEPEST: i16 = 8;

    /// That of a child of `parent`; `None`: the chain is too deep.
    pub fn of_child(parent: &Transaction) -> Option<Self> {
        let depth = parent.descent.map_or(0, |descent| descent.depth).saturating_add(1);
        (depth <= Self::DEEPEST).then_some(Self { parent: parent.key.number, depth })
    }
}
