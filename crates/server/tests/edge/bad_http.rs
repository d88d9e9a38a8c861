//! Bad HTTP is refused in JSON, the connection is closed, and nothing behind it is run.

use crate::house::{Answer, House, quick};

const BAD: &[(&str, &str, u16)] = &[
    // (what, bytes, status)
    (
        "B05 a body over the limit",
        "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 17408\r\n\r\n",
        413,
    ),
    (
        "B05 chunks over the limit",
        "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4001\r\n",
        413,
    ),
    (
        "B08 TE and CL",
        "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    (
        "B08 two CL",
        "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
        400,
    ),
    ("B08 CL +3", "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: +3\r\n\r\nabc", 400),
    ("B08 CL -1", "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n", 400),
    (
        "B08 chunk size -1",
        "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
        400,
    ),
    ("B09 no Host", "GET /echo HTTP/1.1\r\nX: 1\r\n\r\n", 400),
    ("B09 two Hosts", "GET /echo HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n", 400),
    (
        "B17 Expect with a body over the limit",
        "POST /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 99999\r\n\r\n",
        413,
    ),
    (
        "B18 gzip",
        "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
        415,
    ),
    ("B19 HTTP/1.0", "GET /echo HTTP/1.0\r\nHost: h\r\n\r\n", 400),
    ("B19 HTTP/0.9", "GET /echo\r\n\r\n", 400),
    ("B19 another host", "GET http://evil/echo HTTP/1.1\r\nHost: h\r\n\r\n", 400),
    ("S79 CONNECT", "CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n", 400),
    ("S79 TRACE", "TRACE /echo HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", 405),
    ("TLS", "\x16\x03\x01\x02\x00\x01\x00\x01", 400),
    ("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
];

/// A refusal is small JSON, dressed like every answer, and echoes nothing.
pub(crate) fn check_refusal(what: &str, answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{what}: {answer:?}");
    assert!(answer.body.len() <= 1_024, "{what}");
    let json = answer.json();
    assert!(json["error"].is_string() && json["error_description"].is_string(), "{what}");
    for (name, value) in [
        ("content-type", "application/json;charset=UTF-8"),
        ("cache-control", "no-cache, no-store"),
        ("pragma", "no-cache"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{what}");
    }
    for absent in ["etag", "last-modified", "location", "access-control-allow-origin"] {
        assert_eq!(answer.header(absent), None, "{what}");
    }
}

#[test]
fn bad_http_is_refused_and_nothing_behind_it_is_run() {
    let house = House::open(quick());
    for (what, bytes, status) in BAD {
        let mut peer = house.peer();
        peer.say(bytes);
        peer.say("GET /echo HTTP/1.1\r\nHost: h\r\n\r\n");
        check_refusal(what, &peer.hear(), *status);
        let (rest, _) = peer.hear_end();
        assert_eq!(rest, 0, "{what}: something was answered behind the refusal");
    }
    assert_eq!(house.seen.all(), Vec::<String>::new());
}

#[test]
fn heads_over_the_limits_are_refused() {
    // B10, B11, B128, T35
    let house = House::open(quick());
    let head =
        |target: &str, fields: &str| format!("GET {target} HTTP/1.1\r\nHost: h\r\n{fields}\r\n");
    let cases = [
        ("B10 97 fields", head("/echo", &"X: 1\r\n".repeat(96)), 431),
        ("B10 128 KB field", head("/echo", &format!("X: {}\r\n", "x".repeat(128 * 1_024))), 431),
        ("T35 200 KB field", head("/echo", &format!("X: {}\r\n", "x".repeat(200 * 1_024))), 431),
        ("B11 16 KB target", head(&format!("/{}", "x".repeat(16 * 1_024)), ""), 414),
        ("T35 120 KB target", head(&format!("/{}", "x".repeat(120 * 1_024)), ""), 414),
        ("B128 100 KB query", head(&format!("/echo?a={}", "x".repeat(100 * 1_024)), ""), 414),
    ];
    for (what, bytes, status) in cases {
        check_refusal(what, &house.ask(bytes), status);
    }
    assert_eq!(house.seen.all(), Vec::<String>::new());
}

#[test]
fn a_chunk_extension_of_64_kilobytes_is_refused() {
    // B08
    let house = House::open(quick());
    let start = "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1;";
    check_refusal("B08", &house.ask(format!("{start}{}", "x".repeat(64 * 1_024))), 400);
}

#[test]
fn a_refused_peer_that_keeps_sending_still_gets_its_answer() {
    // B05: closing with unread bytes would reset the connection and lose the answer.
    let house = House::open(quick());
    let body = "x".repeat(100 * 1_024);
    let head = format!("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: {}\r\n\r\n", body.len());
    for _ in 0..20 {
        check_refusal("B05", &house.ask(format!("{head}{body}")), 413);
    }
}
