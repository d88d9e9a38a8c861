//! Each request, carried out in the house and in the model.

use muster_domain::{Clock, ErrorCode, Lifetime, TokenKind};
use muster_flows::Decision;
use proptest::prelude::*;

use super::beginning::Beginning;
use super::command::{Command, Shown};
use super::reference::{ADMINS, Code, Device, DeviceState, Party, State, Token, USERS};
use super::succeeding::{Refreshed, Wish};
use super::world::{AUDIENCE, World, client};
use crate::tables::Row;

type Verdict = Result<(), TestCaseError>;

/// Tables whose rows are a client's.
const OF_CLIENTS: [&str; 5] = ["tokens", "transactions", "codes", "device_flows", "holdings"];
/// Tables that every request may write to: numbers that were taken, proofs that were spent.
const OF_ALL: [&str; 2] = ["counters", "assertions"];

fn aim(aimed: bool) -> String {
    if aimed { format!("&resource={AUDIENCE}") } else { String::new() }
}

impl World {
    pub(crate) fn apply(&mut self, command: &Command) -> Verdict {
        self.model.touched.clear();
        if let Command::Keep(keeping) = command {
            self.keep(keeping);
            self.rows = self.read_tables();
            return Ok(());
        }
        self.ask(command)?;
        let after = self.read_tables();
        for row in self.rows.symmetric_difference(&after) {
            prop_assert!(self.may_change(row), "{:?} has changed {:?}", command, row);
        }
        self.rows = after;
        Ok(())
    }

    /// I14, I22: nobody's rows but those of whom it concerns, and never those of parties.
    fn may_change(&self, row: &Row) -> bool {
        let mut touched = self.model.touched.iter().map(|client| self.clients[*client].key);
        let concerned = touched.any(|key| key.number() == row.client);
        OF_ALL.contains(&row.table.as_str())
            || OF_CLIENTS.contains(&row.table.as_str()) && concerned
    }

    fn ask(&mut self, command: &Command) -> Verdict {
        match *command {
            Command::LogIn { client, user, key } => {
                self.hand_out(client, user);
                self.redeem(0, 0, key)
            }
            Command::HandOutCode { client, user } => {
                self.hand_out(client, user);
                Ok(())
            }
            Command::Redeem { code, by, key } => self.redeem(code, by, key),
            Command::StartDevice { client, key } => self.start_device(client, key),
            Command::Decide { device, user } => self.decide(device, user),
            Command::Poll { device, by, key } => self.poll(device, by, key),
            Command::ForItself { client, key, aimed } => self.for_itself(client, key, aimed),
            Command::Believe { client, user, key, aimed } => {
                self.believe(Beginning { client, user: Some(user), key, aimed })
            }
            Command::Refresh { token, by, shown, wish } => {
                let number = self.pick(token, |token| token.kind == TokenKind::Refresh);
                number.map_or(Ok(()), |number| self.refresh(number, by, shown, wish))
            }
            Command::RefreshAgain { by, shown } => {
                let used = |token: &Token| matches!(token.state, State::Rotated { .. });
                let wish = Wish { narrow: false, aimed: false };
                self.pick(0, used).map_or(Ok(()), |number| self.refresh(number, by, shown, wish))
            }
            Command::Exchange { token, by, shown, refresh } => {
                self.exchange(token, by, shown, refresh)
            }
            Command::Revoke { token, by } => self.revoke(token, by),
            Command::RevokeAsAdmin { token, admin } => self.revoke_as(token, Party::Admin(admin)),
            Command::AskAsAdmin { admin, grant } => self.ask_as_admin(admin, grant),
            Command::Wait { seconds } => {
                self.house.clock.turn(Lifetime::from_seconds(seconds));
                self.model.now += seconds * 1_000;
                prop_assert_eq!(self.house.clock.now().millis(), self.model.now);
                Ok(())
            }
            Command::Keep(_) => Ok(()),
        }
    }

    /// What a person's login leaves behind.
    fn hand_out(&mut self, client: usize, user: usize) {
        let person = self.house.user(USERS[user]);
        let text = self.house.codes(&self.clients[client], &person, 1).remove(0);
        self.model.touched.insert(client);
        self.model.codes.push(Code {
            text,
            client,
            user,
            issued_at: self.model.now,
            strangers: 0,
            began: None,
            open: true,
            gone: false,
        });
    }

    fn redeem(&mut self, code: usize, by: usize, key: Option<usize>) -> Verdict {
        let Some(number) = newest(self.model.codes.len(), code) else { return Ok(()) };
        let Code { text, client: holder, .. } = self.model.codes[number].clone();
        let (by, proof) = (away(holder, by), self.proof(key));
        let told = self.house.redeem(client(by, proof.as_deref()), &text);
        let due = self.model.redeem(by, number, key);
        self.settle(told, due)
    }

    fn start_device(&mut self, holder: usize, key: Option<usize>) -> Verdict {
        let proof = self.proof(key);
        let started = self.house.start_device(client(holder, proof.as_deref()));
        let admitted = self.model.admit(Party::Client(holder));
        prop_assert_eq!(started.as_ref().map(drop), admitted.as_ref().map(drop));
        let Ok(started) = started else { return Ok(()) };
        self.model.touched.insert(holder);
        self.model.devices.push(Device {
            code: started.device_code.expose().clone(),
            user_code: started.user_code,
            client: holder,
            key,
            expires_at: self.model.now + started.expires_in.millis(),
            state: DeviceState::Pending,
            gone: false,
        });
        Ok(())
    }

    fn decide(&mut self, device: usize, user: Option<usize>) -> Verdict {
        let Some(number) = newest(self.model.devices.len(), device) else { return Ok(()) };
        let person = user.map(|user| self.house.user(USERS[user]));
        let decision = person.as_ref().map_or(Decision::Deny, Decision::Approve);
        let decided = self.house.decide(&self.model.devices[number].user_code, decision);
        prop_assert_eq!(decided, Ok(self.model.decide(number, user)));
        Ok(())
    }

    fn poll(&mut self, device: usize, by: usize, key: Option<usize>) -> Verdict {
        let Some(number) = newest(self.model.devices.len(), device) else { return Ok(()) };
        let Device { code, client: holder, key: began_with, .. } =
            self.model.devices[number].clone();
        let (by, key) = (away(holder, by), key.or(began_with));
        let proof = self.proof(key);
        let told = self.house.poll(client(by, proof.as_deref()), &code);
        let due = self.model.poll(by, number, key);
        self.settle(told, due)
    }

    fn for_itself(&mut self, holder: usize, key: Option<usize>, aimed: bool) -> Verdict {
        let proof = self.proof(key);
        let asker = client(holder, proof.as_deref());
        let told = self.house.client_credentials(asker, &aim(aimed));
        let due = self.model.for_itself(Beginning { client: holder, user: None, key, aimed });
        self.settle(told, due)
    }

    fn believe(&mut self, begun: Beginning) -> Verdict {
        let (name, proof) = (self.name(), self.proof(begun.key));
        let user = USERS[begun.user.expect("a word is about a user")];
        let word = self.idp.about_at(user, &name, self.model.now);
        let asker = client(begun.client, proof.as_deref());
        let told = self.house.believe(asker, &format!("{word}{}", aim(begun.aimed)));
        let due = self.model.believe(begun);
        self.settle(told, due)
    }

    fn refresh(&mut self, number: usize, by: usize, shown: Shown, wish: Wish) -> Verdict {
        let token = self.model.tokens[number].clone();
        let by = away(self.model.holder(&token), by);
        let (key, proof) = self.prove(token.worth, shown);
        let more = format!("{}{}", if wish.narrow { "&scope=a" } else { "" }, aim(wish.aimed));
        let told = self.house.refresh(client(by, proof.as_deref()), &token.text, &more);
        match self.model.refresh(by, (number, key), wish) {
            Ok(Refreshed::Anew(due)) => self.settle(told, Ok(due)),
            Err(refused) => self.settle(told, Err(refused)),
            Ok(Refreshed::Again(successors)) => {
                // I17: byte for byte.
                let told = told.map(|again| {
                    [again.access_token, again.refresh_token.expect("a successor")]
                        .map(|text| text.expose().clone())
                });
                let texts = successors.map(|number| self.model.tokens[number].text.clone());
                prop_assert_eq!(told, Ok(texts));
                Ok(())
            }
        }
    }

    fn exchange(&mut self, token: usize, by: usize, shown: Shown, refresh: bool) -> Verdict {
        let number = self.pick(token, |token| token.kind == TokenKind::Access);
        let Some(number) = number else { return Ok(()) };
        let token = self.model.tokens[number].clone();
        let by = away(self.model.holder(&token), by);
        let (key, proof) = self.prove(token.worth, shown);
        let asker = client(by, proof.as_deref());
        let (told, wanted) = if refresh {
            (self.house.exchange_for_refresh(asker, &token.text), TokenKind::Refresh)
        } else {
            (self.house.exchange(asker, &token.text, ""), TokenKind::Access)
        };
        let due = self.model.exchange(by, (number, key), wanted);
        self.settle(told, due)
    }

    fn revoke(&mut self, token: usize, by: usize) -> Verdict {
        let Some(number) = newest(self.model.tokens.len(), token) else { return Ok(()) };
        let holder = self.model.holder(&self.model.tokens[number]);
        self.revoke_as(token, Party::Client(away(holder, by)))
    }

    fn revoke_as(&mut self, token: usize, party: Party) -> Verdict {
        let Some(number) = newest(self.model.tokens.len(), token) else { return Ok(()) };
        let text = &self.model.tokens[number].text;
        let told = match party {
            Party::Client(by) => self.house.revoke(client(by, None), text),
            Party::Admin(admin) => self.house.revoke(ADMINS[admin], text),
        };
        prop_assert_eq!(told, self.model.revoke(party, number));
        Ok(())
    }

    /// B38, I22: an admin is issued nothing, and changes nothing by asking.
    fn ask_as_admin(&mut self, admin: usize, grant: usize) -> Verdict {
        let (id, house) = (ADMINS[admin], &self.house);
        let last = |kind| {
            let number = self.pick(0, |token| token.kind == kind);
            number.map_or_else(|| "none".to_owned(), |n| self.model.tokens[n].text.clone())
        };
        let (access, refresh) = (last(TokenKind::Access), last(TokenKind::Refresh));
        let code = self.model.codes.last().map_or("none", |code| &code.text);
        let device = self.model.devices.last().map_or("none", |device| &device.code);
        let told = match grant {
            0 => house.redeem(id, code).map(drop),
            1 => house.refresh(id, &refresh, "").map(drop),
            2 => house.exchange(id, &access, "").map(drop),
            3 => house.poll(id, device).map(drop),
            4 => house.client_credentials(id, "").map(drop),
            5 => house.believe(id, &self.idp.about(USERS[0], "admin")).map(drop),
            _ => house.start_device(id).map(drop),
        };
        let admitted = self.model.admit(Party::Admin(admin));
        prop_assert_eq!(told, admitted.and(Err(ErrorCode::UnauthorizedClient)));
        Ok(())
    }
}

/// One of so many, counted from the newest.
fn newest(count: usize, choice: usize) -> Option<usize> {
    choice.checked_rem(count).map(|back| count - 1 - back)
}

/// The client that stands so far from this one.
const fn away(client: usize, by: usize) -> usize {
    (client + by) % 3
}
