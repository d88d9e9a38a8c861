//! Flows and tokens: a page of the old database into one unit of the store.

use std::collections::{BTreeMap, HashMap};

use muster_domain::{
    ElementKey, Ending, Shard, Timestamp, Token, TokenId, TokenKey, TokenState, Transaction,
    TransactionId, TransactionKey, TransactionState, User, UserId,
};
use muster_store::{Sequence, Store, StoreError, StoredToken, Unit};

use crate::parties::Known;
use crate::plan::{KnownTokens, Plan, is_taken, known_tokens, plan};
use crate::sealing::Sealing;
use crate::tables::flow::OldFlow;
use crate::tables::tokens::OldToken;
use crate::{ImportError, ImportOptions};

/// What became of tokens of one origin.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Tally {
    pub(crate) taken: u64,
    pub(crate) ended: u64,
    pub(crate) unchanged: u64,
}

/// What became of a page.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Written {
    pub(crate) flows_taken: u64,
    pub(crate) flows_unchanged: u64,
    /// Tokens that stand in the rows of the flows.
    pub(crate) own: Tally,
    /// Tokens with rows of their own.
    pub(crate) children: Tally,
    pub(crate) refused: Vec<Refused>,
}

/// A token that was left.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Refused {
    pub(crate) reason: &'static str,
    pub(crate) jti: String,
    pub(crate) is_child: bool,
}

impl Written {
    pub(crate) fn tally(&mut self, token: &OldToken) -> &mut Tally {
        if token.is_child { &mut self.children } else { &mut self.own }
    }

    pub(crate) fn refuse(&mut self, reason: &'static str, token: &OldToken) {
        let (jti, is_child) = (token.jti.clone(), token.is_child);
        self.refused.push(Refused { reason, jti, is_child });
    }

    /// Adds what became of a part of the page.
    fn add(&mut self, part: Self) {
        let add = |sum: &mut u64, part: u64| *sum = sum.saturating_add(part);
        add(&mut self.flows_taken, part.flows_taken);
        add(&mut self.flows_unchanged, part.flows_unchanged);
        for (sum, part) in [(&mut self.own, part.own), (&mut self.children, part.children)] {
            add(&mut sum.taken, part.taken);
            add(&mut sum.ended, part.ended);
            add(&mut sum.unchanged, part.unchanged);
        }
        self.refused.extend(part.refused);
    }
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
        let batches = self.batches(flows);
        if self.options.dry_run {
            return self.look(batches.values());
        }
        let done = self.store.change(|unit| {
            let mut written = Written::default();
            for batch in batches.values() {
                self.write_batch(unit, batch, &mut written)?;
            }
            Ok(written)
        });
        match done {
            Err(StoreError::Conflict { .. }) => self.write_parts(flows),
            done => Ok(done?),
        }
    }

    fn batches<'f>(&self, flows: &'f [OldFlow]) -> BTreeMap<i64, Batch<'f>> {
        let mut batches: BTreeMap<i64, Batch<'_>> = BTreeMap::new();
        for flow in flows {
            let Some((issuer, client)) = self.known.clients.get(&flow.client) else { continue };
            let batch = batches
                .entry(issuer.key.number())
                .or_insert_with(|| Batch { issuer: issuer.clone(), flows: Vec::new() });
            batch.flows.push((flow, *client));
        }
        batches
    }

    /// A token's text is there already, as another token's: what conflicts is looked for by
    /// halves, so that nothing else is left.
    fn write_parts(&self, flows: &[OldFlow]) -> Result<Written, ImportError> {
        if let [flow] = flows {
            return self.write_single(flow);
        }
        let (first, second) = flows.split_at(flows.len() / 2);
        let mut written = self.write(first)?;
        written.add(self.write(second)?);
        Ok(written)
    }

    /// Writes a flow of which a token conflicts: element by element, token by token.
    fn write_single(&self, flow: &OldFlow) -> Result<Written, ImportError> {
        let part = |elements| OldFlow { elements, ..flow.clone() };
        if let [element] = flow.elements.as_slice()
            && let [token] = element.as_slice()
        {
            let mut written = self.write(&[part(Vec::new())])?;
            written.refuse("the same token again", token);
            return Ok(written);
        }
        let elements = match flow.elements.as_slice() {
            [] => {
                return Err(StoreError::Conflict { what: "a transaction of this name" }.into());
            }
            [element] => element.iter().map(|token| vec![token.clone()]).collect(),
            elements => elements.to_vec(),
        };
        let mut written = self.write(&[part(Vec::new())])?;
        for element in elements {
            let tokens = self.write(&[part(vec![element])])?;
            written.add(Written { flows_taken: 0, flows_unchanged: 0, ..tokens });
        }
        Ok(written)
    }

    /// What would be written, as far as it can be told without writing.
    fn look<'b>(
        &self,
        batches: impl Iterator<Item = &'b Batch<'b>>,
    ) -> Result<Written, ImportError> {
        let mut written = Written::default();
        for batch in batches {
            let ids = places(batch);
            let (found, known) = match batch.issuer.key.number() {
                0 => (Vec::new(), HashMap::new()),
                _ => self.store.read(|reading| {
                    let found = reading.find_transactions(batch.issuer.key, &ids)?;
                    let keys: Vec<TransactionKey> = found.iter().map(|there| there.key).collect();
                    let known = known_tokens(reading, batch.issuer.key, &keys)?;
                    Ok((found, known))
                })?,
            };
            let found: HashMap<&TransactionId, &Transaction> =
                found.iter().map(|there| (&there.id, there)).collect();
            let (mut there, mut lacking) = (Vec::new(), Vec::new());
            for (flow, _) in &batch.flows {
                match found.get(&flow.id) {
                    Some(transaction) => there.push(((*transaction).clone(), *flow)),
                    None => lacking.push(*flow),
                }
            }
            written.flows_unchanged = written.flows_unchanged.saturating_add(count(there.len()));
            written.flows_taken = written.flows_taken.saturating_add(count(lacking.len()));
            plan(&there, &known, &mut written);
            for token in lacking.iter().flat_map(|flow| flow.elements.iter().flatten()) {
                is_taken(token, &mut written);
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
            let transaction = self.transaction(batch, flow, (*client, user), number);
            fresh.push(transaction.clone());
            planned.push((transaction, flow));
        }
        written.flows_taken = written.flows_taken.saturating_add(count(fresh.len()));
        written.flows_unchanged = written
            .flows_unchanged
            .saturating_add(count(planned.len().saturating_sub(fresh.len())));
        unit.add_transactions(&fresh)?;
        let keys: Vec<TransactionKey> = there.values().map(|there| there.key).collect();
        let known = known_tokens(unit, batch.issuer.key, &keys)?;
        self.write_tokens(unit, &planned, &known, written)
    }

    fn write_tokens(
        &self,
        unit: &mut dyn Unit,
        planned: &[(Transaction, &OldFlow)],
        known: &KnownTokens,
        written: &mut Written,
    ) -> Result<(), StoreError> {
        let Plan { ended, shortened, fresh } = plan(planned, known, written);
        unit.end_tokens(&ended, Ending::Revoked, self.options.now)?;
        unit.shorten_tokens(&shortened)?;
        let wanted: usize = fresh.iter().map(|(_, tokens)| tokens.len()).sum();
        let mut numbers =
            unit.take_numbers(Sequence::Tokens, i64::try_from(wanted).unwrap_or(0))?;
        let mut rows = Vec::with_capacity(wanted);
        for (transaction, tokens) in fresh {
            self.element_rows(&transaction, &tokens, &mut numbers, &mut rows)?;
        }
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

    fn transaction(
        &self,
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
            expires_at: Some(self.options.now.plus(self.options.family)),
            descent: None,
            scopes: flow.scopes.clone(),
        }
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

fn places(batch: &Batch<'_>) -> Vec<(Shard, TransactionId)> {
    batch
        .flows
        .iter()
        .map(|(flow, _)| (Shard::of_user(&batch.issuer.url, &flow.user), flow.id.clone()))
        .collect()
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
