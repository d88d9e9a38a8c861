//! What the reference model answers to who goes on with what there is: by refreshing, within
//! grace and outside it, and by exchanging.

use muster_domain::{ErrorCode, TokenKind};

use super::beginning::Due;
use super::reference::{API, APP, Family, GRACE, PHONE, Party, Reference, State, Token, Worth};

/// So many exchanges in a row are allowed (B76).
const DEEPEST: usize = 8;

/// What a refresh is answered with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Refreshed {
    Anew(Due),
    /// The texts of these two, once more.
    Again([usize; 2]),
}

/// What a refresh asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wish {
    /// Scope `a` alone.
    pub(crate) narrow: bool,
    /// The audience.
    pub(crate) aimed: bool,
}

/// S65: what is bound counts with its key alone.
fn fits(bound: Option<usize>, shown: Option<usize>) -> Result<(), ErrorCode> {
    if bound.is_none() || bound == shown { Ok(()) } else { Err(ErrorCode::InvalidDpopProof) }
}

impl Reference {
    pub(crate) fn refresh(
        &mut self,
        by: usize,
        (number, shown): (usize, Option<usize>),
        wish: Wish,
    ) -> Result<Refreshed, ErrorCode> {
        self.admit(Party::Client(by))?;
        let token = self.tokens[number].clone();
        // B62: a stranger neither uses nor ends anything.
        if token.gone || self.holder(&token) != by {
            return Err(ErrorCode::InvalidGrant);
        }
        fits(token.worth.key, shown)?;
        match token.state {
            State::Rotated { at, successors } => self.again(&token, (at, successors), shown),
            State::Live if self.in_force(&token) => {
                // What was granted is no longer good, rather than asked for wrongly (B67).
                self.check_target(token.worth.aimed || wish.aimed)
                    .map_err(|_| ErrorCode::InvalidGrant)?;
                Ok(Refreshed::Anew(self.anew(number, shown, wish)))
            }
            State::Live | State::Revoked { .. } => Err(ErrorCode::InvalidGrant),
        }
    }

    /// I17, I19: one successor, which is worth no more and lives no longer than its family.
    fn anew(&mut self, number: usize, shown: Option<usize>, wish: Wish) -> Due {
        let (family, held) = (self.tokens[number].family, self.tokens[number].worth);
        let Family { client, ends_at, .. } = self.families[family];
        let scopes = if wish.narrow { "a" } else { held.scopes };
        let access = Worth { scopes, aimed: held.aimed || wish.aimed, key: shown, ..held };
        // A public client's is bound from its first proof on.
        let key = held.key.or_else(|| shown.filter(|_| client == PHONE));
        let tokens =
            vec![self.access(ends_at, access), self.refresh_token(ends_at, Worth { key, ..held })];
        let next = self.tokens.len();
        self.tokens[number].state = State::Rotated { at: self.now, successors: [next, next + 1] };
        self.touched.insert(client);
        Due { family, tokens }
    }

    /// D4: the same again while it is fresh and unused; otherwise the family ends.
    fn again(
        &mut self,
        token: &Token,
        (at, successors): (i64, [usize; 2]),
        shown: Option<usize>,
    ) -> Result<Refreshed, ErrorCode> {
        let [access, refresh] = successors.map(|number| &self.tokens[number]);
        if self.now - at < GRACE[self.holder(token)] && !access.gone && !refresh.gone {
            fits(refresh.worth.key, shown)?;
            if self.in_force(access) && self.in_force(refresh) {
                return Ok(Refreshed::Again(successors));
            }
        }
        self.end(token.family);
        Err(ErrorCode::InvalidGrant)
    }

    /// S46, S48, S50, I15, I19
    pub(crate) fn exchange(
        &mut self,
        by: usize,
        (number, shown): (usize, Option<usize>),
        wanted: TokenKind,
    ) -> Result<Due, ErrorCode> {
        self.admit(Party::Client(by))?;
        if by == PHONE {
            return Err(ErrorCode::UnauthorizedClient);
        }
        let token = self.tokens[number].clone();
        let holder = self.holder(&token);
        let meant = by == API && (holder == APP || token.worth.aimed);
        if !(holder == by || meant) || !self.in_force(&token) {
            return Err(ErrorCode::InvalidRequest);
        }
        if holder == by {
            fits(token.worth.key, shown)?;
        }
        let Family { user, depth, .. } = self.families[token.family];
        if depth >= DEEPEST {
            return Err(ErrorCode::InvalidRequest);
        }
        self.check_target(token.worth.aimed)?;
        let ends_at = token.worth.expires_at;
        let parent = Some(token.family);
        let child = Family { client: by, user, parent, depth: depth + 1, ends_at, open: true };
        self.families.push(child);
        self.touched.insert(by);
        let issued = match wanted {
            TokenKind::Access => self.access(ends_at, Worth { key: shown, ..token.worth }),
            TokenKind::Refresh => self.refresh_token(ends_at, Worth { key: None, ..token.worth }),
        };
        Ok(Due { family: self.families.len() - 1, tokens: vec![issued] })
    }
}
