//! What the connections ask: one script for each scenario, each the judge of its answers.

use std::collections::VecDeque;

use super::connection::{Answer, member};
use super::load::Script;
use super::machine::Machine;

/// Asks for tokens with client credentials.
pub(crate) struct Issuing {
    request: Vec<u8>,
}

impl Issuing {
    /// As this client.
    pub(crate) fn new(machine: &Machine) -> Self {
        Self { request: machine.issue() }
    }
}

impl Script for Issuing {
    fn next(&mut self) -> Vec<u8> {
        self.request.clone()
    }

    fn takes(&mut self, answer: &Answer) -> bool {
        answer.status == 200 && member(&answer.body, "access_token").is_some()
    }
}

/// Asks about good tokens, one after the other.
pub(crate) struct Introspecting {
    requests: VecDeque<Vec<u8>>,
}

impl Introspecting {
    /// About these.
    pub(crate) fn new(machine: &Machine, tokens: &[String]) -> Self {
        Self { requests: tokens.iter().map(|token| machine.introspect(token)).collect() }
    }
}

impl Script for Introspecting {
    fn next(&mut self) -> Vec<u8> {
        self.requests.rotate_left(1);
        self.requests.front().cloned().unwrap_or_default()
    }

    fn takes(&mut self, answer: &Answer) -> bool {
        is_active(answer)
    }
}

/// Refreshes one family again and again, each time with the token that it got last.
pub(crate) struct Refreshing {
    machine: Machine,
    token: String,
}

impl Refreshing {
    /// The family of this refresh token.
    pub(crate) fn new(machine: &Machine, token: String) -> Self {
        Self { machine: machine.clone(), token }
    }
}

impl Script for Refreshing {
    fn next(&mut self) -> Vec<u8> {
        self.machine.refresh(&self.token)
    }

    fn takes(&mut self, answer: &Answer) -> bool {
        let next = member(&answer.body, "refresh_token").filter(|_| answer.status == 200);
        let Some(next) = next.filter(|next| *next != self.token) else { return false };
        next.clone_into(&mut self.token);
        true
    }
}

/// Of twenty requests twelve introspect, four ask for a token, three refresh, one revokes;
/// the question after a revocation is about the token that was revoked.
pub(crate) struct Mixed {
    machine: Machine,
    issuing: Issuing,
    refreshing: Refreshing,
    tokens: VecDeque<String>,
    revoked: Option<String>,
    turn: usize,
    last: Turn,
}

/// One request of the mixture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    Introspect,
    Issue,
    Refresh,
    Revoke,
    AskAgain,
}

const TURNS: [Turn; 20] = {
    use Turn::{AskAgain, Introspect, Issue, Refresh, Revoke};
    [
        Issue, Introspect, Introspect, Refresh, Introspect, Introspect, Issue, Introspect,
        Introspect, Refresh, Introspect, Issue, Introspect, Introspect, Introspect, Refresh, Issue,
        Introspect, Revoke, AskAgain,
    ]
};

/// More than are revoked; the oldest are forgotten.
const KEPT: usize = 64;

impl Mixed {
    /// With a family of its own and a token to begin with, at some place of the mixture.
    pub(crate) fn new(machine: &Machine, (family, token): (String, String), turn: usize) -> Self {
        Self {
            machine: machine.clone(),
            issuing: Issuing::new(machine),
            refreshing: Refreshing::new(machine, family),
            tokens: VecDeque::from([token]),
            revoked: None,
            turn,
            last: Turn::Introspect,
        }
    }

    /// What is done now: without a token to spare nothing is revoked.
    fn due(&self) -> Turn {
        let due = TURNS.get(self.turn % TURNS.len()).copied().unwrap_or(Turn::Issue);
        if due == Turn::Revoke && self.tokens.len() < 2 {
            return Turn::Issue;
        }
        if due == Turn::AskAgain && self.revoked.is_none() {
            return Turn::Introspect;
        }
        due
    }
}

impl Script for Mixed {
    fn next(&mut self) -> Vec<u8> {
        self.last = self.due();
        self.turn += 1;
        match self.last {
            Turn::Issue => self.issuing.next(),
            Turn::Refresh => self.refreshing.next(),
            Turn::Introspect => {
                self.tokens.rotate_left(1);
                self.machine.introspect(self.tokens.front().map_or("", String::as_str))
            }
            Turn::Revoke => {
                self.revoked = self.tokens.pop_front();
                self.machine.revoke(self.revoked.as_deref().unwrap_or_default())
            }
            Turn::AskAgain => {
                let revoked = self.revoked.take().unwrap_or_default();
                self.machine.introspect(&revoked)
            }
        }
    }

    fn takes(&mut self, answer: &Answer) -> bool {
        match self.last {
            Turn::Introspect => is_active(answer),
            Turn::AskAgain => is_inactive(answer),
            Turn::Revoke => answer.status == 200,
            Turn::Refresh => self.refreshing.takes(answer),
            Turn::Issue => {
                let Some(token) = member(&answer.body, "access_token") else { return false };
                self.tokens.push_back(token.to_owned());
                if self.tokens.len() > KEPT {
                    self.tokens.pop_front();
                }
                self.issuing.takes(answer)
            }
        }
    }
}

/// A good token (RFC 7662 2.2).
pub(crate) fn is_active(answer: &Answer) -> bool {
    answer.status == 200 && answer.body.contains("\"active\":true")
}

/// One that is not, and nothing else is said.
pub(crate) fn is_inactive(answer: &Answer) -> bool {
    answer.status == 200 && answer.body == "{\"active\":false}"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine() -> Machine {
        Machine::at(([127, 0, 0, 1], 1).into(), ("a", "b"))
    }

    fn answer(body: &str) -> Answer {
        Answer { status: 200, body: body.to_owned() }
    }

    #[test]
    fn the_mixture_has_the_parts_that_it_says() {
        let parts = |of: &[Turn]| TURNS.iter().filter(|turn| of.contains(turn)).count();
        assert_eq!(parts(&[Turn::Introspect, Turn::AskAgain]), 12);
        assert_eq!(parts(&[Turn::Issue]), 4);
        assert_eq!((parts(&[Turn::Refresh]), parts(&[Turn::Revoke])), (3, 1));
    }

    #[test]
    fn a_refresh_that_gives_the_same_token_is_no_work_done() {
        let mut script = Refreshing::new(&machine(), "r1".to_owned());
        assert!(!script.takes(&answer(r#"{"refresh_token":"r1"}"#)));
        assert!(script.takes(&answer(r#"{"refresh_token":"r2"}"#)));
        let request = String::from_utf8(script.next()).unwrap();
        assert!(request.ends_with("refresh_token=r2"), "{request}");
    }

    #[test]
    fn a_revoked_token_that_still_counts_is_no_work_done() {
        let pair = ("r1".to_owned(), "a1".to_owned());
        let mut script = Mixed::new(&machine(), pair, 0);
        let mut stale = 0;
        for number in 0..TURNS.len() {
            let _ = script.next();
            let body = match script.last {
                Turn::Introspect | Turn::AskAgain => r#"{"active":true}"#.to_owned(),
                Turn::Issue => format!(r#"{{"access_token":"a-{number}"}}"#),
                Turn::Refresh => format!(r#"{{"refresh_token":"r-{number}"}}"#),
                Turn::Revoke => String::new(),
            };
            stale += usize::from(!script.takes(&answer(&body)));
        }
        assert_eq!(stale, 1);
    }
}
