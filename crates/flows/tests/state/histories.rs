//! Recorded histories of {refresh, revoke, introspect, list} of one family from eight
//! threads, each explained by some order (T05, T07, testing 6.4).

use std::collections::BTreeMap;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};

use muster_domain::TokenKind;
use parking_lot::Mutex;

use crate::checker::{Deed, Operation, is_explained};
use crate::house::{Engine, House, every_grant};
use crate::verbs::live_refresh;

const THREADS: u64 = 8;
/// Operations of each thread on one family.
const STEPS: u64 = 6;
const FAMILIES: u64 = 80;

/// One family and what is known of it.
struct Recording<'a> {
    house: &'a House,
    /// An access token of the same user's that nobody touches, to list by.
    lamp: String,
    /// The family's transaction.
    transaction: String,
    /// The refresh tokens that somebody has been given, in the order of their coming.
    names: Mutex<Vec<String>>,
    moments: AtomicU64,
    history: Mutex<Vec<Operation>>,
}

impl Recording<'_> {
    fn moment(&self) -> u64 {
        self.moments.fetch_add(1, Ordering::SeqCst)
    }

    fn name(&self, text: &str) -> usize {
        let mut names = self.names.lock();
        names.iter().position(|name| name == text).unwrap_or_else(|| {
            names.push(text.to_owned());
            names.len() - 1
        })
    }

    /// One operation, chosen by a number.
    fn step(&self, choice: u64) {
        let known = self.names.lock().clone();
        // Mostly the newest: a token that was used ends the family.
        let back = usize::from(choice.is_multiple_of(11));
        let shown = known.len().saturating_sub(1 + back);
        let text = &known[shown];
        let began = self.moment();
        let deed = match choice % 16 {
            0..5 => {
                let answer = self.house.refresh("app", text, "");
                let got = answer.ok().map(|answer| answer.refresh_token.unwrap());
                Deed::Refresh { shown, got: got.map(|text| self.name(text.expose())) }
            }
            5 if choice.is_multiple_of(3) => {
                self.house.revoke("app", text).unwrap();
                Deed::Revoke
            }
            5..11 => Deed::Introspect { asked: shown, active: self.house.is_active("app", text) },
            _ => Deed::List { listed: self.listed() },
        };
        let ended = self.moment();
        self.history.lock().push(Operation { deed, began, ended });
    }

    /// The refresh tokens of the family as one reading shows them.
    fn listed(&self) -> BTreeMap<usize, bool> {
        self.house
            .listed("app", &self.lamp)
            .into_iter()
            .filter(|row| row.transaction == self.transaction && row.kind == TokenKind::Refresh)
            .map(|row| (self.name(&row.text), row.is_valid))
            .collect()
    }
}

/// A number that looks like chance and is the same in every run.
const fn mixed(seed: u64) -> u64 {
    let mut number = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    number ^= number >> 29;
    number = number.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    number ^ (number >> 32)
}

fn some_order_explains_every_answer(engine: Engine) {
    let house = House::new(engine);
    let client = house.client("app", every_grant("a"));
    for family in 0..FAMILIES {
        let user = house.user(&format!("user-{family}"));
        let lamp = house.family(&client, &user).access_token.expose().clone();
        let first = house.family(&client, &user).refresh_token.unwrap().expose().clone();
        let recording = Recording {
            house: &house,
            lamp,
            transaction: house.walk(&client, &first).0.id.as_str().to_owned(),
            names: Mutex::new(vec![first.clone()]),
            moments: AtomicU64::new(0),
            history: Mutex::new(Vec::new()),
        };
        let barrier = Barrier::new(8);
        std::thread::scope(|scope| {
            for thread in 0..THREADS {
                let (recording, barrier) = (&recording, &barrier);
                scope.spawn(move || {
                    barrier.wait();
                    for step in 0..STEPS {
                        recording.step(mixed((family * THREADS + thread) * STEPS + step));
                    }
                });
            }
        });
        let history = recording.history.into_inner();
        assert!(is_explained(&history), "no order explains {history:#?}");
        assert!(live_refresh(&house.walk(&client, &first).1) <= 1);
    }
}

#[test]
fn some_order_explains_every_answer_on_sqlite() {
    some_order_explains_every_answer(Engine::Sqlite);
}

#[test]
fn some_order_explains_every_answer_on_postgres() {
    some_order_explains_every_answer(Engine::Postgres);
}
