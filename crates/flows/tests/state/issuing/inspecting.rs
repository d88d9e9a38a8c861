//! What the reference model says to those who look at tokens: by introspection, by
//! revocation, and by listing.

use muster_domain::{ErrorCode, TokenKind};
use muster_flows::Revoked;

use super::reference::{API, PHONE, Party, Reference, State, Token};

/// What is told of one token: client, text, and whether it is valid.
pub(crate) type Row = (usize, String, bool);

impl Reference {
    /// Whether the token is a party's own: of the client, or of one that the admin has now.
    fn is_own(&self, party: Party, token: &Token) -> bool {
        match party {
            Party::Client(client) => self.holder(token) == client,
            Party::Admin(admin) => self.links.contains(&(admin, self.holder(token))),
        }
    }

    /// An admin looks at nothing without the right to list.
    fn may_look(&self, party: Party) -> Result<(), ErrorCode> {
        self.admit(party)?;
        match party {
            Party::Admin(admin) if !self.admins[admin].list_users => {
                Err(ErrorCode::UnauthorizedClient)
            }
            Party::Admin(_) | Party::Client(_) => Ok(()),
        }
    }

    /// I14: whether a party is told that a token is good: its own, or one that is meant for it.
    pub(crate) fn is_active_for(&self, party: Party, token: &Token) -> Result<bool, ErrorCode> {
        self.may_look(party)?;
        // Who proves nothing learns nothing (B103).
        if party == Party::Client(PHONE) {
            return Err(ErrorCode::InvalidClient);
        }
        let meant =
            party == Party::Client(API) && token.kind == TokenKind::Access && token.worth.aimed;
        Ok(self.in_force(token) && (meant || self.is_own(party, token)))
    }

    /// I14: a party ends its own tokens, and nobody else's (D7).
    pub(crate) fn revoke(&mut self, party: Party, number: usize) -> Result<Revoked, ErrorCode> {
        self.may_look(party)?;
        let token = self.tokens[number].clone();
        if token.gone {
            return Ok(Revoked::Unknown);
        }
        if !self.is_own(party, &token) {
            return Err(ErrorCode::UnauthorizedClient);
        }
        let now = match token.kind {
            TokenKind::Refresh => self.end(token.family),
            TokenKind::Access => {
                let live = token.state == State::Live;
                if live {
                    self.tokens[number].state = State::Revoked { at: self.now };
                    self.touched.insert(self.holder(&token));
                }
                live
            }
        };
        Ok(if now { Revoked::Now } else { Revoked::Before })
    }

    /// What a party is told that presents this token (I02 to I07, I20).
    pub(crate) fn listing(&self, party: Party, token: &Token) -> Result<Vec<Row>, ErrorCode> {
        self.may_look(party)?;
        if party == Party::Client(PHONE) {
            return Err(ErrorCode::UnauthorizedClient);
        }
        let opens = self.is_own(party, token) && self.in_force_for_any_user(token);
        let user = self.families[token.family].user.filter(|_| opens);
        let user = user.ok_or(ErrorCode::InvalidGrant)?;
        let is_visible = |client: usize| match party {
            Party::Client(own) => own == client,
            Party::Admin(admin) => {
                self.admins[admin].list_others || self.links.contains(&(admin, client))
            }
        };
        let shown = self.tokens.iter().filter(|token| {
            let family = &self.families[token.family];
            !token.gone && family.user == Some(user) && is_visible(family.client)
        });
        let mut rows: Vec<Row> = shown
            .map(|token| (self.holder(token), token.text.clone(), self.in_force(token)))
            .collect();
        rows.sort();
        Ok(rows)
    }
}
