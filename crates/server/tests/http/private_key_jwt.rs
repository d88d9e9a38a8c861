//! `private_key_jwt` (RFC 7523) over HTTP: what an assertion must say, and that it counts
//! once.
//!
//! Every wrong assertion differs from a good one in one thing and is signed by the
//! registered key, so that nothing but the check at hand can refuse it.

use std::sync::Barrier;

use muster_crypto::{Algorithm, PrivateKey};
use muster_domain::PartyStatus;
use serde_json::{Value, json};

use crate::house::{Engine, House, premises};
use crate::planting::tools;
use crate::robot::{
    ASSERTION_TYPE, ENDPOINT, ISSUER, Robot, ask, assert_refused, assert_still_answered, beginning,
    now,
};
use crate::wire::Request;

fn an_assertion_counts_once(engine: Engine) {
    // B93, V24
    let mut house = House::start(engine);
    let robot = Robot::new(&house, "robot");
    let assertion = robot.signed("JWT", &robot.claims("once"));
    let answer = ask(&house, &assertion);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json()["clients"][0]["client_id"], "portal");
    assert_refused(&house, "replayed", &assertion);
    let again = robot.signed("client-authentication+jwt", &robot.claims("once"));
    assert_refused(&house, "the same jti in another assertion", &again);
    house.restart();
    assert_refused(&house, "replayed after a restart", &assertion);
    assert_still_answered(&house, &robot, "twice");
}

#[test]
fn an_assertion_counts_once_even_over_a_restart_on_sqlite() {
    an_assertion_counts_once(Engine::Sqlite);
}

#[test]
fn an_assertion_counts_once_even_over_a_restart_on_postgres() {
    an_assertion_counts_once(Engine::Postgres);
}

fn of_64_uses_one_counts(engine: Engine) {
    // B93
    let house = House::start(engine);
    let robot = Robot::new(&house, "robot");
    let assertion = robot.signed("JWT", &robot.claims("race"));
    let together = Barrier::new(64);
    let mut statuses: Vec<u16> = std::thread::scope(|scope| {
        let askers: Vec<_> = (0..64)
            .map(|_| {
                scope.spawn(|| {
                    together.wait();
                    ask(&house, &assertion).status
                })
            })
            .collect();
        askers.into_iter().map(|asker| asker.join().expect("an answer")).collect()
    });
    statuses.sort_unstable();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    // A full house may turn some away; it lets none of them in.
    assert!(statuses.iter().all(|status| [200, 401, 503].contains(status)), "{statuses:?}");
    assert_still_answered(&house, &robot, "after");
}

#[test]
fn of_64_uses_of_an_assertion_at_once_exactly_one_counts_on_sqlite() {
    of_64_uses_one_counts(Engine::Sqlite);
}

#[test]
fn of_64_uses_of_an_assertion_at_once_exactly_one_counts_on_postgres() {
    of_64_uses_one_counts(Engine::Postgres);
}

fn an_assertion_that_says_one_wrong_thing_is_refused(engine: Engine) {
    let house = House::start(engine);
    let robot = Robot::new(&house, "robot");
    Robot::new(&house, "other-robot");
    let endpoint = format!("{ISSUER}/token");
    let wrong = [
        ("B89", "exp", json!(null)),
        ("B90", "exp", json!("tomorrow")),
        ("B90", "exp", json!((now() + 60).to_string())),
        ("B90", "exp", json!(-1)),
        ("B90", "exp", json!(1e300)),
        ("B90", "exp", json!(1e19)),
        ("B90", "exp", json!(true)),
        ("B90", "exp", json!(9_404_064_000_000_i64)),
        ("B90, V35", "nbf", json!("tomorrow")),
        ("B90, V40", "nbf", json!(1e13)),
        ("B90", "nbf", json!(now() + 61)),
        ("B90, V40", "iat", json!(1e13)),
        ("B90", "iat", json!("now")),
        ("expired", "exp", json!(now() - 1)),
        ("B94, V18", "exp", json!(now() + 10 * 365 * 86_400)),
        ("B95", "iat", json!(now() + 61)),
        ("B95", "iat", json!(now() - 86_400)),
        ("B91", "aud", json!(null)),
        ("B91", "aud", json!([])),
        ("B91, V52", "aud", json!([ISSUER])),
        ("B91, V52", "aud", json!([ISSUER, "https://elsewhere.example"])),
        ("B91", "aud", json!(endpoint)),
        ("B91, V52", "aud", json!("https://elsewhere.example")),
        ("B91", "aud", json!({"is": ISSUER})),
        ("B91", "aud", json!(1)),
        ("B92", "iss", json!(null)),
        ("B92", "iss", json!("other-robot")),
        ("B92", "sub", json!(null)),
        ("B92", "sub", json!("other-robot")),
        ("B92", "sub", json!("nobody")),
        ("B93", "jti", json!(null)),
        ("B93", "jti", json!("")),
        ("B93", "jti", json!("x".repeat(4_000))),
        ("B93", "jti", json!(1)),
    ];
    for (number, (id, name, value)) in wrong.into_iter().enumerate() {
        let what = format!("{id}: {name} {value}");
        let claims = robot.claims_but(&format!("wrong-{number}"), name, value);
        assert_refused(&house, &what, &robot.signed("JWT", &claims));
    }
    assert_still_answered(&house, &robot, "good");
}

fn an_assertion_at_the_edge_of_what_is_taken_is_taken(engine: Engine) {
    // B90, B95: fractions are floored, clocks may differ by ten seconds.
    let house = House::start(engine);
    let robot = Robot::new(&house, "robot");
    let soon = f64::from(i32::try_from(now() + 60).expect("before 2038")) + 0.5;
    let edges = [
        ("exp", json!(soon)),
        ("exp", json!(now() + 299)),
        ("iat", json!(now() + 10)),
        ("iat", json!(null)),
        ("nbf", json!(now() + 10)),
        ("jti", json!("x".repeat(256))),
    ];
    for (number, (name, value)) in edges.into_iter().enumerate() {
        let what = format!("{name} {value}");
        let claims = robot.claims_but(&format!("edge-{number}"), name, value);
        let answer = ask(&house, &robot.signed("JWT", &claims));
        assert_eq!(answer.status, 200, "{}: {}", beginning(&what), answer.text());
    }
}

fn another_kind_of_jwt_is_no_assertion(engine: Engine) {
    // B96, S55
    let house = House::start(engine);
    let robot = Robot::new(&house, "robot");
    for typ in ["at+jwt", "logout+jwt", "dpop+jwt", "", "jwt "] {
        assert_refused(&house, typ, &robot.signed(typ, &robot.claims(typ)));
    }
    assert_still_answered(&house, &robot, "good");
}

fn only_the_registered_key_under_its_own_name_and_algorithm_verifies(engine: Engine) {
    // B85, B87, V7
    let house = House::start(engine);
    let renamed = |mut jwk: Value| {
        jwk["kid"] = json!("another-name");
        jwk
    };
    let robot = Robot::registered(&house, "renamed", Algorithm::Es256, renamed);
    assert_refused(&house, "an unknown kid", &robot.signed("JWT", &robot.claims("a")));
    let other_algorithm = |mut jwk: Value| {
        jwk["alg"] = json!("PS256");
        jwk
    };
    let robot = Robot::registered(&house, "rsa", Algorithm::Rs256, other_algorithm);
    assert_refused(&house, "RS256 for PS256", &robot.signed("JWT", &robot.claims("b")));
    let robot = Robot::new(&house, "robot");
    let stranger =
        Robot { id: robot.id.clone(), key: PrivateKey::generate(Algorithm::Es256).unwrap() };
    assert_refused(&house, "another key", &stranger.signed("JWT", &stranger.claims("c")));
    assert_still_answered(&house, &robot, "good");
}

fn an_assertion_beside_another_method_or_of_another_type_is_an_invalid_request(engine: Engine) {
    // B100, S03
    let house = House::start(engine);
    let robot = Robot::new(&house, "robot");
    let good = robot.signed("JWT", &robot.claims("good"));
    let (id, secret) = house.admin();
    let question = house.question();
    let with = |more: &[(&str, &str)]| {
        let pairs: Vec<(&str, &str)> = question.iter().chain(more).copied().collect();
        Request::new("POST", ENDPOINT).form(&pairs)
    };
    let (kind, assertion) =
        (("client_assertion_type", ASSERTION_TYPE), ("client_assertion", &*good));
    let saml = "urn:ietf:params:oauth:client-assertion-type:saml2-bearer";
    for (what, request) in [
        ("with Basic", with(&[kind, assertion]).basic(&id, &secret)),
        ("with a secret", with(&[kind, assertion, ("client_id", &id), ("client_secret", &secret)])),
        ("no assertion", with(&[kind])),
        ("no type", with(&[assertion])),
        ("another type", with(&[("client_assertion_type", saml), assertion])),
        ("twice", with(&[kind, assertion, assertion])),
    ] {
        let answer = request.send(house.address);
        assert_eq!((answer.status, &*answer.error()), (400, "invalid_request"), "{what}");
    }
    let other = with(&[kind, assertion, ("client_id", &id)]).send(house.address);
    assert_eq!((other.status, &*other.error()), (401, "invalid_client"));
    let same = with(&[kind, assertion, ("client_id", &robot.id)]).send(house.address);
    assert_eq!(same.status, 200, "{}", same.text());
}

fn an_assertion_of_somebody_with_a_secret_is_refused_like_one_of_nobody(engine: Engine) {
    // B33, D3: one body for all.
    let house = House::start(engine);
    let robot = Robot::new(&house, "robot");
    let (secretive, _) = house.admin();
    let [nobody, secretive] = ["nobody".to_owned(), secretive].map(|id| {
        let key = PrivateKey::generate(Algorithm::Es256).unwrap();
        let stranger = Robot { id, key };
        ask(&house, &stranger.signed("JWT", &stranger.claims("a")))
    });
    let suspended = Robot::new(&house, "suspended-robot");
    let (keeper, _) = tools(&premises(&house.scratch, &house.kek, ISSUER));
    keeper.set_admin_status(&suspended.id, PartyStatus::Suspended).expect("a status");
    let suspended = ask(&house, &suspended.signed("JWT", &suspended.claims("a")));
    assert_eq!((nobody.status, &*nobody.error()), (401, "invalid_client"));
    for other in [secretive, suspended] {
        assert_eq!((other.status, &other.body), (nobody.status, &nobody.body));
    }
    let by_secret = Request::new("POST", ENDPOINT).basic(&robot.id, "any-secret");
    let by_secret = by_secret.form(&house.question()).send(house.address);
    assert_eq!((by_secret.status, &by_secret.body), (nobody.status, &nobody.body));
}

both! {
    an_assertion_that_says_one_wrong_thing_is_refused_on_sqlite
        an_assertion_that_says_one_wrong_thing_is_refused_on_postgres
        an_assertion_that_says_one_wrong_thing_is_refused;
    an_assertion_at_the_edge_of_what_is_taken_is_taken_on_sqlite
        an_assertion_at_the_edge_of_what_is_taken_is_taken_on_postgres
        an_assertion_at_the_edge_of_what_is_taken_is_taken;
    another_kind_of_jwt_is_no_assertion_on_sqlite
        another_kind_of_jwt_is_no_assertion_on_postgres
        another_kind_of_jwt_is_no_assertion;
    only_the_registered_key_under_its_own_name_and_algorithm_verifies_on_sqlite
        only_the_registered_key_under_its_own_name_and_algorithm_verifies_on_postgres
        only_the_registered_key_under_its_own_name_and_algorithm_verifies;
    an_assertion_beside_another_method_or_of_another_type_is_an_invalid_request_on_sqlite
        an_assertion_beside_another_method_or_of_another_type_is_an_invalid_request_on_postgres
        an_assertion_beside_another_method_or_of_another_type_is_an_invalid_request;
    an_assertion_of_somebody_with_a_secret_is_refused_like_one_of_nobody_on_sqlite
        an_assertion_of_somebody_with_a_secret_is_refused_like_one_of_nobody_on_postgres
        an_assertion_of_somebody_with_a_secret_is_refused_like_one_of_nobody;
}
