//! The reference model (invariants 7.1): the same world in plain values, and what each
//! admin must be told about each token, worked out without a database.

use std::collections::{BTreeMap, BTreeSet};

use muster_domain::{ErrorCode, TokenKind};

/// A token of the model.
#[derive(Clone, Debug)]
pub(crate) struct ModelToken {
    pub(crate) kind: TokenKind,
    pub(crate) text: String,
    pub(crate) jti: String,
    pub(crate) client: String,
    pub(crate) user: Option<String>,
    pub(crate) transaction: usize,
    pub(crate) element: usize,
    pub(crate) issued_at: i64,
    pub(crate) expires_at: i64,
    pub(crate) live: bool,
}

/// A transaction of the model.
#[derive(Clone, Debug)]
pub(crate) struct ModelTransaction {
    pub(crate) code: String,
    pub(crate) client: String,
    pub(crate) user: Option<String>,
    pub(crate) started_at: i64,
    pub(crate) open: bool,
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ModelAdmin {
    pub(crate) approved: bool,
    pub(crate) list_users: bool,
    pub(crate) list_others: bool,
}

/// The world.
#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    pub(crate) now: i64,
    pub(crate) admins: BTreeMap<String, ModelAdmin>,
    /// Whether each client is approved.
    pub(crate) clients: BTreeMap<String, bool>,
    /// (admin, client)
    pub(crate) links: BTreeSet<(String, String)>,
    /// Whether each user is active.
    pub(crate) users: BTreeMap<String, bool>,
    pub(crate) transactions: Vec<ModelTransaction>,
    pub(crate) tokens: Vec<ModelToken>,
}

/// What is told of one token: client, code, text, and whether it is valid.
pub(crate) type Told = (String, String, String, bool);

impl Model {
    /// What `admin` must be told when it presents token number `number`.
    pub(crate) fn expected(&self, admin: &str, number: usize) -> Result<Vec<Told>, ErrorCode> {
        let rights = self.admins[admin];
        if !rights.approved {
            return Err(ErrorCode::InvalidClient);
        }
        if !rights.list_users {
            return Err(ErrorCode::UnauthorizedClient);
        }
        let token = &self.tokens[number];
        let administers =
            |client: &str| self.links.contains(&(admin.to_owned(), client.to_owned()));
        let Some(user) = token.user.as_ref().filter(|_| administers(&token.client)) else {
            return Err(ErrorCode::InvalidGrant);
        };
        if !self.in_force(token) {
            return Err(ErrorCode::InvalidGrant);
        }
        let visible = |client: &str| rights.list_others || administers(client);
        Ok(self.listing(user, &visible))
    }

    /// The listing of `user` at the visible clients, in the order of the contract.
    fn listing(&self, user: &str, visible: &dyn Fn(&str) -> bool) -> Vec<Told> {
        let mut elements: BTreeMap<usize, Vec<&ModelToken>> = BTreeMap::new();
        for token in &self.tokens {
            if token.user.as_deref() == Some(user) && visible(&token.client) {
                elements.entry(token.element).or_default().push(token);
            }
        }
        let mut rows = Vec::new();
        for mut tokens in elements.into_values() {
            tokens.sort_by_key(|token| token.kind);
            let first = tokens.iter().map(|t| (t.issued_at, t.jti.clone())).min().unwrap();
            let flow = &self.transactions[tokens[0].transaction];
            let key = (flow.client.clone(), flow.started_at, flow.code.clone(), first);
            rows.push((key, tokens));
        }
        rows.sort_by(|(a, _), (b, _)| a.cmp(b));
        rows.into_iter()
            .flat_map(|((client, _, code, _), tokens)| {
                tokens.into_iter().map(move |token| (client.clone(), code.clone(), token))
            })
            .map(|(client, code, token)| (client, code, token.text.clone(), self.is_valid(token)))
            .collect()
    }

    /// Good, the user's own standing aside.
    fn in_force(&self, token: &ModelToken) -> bool {
        token.live
            && self.now < token.expires_at
            && self.transactions[token.transaction].open
            && self.client_stands(&token.client)
    }

    /// What introspection by the owner would say (invariant I20).
    fn is_valid(&self, token: &ModelToken) -> bool {
        let user = token.user.as_ref().is_none_or(|user| self.users[user]);
        self.in_force(token) && user
    }

    /// Approved, and not under admins of whom none is.
    fn client_stands(&self, client: &str) -> bool {
        let mut admins = self.links.iter().filter(|(_, linked)| linked == client).peekable();
        let deserted =
            admins.peek().is_some() && !admins.any(|(admin, _)| self.admins[admin].approved);
        self.clients[client] && !deserted
    }

    /// Takes a user and all it holds out of the world.
    pub(crate) fn forget_user(&mut self, user: &str) {
        self.tokens.retain(|token| token.user.as_deref() != Some(user));
        for transaction in &mut self.transactions {
            if transaction.user.as_deref() == Some(user) {
                transaction.open = false;
                transaction.user = None;
                transaction.client.clear();
            }
        }
    }

    /// Takes a client and all it holds out of the world.
    pub(crate) fn forget_client(&mut self, client: &str) {
        self.tokens.retain(|token| token.client != client);
        self.links.retain(|(_, linked)| linked != client);
        for transaction in &mut self.transactions {
            if transaction.client == client {
                transaction.open = false;
                transaction.user = None;
                transaction.client.clear();
            }
        }
    }
}
