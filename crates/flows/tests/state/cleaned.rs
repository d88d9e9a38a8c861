//! Cleaning while everything goes on (F21, I24): refreshes, listings and devices that poll
//! lose no row that they need, and none of them hears of it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use muster_domain::{Client, Clock, ErrorCode, Lifetime, User};
use muster_flows::TokenAnswer;
use muster_store::Cleaned;

use crate::house::{Engine, House, every_grant};
use crate::verbs::live_refresh;

/// Rows of each kind that one batch takes: few, so that there are many batches.
const BATCH: i64 = 7;

fn refresh_of(answer: &TokenAnswer) -> &str {
    answer.refresh_token.as_ref().expect("a refresh token").expose()
}

/// What goes on, and for whom.
struct Busy<'a> {
    house: &'a House,
    client: &'a Client,
    user: &'a User,
    /// How many are still at it.
    left: AtomicUsize,
    /// How many batches were cleaned away.
    batches: AtomicUsize,
    /// A batch has failed.
    gone: AtomicBool,
}

impl Busy<'_> {
    /// Refreshes one family again and again; its access tokens are over after three seconds,
    /// and cleaned away while the family lives.
    fn refresh(&self) {
        let mut held = self.house.family(self.client, self.user);
        for _ in 0..80 {
            held = self.house.refresh("app", refresh_of(&held), "&at_lifetime=3000").unwrap();
            self.house.clock.turn(Lifetime::from_seconds(1));
            self.wait_for_a_batch();
        }
        let (_, tokens) = self.house.walk(self.client, refresh_of(&held));
        assert_eq!(live_refresh(&tokens), 1, "the family is whole");
        assert!(self.house.is_active("app", refresh_of(&held)));
    }

    fn wait_for_a_batch(&self) {
        let before = self.batches.load(Ordering::SeqCst);
        while self.batches.load(Ordering::SeqCst) == before && !self.gone.load(Ordering::SeqCst) {
            std::thread::park_timeout(Duration::from_millis(1));
        }
    }

    /// Lists what alice has again and again: what lives is always there.
    fn list(&self) {
        let held = self.house.family(self.client, self.user);
        let access = held.access_token.expose();
        for _ in 0..40 {
            let rows = self.house.listed("app", access);
            for text in [access.as_str(), refresh_of(&held)] {
                assert!(rows.iter().any(|row| row.text == text && row.is_valid), "I24");
            }
        }
    }

    /// Devices that wait for a moment, are approved and served.
    fn poll(&self) {
        for _ in 0..25 {
            let started = self.house.start_device("app").unwrap();
            let code = started.device_code.expose();
            for _ in 0..3 {
                let waits = self.house.poll("app", code).unwrap_err();
                assert_eq!(waits, ErrorCode::AuthorizationPending);
            }
            assert_eq!(self.house.approve(&started, self.user), Ok(true));
            let served = self.house.poll("app", code).unwrap();
            assert!(self.house.is_active("app", refresh_of(&served)));
        }
    }

    /// Deletes whatever is over, at once, for as long as anybody is busy.
    fn clean(&self) -> Cleaned {
        let mut all = Cleaned::default();
        while self.left.load(Ordering::SeqCst) > 0 {
            let now = self.house.clock.now();
            let cleaned = self.house.store().change(|unit| {
                unit.forget_assertions(now, BATCH)?;
                unit.clean(now, BATCH)
            });
            self.batches.fetch_add(1, Ordering::SeqCst);
            // Whoever waits for it goes on.
            self.gone.store(cleaned.is_err(), Ordering::SeqCst);
            let cleaned = cleaned.expect("nobody keeps it from cleaning");
            all.tokens += cleaned.tokens;
            all.device_flows += cleaned.device_flows;
        }
        all
    }
}

fn nothing_live_is_cleaned_away(engine: Engine) {
    let house = House::new(engine);
    let (client, user) = (house.client("app", every_grant("a")), house.user("alice"));
    for _ in 0..30 {
        house.start_device("app").unwrap();
        house.client_credentials("app", "&at_lifetime=1000").unwrap();
    }
    house.clock.turn(Lifetime::from_seconds(600));
    let (left, batches, gone) =
        (AtomicUsize::new(5), AtomicUsize::default(), AtomicBool::default());
    let busy = Busy { house: &house, client: &client, user: &user, left, batches, gone };
    let deeds: [&(dyn Fn() + Sync); 5] =
        [&|| busy.refresh(), &|| busy.refresh(), &|| busy.list(), &|| busy.poll(), &|| busy.poll()];
    let cleaned = std::thread::scope(|scope| {
        for deed in deeds {
            let left = &busy.left;
            scope.spawn(move || {
                // Also if it panics: the cleaner is not to go on for ever.
                let _done = Done(left);
                deed();
            });
        }
        scope.spawn(|| busy.clean()).join()
    });
    let cleaned = cleaned.expect("no batch fails");
    assert!(cleaned.device_flows >= 30, "{cleaned:?}");
    assert!(cleaned.tokens >= 30 + 100, "it cleaned while the families lived: {cleaned:?}");
}

/// Whoever drops it is busy no more.
struct Done<'a>(&'a AtomicUsize);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[test]
fn cleaning_takes_nothing_from_who_is_busy_on_sqlite() {
    nothing_live_is_cleaned_away(Engine::Sqlite);
}

#[test]
fn cleaning_takes_nothing_from_who_is_busy_on_postgres() {
    nothing_live_is_cleaned_away(Engine::Postgres);
}
