//! Refusals that are stories of their own: the same bytes for every reason, bodies that
//! never end, hands that knock too often.

use std::io::{BufReader, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::house::{Engine, House, PATH, TOKEN_INFO, premises};
use crate::meanwhile::Ending;
use crate::wire::{self, Request};

fn every_invalid_grant_is_the_same(engine: Engine) {
    // B116, B117
    let house = House::start(engine);
    let ask = |(id, secret): &(String, String), text: &str| {
        let question = [("grant_type", TOKEN_INFO), ("access_token", text)];
        Request::new("POST", PATH).basic(id, secret).form(&question).send(house.address)
    };
    let (tokens, admin) = (&house.tokens, &house.tokens.admin);
    let unknown = ask(admin, "no-such-token");
    assert_eq!(unknown.error(), "invalid_grant");
    for text in [&tokens.foreign_access, &tokens.expired_access, &tokens.revoked_access] {
        let other = ask(admin, text);
        assert_eq!((other.status, &other.body), (unknown.status, &unknown.body));
    }
    // Who may list every client must still present a token of one of its own.
    let across = ask(&tokens.privileged, &tokens.alice_access);
    assert_eq!((across.status, &across.body), (unknown.status, &unknown.body));
}

#[test]
fn every_reason_for_invalid_grant_gives_the_same_bytes_on_sqlite() {
    every_invalid_grant_is_the_same(Engine::Sqlite);
}

#[test]
fn every_reason_for_invalid_grant_gives_the_same_bytes_on_postgres() {
    every_invalid_grant_is_the_same(Engine::Postgres);
}

fn every_invalid_client_is_the_same(engine: Engine) {
    // B33, B107, B108, D3
    let house = House::start(engine);
    let ask = |id: &str, secret: &str| {
        let request = Request::new("POST", PATH).basic(id, secret);
        request.form(&house.question()).send(house.address)
    };
    let unknown = ask("nobody", "x");
    assert_eq!(unknown.error(), "invalid_client");
    let (id, _) = house.admin();
    assert_eq!(ask(&id, "wrong").body, unknown.body);
    for (id, secret) in house.outcast_admins() {
        assert_eq!(ask(&id, &secret).body, unknown.body, "{id}");
    }
}

#[test]
fn every_reason_for_invalid_client_gives_the_same_bytes_on_sqlite() {
    every_invalid_client_is_the_same(Engine::Sqlite);
}

#[test]
fn every_reason_for_invalid_client_gives_the_same_bytes_on_postgres() {
    every_invalid_client_is_the_same(Engine::Postgres);
}

fn other_methods_are_refused(engine: Engine) {
    // B128, S01
    let house = House::start(engine);
    for method in ["PUT", "DELETE", "PATCH", "HEAD"] {
        let answer = Request::new(method, PATH).send(house.address);
        assert_eq!(answer.status, 405, "{method}");
        assert!(answer.header("Allow").is_some_and(|allow| allow.contains("POST")), "{method}");
        assert_eq!(answer.header("Cache-Control"), Some("no-cache, no-store"), "{method}");
    }
    // The body of a GET says nothing: neither who asks nor about what.
    let (id, secret) = house.admin();
    let asked = Request::new("GET", PATH).basic(&id, &secret).form(&house.question());
    let answer = asked.send(house.address);
    assert_eq!((answer.status, answer.error().as_str()), (400, "invalid_request"));
}

#[test]
fn other_methods_are_refused_with_allow_and_the_body_of_a_get_says_nothing_on_sqlite() {
    other_methods_are_refused(Engine::Sqlite);
}

#[test]
fn other_methods_are_refused_with_allow_and_the_body_of_a_get_says_nothing_on_postgres() {
    other_methods_are_refused(Engine::Postgres);
}

/// A request whose body goes on by a byte each two seconds, so many times, and then is
/// silent; whether it was cut before that was over.
fn drip(house: &House, times: usize) -> bool {
    let form = "Content-Type: application/x-www-form-urlencoded";
    let head = format!("POST {PATH} HTTP/1.1\r\nHost: a\r\n{form}\r\nContent-Length: 500\r\n\r\na");
    let mut stream = wire::connect(house.address);
    stream.write_all(head.as_bytes()).expect("the head is taken");
    let (mut hand, is_over) = (stream.try_clone().expect("a clone"), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let dripping = scope.spawn(|| {
            for _ in 0..times {
                std::thread::park_timeout(Duration::from_secs(2));
                if is_over.load(Ordering::Relaxed) {
                    return true;
                }
                let _ = hand.write_all(b"b");
            }
            false
        });
        let ending = Ending(&is_over);
        let answer = wire::read_answer(&mut BufReader::new(&stream)).expect("an answer");
        drop(ending);
        dripping.thread().unpark();
        assert_eq!((answer.status, answer.error().as_str()), (408, "invalid_request"));
        assert!(wire::read_rest(&mut stream.try_clone().expect("a clone")).is_empty());
        dripping.join().expect("a hand")
    })
}

fn slow_bodies_are_cut(engine: Engine) {
    // B06, B07, T32
    let house = House::start(engine);
    drip(&house, 0);
    assert!(drip(&house, 5), "ten seconds of dripping were heard to their end");
}

#[test]
fn a_body_that_stalls_or_drips_is_cut_on_sqlite() {
    slow_bodies_are_cut(Engine::Sqlite);
}

#[test]
fn a_body_that_stalls_or_drips_is_cut_on_postgres() {
    slow_bodies_are_cut(Engine::Postgres);
}

fn too_many_wrong_secrets_are_slowed_down(engine: Engine) {
    // B36: the limit counts per client and address; a second address is not part of it.
    // B20: nor is an address that a stranger only names.
    let house = House::start_with(engine, &[]);
    let (id, secret) = house.admin();
    let ask = |secret: &str, from: [u8; 4], named: &str| {
        let request = Request::new("POST", PATH)
            .basic(&id, secret)
            .header("X-Forwarded-For", named)
            .header("X-Real-IP", named)
            .header("Forwarded", &format!("for={named}"));
        house.send_from(from, &request.form(&house.question()))
    };
    let refused = |number: usize| ask("wrong", [127, 0, 0, 1], &format!("198.51.100.{number}"));
    let refused: Vec<wire::Answer> = (0..25).map(refused).collect();
    let statuses: Vec<u16> = refused.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses.first(), Some(&401));
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
    assert!(refused[24].header("Retry-After").is_some());
    assert_eq!(ask(&secret, [127, 0, 0, 2], "127.0.0.1").status, 200);
    let premises = premises(&house.scratch, &house.kek, "https://issuer.example/oauth2");
    let records = premises.store.read(|reading| reading.list_audit(1, 1_000)).expect("records");
    assert!(records.iter().any(|record| record.body.contains("\"127.0.0.1\"")));
    assert!(!records.iter().any(|record| record.body.contains("198.51.100")));
}

#[test]
fn too_many_wrong_secrets_are_slowed_down_and_the_right_one_works_elsewhere_on_sqlite() {
    too_many_wrong_secrets_are_slowed_down(Engine::Sqlite);
}

#[test]
fn too_many_wrong_secrets_are_slowed_down_and_the_right_one_works_elsewhere_on_postgres() {
    too_many_wrong_secrets_are_slowed_down(Engine::Postgres);
}
