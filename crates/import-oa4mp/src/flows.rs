//! Flows and tokens: a page of the old database into one unit of the store.

use std::collections::{BTreeMap, HashMap, HashSet};

use muster_domain::{
    ElementKey, Ending, Shard, Timestamp, Token, TokenId, TokenKey, TokenKind, TokenState,
    Transaction, TransactionId, TransactionKey, TransactionState, User, UserId,
};
use muster_store::{Sequence, Store, StoreError, StoredToken, Unit};

use crate::parties::Known;
use crate::sealing::Sealing;
use crate::tables::flow::OldFlow;
use crate::tables::tokens::OldToken;
use crate::{ImportError, ImportOptions};

/// What became of a page.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Written {
    pub(crate) flows_taken: u64,
    pub(crate) flows_unchanged: u64,
    pub(crate) tokens_taken: u64,
    pub(crate) tokens_ended: u64,
    pub(crate) tokens_unchanged: u64,
    /// Tokens whose `jti` cannot be kept.
    pub(crate) tokens_refused: u64,
}

/// Writes pages.
pub(crate) struct FlowWriter<'a> {
    pub(crate) store: &'a dyn Store,
    pub(crate) sealing: &'a dyn Sealing,
    pub(crate) options: &'a ImportOptions,
    pub(crate) known: &'a Known,
}

/// Old flows of one issuer.
struct Batch<'f> {
    issuer: muster_domain::Issuer,
    flows: Vec<(&'f OldFlow, muster_domain::ClientKey)>,
}

impl FlowWriter<'_> {
    /// Writes a page in one unit; all of its flows name clients that are known.
    pub(crate) fn write(&self, flows: &[OldFlow]) -> Result<Written, ImportError> {
        let mut batches: BTreeMap<i64, Batch<'_>> = BTreeMap::new();
        for flow in flows {
            let Some((issuer, client)) = self.known.clients.get(&flow.client) else { continue };
            let batch = batches
                .entry(issuer.key.number())
                .or_insert_with(|| Batch { issuer: issuer.clone(), flows: Vec::new() });
            batch.flows.push((flow, *client));
        }
        if self.options.dry_run {
            return self.look(batches.values());
        }
        Ok(self.store.change(|unit| {
            let mut written = Written::default();
            for batch in batches.values() {
                self.write_batch(unit, batch, &mut written)?;
            }
            Ok(written)
        })?)
    }

    /// What would be written, as far as it can be told without writing.
    fn look<'b>(
        &self,
        batches: impl Iterator<Item = &'b Batch<'b>>,
    ) -> Result<Written, ImportError> {
        let mut written = Written::default();
        for batch in batches {
            let ids = places(batch);
            let found = match batch.issuer.key.number() {
                0 => Vec::new(),
                _ => {
                    self.store.read(|reading| reading.find_transactions(batch.issuer.key, &ids))?
                }
            };
            let found: HashSet<&TransactionId> = found.iter().map(|there| &there.id).collect();
            for (flow, _) in &batch.flows {
                let tokens = count(flow.elements.iter().map(Vec::len).sum());
                if found.contains(&flow.id) {
                    written.flows_unchanged = written.flows_unchanged.saturating_add(1);
                    written.tokens_unchanged = written.tokens_unchanged.saturating_add(tokens);
                } else {
                    written.flows_taken = written.flows_taken.saturating_add(1);
                    written.tokens_taken = written.tokens_taken.saturating_add(tokens);
                }
            }
        }
        Ok(written)
    }

    fn write_batch(
        &self,
        unit: &mut dyn Unit,
        batch: &Batch<'_>,
        written: &mut Written,
    ) -> Result<(), StoreError> {
        let names: Vec<UserId> = batch.flows.iter().map(|(flow, _)| flow.user.clone()).collect();
        let users = unit.ensure_users(batch.issuer.key, &names, self.options.now)?;
        let there = unit.find_transactions(batch.issuer.key, &places(batch))?;
        let there: HashMap<&TransactionId, &Transaction> =
            there.iter().map(|transaction| (&transaction.id, transaction)).collect();
        let mut fresh = Vec::new();
        let mut planned: Vec<(Transaction, &OldFlow)> = Vec::with_capacity(batch.flows.len());
        let lacking = batch.flows.iter().filter(|(flow, _)| !there.contains_key(&flow.id)).count();
        let mut numbers =
            unit.take_numbers(Sequence::Transactions, i64::try_from(lacking).unwrap_or(0))?;
        for ((flow, client), user) in batch.flows.iter().zip(&users) {
            if let Some(transaction) = there.get(&flow.id) {
                planned.push(((*transaction).clone(), flow));
                continue;
            }
            let number = numbers.next().ok_or_else(|| StoreError::corrupt("too few numbers"))?;
            let transaction = transaction(batch, flow, (*client, user), number);
            fresh.push(transaction.clone());
            planned.push((transaction, flow));
        }
        written.flows_taken = written.flows_taken.saturating_add(count(fresh.len()));
        written.flows_unchanged = written
            .flows_unchanged
            .saturating_add(count(planned.len().saturating_sub(fresh.len())));
        unit.add_transactions(&fresh)?;
        let keys: Vec<TransactionKey> = there.values().map(|there| there.key).collect();
        let known = known_tokens(unit, batch, &keys)?;
        self.write_tokens(unit, &planned, &known, written)
    }

    fn write_tokens(
        &self,
        unit: &mut dyn Unit,
        planned: &[(Transaction, &OldFlow)],
        known: &HashMap<(i64, TokenKind, String), Token>,
        written: &mut Written,
    ) -> Result<(), StoreError> {
        let (mut ended, mut fresh) = (Vec::new(), Vec::new());
        for (transaction, flow) in planned {
            for element in &flow.elements {
                let mut lacking = Vec::with_capacity(element.len());
                for old in element {
                    let key = (transaction.key.number, old.kind, old.jti.clone());
                    match known.get(&key) {
                        None => lacking.push(old),
                        Some(token) if !old.is_valid && token.state == TokenState::Live => {
                            ended.push(token.key);
                        }
                        Some(_) => {
                            written.tokens_unchanged = written.tokens_unchanged.saturating_add(1);
                        }
                    }
                }
                if !lacking.is_empty() {
                    fresh.push((transaction, lacking));
                }
            }
        }
        let ended_now = unit.end_tokens(&ended, Ending::Revoked, self.options.now)?;
        written.tokens_ended = written.tokens_ended.saturating_add(count(ended_now));
        let wanted: usize = fresh.iter().map(|(_, tokens)| tokens.len()).sum();
        let numbers = unit.take_numbers(Sequence::Tokens, i64::try_from(wanted).unwrap_or(0))?;
        let mut rows = Vec::with_capacity(wanted);
        let mut numbers = numbers.into_iter();
        for (transaction, tokens) in fresh {
            self.element_rows(transaction, &tokens, &mut numbers, &mut rows)?;
        }
        let refused = wanted.saturating_sub(rows.len());
        written.tokens_taken = written.tokens_taken.saturating_add(count(rows.len()));
        written.tokens_refused = written.tokens_refused.saturating_add(count(refused));
        unit.add_tokens(&rows)
    }

    /// The rows of one element; its number is that of its earliest token.
    fn element_rows(
        &self,
        transaction: &Transaction,
        tokens: &[&OldToken],
        numbers: &mut impl Iterator<Item = i64>,
        rows: &mut Vec<StoredToken>,
    ) -> Result<(), StoreError> {
        let numbered: Vec<(i64, &OldToken)> =
            numbers.by_ref().take(tokens.len()).zip(tokens.iter().copied()).collect();
        let first = numbered
            .iter()
            .min_by(|(_, a), (_, b)| (a.issued_at, &a.jti).cmp(&(b.issued_at, &b.jti)));
        let Some((element, earliest)) = first.map(|(number, old)| (*number, old.issued_at)) else {
            return Ok(());
        };
        for (number, old) in numbered {
            let Ok(id) = TokenId::new(old.jti.as_str()) else { continue };
            let token = self.token(transaction, old, id, (number, element));
            let sealed = old.text.as_ref().map(|text| self.sealing.seal(&text.shown, &token));
            let sealed =
                sealed.transpose().map_err(|error| StoreError::GivenUp { reason: error.0 })?;
            rows.push(StoredToken {
                tag: old.text.as_ref().map(|text| self.sealing.tag(old.kind, &text.found_by)),
                token,
                started_at: transaction.started_at,
                element_at: Timestamp::from_millis(earliest),
                text: sealed,
            });
        }
        Ok(())
    }

    fn token(
        &self,
        transaction: &Transaction,
        old: &OldToken,
        id: TokenId,
        (number, element): (i64, i64),
    ) -> Token {
        let revoked = TokenState::Ended { how: Ending::Revoked, at: self.options.now };
        Token {
            key: TokenKey::new(transaction.key.shard, number),
            issuer: transaction.issuer,
            client: transaction.client,
            user: transaction.user,
            transaction: transaction.key,
            element: ElementKey::new(element),
            kind: old.kind,
            id,
            issued_at: Timestamp::from_millis(old.issued_at),
            expires_at: Timestamp::from_millis(old.expires_at),
            state: if old.is_valid { TokenState::Live } else { revoked },
        }
    }
}

/// The tokens of flows that were there before.
fn known_tokens(
    unit: &mut dyn Unit,
    batch: &Batch<'_>,
    keys: &[TransactionKey],
) -> Result<HashMap<(i64, TokenKind, String), Token>, StoreError> {
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let tokens = unit.tokens_of_transactions(batch.issuer.key, keys)?;
    Ok(tokens
        .into_iter()
        .map(|token| ((token.transaction.number, token.kind, token.id.as_str().to_owned()), token))
        .collect())
}

fn places(batch: &Batch<'_>) -> Vec<(Shard, TransactionId)> {
    batch
        .flows
        .iter()
        .map(|(flow, _)| (Shard::of_user(&batch.issuer.url, &flow.user), flow.id.clone()))
        .collect()
}

fn transaction(
    batch: &Batch<'_>,
    flow: &OldFlow,
    (client, user): (muster_domain::ClientKey, &User),
    number: i64,
) -> Transaction {
    Transaction {
        key: TransactionKey::new(user.key.shard, number),
        issuer: batch.issuer.key,
        client,
        user: Some(user.key),
        id: flow.id.clone(),
        started_at: Timestamp::from_millis(flow.started_at),
        state: TransactionState::Open,
        scopes: flow.scopes.clone(),
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
