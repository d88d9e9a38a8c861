//! The token-information grant over HTTP: who gets what, headers, the promises of the stream.

use std::io::{BufReader, Read, Write};

use muster_domain::{Clock, Lifetime, TokenKind, UserId};
use muster_flows::Sprout;
use muster_server::clock::SystemClock;

use crate::house::{Engine, House, PATH, TOKEN_INFO, premises};
use crate::planting::tools;
use crate::records::records_with;
use crate::wire::{self, Request, form};

const DAY: Lifetime = Lifetime::from_days(1);

fn clients_listed(house: &House, (id, secret): (String, String), token: &str) -> Vec<String> {
    let question = [("grant_type", TOKEN_INFO), ("access_token", token)];
    let request = Request::new("POST", PATH).basic(&id, &secret).form(&question);
    let answer = request.send(house.address);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let listing = answer.json();
    let clients = listing["clients"].as_array().expect("clients");
    clients.iter().map(|client| client["client_id"].as_str().unwrap().to_owned()).collect()
}

fn everybody_sees_what_they_may(engine: Engine) {
    // I02, I03
    let house = House::start(engine);
    let tokens = &house.tokens;
    assert_eq!(clients_listed(&house, house.admin(), &tokens.alice_access), ["portal"]);
    let privileged = tokens.privileged.clone();
    assert_eq!(clients_listed(&house, privileged, &tokens.foreign_access), ["other", "portal"]);
}

#[test]
fn an_admin_lists_its_own_clients_and_a_privileged_one_every_client_on_sqlite() {
    everybody_sees_what_they_may(Engine::Sqlite);
}

#[test]
fn an_admin_lists_its_own_clients_and_a_privileged_one_every_client_on_postgres() {
    everybody_sees_what_they_may(Engine::Postgres);
}

#[test]
fn get_and_post_give_the_same_bytes_and_the_headers_of_the_contract() {
    // S71, S73
    let house = House::start(Engine::Sqlite);
    let (id, secret) = house.admin();
    let posted = house.as_admin().form(&house.question()).send(house.address);
    let target = format!("{}?{}", PATH, form(&house.question()));
    let got = Request::new("GET", &target).basic(&id, &secret).send(house.address);
    assert_eq!((posted.status, &posted.body), (200, &got.body));
    for (name, value) in [
        ("Content-Type", "application/json;charset=UTF-8"),
        ("Cache-Control", "no-cache, no-store"),
        ("Pragma", "no-cache"),
        ("Referrer-Policy", "no-referrer"),
        ("X-Content-Type-Options", "nosniff"),
    ] {
        assert_eq!(got.header(name), Some(value), "{name}");
    }
    for name in ["ETag", "Last-Modified", "Location", "Access-Control-Allow-Origin"] {
        assert_eq!(got.header(name), None, "{name}");
    }
}

#[test]
fn get_can_be_switched_off() {
    // S74
    let house = House::start_with(Engine::Sqlite, &[("MUSTER__TOKEN_INFO__ALLOW_GET", "false")]);
    let (id, secret) = house.admin();
    let target = format!("{}?{}", PATH, form(&house.question()));
    let answer = Request::new("GET", &target).basic(&id, &secret).send(house.address);
    assert_eq!((answer.status, answer.header("Allow")), (405, Some("POST")));
    // Nor is it named to anybody who asks otherwise, or for something else (S01).
    for method in ["GET", "PUT", "DELETE", "HEAD", "OPTIONS"] {
        let answer = Request::new(method, PATH).send(house.address);
        assert_eq!((answer.status, answer.header("Allow")), (405, Some("POST")), "{method}");
    }
}

fn clients_list_their_own(engine: Engine) {
    // B125
    let settings = [("MUSTER__TOKEN_INFO__CLIENTS_MAY_LIST_OWN", "true")];
    let house = House::start_with(engine, &settings);
    assert_eq!(clients_listed(&house, house.client(), &house.tokens.alice_access), ["portal"]);
}

#[test]
fn clients_list_their_own_tokens_where_the_keeper_lets_them_on_sqlite() {
    clients_list_their_own(Engine::Sqlite);
}

#[test]
fn clients_list_their_own_tokens_where_the_keeper_lets_them_on_postgres() {
    clients_list_their_own(Engine::Postgres);
}

#[test]
fn ended_texts_are_not_shown_where_the_keeper_redacts_them() {
    // D10
    let settings = [("MUSTER__TOKEN_INFO__ENDED_TOKENS", "redact")];
    let house = House::start_with(Engine::Sqlite, &settings);
    let text = house.as_admin().form(&house.question()).send(house.address).text();
    assert!(text.contains(&house.tokens.alice_access));
    assert!(!text.contains(&house.tokens.revoked_access));
    assert!(text.contains("\"token\":null"));
}

fn listing_too_often_is_refused(engine: Engine) {
    // B129
    let settings = [("MUSTER__TOKEN_INFO__PER_ADMIN_PER_MINUTE", "3")];
    let house = House::start_with(engine, &settings);
    let request = house.as_admin().form(&house.question());
    let statuses: Vec<u16> = (0..5).map(|_| request.send(house.address).status).collect();
    assert_eq!(statuses, [200, 200, 200, 429, 429]);
    assert!(request.send(house.address).header("Retry-After").is_some());
}

#[test]
fn an_admin_that_lists_too_often_is_told_to_come_back_on_sqlite() {
    listing_too_often_is_refused(Engine::Sqlite);
}

#[test]
fn an_admin_that_lists_too_often_is_told_to_come_back_on_postgres() {
    listing_too_often_is_refused(Engine::Postgres);
}

/// A user with this many tokens at the portal; the text of one of them.
fn crowd(house: &House, count: usize) -> String {
    let premises = premises(&house.scratch, &house.kek, "https://issuer.example/oauth2");
    let (keeper, seed) = tools(&premises);
    let portal = keeper.find_client("portal").expect("portal");
    let user = seed.user(&UserId::new("crowd").unwrap()).expect("a user");
    let now = SystemClock.now();
    let mut first = String::new();
    for _ in 0..count / 500 {
        let flow = seed.flow(&portal, Some(&user), now).expect("a flow");
        let pairs: Vec<Vec<Sprout>> = (0..250)
            .map(|at| {
                let at = now.plus(Lifetime::from_millis(at));
                [TokenKind::Access, TokenKind::Refresh]
                    .map(|kind| Sprout::live(kind, at, DAY))
                    .to_vec()
            })
            .collect();
        let planted = seed.elements(&flow, &pairs).expect("pairs");
        first.clone_from(&planted[0].text);
    }
    first
}

#[test]
fn a_third_listing_is_turned_away_while_two_stalled_readers_hold_the_places() {
    // F19, T33
    let settings = [
        ("MUSTER__TOKEN_INFO__LISTINGS_AT_ONCE", "2"),
        ("MUSTER__TOKEN_INFO__LISTINGS_WAITING", "0"),
    ];
    let house = House::start_with(Engine::Sqlite, &settings);
    let token = crowd(&house, 60_000);
    let question = [("grant_type", TOKEN_INFO), ("access_token", token.as_str())];
    let request = house.as_admin().form(&question);
    let stalled: Vec<_> = (0..2)
        .map(|_| {
            let mut stream = wire::connect(house.address);
            stream.write_all(&request.bytes(house.address)).expect("the request is taken");
            let mut reader = BufReader::with_capacity(64, stream);
            let mut some = [0; 64];
            reader.read_exact(&mut some).expect("the listing begins");
            reader
        })
        .collect();
    let answer = request.send(house.address);
    assert_eq!((answer.status, answer.error().as_str()), (503, "temporarily_unavailable"));
    assert!(answer.header("Retry-After").is_some());
    drop(stalled);
}

#[test]
fn each_listing_leaves_its_records_and_no_token_stands_in_them() {
    // I23
    let house = House::start(Engine::Sqlite);
    house.as_admin().form(&house.question()).send(house.address);
    let premises = premises(&house.scratch, &house.kek, "https://issuer.example/oauth2");
    let records = records_with(&house, "token_info_finished", "");
    let of = |event: &str| records.iter().filter(|record| record.event == event).count();
    assert_eq!((of("token_info_listed"), of("token_info_finished")), (1, 1));
    for record in &records {
        assert!(!record.body.contains(&house.tokens.alice_access), "{}", record.body);
        assert!(!record.body.contains("alice"), "{}", record.body);
    }
    let verified = muster_audit::verify_store(&*premises.store, &premises.keys).expect("a walk");
    assert!(verified.is_ok(), "{verified:?}");
}
