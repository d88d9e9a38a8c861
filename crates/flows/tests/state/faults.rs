//! Every storage call of every flow fails once, in every way (testing 6.3, F07, F12, F13,
//! V25): whoever asks is told to try later, the state is one of the two legal ones, and
//! trying again ends well.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use muster_domain::{Client, Clock, Credentials, ErrorCode, TransactionState, User};
use muster_flows::{Decision, Revoked, TokenAnswer};

use crate::asker::Showing;
use crate::faulty::{Faulty, Strike, Switch};
use crate::house::{Engine, House, every_grant, with_grace};
use crate::proving::{Holder, NO_PROOF};
use crate::trusted::Trusted;
use crate::verbs::live_refresh;

/// More storage calls than any flow makes.
const CALLS_MOST: usize = 40;

/// A house whose database fails when it is told to.
struct Frail {
    house: House,
    switch: Arc<Switch>,
    client: Client,
    user: User,
}

/// What a flow said while a call failed, and what it says when it is tried again.
struct Tried<T> {
    failed: Result<T, ErrorCode>,
    again: Result<T, ErrorCode>,
    strike: Strike,
}

impl Frail {
    fn new(engine: Engine, grace: bool) -> Self {
        let switch = Arc::new(Switch::default());
        let wrapped = Arc::clone(&switch);
        let house = House::over(engine, |inner| Arc::new(Faulty { inner, switch: wrapped }));
        let registration = if grace { with_grace("a") } else { every_grant("a") };
        let (client, user) = (house.client("app", registration), house.user("alice"));
        Self { house, switch, client, user }
    }

    /// Makes a fresh ground, lets each call of `flow` fail on it, tries again, and judges.
    fn each_call<G, T>(
        &self,
        ground: impl Fn(&Self) -> G,
        flow: impl Fn(&House, &G) -> Result<T, ErrorCode>,
        judge: impl Fn(&Self, &G, &Tried<T>),
    ) {
        for strike in Strike::ALL {
            let mut nth = 1;
            loop {
                assert!(nth < CALLS_MOST, "a flow that never ends");
                let ground = ground(self);
                self.switch.arm(nth, strike);
                let failed = flow(&self.house, &ground);
                if !self.switch.disarm() {
                    assert!(failed.is_ok() && nth > 1, "without a failure it succeeds");
                    break;
                }
                if let Err(code) = &failed {
                    let later = ErrorCode::TemporarilyUnavailable;
                    assert_eq!(*code, later, "call {nth}, {strike:?}");
                }
                let again = flow(&self.house, &ground);
                judge(self, &ground, &Tried { failed, again, strike });
                nth += 1;
            }
        }
    }

    fn is_alive(&self, answer: &TokenAnswer) -> bool {
        self.house.is_active("app", answer.access_token.expose())
    }
}

fn refresh_of(answer: &TokenAnswer) -> &str {
    answer.refresh_token.as_ref().expect("a refresh token").expose()
}

/// A failed issue is issued anew without more ado.
fn comes_at_last(frail: &Frail, tried: &Tried<TokenAnswer>) {
    assert!(tried.failed.is_err(), "a failure is not a success");
    let answer = tried.again.as_ref().expect("the second try succeeds");
    assert!(frail.is_alive(answer));
}

/// What can be had once: the second try gets it, or the first had it and its answer is lost.
fn comes_at_most_once(frail: &Frail, tried: &Tried<TokenAnswer>) {
    assert!(tried.failed.is_err(), "a failure is not a success");
    match &tried.again {
        Ok(answer) => assert!(frail.is_alive(answer)),
        Err(code) => {
            assert_eq!((*code, tried.strike), (ErrorCode::InvalidGrant, Strike::AnswerLost));
        }
    }
}

fn every_call_may_fail(engine: Engine) {
    let frail = Frail::new(engine, false);
    frail.each_call(
        |_| (),
        |house, ()| house.client_credentials("app", ""),
        |frail, (), tried| comes_at_last(frail, tried),
    );
    frail.each_call(
        |frail| frail.house.codes(&frail.client, &frail.user, 1).remove(0),
        |house, code| house.redeem("app", code),
        |frail, _, tried| comes_at_most_once(frail, tried),
    );
    frail.each_call(
        |frail| frail.house.family(&frail.client, &frail.user),
        |house, held| house.exchange("app", held.access_token.expose(), ""),
        |frail, _, tried| comes_at_last(frail, tried),
    );
    frail.each_call(
        |frail| {
            let started = frail.house.start_device("app").unwrap();
            assert!(frail.house.approve(&started, &frail.user).unwrap());
            started.device_code.expose().clone()
        },
        |house, code| house.poll("app", code),
        |frail, _, tried| comes_at_most_once(frail, tried),
    );
    frail.each_call(
        |_| (),
        |house, ()| house.start_device("app"),
        |_, (), tried| assert!(tried.failed.is_err() && tried.again.is_ok()),
    );
}

#[test]
fn every_storage_call_of_every_grant_may_fail_on_sqlite() {
    every_call_may_fail(Engine::Sqlite);
}

#[test]
fn every_storage_call_of_every_grant_may_fail_on_postgres() {
    every_call_may_fail(Engine::Postgres);
}

fn a_refresh_never_forks(engine: Engine) {
    // D4: without grace a lost answer ends the family, with grace it comes again
    for grace in [false, true] {
        let frail = Frail::new(engine, grace);
        frail.each_call(
            |frail| frail.house.family(&frail.client, &frail.user),
            |house, held| house.refresh("app", refresh_of(held), ""),
            |frail, held, tried| {
                let walk = frail.house.walk(&frail.client, refresh_of(held));
                assert_eq!(live_refresh(&walk.1), 1, "one lineage");
                match &tried.again {
                    Ok(answer) => {
                        assert!(frail.is_alive(answer));
                        let next = frail.house.refresh("app", refresh_of(answer), "");
                        assert!(next.is_ok());
                    }
                    Err(code) => {
                        assert_eq!(*code, ErrorCode::InvalidGrant);
                        assert!(!grace && tried.strike == Strike::AnswerLost);
                        assert!(walk.0.state != TransactionState::Open);
                    }
                }
            },
        );
    }
}

#[test]
fn a_refresh_with_a_failing_call_never_forks_on_sqlite() {
    a_refresh_never_forks(Engine::Sqlite);
}

#[test]
fn a_refresh_with_a_failing_call_never_forks_on_postgres() {
    a_refresh_never_forks(Engine::Postgres);
}

fn failures_are_no_verdicts(engine: Engine) {
    // S33: a failure of the store is never a success, and never "inactive"
    let frail = Frail::new(engine, false);
    frail.each_call(
        |frail| frail.house.family(&frail.client, &frail.user),
        |house, held| {
            house.introspect("app", held.access_token.expose()).map(|active| active.is_some())
        },
        |_, _, tried| {
            assert!(tried.failed.is_err());
            assert_eq!(tried.again, Ok(true));
        },
    );
    frail.each_call(
        |frail| frail.house.family(&frail.client, &frail.user),
        |house, held| house.revoke("app", refresh_of(held)),
        |frail, held, tried| {
            assert!(tried.failed.is_err());
            assert!(matches!(tried.again, Ok(Revoked::Now | Revoked::Before)));
            assert!(!frail.is_alive(held));
        },
    );
}

#[test]
fn a_failing_call_is_no_verdict_on_a_token_on_sqlite() {
    failures_are_no_verdicts(Engine::Sqlite);
}

#[test]
fn a_failing_call_is_no_verdict_on_a_token_on_postgres() {
    failures_are_no_verdicts(Engine::Postgres);
}

/// What is refused, as it should be.
fn refused<T>(told: &Result<T, ErrorCode>) -> Result<(), ErrorCode> {
    match told {
        Err(ErrorCode::InvalidGrant) => Ok(()),
        Err(other) => Err(*other),
        Ok(_) => panic!("it was to be refused"),
    }
}

fn misuse_is_noted_at_last(engine: Engine) {
    // B51, B64, S07: whatever fails, what was used twice ends its family when it is shown again
    let frail = Frail::new(engine, false);
    frail.house.client("thief", every_grant("a"));
    let ends_all = |frail: &Frail, held: &TokenAnswer, tried: &Tried<()>| {
        assert!(tried.failed.is_err());
        assert_eq!(tried.again, Ok(()));
        assert!(!frail.is_alive(held));
    };
    frail.each_call(
        |frail| {
            let held = frail.house.family(&frail.client, &frail.user);
            let next = frail.house.refresh("app", refresh_of(&held), "").unwrap();
            (held, next)
        },
        |house, (held, _)| refused(&house.refresh("app", refresh_of(held), "")),
        |frail, (_, next), tried| ends_all(frail, next, tried),
    );
    frail.each_call(
        |frail| {
            let code = frail.house.codes(&frail.client, &frail.user, 1).remove(0);
            let held = frail.house.redeem("app", &code).unwrap();
            (code, held)
        },
        |house, (code, _)| refused(&house.redeem("app", code)),
        |frail, (_, held), tried| ends_all(frail, held, tried),
    );
    frail.each_call(
        |frail| frail.house.codes(&frail.client, &frail.user, 1).remove(0),
        |house, code| refused(&house.redeem("thief", code)),
        |frail, code, tried| {
            assert!(tried.failed.is_err() && tried.again.is_ok());
            assert!(frail.house.redeem("app", code).is_ok(), "twice does not burn it");
        },
    );
}

#[test]
fn misuse_is_noted_although_a_call_fails_on_sqlite() {
    misuse_is_noted_at_last(Engine::Sqlite);
}

#[test]
fn misuse_is_noted_although_a_call_fails_on_postgres() {
    misuse_is_noted_at_last(Engine::Postgres);
}

fn decisions_and_assertions_count_once(engine: Engine) {
    let frail = Frail::new(engine, false);
    let pending = |told: Result<TokenAnswer, ErrorCode>| match told {
        Err(ErrorCode::AuthorizationPending) => Ok(()),
        other => other.map(drop),
    };
    frail.each_call(
        |frail| frail.house.start_device("app").unwrap(),
        |house, started| pending(house.poll("app", started.device_code.expose())),
        |_, _, tried| assert!(tried.failed.is_err() && tried.again.is_ok()),
    );
    for decision in [Decision::Approve(&frail.user), Decision::Deny] {
        frail.each_call(
            |frail| frail.house.start_device("app").unwrap(),
            |house, started| house.decide(&started.user_code, decision),
            |frail, started, tried| {
                assert!(tried.failed.is_err());
                // Nobody waits any more if the first one was entered and its answer lost.
                assert_eq!(tried.again, Ok(tried.strike != Strike::AnswerLost));
                let told = frail.house.poll("app", started.device_code.expose());
                match decision {
                    Decision::Approve(_) => assert!(told.is_ok()),
                    Decision::Deny => assert_eq!(told.unwrap_err(), ErrorCode::AccessDenied),
                }
            },
        );
    }
    let (trusted, count) = (Trusted::by(&frail.house), AtomicUsize::new(0));
    frail.each_call(
        |_| trusted.about("alice", &count.fetch_add(1, Ordering::Relaxed).to_string()),
        |house, assertion| house.believe("app", assertion),
        |frail, _, tried| comes_at_most_once(frail, tried),
    );
    frail.each_call(
        |frail| frail.house.family(&frail.client, &frail.user),
        |house, held| house.exchange_for_refresh("app", held.access_token.expose()),
        |frail, _, tried| comes_at_last(frail, tried),
    );
}

fn proofs_and_statements_count_once(engine: Engine) {
    // F07, B93, B133: also where the unit is done and only its answer is lost
    let (frail, key) = (Frail::new(engine, false), Holder::new());
    frail.house.client_by("keyed", every_grant("a"), Credentials::key_set(key.jwks()));
    let count = AtomicUsize::new(0);
    let name = || count.fetch_add(1, Ordering::Relaxed).to_string();
    let now = frail.house.clock.now();
    let body = "grant_type=client_credentials";
    let proving =
        |house: &House, proof: &str| house.ask_proving(("app", Showing::Secret), Some(proof), body);
    let stating = |house: &House, statement: &str| {
        house.ask_proving(("keyed", Showing::Statement(statement)), None, body)
    };
    frail.each_call(
        |_| key.proof(now, &name()),
        |house, proof| proving(house, proof),
        |frail, proof, tried| {
            assert!(tried.failed.is_err(), "a failure is not a success");
            match &tried.again {
                Ok(answer) => assert!(frail.is_alive(answer)),
                Err(code) => assert_eq!((*code, tried.strike), (NO_PROOF, Strike::AnswerLost)),
            }
            assert_eq!(proving(&frail.house, proof).unwrap_err(), NO_PROOF);
        },
    );
    frail.each_call(
        |_| key.statement("keyed", now, &name()),
        |house, statement| stating(house, statement),
        |frail, statement, tried| {
            assert!(tried.failed.is_err(), "a failure is not a success");
            let used = ErrorCode::InvalidClient;
            assert!(tried.again.as_ref().err().is_none_or(|code| *code == used));
            assert_eq!(stating(&frail.house, statement).unwrap_err(), used);
            assert!(stating(&frail.house, &key.statement("keyed", now, &name())).is_ok());
        },
    );
}

#[test]
fn proofs_and_statements_count_once_although_a_call_fails_on_sqlite() {
    proofs_and_statements_count_once(Engine::Sqlite);
}

#[test]
fn proofs_and_statements_count_once_although_a_call_fails_on_postgres() {
    proofs_and_statements_count_once(Engine::Postgres);
}

#[test]
fn decisions_and_assertions_count_once_although_a_call_fails_on_sqlite() {
    decisions_and_assertions_count_once(Engine::Sqlite);
}

#[test]
fn decisions_and_assertions_count_once_although_a_call_fails_on_postgres() {
    decisions_and_assertions_count_once(Engine::Postgres);
}
