//! Planting a federation: issuers, clients, admins, flows and tokens in any state, through
//! the same store and the same sealing as everything else.
//!
//! The demo plants a small lively one, tests plant what they need.

use std::sync::Arc;

use crate::identifier::{Named, identifier};
use muster_crypto::{Handle, KeyRing, SealContext};
use muster_domain::{
    Client, Clock, ElementKey, Ending, Issuer, Lifetime, Randomness, ScopeSet, Timestamp, Token,
    TokenId, TokenKey, TokenKind, TokenState, Transaction, TransactionId, TransactionKey,
    TransactionState, User, UserId,
};
use muster_store::{Sequence, Store, StoreError, StoredToken, Unit};

/// What a seed needs.
#[derive(Clone)]
pub struct Seed {
    /// Where it falls.
    pub store: Arc<dyn Store>,
    /// What seals the texts.
    pub keys: Arc<KeyRing>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where ids and texts come from.
    pub randomness: Arc<dyn Randomness>,
    /// The tenant.
    pub issuer: Issuer,
}

/// Why a seed did not fall.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// The store refused it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An id that cannot be.
    #[error(transparent)]
    Id(#[from] muster_domain::InvalidId),
    /// No random bytes.
    #[error(transparent)]
    Randomness(#[from] muster_domain::RandomnessFailed),
}

/// A flow that was planted.
#[derive(Clone, Debug)]
pub struct Flow {
    /// Its transaction.
    pub transaction: Transaction,
}

/// A token that was planted, with its text.
#[derive(Clone, Debug)]
pub struct Planted {
    /// Its key.
    pub key: TokenKey,
    /// Its text as a client holds it.
    pub text: String,
    /// Its identifier.
    pub id: TokenId,
}

/// What a new token is like.
#[derive(Clone, Debug)]
pub struct Sprout {
    /// What it is for.
    pub kind: TokenKind,
    /// Its text; `None`: an opaque one is made.
    pub text: Option<String>,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// How long it lives.
    pub lifetime: Lifetime,
    /// Where it is in its life.
    pub state: TokenState,
}

impl Sprout {
    /// A live opaque token issued at `issued_at`.
    pub const fn live(kind: TokenKind, issued_at: Timestamp, lifetime: Lifetime) -> Self {
        Self { kind, text: None, issued_at, lifetime, state: TokenState::Live }
    }

    /// The same, with this text.
    #[must_use]
    pub fn with_text(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }

    /// The same, ended.
    #[must_use]
    pub const fn ended(mut self, how: Ending, at: Timestamp) -> Self {
        self.state = TokenState::Ended { how, at };
        self
    }
}

impl Seed {
    /// The user with this name, added if it is new.
    pub fn user(&self, id: &UserId) -> Result<User, SeedError> {
        let now = self.clock.now();
        let users = self
            .store
            .change(|unit| unit.ensure_users(self.issuer.key, std::slice::from_ref(id), now))?;
        users.into_iter().next().ok_or_else(|| StoreError::corrupt("no user came back").into())
    }

    /// A flow of `user` at `client`.
    pub fn flow(
        &self,
        client: &Client,
        user: Option<&User>,
        started_at: Timestamp,
    ) -> Result<Flow, SeedError> {
        let span = (started_at, Lifetime::from_seconds(750));
        let id = identifier(&self.issuer.url, Named::Transaction, span, &*self.randomness)?;
        self.flow_named(client, user, started_at, &TransactionId::new(id)?)
    }

    /// The same, under a name of the caller's choice.
    pub fn flow_named(
        &self,
        client: &Client,
        user: Option<&User>,
        started_at: Timestamp,
        id: &TransactionId,
    ) -> Result<Flow, SeedError> {
        let shard = user.map_or_else(
            || muster_domain::Shard::of_client(&self.issuer.url, &client.id),
            |user| user.key.shard,
        );
        let transaction = self.store.change(|unit| {
            let number = unit.take_numbers(Sequence::Transactions, 1)?.start;
            let transaction = Transaction {
                key: TransactionKey::new(shard, number),
                issuer: self.issuer.key,
                client: client.key,
                user: user.map(|user| user.key),
                id: id.clone(),
                started_at,
                state: TransactionState::Open,
                expires_at: None,
                descent: None,
                scopes: ScopeSet::default(),
            };
            unit.add_transactions(std::slice::from_ref(&transaction))?;
            Ok(transaction)
        })?;
        Ok(Flow { transaction })
    }

    /// An element of one or two tokens in a flow.
    pub fn element(&self, flow: &Flow, sprouts: &[Sprout]) -> Result<Vec<Planted>, SeedError> {
        let mut drafts = Vec::with_capacity(sprouts.len());
        for sprout in sprouts {
            drafts.push(self.draft(flow, sprout)?);
        }
        let planted = self.store.change(|unit| self.plant(unit, flow, &drafts))?;
        Ok(planted)
    }

    /// Several elements of a flow in one unit.
    pub fn elements(
        &self,
        flow: &Flow,
        elements: &[Vec<Sprout>],
    ) -> Result<Vec<Planted>, SeedError> {
        let mut drafts = Vec::with_capacity(elements.len());
        for sprouts in elements {
            let element: Result<Vec<Draft>, SeedError> =
                sprouts.iter().map(|sprout| self.draft(flow, sprout)).collect();
            drafts.push(element?);
        }
        Ok(self.store.change(|unit| {
            let mut planted = Vec::new();
            for element in &drafts {
                planted.extend(self.plant(unit, flow, element)?);
            }
            Ok(planted)
        })?)
    }

    /// Ends tokens.
    pub fn end(&self, tokens: &[&Planted], how: Ending) -> Result<(), SeedError> {
        let keys: Vec<TokenKey> = tokens.iter().map(|token| token.key).collect();
        let now = self.clock.now();
        self.store.change(|unit| unit.end_tokens(&keys, how, now))?;
        Ok(())
    }

    fn draft(&self, flow: &Flow, sprout: &Sprout) -> Result<Draft, SeedError> {
        let named = match sprout.kind {
            TokenKind::Access => Named::AccessToken,
            TokenKind::Refresh => Named::RefreshToken,
        };
        let span = (sprout.issued_at, sprout.lifetime);
        let id = identifier(&self.issuer.url, named, span, &*self.randomness)?;
        let id = TokenId::new(id)?;
        let text = if let Some(text) = &sprout.text {
            text.clone()
        } else {
            let shard = flow.transaction.key.shard;
            Handle::generate(sprout.kind.into(), shard, &*self.randomness)?.expose().clone()
        };
        Ok(Draft { sprout: sprout.clone(), id, text })
    }

    fn plant(
        &self,
        unit: &mut dyn Unit,
        flow: &Flow,
        drafts: &[Draft],
    ) -> Result<Vec<Planted>, StoreError> {
        let count = i64::try_from(drafts.len()).unwrap_or(i64::MAX);
        let numbers = unit.take_numbers(Sequence::Tokens, count)?;
        let numbered: Vec<(i64, &Draft)> = numbers.zip(drafts).collect();
        let earliest = numbered
            .iter()
            .min_by(|(_, a), (_, b)| (a.sprout.issued_at, &a.id).cmp(&(b.sprout.issued_at, &b.id)))
            .map_or((0, Timestamp::default()), |(number, draft)| (*number, draft.sprout.issued_at));
        let mut stored = Vec::with_capacity(numbered.len());
        let mut planted = Vec::with_capacity(numbered.len());
        for (number, draft) in numbered {
            let token = draft.token(flow, number, ElementKey::new(earliest.0));
            let sealed = self
                .keys
                .seal(&draft.text, &SealContext::of(&token), &*self.randomness)
                .map_err(|error| StoreError::GivenUp { reason: error.to_string() })?;
            planted.push(Planted {
                key: token.key,
                text: draft.text.clone(),
                id: token.id.clone(),
            });
            stored.push(StoredToken {
                tag: Some(self.keys.lookup_tag(token.kind, &draft.text)),
                token,
                started_at: flow.transaction.started_at,
                element_at: earliest.1,
                text: Some(sealed),
            });
        }
        unit.add_tokens(&stored)?;
        Ok(planted)
    }
}

struct Draft {
    sprout: Sprout,
    id: TokenId,
    text: String,
}

impl Draft {
    fn token(&self, flow: &Flow, number: i64, element: ElementKey) -> Token {
        let transaction = &flow.transaction;
        Token {
            key: TokenKey::new(transaction.key.shard, number),
            issuer: transaction.issuer,
            client: transaction.client,
            user: transaction.user,
            transaction: transaction.key,
            element,
            kind: self.sprout.kind,
            id: self.id.clone(),
            issued_at: self.sprout.issued_at,
            expires_at: self.sprout.issued_at.plus(self.sprout.lifetime),
            state: self.sprout.state,
        }
    }
}
