//! What happens to a listing while it runs: readers that stall or leave, rights that are
//! taken away, a database that breaks off, tokens that come and go.

use std::collections::HashSet;
use std::io::{BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use muster_admin::Right;
use muster_domain::{Clock, Ending, Lifetime, TokenKind};
use muster_flows::{Planted, Sprout};
use muster_server::clock::SystemClock;

use crate::crowd::Crowd;
use crate::house::{Engine, House};
use crate::meanwhile;
use crate::planting::tools;
use crate::wire::{self, Answer, Request};

/// More than the sockets and the channel between service and reader hold: a reader that
/// stops reading stops the listing.
pub(crate) const MANY: i64 = 16_000;
/// For ever, as far as a test is concerned.
pub(crate) const NEVER: &str = "600";

/// A reader that has seen the beginning of its listing and reads no further.
pub(crate) struct Stalled {
    stream: TcpStream,
    seen: Vec<u8>,
}

impl Stalled {
    pub(crate) fn at_the_beginning(house: &House, request: &Request) -> Self {
        Self::behind(narrow(house), house, request)
    }

    fn behind(mut stream: TcpStream, house: &House, request: &Request) -> Self {
        stream.write_all(&request.bytes(house.address)).expect("the request is taken");
        let mut seen = Vec::new();
        // Up to the first client's first token: what changes from now on changes on the way.
        while !seen.ends_with(b"\"tokens\":[{") {
            let mut byte = [0];
            stream.read_exact(&mut byte).expect("the listing begins");
            seen.extend(byte);
        }
        assert!(seen.starts_with(b"HTTP/1.1 200"));
        Self { stream, seen }
    }

    /// Reads on, as fast as it can.
    pub(crate) fn go_on(self) -> Answer {
        let mut reader = BufReader::new(self.seen.as_slice().chain(self.stream));
        wire::read_answer(&mut reader).expect("an answer")
    }
}

/// A connection that holds little on the reader's side, however much the system would.
fn narrow(house: &House) -> TcpStream {
    holding(house, 64 * 1_024)
}

/// A connection that holds as little as the system allows.
fn tiny(house: &House) -> TcpStream {
    holding(house, 1)
}

fn holding(house: &House, bytes: usize) -> TcpStream {
    let socket =
        socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("a socket");
    socket.set_recv_buffer_size(bytes).expect("a small buffer");
    socket.set_read_timeout(Some(Duration::from_mins(1))).expect("a timeout");
    socket.connect(&house.address.into()).expect("the server listens");
    socket.into()
}

pub(crate) fn assert_cut(answer: &Answer) {
    assert!(!answer.whole, "the chunks are complete");
    let json = serde_json::from_slice::<serde_json::Value>(&answer.body);
    assert!(json.is_err(), "what was cut is JSON");
}

pub(crate) fn assert_whole(answer: &Answer, tokens: i64) {
    assert!(answer.whole && answer.status == 200, "{} {}", answer.status, answer.whole);
    let shown = answer.json().to_string().matches("\"jti\"").count();
    assert_eq!(i64::try_from(shown), Ok(tokens));
}

/// How the listings of this database ended, in the words of its records.
fn endings(crowd: &Crowd) -> Vec<String> {
    let records = crowd.premises().store.read(|reading| reading.list_audit(1, 1_000));
    let finished = records.expect("records").into_iter();
    finished
        .filter(|record| record.event == "token_info_finished")
        .map(|record| record.body)
        .collect()
}

/// Waits until a listing has ended with these words in its record.
fn until_ended(crowd: &Crowd, words: &[&str]) {
    let began = Instant::now();
    let told = |body: &String| words.iter().all(|word| body.contains(word));
    while !endings(crowd).iter().any(told) {
        assert!(began.elapsed() < Duration::from_mins(1), "{words:?}: {:?}", endings(crowd));
        std::thread::yield_now();
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

fn a_stalled_reader_is_cut(engine: Engine) {
    // F18, T33
    let settings = [
        ("MUSTER__TOKEN_INFO__LISTINGS_AT_ONCE", "1"),
        ("MUSTER__TOKEN_INFO__WAITING_SECONDS", NEVER),
        ("MUSTER__TOKEN_INFO__STALL_SECONDS", "1"),
        ("MUSTER__HTTP__WRITE_STALL_SECONDS", NEVER),
    ];
    let house = House::start_with(engine, &settings);
    let crowd = Crowd::plant(&house, MANY);
    let stalled = Stalled::at_the_beginning(&house, &crowd.question(&house));
    // The only place is taken: this one waits until the other one is cut.
    let small = house.as_admin().form(&house.question()).send(house.address);
    assert!(small.whole && small.status == 200, "{}", small.text());
    until_ended(&crowd, &["aborted", "the reader made no progress"]);
    assert_cut(&stalled.go_on());
}

#[test]
fn a_reader_that_stalls_is_cut_and_its_place_goes_to_the_next_on_sqlite() {
    a_stalled_reader_is_cut(Engine::Sqlite);
}

#[test]
fn a_reader_that_stalls_is_cut_and_its_place_goes_to_the_next_on_postgres() {
    a_stalled_reader_is_cut(Engine::Postgres);
}

#[test]
fn a_reader_of_2400_bytes_a_second_is_not_cut_however_little_its_side_holds() {
    // T33: the limit is on standing still, not on being slow; it lasts longer than the limit.
    let house = House::start(Engine::Sqlite);
    let crowd = Crowd::plant(&house, MANY);
    let mut slow = Stalled::behind(tiny(&house), &house, &crowd.question(&house));
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(20) {
        let mut some = [0; 240];
        slow.stream.read_exact(&mut some).expect("the listing goes on");
        slow.seen.extend(some);
        std::thread::park_timeout(Duration::from_millis(100));
    }
    assert_eq!(endings(&crowd), Vec::<String>::new(), "the listing is still on its way");
}

#[test]
fn a_reader_that_leaves_gives_its_place_to_the_next_at_once() {
    // F18: nothing but its leaving can free the place.
    let settings = [
        ("MUSTER__TOKEN_INFO__LISTINGS_AT_ONCE", "1"),
        ("MUSTER__TOKEN_INFO__WAITING_SECONDS", "20"),
        ("MUSTER__TOKEN_INFO__STALL_SECONDS", NEVER),
        ("MUSTER__HTTP__WRITE_STALL_SECONDS", NEVER),
    ];
    let house = House::start_with(Engine::Sqlite, &settings);
    let crowd = Crowd::plant(&house, MANY);
    for _ in 0..3 {
        drop(Stalled::at_the_beginning(&house, &crowd.question(&house)));
        let small = house.as_admin().form(&house.question()).send(house.address);
        assert!(small.whole && small.status == 200, "{}", small.text());
    }
    until_ended(&crowd, &["aborted", "the reader is gone"]);
}

/// A listing in whose middle `deed` is done; it must end by that.
fn ended_by(engine: Engine, deed: impl Fn(&muster_admin::Keeper, &str)) {
    let settings =
        [("MUSTER__TOKEN_INFO__PAGE_ROWS", "500"), ("MUSTER__TOKEN_INFO__STALL_SECONDS", NEVER)];
    let house = House::start_with(engine, &settings);
    let crowd = Crowd::plant(&house, MANY);
    let stalled = Stalled::at_the_beginning(&house, &crowd.question(&house));
    let (keeper, _) = tools(crowd.premises());
    deed(&keeper, &house.admin().0);
    let answer = stalled.go_on();
    assert_cut(&answer);
    until_ended(&crowd, &["aborted", "the right was taken away"]);
}

#[test]
fn taking_the_right_away_ends_a_listing_on_its_way_on_sqlite() {
    // I07
    ended_by(Engine::Sqlite, |keeper, admin| {
        keeper.set_admin_right(admin, Right::ListUsers, false).expect("a right");
    });
}

#[test]
fn taking_the_right_away_ends_a_listing_on_its_way_on_postgres() {
    // I07
    ended_by(Engine::Postgres, |keeper, admin| {
        keeper.set_admin_right(admin, Right::ListUsers, false).expect("a right");
    });
}

#[test]
fn taking_the_client_away_ends_a_listing_on_its_way() {
    // I07
    ended_by(Engine::Sqlite, |keeper, admin| {
        assert!(keeper.unlink(admin, "portal").expect("a link"));
    });
}

#[test]
fn suspending_the_admin_ends_a_listing_on_its_way() {
    // I07
    ended_by(Engine::Sqlite, |keeper, admin| {
        let suspended = muster_domain::PartyStatus::Suspended;
        assert!(keeper.set_admin_status(admin, suspended).expect("a status"));
    });
}

/// Shuts the tokens until one of the service's statements waits for them, and breaks its
/// connection: in the middle of a page, however quick the service is.
const BREAK_A_PAGE: &str = "BEGIN; SET LOCAL statement_timeout = '60s'; \
     LOCK TABLE tokens IN ACCESS EXCLUSIVE MODE; \
     DO $$ BEGIN LOOP PERFORM pg_stat_clear_snapshot(); \
       PERFORM pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE datname = current_database() AND wait_event_type = 'Lock' \
         AND application_name <> 'psql'; \
       EXIT WHEN FOUND; PERFORM pg_sleep(0.01); END LOOP; END $$; COMMIT";
/// Whether the tokens are shut, or are as soon as the page at hand is read.
const IS_SHUT: &str = "SELECT count(*) FROM pg_locks WHERE relation = 'tokens'::regclass \
     AND mode = 'AccessExclusiveLock'";

fn psql(house: &House, statement: &str) -> String {
    let told = Command::new("psql")
        .args(["-qAt", "-v", "ON_ERROR_STOP=1", "-d", &house.scratch.url_text(), "-c", statement])
        .output()
        .expect("psql runs");
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    String::from_utf8_lossy(&told.stdout).trim().to_owned()
}

#[test]
fn a_listing_whose_database_breaks_off_is_cut_and_the_service_recovers() {
    // F09, F18
    let settings = [("MUSTER__TOKEN_INFO__STALL_SECONDS", NEVER)];
    let house = House::start_with(Engine::Postgres, &settings);
    let crowd = Crowd::plant(&house, MANY);
    let stalled = Stalled::at_the_beginning(&house, &crowd.question(&house));
    let answer = std::thread::scope(|scope| {
        let breaking = scope.spawn(|| psql(&house, BREAK_A_PAGE));
        while !breaking.is_finished() && psql(&house, IS_SHUT) == "0" {
            std::thread::yield_now();
        }
        let answer = stalled.go_on();
        breaking.join().expect("a connection breaks");
        answer
    });
    assert_cut(&answer);
    // Connections that broke are found out one by one; then all is well again.
    let question = crowd.question(&house);
    let mut tries = std::iter::repeat_with(|| question.send(house.address)).take(30);
    let after = tries.find(|answer| {
        assert!([200, 503].contains(&answer.status), "{} {}", answer.status, answer.text());
        answer.whole && answer.status == 200
    });
    assert_whole(&after.expect("the service recovers"), MANY);
}

/// Issues and revokes tokens of the crowd until told.
fn issue_and_revoke(crowd: &Crowd, enough: &AtomicBool) -> usize {
    let (_, seed) = tools(crowd.premises());
    let day = Lifetime::from_days(1);
    let mut issued = 0;
    while !enough.load(Ordering::Relaxed) {
        let now = SystemClock.now();
        // Long ago, now and later: before, at and behind the place of the listing.
        for started_at in [now.minus(Lifetime::from_days(300)), now, now.plus(day)] {
            let flow = seed.flow(crowd.client(), Some(crowd.user()), started_at).expect("a flow");
            let pair = [TokenKind::Access, TokenKind::Refresh]
                .map(|kind| Sprout::live(kind, started_at, Lifetime::from_days(400)));
            let planted = seed.element(&flow, &pair).expect("tokens");
            let planted: Vec<&Planted> = planted.iter().take(1).collect();
            seed.end(&planted, Ending::Revoked).expect("an end");
            issued += 2;
            // SQLite's lock is not fair: another process without a pause keeps it for good.
            std::thread::park_timeout(Duration::from_millis(5));
        }
    }
    issued
}

fn tokens_come_and_go(engine: Engine) {
    // I08, F20
    let settings = [("MUSTER__TOKEN_INFO__PAGE_ROWS", "300")];
    let house = House::start_with(engine, &settings);
    let crowd = Crowd::plant(&house, 10_000);
    let question = crowd.question(&house);
    let enough = AtomicBool::new(false);
    let (answer, issued) = std::thread::scope(|scope| {
        let issuing = scope.spawn(|| issue_and_revoke(&crowd, &enough));
        let ending = meanwhile::Ending(&enough);
        let answer = question.send(house.address);
        drop(ending);
        (answer, issuing.join().expect("tokens come and go"))
    });
    assert!(answer.whole && answer.status == 200, "{}", answer.status);
    let shown = shown_tokens(&answer);
    let distinct: HashSet<&str> = shown.iter().map(String::as_str).collect();
    assert_eq!(distinct.len(), shown.len(), "a token stands twice");
    let before = shown.iter().filter(|id| id.contains("?type=token&")).count();
    assert_eq!(before, 10_000, "a token that was there before is missing");
    assert!(issued > 0 && shown.len() - before <= issued, "{} of {issued}", shown.len());
}

/// The `jti` of every token, as often as it is shown.
fn shown_tokens(answer: &Answer) -> Vec<String> {
    let listing = answer.json();
    let mut shown = Vec::new();
    for client in listing["clients"].as_array().expect("clients") {
        for flow in client["transactions"].as_array().expect("transactions") {
            for element in flow["tokens"].as_array().expect("tokens") {
                for token in element.as_object().expect("an element").values() {
                    shown.push(token["jti"].as_str().expect("a jti").to_owned());
                }
            }
        }
    }
    shown
}

#[test]
fn tokens_that_come_and_go_meanwhile_never_stand_twice_and_all_others_once_on_sqlite() {
    tokens_come_and_go(Engine::Sqlite);
}

#[test]
fn tokens_that_come_and_go_meanwhile_never_stand_twice_and_all_others_once_on_postgres() {
    tokens_come_and_go(Engine::Postgres);
}
