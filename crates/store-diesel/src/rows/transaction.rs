//! Rows of transactions.

use diesel::prelude::*;
use muster_domain::{
    ClientKey, Descent, IssuerKey, ScopeSet, Timestamp, Transaction, TransactionId, TransactionKey,
    TransactionState, UserKey,
};
use muster_store::StoreError;

use super::{shard, small};
use crate::schema::{holdings, transactions};

/// A row of `transactions`.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = transactions, treat_none_as_default_value = false)]
pub(crate) struct TransactionRow {
    seq: i64,
    started_at: i64,
    ended_at: Option<i64>,
    user_seq: Option<i64>,
    issuer_seq: i32,
    client_seq: i32,
    shard: i16,
    code: String,
    scopes: String,
    expires_at: Option<i64>,
    parent_seq: Option<i64>,
    depth: i16,
}

/// A row of `holdings`.
//
// Without default values Diesel writes a batch as one statement on SQLite, too; with them
// it would open a transaction of its own inside the writer's.
#[derive(Insertable)]
#[diesel(table_name = holdings, treat_none_as_default_value = false)]
pub(crate) struct HoldingRow<'a> {
    pub(crate) user_seq: i64,
    pub(crate) client_seq: i32,
    pub(crate) shard: i16,
    pub(crate) client_id: &'a str,
}

impl TransactionRow {
    pub(crate) fn of(transaction: &Transaction) -> Result<Self, StoreError> {
        let ended_at = match transaction.state {
            TransactionState::Open => None,
            TransactionState::Ended { at } => Some(at.millis()),
        };
        Ok(Self {
            seq: transaction.key.number,
            started_at: transaction.started_at.millis(),
            ended_at,
            user_seq: transaction.user.map(|user| user.number),
            issuer_seq: small(transaction.issuer.number())?,
            client_seq: small(transaction.client.number())?,
            shard: transaction.key.shard.number(),
            code: transaction.id.as_str().to_owned(),
            scopes: transaction.scopes.to_string(),
            expires_at: transaction.expires_at.map(Timestamp::millis),
            parent_seq: transaction.descent.map(|descent| descent.parent),
            depth: transaction.descent.map_or(0, |descent| descent.depth),
        })
    }

    pub(crate) fn into_domain(self) -> Result<Transaction, StoreError> {
        let shard = shard(self.shard)?;
        Ok(Transaction {
            key: TransactionKey::new(shard, self.seq),
            issuer: IssuerKey::new(self.issuer_seq.into()),
            client: ClientKey::new(self.client_seq.into()),
            user: self.user_seq.map(|number| UserKey::new(shard, number)),
            id: TransactionId::new(self.code).map_err(|e| StoreError::corrupt(e.to_string()))?,
            started_at: Timestamp::from_millis(self.started_at),
            state: transaction_state(self.ended_at),
            scopes: ScopeSet::parse(&self.scopes)
                .map_err(|e| StoreError::corrupt(e.to_string()))?,
            expires_at: self.expires_at.map(Timestamp::from_millis),
            descent: self.parent_seq.map(|parent| Descent { parent, depth: self.depth }),
        })
    }
}

/// The state that the column tells.
pub(crate) fn transaction_state(ended_at: Option<i64>) -> TransactionState {
    ended_at.map_or(TransactionState::Open, |at| TransactionState::Ended {
        at: Timestamp::from_millis(at),
    })
}
