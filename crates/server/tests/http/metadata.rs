//! The metadata document: in its places, from the configured issuer, and nothing but what
//! works.

use std::io::{BufReader, Write};

use crate::house::{Engine, House};
use crate::wire::{self, Request};

fn the_document_names_the_configured_issuer(engine: Engine) {
    // B130, S60, S61
    let house = House::start(engine);
    for place in [
        "/oauth2/.well-known/openid-configuration",
        "/oauth2/.well-known/oauth-authorization-server",
        "/.well-known/oauth-authorization-server/oauth2",
    ] {
        let answer =
            Request::new("GET", place).header("X-Forwarded-Host", "evil").send(house.address);
        assert_eq!(answer.status, 200, "{place}");
        let document = answer.json();
        assert_eq!(document["issuer"], "https://issuer.example/oauth2");
        assert_eq!(document["token_endpoint"], "https://issuer.example/oauth2/token");
        assert_eq!(
            document["grant_types_supported"],
            serde_json::json!([crate::house::TOKEN_INFO])
        );
        // Whatever name the asker has for this host.
        let head = format!("GET {place} HTTP/1.1\r\nHost: evil\r\nConnection: close\r\n\r\n");
        let misled = wire::send_raw(house.address, head.as_bytes());
        assert_eq!((misled.status, misled.body), (200, answer.body), "{place}");
    }
}

#[test]
fn the_document_stands_in_all_places_and_names_the_configured_issuer_on_sqlite() {
    the_document_names_the_configured_issuer(Engine::Sqlite);
}

#[test]
fn the_document_stands_in_all_places_and_names_the_configured_issuer_on_postgres() {
    the_document_names_the_configured_issuer(Engine::Postgres);
}

/// The places of what can only be read.
const DOCUMENTS: [&str; 3] = [
    "/oauth2/certs",
    "/oauth2/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server/oauth2",
];

#[test]
fn a_document_answers_head_like_get_without_the_body() {
    // S79; the second answer on the connection shows that nothing of a body was sent.
    let house = House::start(Engine::Sqlite);
    for place in DOCUMENTS {
        let got = Request::new("GET", place).send(house.address);
        let mut stream = wire::connect(house.address);
        let asked = format!(
            "HEAD {place} HTTP/1.1\r\nHost: h\r\n\r\n\
             GET {place} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(asked.as_bytes()).expect("the requests are taken");
        let mut reader = BufReader::new(stream);
        let (status, headers) = wire::read_head(&mut reader).expect("a head");
        let length = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        let length = length.expect("a length").1.parse();
        assert_eq!((status, length), (200, Ok(got.body.len())), "{place}");
        let next = wire::read_answer(&mut reader).expect("the next answer");
        assert_eq!((next.status, next.body), (200, got.body), "{place}");
    }
}

#[test]
fn a_document_refuses_every_other_method_and_says_which_it_takes() {
    // S79
    let house = House::start(Engine::Sqlite);
    for place in DOCUMENTS {
        for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"] {
            let answer = Request::new(method, place).send(house.address);
            assert_eq!(answer.status, 405, "{method} {place}");
            assert_eq!(answer.header("Allow"), Some("GET, HEAD"), "{method} {place}");
            assert_eq!(answer.error(), "invalid_request");
        }
    }
}

#[test]
fn paths_that_only_look_like_it_are_not_found() {
    // B131
    let house = House::start(Engine::Sqlite);
    for path in ["/.well-known/..%2f", "//", "/oauth2/.well-known/openid-configuration/", "/"] {
        let answer = Request::new("GET", path).send(house.address);
        assert_eq!((answer.status, answer.error().as_str()), (404, "invalid_request"), "{path}");
    }
}

#[test]
fn known_grants_that_are_not_served_are_unsupported() {
    let house = House::start(Engine::Sqlite);
    for grant in ["authorization_code", "refresh_token", "client_credentials", "password"] {
        let answer = house.as_admin().form(&[("grant_type", grant)]).send(house.address);
        assert_eq!((answer.status, answer.error().as_str()), (400, "unsupported_grant_type"));
    }
}
