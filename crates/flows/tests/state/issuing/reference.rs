//! The reference model of what is issued (invariants 7.1): parties, families, tokens and
//! codes in plain values, and how they stand, worked out without a database.

use std::collections::BTreeSet;

use muster_domain::{ErrorCode, TokenKind};

pub(crate) const CLIENTS: [&str; 3] = ["app", "api", "phone"];
pub(crate) const USERS: [&str; 2] = ["alice", "bob"];
pub(crate) const ADMINS: [&str; 2] = ["admin-a", "admin-b"];
/// Serves the audience, and may act with the tokens of the app.
pub(crate) const API: usize = 1;
pub(crate) const APP: usize = 0;
/// Proves nothing about itself, and so binds what it gets to its key.
pub(crate) const PHONE: usize = 2;
/// Which admin has which client to begin with.
pub(crate) const LINKS: [(usize, usize); 3] = [(0, APP), (0, API), (1, PHONE)];
/// How long each client's used refresh token yields its successor again.
pub(crate) const GRACE: [i64; 3] = [0, 10_000, 10_000];

/// Somebody who asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Party {
    Client(usize),
    Admin(usize),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Admin {
    pub(crate) approved: bool,
    pub(crate) list_users: bool,
    pub(crate) list_others: bool,
}

/// All that one login, one exchange or one word of somebody led to.
#[derive(Clone, Debug)]
pub(crate) struct Family {
    pub(crate) client: usize,
    /// `None`: the client speaks for itself.
    pub(crate) user: Option<usize>,
    /// The family that it was exchanged out of, and how many exchanges that makes.
    pub(crate) parent: Option<usize>,
    pub(crate) depth: usize,
    /// Nothing in it lives longer.
    pub(crate) ends_at: i64,
    pub(crate) open: bool,
}

/// Where a token is in its life, its family aside.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum State {
    Live,
    /// Used up for an access and a refresh token.
    Rotated {
        at: i64,
        successors: [usize; 2],
    },
    Revoked {
        at: i64,
    },
}

/// What a token is good for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Worth {
    pub(crate) expires_at: i64,
    pub(crate) scopes: &'static str,
    /// It names the audience that the api serves.
    pub(crate) aimed: bool,
    /// The key that it is bound to.
    pub(crate) key: Option<usize>,
}

#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) family: usize,
    pub(crate) kind: TokenKind,
    pub(crate) text: String,
    pub(crate) worth: Worth,
    pub(crate) state: State,
    /// Cleaned away.
    pub(crate) gone: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Code {
    pub(crate) text: String,
    pub(crate) client: usize,
    pub(crate) user: usize,
    pub(crate) issued_at: i64,
    /// How often somebody else has shown it.
    pub(crate) strangers: u8,
    /// The family that it was redeemed for.
    pub(crate) began: Option<usize>,
    pub(crate) open: bool,
    pub(crate) gone: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum DeviceState {
    Pending,
    Approved { by: usize },
    Denied,
    Redeemed,
}

#[derive(Clone, Debug)]
pub(crate) struct Device {
    pub(crate) code: String,
    pub(crate) user_code: String,
    pub(crate) client: usize,
    /// The key that it began with.
    pub(crate) key: Option<usize>,
    pub(crate) expires_at: i64,
    pub(crate) state: DeviceState,
    pub(crate) gone: bool,
}

/// The world.
#[derive(Clone, Debug)]
pub(crate) struct Reference {
    pub(crate) now: i64,
    /// Whether each client is approved.
    pub(crate) clients: [bool; 3],
    /// Whether each user is active.
    pub(crate) users: [bool; 2],
    pub(crate) admins: [Admin; 2],
    /// (admin, client)
    pub(crate) links: BTreeSet<(usize, usize)>,
    pub(crate) families: Vec<Family>,
    pub(crate) tokens: Vec<Token>,
    pub(crate) codes: Vec<Code>,
    pub(crate) devices: Vec<Device>,
    /// Clients whose rows the request at hand may change.
    pub(crate) touched: BTreeSet<usize>,
}

impl Reference {
    pub(crate) fn at(now: i64) -> Self {
        let admin = Admin { approved: true, list_users: true, list_others: false };
        Self {
            now,
            clients: [true; 3],
            users: [true; 2],
            admins: [admin; 2],
            links: BTreeSet::from(LINKS),
            families: vec![],
            tokens: vec![],
            codes: vec![],
            devices: vec![],
            touched: BTreeSet::new(),
        }
    }

    pub(crate) fn holder(&self, token: &Token) -> usize {
        self.families[token.family].client
    }

    /// Whether a party may ask for anything at all (I16).
    pub(crate) fn admit(&self, party: Party) -> Result<(), ErrorCode> {
        let admitted = match party {
            Party::Client(client) => self.stands(client),
            Party::Admin(admin) => self.admins[admin].approved,
        };
        if admitted { Ok(()) } else { Err(ErrorCode::InvalidClient) }
    }

    /// Approved, and not under admins of whom none is (B34).
    pub(crate) fn stands(&self, client: usize) -> bool {
        let mut admins = self.links.iter().filter(|(_, linked)| *linked == client).peekable();
        let deserted =
            admins.peek().is_some() && !admins.any(|(admin, _)| self.admins[*admin].approved);
        self.clients[client] && !deserted
    }

    /// I16, I18: everything above it stands, and it is neither ended nor expired.
    pub(crate) fn in_force(&self, token: &Token) -> bool {
        let user = self.families[token.family].user;
        self.in_force_for_any_user(token) && user.is_none_or(|user| self.users[user])
    }

    /// The user's own standing aside.
    pub(crate) fn in_force_for_any_user(&self, token: &Token) -> bool {
        let family = &self.families[token.family];
        !token.gone
            && token.state == State::Live
            && self.now < token.worth.expires_at
            && family.open
            && self.stands(family.client)
    }

    /// Ends a family and all that was exchanged out of it (S50); whether it was open.
    pub(crate) fn end(&mut self, family: usize) -> bool {
        if !self.families[family].open {
            return false;
        }
        self.families[family].open = false;
        self.touched.insert(self.families[family].client);
        let children: Vec<usize> = (0..self.families.len())
            .filter(|child| self.families[*child].parent == Some(family))
            .collect();
        for child in children {
            self.end(child);
        }
        true
    }

    /// Ends all that a user has at a client, codes and devices included.
    pub(crate) fn disconnect(&mut self, user: usize, client: usize) {
        for family in 0..self.families.len() {
            let of = &self.families[family];
            if (of.user, of.client) == (Some(user), client) {
                self.end(family);
            }
        }
        for code in &mut self.codes {
            code.open &= (code.user, code.client) != (user, client);
        }
        for device in &mut self.devices {
            if (device.state, device.client) == (DeviceState::Approved { by: user }, client) {
                device.state = DeviceState::Denied;
            }
        }
    }

    /// Takes away what ended so long ago (I24). What was rotated is kept until it would have
    /// expired, so that its reuse is noticed.
    pub(crate) fn clean(&mut self, keep: i64) {
        let before = self.now - keep;
        for token in &mut self.tokens {
            token.gone |= token.worth.expires_at <= before;
            token.gone |= matches!(token.state, State::Revoked { at } if at <= before);
        }
        for code in &mut self.codes {
            code.gone |= code.expires_at() <= before;
        }
        for device in &mut self.devices {
            device.gone |= device.expires_at <= before;
        }
    }
}

impl Code {
    /// A day: long enough to outlive much.
    pub(crate) const fn expires_at(&self) -> i64 {
        self.issued_at + 86_400_000
    }
}
