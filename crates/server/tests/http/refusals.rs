//! Refusals that are stories of their own: the same bytes for every reason, bodies that
//! never end, hands that knock too often.

use std::io::{BufReader, Write};
use std::time::{Duration, Instant};

use crate::house::{Engine, House, PATH, TOKEN_INFO};
use crate::wire::{self, Request};

#[test]
fn every_reason_for_invalid_grant_gives_the_same_bytes() {
    // B116, B117
    let house = House::start(Engine::Sqlite);
    let ask = |text: &str| {
        let question = [("grant_type", TOKEN_INFO), ("access_token", text)];
        house.as_admin().form(&question).send(house.address)
    };
    let unknown = ask("no-such-token");
    let tokens = &house.tokens;
    for text in [&tokens.foreign_access, &tokens.expired_access, &tokens.revoked_access] {
        let other = ask(text);
        assert_eq!((other.status, &other.body), (unknown.status, &unknown.body));
    }
}

#[test]
fn every_reason_for_invalid_client_gives_the_same_bytes() {
    // B33, B107, B108, D3
    let house = House::start(Engine::Sqlite);
    let ask = |id: &str, secret: &str| {
        let request = Request::new("POST", PATH).basic(id, secret);
        request.form(&house.question()).send(house.address)
    };
    let unknown = ask("nobody", "x");
    let (id, _) = house.admin();
    assert_eq!(ask(&id, "wrong").body, unknown.body);
    for (id, secret) in house.outcast_admins() {
        assert_eq!(ask(&id, &secret).body, unknown.body, "{id}");
    }
}

#[test]
fn a_disabled_users_tokens_are_listed_and_none_is_valid() {
    // B119
    let house = House::start(Engine::Sqlite);
    let question =
        [("grant_type", TOKEN_INFO), ("access_token", house.tokens.disabled_access.as_str())];
    let answer = house.as_admin().form(&question).send(house.address);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let text = answer.text();
    assert!(text.contains("\"is_valid\":false") && !text.contains("\"is_valid\":true"), "{text}");
}

#[test]
fn other_methods_are_refused_with_allow() {
    // B128, S01
    let house = House::start(Engine::Sqlite);
    for method in ["PUT", "DELETE", "PATCH", "HEAD"] {
        let answer = Request::new(method, PATH).send(house.address);
        assert_eq!(answer.status, 405, "{method}");
        assert!(answer.header("Allow").is_some_and(|allow| allow.contains("POST")), "{method}");
    }
}

#[test]
fn a_get_with_a_huge_query_is_refused() {
    // B11, B128
    let house = House::start(Engine::Sqlite);
    let target = format!("{}?a={}", PATH, "x".repeat(100 * 1024));
    assert_eq!(Request::new("GET", &target).send(house.address).status, 414);
}

#[test]
fn the_second_request_behind_a_malformed_one_is_never_run() {
    // B08, B09
    let house = House::start(Engine::Sqlite);
    let good = house.as_admin().form(&house.question()).bytes(house.address);
    let path = PATH;
    let heads = [
        format!(
            "POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        ),
        format!(
            "POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcd"
        ),
        format!("POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc"),
        format!("POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"),
        format!("POST {path} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n"),
        format!("POST {path} HTTP/1.1\r\n\r\n"),
        format!("POST {path} HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
    ];
    for head in heads {
        let mut stream = wire::connect(house.address);
        let _ = stream.write_all(head.as_bytes());
        let _ = stream.write_all(&good);
        let mut reader = BufReader::new(stream);
        let answer = wire::read_answer(&mut reader).expect("an answer");
        assert_eq!(answer.status, 400, "{head:?}");
        let second = wire::read_answer(&mut reader);
        assert!(second.is_none(), "{head:?} let {second:?} through");
    }
}

#[test]
fn a_stalled_body_is_cut_within_ten_seconds() {
    // B06, B07, T32
    let house = House::start(Engine::Sqlite);
    let head = format!(
        "POST {PATH} HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 500\r\n\r\nabc"
    );
    let began = Instant::now();
    let mut stream = wire::connect(house.address);
    stream.write_all(head.as_bytes()).expect("the head is taken");
    let answer = wire::read_answer(&mut BufReader::new(stream.try_clone().expect("a clone")));
    let rest = wire::read_rest(&mut stream);
    assert!(rest.is_empty(), "the connection went on");
    assert!(answer.is_none_or(|answer| answer.status == 408), "something else was answered");
    assert!(began.elapsed() < Duration::from_secs(12), "{:?}", began.elapsed());
}

#[test]
fn too_many_wrong_secrets_are_slowed_down_and_the_right_one_still_works_elsewhere() {
    // B36: the limit counts per client and address; a second address is not part of it.
    let house = House::start_with(Engine::Sqlite, &[]);
    let (id, secret) = house.admin();
    let ask = |secret: &str, from: [u8; 4]| {
        let request = Request::new("POST", PATH).basic(&id, secret);
        house.send_from(from, &request.form(&house.question()))
    };
    let refused: Vec<u16> = (0..25).map(|_| ask("wrong", [127, 0, 0, 1]).status).collect();
    assert_eq!(refused.first(), Some(&401));
    assert_eq!(refused.last(), Some(&429), "{refused:?}");
    assert_eq!(ask(&secret, [127, 0, 0, 2]).status, 200);
}
