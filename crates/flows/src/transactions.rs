//! New transactions: where a grant begins a family of its own.

use muster_domain::{
    Client, Descent, Lifetime, ScopeSet, Shard, Timestamp, Transaction, TransactionId,
    TransactionKey, TransactionState, UserKey,
};
use muster_store::{Sequence, StoreError, Unit};

use crate::identifier::{Named, identifier};
use crate::{FlowError, Tools};

/// A transaction that is not stored yet: everything but its number.
#[derive(Clone, Debug)]
pub(crate) struct NewTransaction {
    id: TransactionId,
    user: Option<UserKey>,
    shard: Shard,
    started_at: Timestamp,
    scopes: ScopeSet,
    expires_at: Timestamp,
    descent: Option<Descent>,
}

impl NewTransaction {
    /// One that begins now and may be refreshed for `family` at most.
    pub(crate) fn begin(
        (user, shard): (Option<UserKey>, Shard),
        scopes: ScopeSet,
        (now, family): (Timestamp, Lifetime),
        tools: &Tools,
    ) -> Result<Self, FlowError> {
        let span = (now, family);
        let id = identifier(&tools.issuer.url, Named::Transaction, span, &*tools.randomness)?;
        Ok(Self {
            id: TransactionId::new(id)?,
            user,
            shard,
            started_at: now,
            scopes,
            expires_at: now.plus(family),
            descent: None,
        })
    }

    /// The same, as a child of another one.
    pub(crate) fn child_of(mut self, descent: Descent) -> Self {
        self.descent = Some(descent);
        self
    }

    /// Stores it as `client`'s.
    pub(crate) fn store(
        &self,
        unit: &mut dyn Unit,
        client: &Client,
    ) -> Result<Transaction, StoreError> {
        let number = unit.take_numbers(Sequence::Transactions, 1)?.start;
        let transaction = Transaction {
            key: TransactionKey::new(self.shard, number),
            issuer: client.issuer,
            client: client.key,
            user: self.user,
            id: self.id.clone(),
            started_at: self.started_at,
            state: TransactionState::Open,
            scopes: self.scopes.clone(),
            expires_at: Some(self.expires_at),
            descent: self.descent,
        };
        unit.add_transactions(std::slice::from_ref(&transaction))?;
        Ok(transaction)
    }
}
