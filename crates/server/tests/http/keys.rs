//! The published keys over HTTP: public halves alone, cached correctly, and nothing that
//! stops verifying during a rotation.

use muster_crypto::{Algorithm, VerifyingKeys};
use muster_domain::Lifetime;
use serde_json::Value;

use crate::client_credentials::verified;
use crate::house::Engine;
use crate::issuing::{Office, member};
use crate::wire::{Answer, Request};

fn certs(office: &Office) -> Answer {
    Request::new("GET", "/oauth2/certs").send(office.house.address)
}

fn kids(answer: &Answer) -> Vec<String> {
    let keys = answer.json();
    let keys = keys["keys"].as_array().expect("keys").iter();
    keys.map(|key| key["kid"].as_str().expect("a kid").to_owned()).collect()
}

fn only_public_halves_are_published(engine: Engine) {
    // S64
    let office = Office::open(engine);
    let answer = certs(&office);
    assert_eq!((answer.status, answer.header("Access-Control-Allow-Origin")), (200, None));
    let mut kids = kids(&answer);
    let count = kids.len();
    kids.sort();
    kids.dedup();
    assert!(count >= 2 && kids.len() == count, "current and next, each with a name of its own");
    for key in answer.json()["keys"].as_array().expect("keys") {
        let members = key.as_object().expect("an object");
        for private in ["d", "p", "q", "dp", "dq", "qi", "k", "oth"] {
            assert!(!members.contains_key(private), "{private}");
        }
        assert_eq!((&key["use"], &key["alg"]), (&Value::from("sig"), &Value::from("ES256")));
    }
}

#[test]
fn only_public_halves_are_published_on_sqlite() {
    only_public_halves_are_published(Engine::Sqlite);
}

#[test]
fn only_public_halves_are_published_on_postgres() {
    only_public_halves_are_published(Engine::Postgres);
}

#[test]
fn who_has_the_keys_already_is_told_so() {
    // B132
    let office = Office::open(Engine::Sqlite);
    let answer = certs(&office);
    let tag = answer.header("ETag").expect("an ETag").to_owned();
    assert!(tag.starts_with('"') && tag.ends_with('"'), "a strong one");
    assert_eq!(answer.header("Cache-Control"), Some("public, max-age=300"));
    let ask = |method: &str, name: &str, value: &str| {
        let request = Request::new(method, "/oauth2/certs").header(name, value);
        request.send(office.house.address)
    };
    for known in [tag.clone(), format!("\"x\", {tag}"), format!("W/{tag}"), "*".to_owned()] {
        let unchanged = ask("GET", "If-None-Match", &known);
        assert_eq!((unchanged.status, unchanged.body.len()), (304, 0), "{known}");
        assert_eq!(unchanged.header("ETag"), Some(tag.as_str()));
        assert_eq!(unchanged.header("Cache-Control"), Some("public, max-age=300"));
    }
    assert_eq!(ask("GET", "If-None-Match", "\"other\"").body, answer.body);
    let ranged = ask("GET", "Range", "bytes=0-9");
    assert_eq!((ranged.status, ranged.body), (200, answer.body.clone()));
    office.keeper.rotate_signing_key(None, Lifetime::from_days(1)).expect("a rotation");
    let changed = ask("GET", "If-None-Match", &tag);
    assert_eq!(changed.status, 200);
    assert_ne!(changed.header("ETag"), Some(tag.as_str()));
}

fn nothing_stops_verifying_during_a_rotation(engine: Engine) {
    // S64: the old key stays published, and the service goes on issuing.
    let office = Office::open(engine);
    let web = office.web();
    let before = certs(&office);
    let old = member(&web.for_itself(&[]), "access_token");
    let day = Lifetime::from_days(1);
    for algorithm in [None, Some(Algorithm::EdDsa), Some(Algorithm::Rs256)] {
        office.keeper.rotate_signing_key(algorithm, day).expect("a rotation");
        let new = member(&web.for_itself(&[]), "access_token");
        for text in [&old, &new] {
            assert_eq!(verified(&office, "/oauth2", text, "at+jwt")["sub"], "web");
            assert!(web.finds_active(text));
        }
    }
    assert!(kids(&before).iter().all(|kid| kids(&certs(&office)).contains(kid)));
    // A verifier that fetched the keys before knows the one that signs next.
    let early = VerifyingKeys::of_jwk_set(&before.text()).expect("keys");
    let new = member(&web.for_itself(&[]), "access_token");
    assert!(early.verified_claims(&new, &["at+jwt"]).is_ok());
}

#[test]
fn nothing_stops_verifying_during_a_rotation_on_sqlite() {
    nothing_stops_verifying_during_a_rotation(Engine::Sqlite);
}

#[test]
fn nothing_stops_verifying_during_a_rotation_on_postgres() {
    nothing_stops_verifying_during_a_rotation(Engine::Postgres);
}
