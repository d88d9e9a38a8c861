//! A client's clerk: does whatever comes to hand with a client's tokens, keeps the ledger,
//! and finds out what has become of a deed whose answer was lost.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use muster_domain::{GrantName, Randomness as _};
use muster_testkit::CountingRandomness;

use crate::issuing::{ACCESS_TOKEN, Party, REDIRECT, VERIFIER, assert_invalid_grant};
use crate::ledger::{Deed, Family, GRACE, Kind, Worth};
use crate::wire::Answer;

/// So many families are looked after at the same time.
const FAMILIES: usize = 3;
/// A family of so many tokens is brought to its end.
const TOKENS_MANY: usize = 12;

/// So often a service is asked that cannot answer now: a minute, after which it counts as
/// one that never will.
const TRIES: usize = 3_000;
const PAUSE: Duration = Duration::from_millis(20);

/// What became of the deeds whose answers were lost, as far as it can be told.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Lost {
    pub(crate) done: usize,
    pub(crate) undone: usize,
}

pub(crate) struct Clerk {
    pub(crate) party: Party,
    pub(crate) address: SocketAddr,
    /// The client gets a lost successor again.
    pub(crate) has_grace: bool,
    /// The service is alive: it answers, be it that it cannot.
    pub(crate) is_answered: bool,
    pub(crate) codes: Vec<String>,
    pub(crate) chance: CountingRandomness,
    pub(crate) families: Vec<Family>,
    pub(crate) closed: Vec<Family>,
    pub(crate) lost: Lost,
}

/// Asks until the service can.
fn at_last<T>(mut ask: impl FnMut() -> Option<T>) -> T {
    for _ in 0..TRIES {
        if let Some(told) = ask() {
            return told;
        }
        std::thread::park_timeout(PAUSE);
    }
    panic!("the service does not come back");
}

impl Clerk {
    /// Does one thing after the other until it is enough, or no answer comes.
    pub(crate) fn work(&mut self, enough: &AtomicBool, answered: &AtomicUsize) {
        while !enough.load(Ordering::Relaxed) && self.step() {
            answered.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The same; what is in doubt is settled as soon as the service can.
    pub(crate) fn work_on(&mut self, enough: &AtomicBool, answered: &AtomicUsize) {
        while !enough.load(Ordering::Relaxed) {
            self.work(enough, answered);
            self.settle();
        }
    }

    /// One deed or one look; whether it was answered.
    pub(crate) fn step(&mut self) -> bool {
        while self.families.len() < FAMILIES {
            let code = self.codes.pop();
            self.families.push(code.map_or_else(Family::default, Family::of_code));
        }
        let at = self.below(FAMILIES);
        let Some(deed) = self.choose(at) else { return self.look_at_any(at) };
        let mut family = self.families.swap_remove(at);
        family.doubt = Some((deed, Instant::now()));
        let answer = self.carry_out(&family, deed);
        if let Some(answer) = &answer {
            family.enter(deed, answer);
        }
        self.put_back(family);
        answer.is_some()
    }

    fn put_back(&mut self, family: Family) {
        let is_over = family.is_over() && family.doubt.is_none();
        if is_over { &mut self.closed } else { &mut self.families }.push(family);
    }

    /// What is done next with this family; `None`: it is only looked at.
    fn choose(&self, at: usize) -> Option<Deed> {
        let family = &self.families[at];
        let any =
            |numbers: &[usize]| (!numbers.is_empty()).then(|| numbers[self.below(numbers.len())]);
        let refresh = any(&family.those(Kind::Refresh, Worth::Good));
        let used = any(&family.those(Kind::Refresh, Worth::Ended));
        let access = any(&family.those(Kind::Access, Worth::Good));
        let exchanged = any(&family.those(Kind::Exchanged, Worth::Good));
        let last = refresh.or(used).or(access).or(exchanged).map(Deed::Revoke);
        if !family.has_begun {
            let begins = if family.code.is_some() { Deed::Redeem } else { Deed::IssueToItself };
            return Some(begins);
        }
        match self.below(20) {
            _ if family.held.len() >= TOKENS_MANY => last,
            0..9 => refresh.map(Deed::Refresh).or(last),
            9..12 => access.map(Deed::Exchange),
            12..14 => access.or(exchanged).map(Deed::Revoke),
            14 => last,
            // In its grace a client gets the successor again instead.
            15 if !self.has_grace => used.map(Deed::Reuse),
            _ => None,
        }
    }

    fn look_at_any(&self, at: usize) -> bool {
        let family = &self.families[at];
        if family.held.is_empty() {
            return true;
        }
        let held = &family.held[self.below(family.held.len())];
        let Some(worth) = self.worth(&held.text) else { return false };
        assert_eq!(worth, held.worth, "a {:?} of {family:#?}", held.kind);
        true
    }

    fn carry_out(&self, family: &Family, deed: Deed) -> Option<Answer> {
        let text = |number: usize| family.held[number].text.as_str();
        match deed {
            Deed::Redeem => {
                let code = family.code.as_deref().expect("a code");
                let more = [("redirect_uri", REDIRECT), ("code_verifier", VERIFIER)];
                let pairs = [[("code", code)].as_slice(), &more].concat();
                self.token(GrantName::AuthorizationCode, &pairs)
            }
            Deed::Refresh(number) | Deed::Reuse(number) => {
                self.token(GrantName::RefreshToken, &[("refresh_token", text(number))])
            }
            Deed::Exchange(number) => {
                let kind = ("subject_token_type", ACCESS_TOKEN);
                self.token(GrantName::TokenExchange, &[("subject_token", text(number)), kind])
            }
            Deed::IssueToItself => self.token(GrantName::ClientCredentials, &[]),
            Deed::Revoke(number) => self.ask("revoke", &[("token", text(number))]),
        }
    }

    fn token(&self, grant: GrantName, pairs: &[(&str, &str)]) -> Option<Answer> {
        self.ask("token", &[[("grant_type", grant.as_str())].as_slice(), pairs].concat())
    }

    /// `None`: nobody knows whether it was done.
    fn ask(&self, endpoint: &str, pairs: &[(&str, &str)]) -> Option<Answer> {
        let answer = self.party.request(endpoint, pairs).try_send(self.address);
        assert!(answer.is_some() || !self.is_answered, "{endpoint}: the service does not answer");
        let answer = answer?;
        match answer.status {
            200 | 400 => Some(answer),
            503 => {
                assert_eq!(answer.error(), "temporarily_unavailable");
                assert!(answer.header("Retry-After").is_some(), "{:?}", answer.headers);
                None
            }
            status => panic!("{endpoint}: {status} {}", answer.text()),
        }
    }

    fn worth(&self, token: &str) -> Option<Worth> {
        let answer = self.ask("introspect", &[("token", token)])?;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let is_active = answer.json()["active"].as_bool().expect("a boolean");
        Some(if is_active { Worth::Good } else { Worth::Ended })
    }

    fn worths(&self, family: &Family) -> Option<Vec<Worth>> {
        family.held.iter().map(|held| self.worth(&held.text)).collect()
    }

    fn below(&self, end: usize) -> usize {
        let mut bytes = [0; 8];
        self.chance.fill(&mut bytes).expect("bytes of a counter");
        let end = u64::try_from(end).expect("a number");
        usize::try_from(u64::from_be_bytes(bytes) % end).expect("a small number")
    }

    /// Finds out what has become of every deed in doubt.
    pub(crate) fn settle(&mut self) {
        for _ in 0..self.families.len() {
            let mut family = self.families.remove(0);
            at_last(|| self.settle_one(&mut family));
            self.put_back(family);
        }
    }

    fn settle_one(&mut self, family: &mut Family) -> Option<()> {
        let Some((deed, asked)) = family.doubt else { return Some(()) };
        let seen = self.worths(family)?;
        let is_done = family.is_done(deed, &seen);
        for number in family.at_stake(deed).into_iter().filter(|_| is_done) {
            family.held[number].worth = Worth::Ended;
        }
        match deed {
            Deed::Redeem => self.redeem_again(family)?,
            Deed::Refresh(number) => self.refresh_again(family, (number, asked), is_done)?,
            Deed::Revoke(_) if !is_done => {
                self.lost.undone += 1;
                family.enter(deed, &self.carry_out(family, deed)?);
            }
            Deed::Revoke(_) | Deed::Reuse(_) => self.count(is_done),
            // Nobody has heard of what was issued, if it was.
            Deed::Exchange(_) | Deed::IssueToItself => {}
        }
        family.doubt = None;
        Some(())
    }

    fn count(&mut self, is_done: bool) {
        if is_done { self.lost.done += 1 } else { self.lost.undone += 1 }
    }

    /// A code is good or used up: then its answer is lost, and showing it again ends all.
    fn redeem_again(&mut self, family: &mut Family) -> Option<()> {
        let answer = self.carry_out(family, Deed::Redeem)?;
        self.count(answer.status != 200);
        if answer.status == 200 {
            family.enter(Deed::Redeem, &answer);
        } else {
            assert_invalid_grant(&answer);
            family.end();
        }
        Some(())
    }

    /// A token that was not used yields a successor; one that was yields its successor
    /// again within the grace period, and ends its family otherwise. Never are there two.
    fn refresh_again(
        &mut self,
        family: &mut Family,
        (number, asked): (usize, Instant),
        is_done: bool,
    ) -> Option<()> {
        let deed = if is_done && !self.has_grace {
            // Should this be left without an answer, too, it is in doubt itself.
            family.doubt = Some((Deed::Reuse(number), asked));
            Deed::Reuse(number)
        } else {
            Deed::Refresh(number)
        };
        let answer = self.carry_out(family, deed)?;
        self.count(is_done);
        let in_grace = asked.elapsed() < GRACE;
        if is_done && self.has_grace && !in_grace && answer.status != 200 {
            assert_invalid_grant(&answer);
            family.end();
        } else {
            family.enter(deed, &answer);
        }
        Some(())
    }

    /// Looks at everything that is alive, and at some of what is not.
    pub(crate) fn look_around(&self) {
        self.families.iter().for_each(|family| self.look_at(family));
        if !self.closed.is_empty() {
            self.look_at(&self.closed[self.below(self.closed.len())]);
        }
    }

    /// What was acknowledged holds.
    fn look_at(&self, family: &Family) {
        let seen = at_last(|| self.worths(family));
        let known: Vec<Worth> = family.held.iter().map(|held| held.worth).collect();
        assert_eq!(seen, known, "{family:#?}");
    }

    /// Looks at everything that ever was, and shows every code again: one that was not used
    /// is good, a used one ends its family.
    pub(crate) fn look_at_all(&mut self) {
        let all: Vec<Family> = self.families.drain(..).chain(self.closed.drain(..)).collect();
        for mut family in all {
            self.look_at(&family);
            if family.code.is_some() {
                let answer = at_last(|| self.carry_out(&family, Deed::Redeem));
                if family.has_begun {
                    assert_invalid_grant(&answer);
                    family.end();
                } else {
                    family.enter(Deed::Redeem, &answer);
                }
                self.look_at(&family);
            }
        }
    }
}
