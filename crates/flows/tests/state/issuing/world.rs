//! Model and house, side by side.

use std::collections::BTreeSet;

use muster_domain::{
    AdminClient, AdminRights, Client, Credentials, Lifetime, Registration, TokenKind,
};
use muster_flows::{TokenAnswer, TokenType};
use proptest::prelude::*;

use super::beginning::Due;
use super::command::Shown;
use super::reference::{ADMINS, CLIENTS, LINKS, PHONE, Reference, State, Token, USERS, Worth};
use crate::asker::{Asker, Showing};
use crate::house::{Engine, House, NOW, Told, every_grant};
use crate::proving::Holder;
use crate::tables::{Row, Tables};
use crate::trusted::Trusted;

/// What the api serves, and what everybody's tokens may name.
pub(crate) const AUDIENCE: &str = "https://api.example";

pub(crate) struct World {
    pub(crate) house: House,
    pub(crate) model: Reference,
    pub(crate) clients: [Client; 3],
    pub(crate) admins: [AdminClient; 2],
    pub(crate) idp: Trusted,
    keys: [Holder; 2],
    /// How many statements and proofs there were, each under a name of its own.
    names: usize,
    tables: Tables,
    /// What the tables held after the last step.
    pub(crate) rows: BTreeSet<Row>,
}

impl World {
    pub(crate) fn new(engine: Engine) -> Self {
        let house = House::new(engine);
        let audiences = vec![AUDIENCE.to_owned()];
        let usual = Registration { audiences, ..every_grant("a b") };
        // The app lets the api exchange its tokens, and not the other way round.
        let app = Registration { may_act: vec![CLIENTS[1].to_owned()], ..usual.clone() };
        let mild = Registration { refresh_grace: Lifetime::from_seconds(10), ..usual };
        let api = Registration { serves: vec![AUDIENCE.to_owned()], ..mild.clone() };
        let clients = [
            house.client(CLIENTS[0], app),
            house.client(CLIENTS[1], api),
            house.client_by(CLIENTS[PHONE], mild, Credentials::none()),
        ];
        let rights = AdminRights { list_users: true, list_users_other_clients: false };
        let admins = ADMINS.map(|id| house.admin(id, rights));
        for (admin, client) in LINKS {
            house.set_link(&admins[admin], &clients[client], true);
        }
        for id in USERS {
            house.user(id);
        }
        let idp = Trusted::by(&house);
        let keys = [Holder::new(), Holder::new()];
        let (tables, model) = (Tables::of(&house, engine), Reference::at(NOW));
        let rows = tables.read(&house);
        Self { house, model, clients, admins, idp, keys, names: 0, tables, rows }
    }

    /// A name that was not given before.
    pub(crate) fn name(&mut self) -> String {
        self.names += 1;
        self.names.to_string()
    }

    /// A fresh proof of a key.
    pub(crate) fn proof(&mut self, key: Option<usize>) -> Option<String> {
        let name = self.name();
        let now = muster_domain::Timestamp::from_millis(self.model.now);
        key.map(|key| self.keys[key].proof(now, &name))
    }

    /// The key that is shown with a token, and a proof of it.
    pub(crate) fn prove(&mut self, worth: Worth, shown: Shown) -> (Option<usize>, Option<String>) {
        let key = match shown {
            Shown::Right => worth.key,
            Shown::Other => Some(worth.key.map_or(0, |key| 1 - key)),
            Shown::Missing => None,
        };
        (key, self.proof(key))
    }

    /// One of those tokens, counted from the newest.
    pub(crate) fn pick(&self, choice: usize, which: impl Fn(&Token) -> bool) -> Option<usize> {
        let tokens = self.model.tokens.iter().enumerate().rev();
        let those: Vec<usize> =
            tokens.filter(|(_, token)| which(token)).map(|(number, _)| number).collect();
        choice.checked_rem(those.len()).map(|back| those[back])
    }

    /// The answer is what the model says, and goes into the model.
    pub(crate) fn settle(
        &mut self,
        told: Told,
        due: Result<Due, muster_domain::ErrorCode>,
    ) -> Result<(), TestCaseError> {
        match (told, due) {
            (Ok(answer), Ok(due)) => self.note(&answer, &due),
            (told, due) => {
                prop_assert_eq!(told.map(drop), due.map(drop));
                Ok(())
            }
        }
    }

    fn note(&mut self, answer: &TokenAnswer, due: &Due) -> Result<(), TestCaseError> {
        // What is exchanged for a refresh token has no type of its own (RFC 8693 2.2.1).
        let (kind, first) = due.tokens[0];
        let expected = match (kind, first.key) {
            (TokenKind::Refresh, _) => None,
            (TokenKind::Access, Some(_)) => Some(TokenType::Dpop),
            (TokenKind::Access, None) => Some(TokenType::Bearer),
        };
        prop_assert_eq!(answer.token_type, expected);
        let texts = [Some(&answer.access_token), answer.refresh_token.as_ref()];
        let texts: Vec<String> =
            texts.into_iter().flatten().map(|text| text.expose().clone()).collect();
        prop_assert_eq!(texts.len(), due.tokens.len());
        for (text, (kind, worth)) in texts.into_iter().zip(&due.tokens) {
            self.note_one(text, (due.family, *kind, *worth))?;
        }
        Ok(())
    }

    /// I19: what was issued is worth exactly what it should be.
    fn note_one(
        &mut self,
        text: String,
        (family, kind, worth): (usize, TokenKind, Worth),
    ) -> Result<(), TestCaseError> {
        let holder = &self.clients[self.model.families[family].client];
        let active = self.house.look(holder, &text).expect("what was issued just now is good");
        let entitlement = &active.entitlement;
        let scopes: Vec<&str> =
            entitlement.scopes.iter().map(muster_domain::Scope::as_str).collect();
        prop_assert_eq!(active.expires_at.millis(), worth.expires_at);
        prop_assert_eq!(scopes.join(" "), worth.scopes);
        prop_assert_eq!(entitlement.audience.iter().any(|one| one == AUDIENCE), worth.aimed);
        prop_assert_eq!(entitlement.key.is_some(), worth.key.is_some());
        let user = self.model.families[family].user.map(|user| USERS[user]);
        prop_assert_eq!(active.user.as_ref().map(muster_domain::UserId::as_str), user);
        let state = State::Live;
        self.model.tokens.push(Token { family, kind, text, worth, state, gone: false });
        Ok(())
    }

    pub(crate) fn read_tables(&self) -> BTreeSet<Row> {
        self.tables.read(&self.house)
    }
}

/// A client of the model as it comes, with a proof or without.
pub(crate) fn client(number: usize, proof: Option<&str>) -> Asker<'_> {
    let showing = if number == PHONE { Showing::Name } else { Showing::Secret };
    Asker { id: CLIENTS[number], showing, proof }
}
