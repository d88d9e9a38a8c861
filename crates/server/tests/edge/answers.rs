//! Good requests, and what every answer has.

use crate::bad_http::check_refusal;
use crate::house::{House, quick};
use crate::logs::metric;

#[test]
fn pipelined_requests_are_answered_in_order() {
    let house = House::open(quick());
    let mut peer = house.peer();
    peer.say("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
    peer.say("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc");
    peer.say("GET /echo?a=b HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    assert_eq!(peer.hear().body, "\"done\"");
    assert_eq!(peer.hear().json()["length"], 3);
    let last = peer.hear();
    assert_eq!(last.json()["query"], "a=b");
    assert_eq!(last.header("connection"), Some("close"));
    assert_eq!(peer.hear_end(), (0, true));
}

#[test]
fn chunks_and_absolute_targets_arrive_as_if_plain() {
    // B19
    let house = House::open(quick());
    let answer = house.ask(
        "POST http://h/echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n\
         2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n",
    );
    assert_eq!((answer.status, answer.json()["length"].as_u64()), (200, Some(5)));
}

#[test]
fn a_peer_that_expects_to_be_told_is_told_to_go_on() {
    let house = House::open(quick());
    let mut peer = house.peer();
    peer.say("POST /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    assert_eq!(peer.hear_head().as_deref(), Some("HTTP/1.1 100 Continue\r\n\r\n"));
    peer.say("abc");
    assert_eq!(peer.hear().json()["length"], 3);
}

#[test]
fn the_body_of_a_get_does_no_harm() {
    // B128
    let house = House::open(quick());
    let mut peer = house.peer();
    peer.say("GET /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc");
    assert_eq!(peer.hear().status, 200);
    peer.say("GET /echo HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!(peer.hear().status, 200);
}

#[test]
fn what_is_not_there_is_refused_in_json() {
    let house = House::open(quick());
    check_refusal("path", &house.ask("GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n"), 404);
    let answer = house.ask("DELETE /echo HTTP/1.1\r\nHost: h\r\n\r\n");
    check_refusal("method", &answer, 405);
    assert!(answer.header("allow").is_some_and(|allow| allow.contains("POST")), "{answer:?}");
}

#[test]
fn a_panic_is_answered_and_the_connection_goes_on() {
    // T13, F31
    let house = House::open(quick());
    let mut peer = house.peer();
    let before = metric("muster_panics_total");
    for path in ["/panic", "/blocking-panic"] {
        peer.say(format!("GET {path} HTTP/1.1\r\nHost: h\r\n\r\n"));
        let answer = peer.hear();
        check_refusal("panic", &answer, 500);
        assert_eq!(answer.json()["error"], "server_error");
    }
    assert!(metric("muster_panics_total") >= before + 2.0);
    peer.say("GET /echo HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!(peer.hear().status, 200);
}

const FORWARDED: &str = "GET /facts HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 198.51.100.9\r\n\
                         X-Real-IP: 198.51.100.9\r\nForwarded: for=198.51.100.9\r\n\
                         X-Request-Id: theirs\r\n\r\n";

#[test]
fn a_strangers_word_about_addresses_and_names_is_ignored() {
    // B20
    let facts = House::open(quick()).ask(FORWARDED).json();
    assert_eq!(facts["client"], "127.0.0.1");
    let id = facts["id"].as_str().unwrap();
    assert!(id.starts_with("00000000-0000-7"), "{id}");
}

#[test]
fn a_trusted_proxys_word_counts() {
    // B20
    let facts = House::behind(quick(), &["127.0.0.0/8"]).ask(FORWARDED).json();
    assert_eq!(facts["client"], "198.51.100.9");
    assert_eq!(facts["id"], "theirs");
}
