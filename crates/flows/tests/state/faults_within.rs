//! Every call that a flow makes within its readings and its unit fails once, before and after
//! it is done, and so does its chronicle (testing 6.3, F07, F26): then nothing has happened at
//! all, and trying again does what the first try should have done.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use muster_domain::{Client, Clock, Credentials, ErrorCode, User};
use muster_flows::{Decision, TokenAnswer};

use crate::asker::Showing;
use crate::faulty::{Strike, Switch};
use crate::faulty_within::{FaultyChronicle, FaultyWithin, Recorded};
use crate::house::{Engine, House, every_grant, with_grace};
use crate::proving::Holder;
use crate::trusted::Trusted;

/// More calls than any flow makes.
const CALLS_MOST: usize = 60;
/// A call that fails has done nothing, or everything.
const MOMENTS: [Strike; 2] = [Strike::Before, Strike::AnswerLost];

/// What flows leave behind, one number for each kind of trace.
const TRACES: &str = "SELECT 'tokens' AS who, count(*) AS number FROM tokens \
    UNION ALL SELECT 'ended tokens', count(*) FROM tokens WHERE state <> 0 \
    UNION ALL SELECT 'flows', count(*) FROM transactions \
    UNION ALL SELECT 'ended flows', count(ended_at) FROM transactions \
    UNION ALL SELECT 'redeemed codes', count(redeemed_at) FROM codes \
    UNION ALL SELECT 'strangers', coalesce(sum(strangers), 0) FROM codes \
    UNION ALL SELECT 'devices', count(*) FROM device_flows \
    UNION ALL SELECT 'decisions', coalesce(sum(state), 0) FROM device_flows \
    UNION ALL SELECT 'polls', count(polled_at) FROM device_flows \
    UNION ALL SELECT 'assertions', count(*) FROM assertions \
    UNION ALL SELECT 'records', count(*) FROM audit";

/// A house in which a call fails when it is told to.
struct Brittle {
    house: House,
    switch: Arc<Switch>,
    strict: Client,
    mild: Client,
    user: User,
    trusted: Trusted,
    names: AtomicUsize,
    key: Holder,
}

/// A flow with what it begins with, and how it ends.
struct Story {
    name: &'static str,
    ground: fn(&Brittle) -> String,
    flow: fn(&Brittle, &str) -> Result<(), ErrorCode>,
    ends: Result<(), ErrorCode>,
}

const fn story(
    name: &'static str,
    ground: fn(&Brittle) -> String,
    flow: fn(&Brittle, &str) -> Result<(), ErrorCode>,
    ends: Result<(), ErrorCode>,
) -> Story {
    Story { name, ground, flow, ends }
}

const DONE: Result<(), ErrorCode> = Ok(());
const USED_UP: Result<(), ErrorCode> = Err(ErrorCode::InvalidGrant);
const PENDING: Result<(), ErrorCode> = Err(ErrorCode::AuthorizationPending);
const DENIED: Result<(), ErrorCode> = Err(ErrorCode::AccessDenied);

/// Every handler, also those that refuse and note why.
const STORIES: [Story; 23] = [
    story("issue to the client", nothing, issue, DONE),
    story("redeem a code", Brittle::code, redeem, DONE),
    story("redeem it again", Brittle::used_code, redeem, USED_UP),
    story("show another's code", Brittle::code, steal, USED_UP),
    story("refresh", Brittle::refresh_token, refresh, DONE),
    story("refresh again", Brittle::used, refresh, USED_UP),
    story("refresh in grace", Brittle::in_grace, refresh_mildly, DONE),
    story("issue with a proof", Brittle::proof, issue_bound, DONE),
    story("refresh with a proof", Brittle::token_with_proof, refresh_bound, DONE),
    story("refresh in grace with a proof", Brittle::in_grace_with_proof, again_bound, DONE),
    story("exchange", Brittle::access_token, exchange, DONE),
    story("exchange for refresh", Brittle::access_token, exchange_long, DONE),
    story("start a device", nothing, start_device, DONE),
    story("poll", Brittle::device, poll, PENDING),
    story("poll an approved one", Brittle::approved_device, poll, DONE),
    story("poll a denied one", Brittle::denied_device, poll, DENIED),
    story("approve", Brittle::user_code, approve, DONE),
    story("deny", Brittle::user_code, deny, DONE),
    story("believe", Brittle::assertion, believe, DONE),
    story("introspect", Brittle::access_token, introspect, DONE),
    story("revoke a token", Brittle::access_token, revoke, DONE),
    story("revoke a family", Brittle::refresh_token, revoke, DONE),
    story("plan a listing", Brittle::access_token, list, DONE),
];

fn nothing(_: &Brittle) -> String {
    String::new()
}

fn issue(brittle: &Brittle, _: &str) -> Result<(), ErrorCode> {
    brittle.house.client_credentials("strict", "").map(drop)
}

fn bound(brittle: &Brittle, client: &str, proof: &str, body: &str) -> Result<(), ErrorCode> {
    let caller = (client, Showing::Secret);
    brittle.house.ask_proving(caller, Some(proof), body).map(drop)
}

fn issue_bound(brittle: &Brittle, proof: &str) -> Result<(), ErrorCode> {
    bound(brittle, "strict", proof, "grant_type=client_credentials")
}

/// With a token and a proof, one beside the other.
fn refresh_with(brittle: &Brittle, client: &str, ground: &str) -> Result<(), ErrorCode> {
    let (token, proof) = ground.split_once(' ').expect("a token and a proof");
    bound(brittle, client, proof, &format!("grant_type=refresh_token&refresh_token={token}"))
}

fn refresh_bound(brittle: &Brittle, ground: &str) -> Result<(), ErrorCode> {
    refresh_with(brittle, "strict", ground)
}

fn again_bound(brittle: &Brittle, ground: &str) -> Result<(), ErrorCode> {
    refresh_with(brittle, "mild", ground)
}

fn redeem(brittle: &Brittle, code: &str) -> Result<(), ErrorCode> {
    brittle.house.redeem("strict", code).map(drop)
}

fn steal(brittle: &Brittle, code: &str) -> Result<(), ErrorCode> {
    brittle.house.redeem("mild", code).map(drop)
}

fn refresh(brittle: &Brittle, token: &str) -> Result<(), ErrorCode> {
    brittle.house.refresh("strict", token, "").map(drop)
}

fn refresh_mildly(brittle: &Brittle, token: &str) -> Result<(), ErrorCode> {
    brittle.house.refresh("mild", token, "").map(drop)
}

fn exchange(brittle: &Brittle, token: &str) -> Result<(), ErrorCode> {
    brittle.house.exchange("strict", token, "").map(drop)
}

fn exchange_long(brittle: &Brittle, token: &str) -> Result<(), ErrorCode> {
    brittle.house.exchange_for_refresh("strict", token).map(drop)
}

fn start_device(brittle: &Brittle, _: &str) -> Result<(), ErrorCode> {
    brittle.house.start_device("strict").map(drop)
}

fn poll(brittle: &Brittle, code: &str) -> Result<(), ErrorCode> {
    brittle.house.poll("strict", code).map(drop)
}

fn approve(brittle: &Brittle, code: &str) -> Result<(), ErrorCode> {
    let decided = brittle.house.decide(code, Decision::Approve(&brittle.user));
    decided.map(|decided| assert!(decided, "no device waits"))
}

fn deny(brittle: &Brittle, code: &str) -> Result<(), ErrorCode> {
    let decided = brittle.house.decide(code, Decision::Deny);
    decided.map(|decided| assert!(decided, "no device waits"))
}

fn believe(brittle: &Brittle, assertion: &str) -> Result<(), ErrorCode> {
    brittle.house.believe("strict", assertion).map(drop)
}

fn introspect(brittle: &Brittle, token: &str) -> Result<(), ErrorCode> {
    let active = brittle.house.introspect("strict", token);
    active.map(|active| assert!(active.is_some(), "a good token is inactive"))
}

fn revoke(brittle: &Brittle, token: &str) -> Result<(), ErrorCode> {
    let revoked = brittle.house.revoke("strict", token);
    revoked.map(|revoked| assert_eq!(revoked, muster_flows::Revoked::Now))
}

fn list(brittle: &Brittle, token: &str) -> Result<(), ErrorCode> {
    let grant = "grant_type=urn:oa4mp:params:oauth:grant-type:token-info";
    brittle.house.outcome("strict", &format!("{grant}&access_token={token}")).map(drop)
}

fn refresh_of(answer: &TokenAnswer) -> String {
    answer.refresh_token.as_ref().expect("a refresh token").expose().clone()
}

impl Brittle {
    /// Calls within the store fail, or only those of the chronicle.
    fn new(engine: Engine, only_chronicle: bool) -> Self {
        let switch = Arc::new(Switch::default());
        let within = Arc::clone(&switch);
        let mut house = House::over(engine, |inner| {
            if only_chronicle { inner } else { Arc::new(FaultyWithin { inner, switch: within }) }
        });
        house.chronicle = if only_chronicle {
            Box::new(FaultyChronicle(Arc::clone(&switch)))
        } else {
            Box::new(Recorded)
        };
        let strict = house.client("strict", every_grant("a"));
        let mild = house.client("mild", with_grace("a"));
        let key = Holder::new();
        house.client_by("keyed", every_grant("a"), Credentials::key_set(key.jwks()));
        let (user, trusted) = (house.user("alice"), Trusted::by(&house));
        Self { house, switch, strict, mild, user, trusted, names: AtomicUsize::new(0), key }
    }

    fn code(&self) -> String {
        self.house.codes(&self.strict, &self.user, 1).remove(0)
    }

    fn used_code(&self) -> String {
        let code = self.code();
        self.house.redeem("strict", &code).expect("a good code");
        code
    }

    fn access_token(&self) -> String {
        self.house.family(&self.strict, &self.user).access_token.expose().clone()
    }

    fn refresh_token(&self) -> String {
        refresh_of(&self.house.family(&self.strict, &self.user))
    }

    fn used(&self) -> String {
        let token = self.refresh_token();
        self.house.refresh("strict", &token, "").expect("a good token");
        token
    }

    fn in_grace(&self) -> String {
        let token = refresh_of(&self.house.family(&self.mild, &self.user));
        self.house.refresh("mild", &token, "").expect("a good token");
        token
    }

    fn user_code(&self) -> String {
        self.house.start_device("strict").expect("a device").user_code
    }

    fn device(&self) -> String {
        self.house.start_device("strict").expect("a device").device_code.expose().clone()
    }

    fn approved_device(&self) -> String {
        self.decided_device(Decision::Approve(&self.user))
    }

    fn denied_device(&self) -> String {
        self.decided_device(Decision::Deny)
    }

    fn decided_device(&self, decision: Decision<'_>) -> String {
        let started = self.house.start_device("strict").expect("a device");
        assert_eq!(self.house.decide(&started.user_code, decision), Ok(true));
        started.device_code.expose().clone()
    }

    /// One that was not given before.
    fn name(&self) -> String {
        self.names.fetch_add(1, Ordering::Relaxed).to_string()
    }

    fn assertion(&self) -> String {
        self.trusted.about("alice", &self.name())
    }

    fn statement(&self) -> String {
        self.key.statement("keyed", self.house.clock.now(), &self.name())
    }

    fn proof(&self) -> String {
        self.key.proof(self.house.clock.now(), &self.name())
    }

    fn token_with_proof(&self) -> String {
        format!("{} {}", self.refresh_token(), self.proof())
    }

    fn in_grace_with_proof(&self) -> String {
        format!("{} {}", self.in_grace(), self.proof())
    }

    fn traces(&self) -> Vec<(Option<String>, i64)> {
        self.house.scratch.tally(TRACES).expect("traces")
    }

    /// Lets each call of the story fail in turn; how many there were.
    fn tell(&self, story: &Story) -> usize {
        let mut failures = 0;
        for moment in MOMENTS {
            for nth in 1.. {
                assert!(nth < CALLS_MOST, "{}: a flow that never ends", story.name);
                let ground = (story.ground)(self);
                let before = self.traces();
                self.switch.arm(nth, moment);
                let told = (story.flow)(self, &ground);
                if !self.switch.disarm() {
                    assert_eq!(told, story.ends, "{}", story.name);
                    break;
                }
                let place = format!("{}: call {nth} fails {moment:?}", story.name);
                assert_eq!(told, Err(ErrorCode::TemporarilyUnavailable), "{place}");
                assert_eq!(self.traces(), before, "{place}");
                assert_eq!((story.flow)(self, &ground), story.ends, "{place}, and again");
                failures += 1;
            }
        }
        failures
    }
}

fn no_failing_call_leaves_a_trace(engine: Engine) {
    let brittle = Brittle::new(engine, false);
    for story in &STORIES {
        assert!(brittle.tell(story) > 0, "{}: no call was made", story.name);
    }
}

#[test]
fn whichever_call_within_a_unit_fails_nothing_has_happened_on_sqlite() {
    no_failing_call_leaves_a_trace(Engine::Sqlite);
}

#[test]
fn whichever_call_within_a_unit_fails_nothing_has_happened_on_postgres() {
    no_failing_call_leaves_a_trace(Engine::Postgres);
}

/// A statement is noted in a unit of its own, before anything is done for its client: where
/// that unit was committed, the statement is used up, and a new one gets the answer.
fn a_statement_counts_once(engine: Engine) {
    // F07, B93
    let brittle = Brittle::new(engine, false);
    let ask = |statement: &str| {
        let caller = ("keyed", Showing::Statement(statement));
        brittle.house.ask_proving(caller, None, "grant_type=client_credentials").map(drop)
    };
    let mut used_up = 0;
    for moment in MOMENTS {
        for nth in 1.. {
            assert!(nth < CALLS_MOST, "a flow that never ends");
            let (statement, before) = (brittle.statement(), brittle.traces());
            brittle.switch.arm(nth, moment);
            let told = ask(&statement);
            if !brittle.switch.disarm() {
                assert_eq!((told, ask(&statement)), (DONE, Err(ErrorCode::InvalidClient)));
                break;
            }
            let place = format!("call {nth} fails {moment:?}");
            assert_eq!(told, Err(ErrorCode::TemporarilyUnavailable), "{place}");
            let noted = |trace: &(Option<String>, i64)| trace.0.as_deref() == Some("assertions");
            let after = brittle.traces();
            let differ = before.iter().zip(&after).filter(|(before, after)| before != after);
            let differ: Vec<_> = differ.map(|(_, after)| noted(after)).collect();
            assert!(differ.iter().all(|noted| *noted), "{place}");
            let spent = !differ.is_empty();
            let again = if spent { Err(ErrorCode::InvalidClient) } else { DONE };
            assert_eq!(ask(&statement), again, "{place}, and again");
            assert_eq!(ask(&brittle.statement()), DONE, "{place}, and anew");
            used_up += usize::from(spent);
        }
    }
    assert!(used_up > 0, "calls after the unit fail, too");
}

#[test]
fn whichever_call_fails_a_clients_statement_counts_once_on_sqlite() {
    a_statement_counts_once(Engine::Sqlite);
}

#[test]
fn whichever_call_fails_a_clients_statement_counts_once_on_postgres() {
    a_statement_counts_once(Engine::Postgres);
}

/// What only looks, or waits, has nothing to note.
const UNNOTED: [&str; 4] = ["poll", "poll a denied one", "introspect", "plan a listing"];

fn nothing_happens_without_its_record(engine: Engine) {
    let brittle = Brittle::new(engine, true);
    for story in &STORIES {
        let noted = if UNNOTED.contains(&story.name) { 0 } else { MOMENTS.len() };
        assert_eq!(brittle.tell(story), noted, "{}", story.name);
    }
}

#[test]
fn what_the_chronicle_does_not_take_has_not_happened_on_sqlite() {
    nothing_happens_without_its_record(Engine::Sqlite);
}

#[test]
fn what_the_chronicle_does_not_take_has_not_happened_on_postgres() {
    nothing_happens_without_its_record(Engine::Postgres);
}
