//! The reference model of what is issued (invariants 7.1): families, tokens and parties in
//! plain values, and which tokens are in force, worked out without a database.

use muster_domain::TokenKind;

/// All that one login, one exchange or one word of somebody led to.
#[derive(Clone, Debug)]
pub(crate) struct Family {
    pub(crate) client: usize,
    /// `None`: the client speaks for itself.
    pub(crate) user: Option<usize>,
    /// The family that it was exchanged out of, and how many exchanges that makes.
    pub(crate) parent: Option<usize>,
    pub(crate) depth: usize,
    /// The code that it began with.
    pub(crate) code: Option<String>,
    pub(crate) open: bool,
}

/// Where a token is in its life, its family aside.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum State {
    Live,
    Rotated,
    Revoked,
}

#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) family: usize,
    pub(crate) kind: TokenKind,
    pub(crate) text: String,
    pub(crate) expires_at: i64,
    pub(crate) scopes: String,
    pub(crate) state: State,
}

/// The world.
#[derive(Clone, Debug)]
pub(crate) struct Reference {
    pub(crate) now: i64,
    /// Whether each client is approved.
    pub(crate) clients: [bool; 2],
    /// Whether each user is active.
    pub(crate) users: [bool; 2],
    pub(crate) families: Vec<Family>,
    pub(crate) tokens: Vec<Token>,
}

impl Reference {
    pub(crate) const fn at(now: i64) -> Self {
        Self { now, clients: [true; 2], users: [true; 2], families: vec![], tokens: vec![] }
    }

    pub(crate) fn holder(&self, token: &Token) -> usize {
        self.families[token.family].client
    }

    /// I16, I18: everything above it stands, and it is neither ended nor expired.
    pub(crate) fn in_force(&self, token: &Token) -> bool {
        let family = &self.families[token.family];
        token.state == State::Live
            && self.now < token.expires_at
            && family.open
            && self.clients[family.client]
            && family.user.is_none_or(|user| self.users[user])
    }

    /// Ends a family and all that was exchanged out of it (S50).
    pub(crate) fn end(&mut self, family: usize) {
        self.families[family].open = false;
        let children: Vec<usize> = (0..self.families.len())
            .filter(|child| self.families[*child].parent == Some(family))
            .collect();
        for child in children {
            self.end(child);
        }
    }

    /// The texts that `client` holds of `user`, each with whether it is valid.
    pub(crate) fn listing(&self, client: usize, user: usize) -> Vec<(String, bool)> {
        let held = |token: &&Token| {
            let family = &self.families[token.family];
            family.client == client && family.user == Some(user)
        };
        let mut told: Vec<(String, bool)> = self
            .tokens
            .iter()
            .filter(held)
            .map(|token| (token.text.clone(), self.in_force(token)))
            .collect();
        told.sort();
        told
    }
}
