//! Random clients that use every grant, against the reference model: after every step
//! introspection and the listing say of every token what the model says (I04, I14 to I20).

use muster_domain::{ErrorCode, Lifetime, PartyStatus, TokenKind, User, UserStatus};
use muster_flows::{Revoked, TokenAnswer};
use proptest::prelude::*;

use crate::house::{Engine, House, NOW, Told, every_grant};
use crate::issuing_reference::{Family, Reference, State, Token};
use crate::trusted::Trusted;

const CLIENTS: [&str; 2] = ["app", "api"];
const USERS: [&str; 2] = ["alice", "bob"];
/// So many exchanges in a row are allowed (B76).
const DEEPEST: usize = 8;

/// One thing that happens. Numbers choose among what there is.
#[derive(Clone, Debug)]
enum Command {
    Redeem { client: usize, user: usize },
    Replay { family: usize },
    Refresh { token: usize, stranger: bool, narrow: bool },
    Exchange { token: usize, by: usize, refresh: bool },
    Device { client: usize, user: usize },
    ForItself { client: usize },
    Believe { client: usize, user: usize },
    Revoke { token: usize, stranger: bool },
    Client { client: usize, approved: bool },
    User { user: usize, active: bool },
    Wait { seconds: i64 },
}

fn commands() -> impl Strategy<Value = Vec<Command>> {
    use Command as C;
    let (two, any_token) = (0..2_usize, 0..64_usize);
    let pair = (two.clone(), two.clone());
    let (seldom, mostly) = (proptest::bool::weighted(0.2), proptest::bool::weighted(0.7));
    let one = prop_oneof![
        4 => pair.clone().prop_map(|(client, user)| C::Redeem { client, user }),
        1 => (0..16_usize).prop_map(|family| C::Replay { family }),
        6 => (any_token.clone(), seldom, any::<bool>())
            .prop_map(|(token, stranger, narrow)| C::Refresh { token, stranger, narrow }),
        8 => (any_token.clone(), two.clone(), any::<bool>())
            .prop_map(|(token, by, refresh)| C::Exchange { token, by, refresh }),
        2 => pair.clone().prop_map(|(client, user)| C::Device { client, user }),
        1 => two.clone().prop_map(|client| C::ForItself { client }),
        2 => pair.prop_map(|(client, user)| C::Believe { client, user }),
        3 => (any_token, seldom).prop_map(|(token, stranger)| C::Revoke { token, stranger }),
        1 => (two.clone(), mostly).prop_map(|(client, approved)| C::Client { client, approved }),
        1 => (two, mostly).prop_map(|(user, active)| C::User { user, active }),
        2 => (1..300_i64).prop_map(|seconds| C::Wait { seconds }),
    ];
    proptest::collection::vec(one, 1..40)
}

/// Model and house, side by side.
struct World {
    house: House,
    model: Reference,
    clients: [muster_domain::Client; 2],
    idp: Trusted,
    words: usize,
}

impl World {
    fn new(engine: Engine) -> Self {
        let house = House::new(engine);
        // The app lets the api exchange its tokens, and not the other way round.
        let may_act = vec![CLIENTS[1].to_owned()];
        let app = muster_domain::Registration { may_act, ..every_grant("a b") };
        let clients = [house.client(CLIENTS[0], app), house.client(CLIENTS[1], every_grant("a b"))];
        for id in USERS {
            house.user(id);
        }
        let idp = Trusted::by(&house);
        Self { house, model: Reference::at(NOW), clients, idp, words: 0 }
    }

    fn apply(&mut self, command: &Command) -> Result<(), TestCaseError> {
        match *command {
            Command::Redeem { client, user } => self.redeem(client, user),
            Command::Replay { family } => self.replay(family),
            Command::Refresh { token, stranger, narrow } => self.refresh(token, stranger, narrow),
            Command::Exchange { token, by, refresh } => self.exchange(token, by, refresh),
            Command::Device { client, user } => self.device(client, user),
            Command::ForItself { client } => {
                let told = self.house.client_credentials(CLIENTS[client], "");
                self.begun(told, (client, None), None)
            }
            Command::Believe { client, user } => {
                self.words += 1;
                let word = self.idp.about_at(USERS[user], &self.words.to_string(), self.model.now);
                let told = self.house.believe(CLIENTS[client], &word);
                self.begun(told, (client, Some(user)), None)
            }
            Command::Revoke { token, stranger } => self.revoke(token, stranger),
            Command::Client { client, approved } => {
                let status = if approved { PartyStatus::Approved } else { PartyStatus::Suspended };
                self.house.set_client(&self.clients[client], status);
                self.model.clients[client] = approved;
                Ok(())
            }
            Command::User { user, active } => {
                let status = if active { UserStatus::Active } else { UserStatus::Disabled };
                self.house.set_user(&self.user(user), status);
                self.model.users[user] = active;
                Ok(())
            }
            Command::Wait { seconds } => {
                self.house.clock.turn(Lifetime::from_seconds(seconds));
                self.model.now += seconds * 1_000;
                Ok(())
            }
        }
    }

    fn user(&self, user: usize) -> User {
        self.house.user(USERS[user])
    }

    /// A family begins exactly if its client and user stand (I16).
    fn begun(
        &mut self,
        told: Told,
        (client, user): (usize, Option<usize>),
        code: Option<String>,
    ) -> Result<(), TestCaseError> {
        let refused = if !self.model.clients[client] {
            Some(ErrorCode::InvalidClient)
        } else if user.is_some_and(|user| !self.model.users[user]) {
            Some(ErrorCode::InvalidGrant)
        } else {
            None
        };
        match (told, refused) {
            (Ok(answer), None) => {
                let family = Family { client, user, parent: None, depth: 0, code, open: true };
                self.model.families.push(family);
                self.note(&answer, (self.model.families.len() - 1, "a b", i64::MAX))
            }
            (told, refused) => {
                prop_assert_eq!(told.map(|_| ()).err(), refused);
                Ok(())
            }
        }
    }

    fn redeem(&mut self, client: usize, user: usize) -> Result<(), TestCaseError> {
        let code = self.house.codes(&self.clients[client], &self.user(user), 1).remove(0);
        let told = self.house.redeem(CLIENTS[client], &code);
        self.begun(told, (client, Some(user)), Some(code))
    }

    /// B50: a code shown again ends what it began.
    fn replay(&mut self, family: usize) -> Result<(), TestCaseError> {
        let Some(family) = at(self.model.families.len(), family) else { return Ok(()) };
        let Family { client, code: Some(code), .. } = self.model.families[family].clone() else {
            return Ok(());
        };
        let refused = self.house.redeem(CLIENTS[client], &code).map(|_| ()).unwrap_err();
        if !self.model.clients[client] {
            prop_assert_eq!(refused, ErrorCode::InvalidClient);
            return Ok(());
        }
        prop_assert_eq!(refused, ErrorCode::InvalidGrant);
        self.model.end(family);
        Ok(())
    }

    fn device(&mut self, client: usize, user: usize) -> Result<(), TestCaseError> {
        let started = match self.house.start_device(CLIENTS[client]) {
            Ok(started) => started,
            Err(refused) => {
                prop_assert_eq!(
                    (refused, self.model.clients[client]),
                    (ErrorCode::InvalidClient, false)
                );
                return Ok(());
            }
        };
        let approved = self.house.approve(&started, &self.user(user));
        prop_assert_eq!(approved, Ok(self.model.users[user]));
        let told = self.house.poll(CLIENTS[client], started.device_code.expose());
        if self.model.users[user] {
            return self.begun(told, (client, Some(user)), None);
        }
        prop_assert_eq!(told.map(|_| ()).unwrap_err(), ErrorCode::AuthorizationPending);
        Ok(())
    }

    /// Who shows the token: its holder, or the other one.
    fn asker(&self, token: &Token, stranger: bool) -> usize {
        let holder = self.model.holder(token);
        if stranger { 1 - holder } else { holder }
    }

    /// One of the tokens of this kind.
    fn pick(&self, kind: TokenKind, choice: usize) -> Option<usize> {
        let tokens = self.model.tokens.iter().enumerate();
        let of: Vec<usize> =
            tokens.filter(|(_, token)| token.kind == kind).map(|(n, _)| n).collect();
        at(of.len(), choice).map(|n| of[n])
    }

    fn refresh(&mut self, token: usize, stranger: bool, narrow: bool) -> Result<(), TestCaseError> {
        let Some(number) = self.pick(TokenKind::Refresh, token) else { return Ok(()) };
        let token = self.model.tokens[number].clone();
        let by = self.asker(&token, stranger);
        let scope = if narrow { "&scope=a" } else { "" };
        let told = self.house.refresh(CLIENTS[by], &token.text, scope);
        if !self.model.clients[by] {
            prop_assert_eq!(told.map(|_| ()).unwrap_err(), ErrorCode::InvalidClient);
            return Ok(());
        }
        // B62: a stranger neither uses nor ends anything.
        if by == self.model.holder(&token) && self.model.in_force(&token) {
            prop_assert!(told.is_ok(), "{:?}", told.map(|_| ()));
            self.model.tokens[number].state = State::Rotated;
            let access = if narrow { "a" } else { &*token.scopes };
            return self.note_both(&told.unwrap(), token.family, (access, &token.scopes));
        }
        prop_assert_eq!(told.map(|_| ()).unwrap_err(), ErrorCode::InvalidGrant);
        if by == self.model.holder(&token) && token.state == State::Rotated {
            self.model.end(token.family);
        }
        Ok(())
    }

    fn exchange(&mut self, token: usize, by: usize, refresh: bool) -> Result<(), TestCaseError> {
        let Some(number) = self.pick(TokenKind::Access, token) else { return Ok(()) };
        let token = self.model.tokens[number].clone();
        let told = if refresh {
            self.house.exchange_for_refresh(CLIENTS[by], &token.text)
        } else {
            self.house.exchange(CLIENTS[by], &token.text, "")
        };
        if !self.model.clients[by] {
            prop_assert_eq!(told.map(|_| ()).unwrap_err(), ErrorCode::InvalidClient);
            return Ok(());
        }
        let holder = self.model.holder(&token);
        let parent = self.model.families[token.family].clone();
        let may = by == holder || (holder, by) == (0, 1);
        if !may || !self.model.in_force(&token) || parent.depth >= DEEPEST {
            prop_assert_eq!(told.map(|_| ()).unwrap_err(), ErrorCode::InvalidRequest);
            return Ok(());
        }
        prop_assert!(told.is_ok(), "{:?}", told.map(|_| ()));
        // I15: it is the exchanging client's.
        let (client, depth) = (by, parent.depth + 1);
        let parent = Some(token.family);
        let user = self.model.families[token.family].user;
        self.model.families.push(Family { client, user, parent, depth, code: None, open: true });
        self.note(&told.unwrap(), (self.model.families.len() - 1, &token.scopes, token.expires_at))
    }

    fn revoke(&mut self, token: usize, stranger: bool) -> Result<(), TestCaseError> {
        let Some(number) = at(self.model.tokens.len(), token) else { return Ok(()) };
        let token = self.model.tokens[number].clone();
        let by = self.asker(&token, stranger);
        let told = self.house.revoke(CLIENTS[by], &token.text);
        if !self.model.clients[by] {
            prop_assert_eq!(told.unwrap_err(), ErrorCode::InvalidClient);
        } else if by != self.model.holder(&token) {
            // I14
            prop_assert_eq!(told.unwrap_err(), ErrorCode::UnauthorizedClient);
        } else {
            prop_assert!(matches!(told, Ok(Revoked::Now | Revoked::Before)), "{:?}", told);
            match token.kind {
                TokenKind::Access => self.model.tokens[number].state = State::Revoked,
                TokenKind::Refresh => self.model.end(token.family),
            }
        }
        Ok(())
    }

    fn note_both(
        &mut self,
        answer: &TokenAnswer,
        family: usize,
        (access, refresh): (&str, &str),
    ) -> Result<(), TestCaseError> {
        let end = self.end_of(family);
        self.issued(answer.access_token.expose(), (family, TokenKind::Access), (access, end))?;
        let next = answer.refresh_token.as_ref().expect("a successor").expose();
        self.issued(next, (family, TokenKind::Refresh), (refresh, end))
    }

    /// When an exchanged family ends at the latest: with the token that it came of.
    fn end_of(&self, family: usize) -> i64 {
        let exchanged = self.model.families[family].parent.is_some();
        let of = self.model.tokens.iter().filter(|token| token.family == family);
        let first = of.map(|token| token.expires_at).max();
        if exchanged { first.unwrap_or(i64::MAX) } else { i64::MAX }
    }

    /// Takes an answer into the model.
    fn note(
        &mut self,
        answer: &TokenAnswer,
        (family, scopes, end): (usize, &str, i64),
    ) -> Result<(), TestCaseError> {
        // What is exchanged for a refresh token has no type of its own (RFC 8693 2.2.1).
        let first = match answer.token_type {
            Some(_) => TokenKind::Access,
            None => TokenKind::Refresh,
        };
        self.issued(answer.access_token.expose(), (family, first), (scopes, end))?;
        match &answer.refresh_token {
            Some(text) => self.issued(text.expose(), (family, TokenKind::Refresh), (scopes, end)),
            None => Ok(()),
        }
    }

    /// I19: neither scopes nor lifetime are more than what it came of.
    fn issued(
        &mut self,
        text: &str,
        (family, kind): (usize, TokenKind),
        (scopes, end): (&str, i64),
    ) -> Result<(), TestCaseError> {
        let holder = CLIENTS[self.model.families[family].client];
        let active = self.house.introspect(holder, text).unwrap();
        let active = active.expect("what was issued just now is good");
        let words: Vec<&str> =
            active.entitlement.scopes.iter().map(muster_domain::Scope::as_str).collect();
        prop_assert_eq!(words.join(" "), scopes);
        let expires_at = active.expires_at.millis();
        prop_assert!(expires_at <= end, "{} beyond {}", expires_at, end);
        let (text, scopes) = (text.to_owned(), scopes.to_owned());
        let state = State::Live;
        self.model.tokens.push(Token { family, kind, text, expires_at, scopes, state });
        Ok(())
    }

    fn check(&self) -> Result<(), TestCaseError> {
        for token in &self.model.tokens {
            let (holder, expected) = (self.model.holder(token), self.model.in_force(token));
            for (number, id) in CLIENTS.into_iter().enumerate() {
                let told = self.house.introspect(id, &token.text).map(|found| found.is_some());
                let right = if self.model.clients[number] {
                    // I14: nobody else learns of it.
                    Ok(number == holder && expected)
                } else {
                    Err(ErrorCode::InvalidClient)
                };
                prop_assert_eq!(told, right, "{:?} asked by {}", token, id);
            }
        }
        // I17: one lineage at most lives in each family.
        for family in 0..self.model.families.len() {
            let lives = |token: &&Token| {
                let ours = token.family == family && token.kind == TokenKind::Refresh;
                ours && self.house.is_active(CLIENTS[self.model.holder(token)], &token.text)
            };
            if self.model.clients[self.model.families[family].client] {
                prop_assert!(self.model.tokens.iter().filter(lives).count() <= 1);
            }
        }
        self.check_listing()
    }

    /// I04, I15, I20: by every token that opens a listing.
    fn check_listing(&self) -> Result<(), TestCaseError> {
        for (client, id) in CLIENTS.into_iter().enumerate() {
            for user in 0..USERS.len() {
                let opens = |token: &&Token| {
                    let family = &self.model.families[token.family];
                    let whose = (family.client, family.user) == (client, Some(user));
                    whose && token.kind == TokenKind::Access && self.model.in_force(token)
                };
                let Some(shown) = self.model.tokens.iter().find(opens) else { continue };
                let rows = self.house.listed(id, &shown.text).into_iter();
                let mut told: Vec<_> = rows.map(|row| (row.text, row.is_valid)).collect();
                told.sort();
                prop_assert_eq!(told, self.model.listing(client, user));
            }
        }
        Ok(())
    }
}

fn at(count: usize, choice: usize) -> Option<usize> {
    choice.checked_rem(count)
}

fn flows_and_model_agree(engine: Engine, cases: u32) {
    let config = ProptestConfig {
        cases,
        max_shrink_iters: 40,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(commands in commands())| {
        let mut world = World::new(engine);
        for command in &commands {
            world.apply(command)?;
            world.check()?;
        }
    });
}

#[test]
fn every_grant_leaves_in_force_what_the_model_says_after_every_step_on_sqlite() {
    flows_and_model_agree(Engine::Sqlite, 32);
}

#[test]
fn every_grant_leaves_in_force_what_the_model_says_after_every_step_on_postgres() {
    flows_and_model_agree(Engine::Postgres, 8);
}
