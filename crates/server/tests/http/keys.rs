//! The published keys over HTTP: public halves alone, cached correctly, and nothing that
//! stops verifying during a rotation.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use muster_crypto::{Algorithm, VerifyingKeys};
use muster_domain::Lifetime;
use serde_json::Value;

use crate::house::Engine;
use crate::issuing::{Office, Party, member};
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

/// What was given out during a load: each token, and how many rotations had begun by then.
type Given = Vec<(String, usize)>;

/// Asks for tokens until it is over. No request fails (T19).
fn load(office: &Office, web: &Party, (begun, over): (&AtomicUsize, &AtomicBool)) -> Given {
    let mut given = Vec::new();
    while !over.load(Ordering::SeqCst) {
        let request = web.request("token", &[("grant_type", "client_credentials")]);
        let token = member(&request.send(office.house.address), "access_token");
        given.push((token, begun.load(Ordering::SeqCst)));
    }
    given
}

fn kid(token: &str) -> String {
    let header = token.split('.').next().expect("a header");
    let header = data_encoding::BASE64URL_NOPAD.decode(header.as_bytes()).expect("base64");
    let header: Value = serde_json::from_slice(&header).expect("JSON");
    header["kid"].as_str().expect("a kid").to_owned()
}

/// Waits until the service, which is another process, signs with this key.
fn signs(web: &Party, wanted: &str) {
    let began = Instant::now();
    while kid(&member(&web.for_itself(&[]), "access_token")) != wanted {
        assert!(began.elapsed() < Duration::from_mins(1), "the service keeps its old key");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

fn nothing_stops_verifying_during_a_rotation(engine: Engine) {
    // S64, T19: four rotations under load, the last one to an algorithm of its own.
    let office = Office::open_with(engine, &[("MUSTER__KEYS__SIGNERS_SECONDS", "1")]);
    let web = office.web();
    let (begun, over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let first = member(&web.for_itself(&[]), "access_token");
    let mut kids = vec![kid(&first)];
    let mut sets = vec![certs(&office)];
    let given: Given = std::thread::scope(|scope| {
        let loads: Vec<_> =
            (0..3).map(|_| scope.spawn(|| load(&office, &web, (&begun, &over)))).collect();
        for algorithm in [None, None, None, Some(Algorithm::EdDsa)] {
            sets.push(certs(&office));
            begun.fetch_add(1, Ordering::SeqCst);
            let rotated = office.keeper.rotate_signing_key(algorithm, Lifetime::from_days(1));
            kids.push(rotated.expect("a rotation").current);
            signs(&web, &kids[kids.len() - 1]);
        }
        over.store(true, Ordering::SeqCst);
        loads.into_iter().flat_map(|load| load.join().expect("no request fails")).collect()
    });
    sets.push(certs(&office));
    let used: BTreeSet<String> = given.iter().map(|(token, _)| kid(token)).collect();
    assert_eq!(used, kids.iter().cloned().collect(), "each key signed during the load");
    let sets: Vec<VerifyingKeys> =
        sets.iter().map(|set| VerifyingKeys::of_jwk_set(&set.text()).expect("keys")).collect();
    for (token, begun) in &given {
        // The last key was not published before it signed: who meets it fetches again.
        let since = if kid(token) == kids[4] { sets.len() - 1 } else { *begun };
        for set in &sets[since..] {
            let claims = set.verified_claims(token, &["at+jwt"]).expect("a published key");
            assert_eq!(claims["sub"], "web");
        }
    }
    assert!(web.finds_active(&first));
}

#[test]
fn nothing_stops_verifying_during_a_rotation_on_sqlite() {
    nothing_stops_verifying_during_a_rotation(Engine::Sqlite);
}

#[test]
fn nothing_stops_verifying_during_a_rotation_on_postgres() {
    nothing_stops_verifying_during_a_rotation(Engine::Postgres);
}
