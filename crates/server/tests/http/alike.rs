//! Refusals cost the same work whoever they name, so that neither answer nor time tells what
//! exists (T18, B33, D3). Whether the times are really alike, a command measures
//! (`MUSTER_TEST_TIMING=1000 cargo xtask test -- -p muster-server --test http timing`).

use std::time::{Duration, Instant};

use muster_admin::Proof;
use muster_crypto::{Algorithm, PrivateKey};
use muster_domain::PartyStatus;

use crate::authentication;
use crate::house::Engine;
use crate::issuing::{Office, public, registration};
use crate::robot::{ASSERTION_TYPE, Robot};
use crate::wire::{Answer, Request, base64};

/// `right` by SHA-1, as OA4MP keeps it.
const RIGHT_SHA1: &str = "d27a1f11771200949714b1af99f048a416f5d6f4";

/// Shorter than anybody waits for the hashing thread.
const WAIT: Duration = Duration::from_millis(240);

/// How many secrets the service has hashed so far.
fn hashed(office: &Office) -> u64 {
    let metrics = Request::new("GET", "/metrics").send(office.house.management).text();
    let line = metrics.lines().find_map(|line| line.strip_prefix("muster_secrets_hashed_total "));
    line.expect("the metric").parse().expect("a number")
}

/// The answer, and how many secrets it took. Who waited for the hashing thread in vain, as on a
/// busy machine may happen, is asked again: what is left over is counted with somebody else.
fn cost(office: &Office, request: &Request) -> (Answer, u64) {
    let asked = |request: &Request| {
        let (before, began) = (hashed(office), Instant::now());
        let answer = request.send(office.house.address);
        let was_quick = answer.status != 503 && began.elapsed() < WAIT;
        was_quick.then(|| (answer, hashed(office) - before))
    };
    loop {
        if let Some(told) = asked(request) {
            return told;
        }
        while asked(&by_header("somebody", "else")).is_none() {
            std::thread::park_timeout(WAIT);
        }
    }
}

/// Everybody who may not come in, with a secret that is theirs, if they have one.
pub(crate) fn outsiders(office: &Office) -> Vec<(String, String)> {
    let web = office.web();
    office.app();
    authentication::register(&office.house, "imported", |keys| keys.store_imported(RIGHT_SHA1));
    authentication::register(&office.house, "chosen", |keys| keys.store_imported(RIGHT_SHA1));
    // Its first right secret makes a slow hash of it.
    let chosen = Request::new("POST", "/oauth2/token").basic("chosen", "right");
    let chosen = chosen.form(&office.house.question()).send(office.house.address);
    assert_eq!(chosen.status, 200, "{}", chosen.text());
    let mut all = vec![
        (web.id, "not-its-secret".to_owned()),
        ("imported".to_owned(), "not-its-secret".to_owned()),
        ("chosen".to_owned(), "not-its-secret".to_owned()),
        // A secret where none is registered.
        ("app".to_owned(), "any-secret".to_owned()),
        office.house.keyed_client(),
        // A right secret that does not help.
        office.house.deserted_client(),
    ];
    all.extend(office.house.outcast_admins());
    for status in
        [PartyStatus::Pending, PartyStatus::Suspended, PartyStatus::Denied, PartyStatus::Revoked]
    {
        let outcast = office.register(&format!("client-{status}"), registration());
        office.keeper.set_client_status(&outcast.id, status).expect("a status");
        all.push((outcast.id, outcast.secret));
    }
    all
}

/// A question under a header made of exactly this pair.
pub(crate) fn by_header(id: &str, secret: &str) -> Request {
    let pair = base64(format!("{id}:{secret}").as_bytes());
    Request::new("POST", "/oauth2/token")
        .header("Authorization", &format!("Basic {pair}"))
        .form(&[("grant_type", "client_credentials")])
}

fn by_body(id: &str, secret: &str) -> Request {
    let pairs = [("grant_type", "client_credentials"), ("client_id", id)];
    Request::new("POST", "/oauth2/token").form(&[pairs[0], pairs[1], ("client_secret", secret)])
}

fn by_name(id: &str) -> Request {
    let pairs = [("grant_type", "client_credentials"), ("client_id", id)];
    Request::new("POST", "/oauth2/token").form(&pairs)
}

#[test]
fn t18_everybodys_failure_costs_the_same_hashes_and_gives_the_same_answer() {
    let office = Office::open(Engine::Sqlite);
    let outsiders = outsiders(&office);
    // With one reading, two, and four (D8); none; and one that is too long (B28).
    let shapes = ["plain", "a+b", "%41+b:c%42", "", &"s".repeat(600)];
    let nobodys = |request: &Request| {
        let (answer, hashes) = cost(&office, request);
        assert_eq!(answer.status, 401);
        assert!((1..=2).contains(&hashes), "{hashes}");
        (answer.body, hashes)
    };
    for secret in shapes {
        let nobodys = nobodys(&by_header("nobody", secret));
        for (id, _) in &outsiders {
            let (answer, hashes) = cost(&office, &by_header(id, secret));
            assert_eq!((answer.body, hashes), nobodys, "{id}, whose secret is {secret:.9}");
        }
    }
    // Their own secret, which some of them know.
    let (header, body) = (nobodys(&by_header("nobody", "x")), nobodys(&by_body("nobody", "x")));
    for (id, secret) in &outsiders {
        for (request, nobodys) in [(by_header(id, secret), &header), (by_body(id, secret), &body)] {
            let (answer, hashes) = cost(&office, &request);
            assert_eq!((&answer.body, hashes), (&nobodys.0, nobodys.1), "{id}");
        }
    }
}

#[test]
fn t18_a_name_alone_costs_the_same_whoever_has_it() {
    let office = Office::open(Engine::Sqlite);
    let suspended = office.app();
    office.keeper.set_client_status(&suspended.id, PartyStatus::Suspended).expect("a status");
    let web = office.web();
    let (nobody, dummies) = cost(&office, &by_name("nobody"));
    assert_eq!((nobody.status, dummies), (401, 1));
    for id in [&suspended.id, &web.id, &office.house.keyed_client().0, &office.house.admin().0] {
        let (answer, hashes) = cost(&office, &by_name(id));
        assert_eq!((&answer.body, hashes), (&nobody.body, 1), "{id}");
    }
}

#[test]
fn t18_an_assertion_that_fails_costs_no_hash_whoever_it_names() {
    let office = Office::open(Engine::Sqlite);
    let key = PrivateKey::generate(Algorithm::Es256).expect("a key");
    let jwks = format!("{{\"keys\":[{}]}}", key.public_jwk());
    office.register_with("signs", registration(), Proof::KeySet(jwks));
    office.web();
    office.register_with("app", public(), Proof::Nothing);
    let mut told = Vec::new();
    for id in ["nobody", "signs", "web", "app"] {
        let stranger = Robot {
            id: id.to_owned(),
            key: PrivateKey::generate(Algorithm::Es256).expect("a key"),
        };
        let assertion = stranger.signed("JWT", &stranger.claims("a"));
        let request = Request::new("POST", "/oauth2/token").form(&[
            ("grant_type", "client_credentials"),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", &assertion),
        ]);
        let (answer, hashes) = cost(&office, &request);
        told.push((answer.status, answer.body, hashes));
    }
    assert_eq!((told[0].0, told[0].2), (401, 0));
    assert!(told.iter().all(|one| *one == told[0]), "{told:?}");
}
