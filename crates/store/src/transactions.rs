//! Transactions: the flows that tokens come from.

use muster_domain::{IssuerKey, Shard, Timestamp, Transaction, TransactionId, TransactionKey};

use crate::StoreError;

/// Asking for transactions.
pub trait TransactionsReading {
    /// Those of these that exist, in no particular order.
    fn find_transactions(
        &mut self,
        issuer: IssuerKey,
        ids: &[(Shard, TransactionId)],
    ) -> Result<Vec<Transaction>, StoreError>;
}

/// Changing transactions.
pub trait TransactionsWriting {
    /// Adds transactions whose keys were taken from [`crate::Sequence::Transactions`], and
    /// notes for each user at which clients it now has some.
    fn add_transactions(&mut self, transactions: &[Transaction]) -> Result<(), StoreError>;

    /// The transaction as it is, held so that nobody ends it before this unit is done: a
    /// child of it cannot slip past its end. `None`: it is gone.
    fn hold_transaction(
        &mut self,
        transaction: TransactionKey,
    ) -> Result<Option<Transaction>, StoreError>;

    /// Ends a transaction with everything below it, the transactions that were exchanged
    /// out of it included; whether it was open.
    fn end_transaction(
        &mut self,
        transaction: TransactionKey,
        at: Timestamp,
    ) -> Result<bool, StoreError>;
}
