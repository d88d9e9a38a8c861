//! Somebody arrives as it should be: what is sent, and what is learned.

use data_encoding::BASE64;
use muster_crypto::challenge_of;
use muster_domain::{ClaimValue, Lifetime, Secret, Timestamp};
use muster_upstream::{Flight, PairOfNames, Prompt, UserNaming, Wishes};
use serde_json::json;

use crate::fake::Reply;
use crate::rig::{BACK, NOW, Rig, pairs, parameter};

#[test]
fn somebody_arrives_with_name_claims_and_time() {
    let rig = Rig::new();
    let arrived = rig.arrive(|claims| {
        claims.insert("auth_time".to_owned(), json!(NOW - 10));
    });
    let arrived = arrived.unwrap();
    assert_eq!(arrived.user_id.as_str(), "alice");
    assert_eq!(arrived.auth_time, Some(Timestamp::from_millis((NOW - 10) * 1_000)));
    assert_eq!(arrived.claims.value("name"), Some(&ClaimValue::Text("Alice".to_owned())));
    assert_eq!(arrived.claims.value("email_verified"), Some(&ClaimValue::Flag(true)));
    assert_eq!(arrived.claims.value("nonce"), None);
}

#[test]
fn the_request_asks_for_a_code_bound_to_this_login() {
    let rig = Rig::new();
    let url = rig.begin(&Wishes::default()).unwrap().url;
    let query = pairs(url.strip_prefix(&rig.fake.url("/auth?")).unwrap());
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", "muster"),
        ("redirect_uri", BACK),
        ("scope", "openid profile email"),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(query[name], value);
    }
    for name in ["state", "nonce", "code_challenge"] {
        assert_eq!(query[name].len(), 43, "{name}");
    }
    assert_eq!(query.len(), 8);
    assert_ne!(rig.begin(&Wishes::default()).unwrap().url, url);
}

#[test]
fn wishes_are_passed_on() {
    let rig = Rig::new();
    let wishes = Wishes {
        login_hint: Some("alice&prompt=none".to_owned()),
        prompt: Some(Prompt::SelectAccount),
        max_age: Some(Lifetime::from_seconds(90)),
    };
    let url = rig.begin(&wishes).unwrap().url;
    assert_eq!(parameter(&url, "login_hint").as_deref(), Some("alice&prompt=none"));
    assert_eq!(parameter(&url, "prompt").as_deref(), Some("select_account"));
    assert_eq!(parameter(&url, "max_age").as_deref(), Some("90"));
}

#[test]
fn a_public_client_shows_the_verifier_of_its_challenge() {
    let rig = Rig::new();
    let landing = rig.land(&Wishes::default());
    rig.give(&rig.sign(&landing.claims));
    rig.finish(&landing).unwrap();
    let asked = rig.fake.asked("/token").remove(0);
    let form = pairs(&asked.body);
    assert_eq!(asked.authorization, None);
    assert_eq!(form["client_id"], "muster");
    assert_eq!((form["code"].as_str(), form["redirect_uri"].as_str()), ("c0de", BACK));
    let challenge = parameter(&landing.begun.url, "code_challenge").unwrap();
    assert_eq!(challenge_of(&form["code_verifier"]), challenge);
}

#[test]
fn a_confidential_client_shows_its_secret_in_the_header() {
    let rig = Rig::with(|settings| settings.client_secret = Some(Secret::from("s3:cret")));
    rig.arrive(|_| {}).unwrap();
    let asked = rig.fake.asked("/token").remove(0);
    let header = format!("Basic {}", BASE64.encode(b"muster:s3%3Acret"));
    assert_eq!(asked.authorization, Some(header));
    assert!(!asked.body.contains("s3") && !asked.body.contains("client_id"));
}

#[test]
fn the_secret_goes_into_the_form_only_where_no_header_is_taken() {
    let rig = Rig::with(|settings| settings.client_secret = Some(Secret::from("s3cret")));
    rig.say("token_endpoint_auth_methods_supported", json!(["client_secret_post"]));
    rig.arrive(|_| {}).unwrap();
    let asked = rig.fake.asked("/token").remove(0);
    assert_eq!(asked.authorization, None);
    assert_eq!(pairs(&asked.body)["client_secret"], "s3cret");
}

#[test]
fn a_flight_lands_from_its_text() {
    let rig = Rig::new();
    let mut landing = rig.land(&Wishes::default());
    let text = landing.begun.flight.to_text();
    landing.begun.flight = Flight::from_text(text.expose()).unwrap();
    rig.give(&rig.sign(&landing.claims));
    assert!(rig.finish(&landing).is_ok());
}

#[test]
fn the_userinfo_endpoint_adds_what_the_token_does_not_say() {
    let rig = Rig::with(|settings| {
        settings.ask_user_info = true;
        settings.user = UserNaming {
            claim: "eppn".to_owned(),
            prefix: "home/".to_owned(),
            suffix: String::new(),
        };
        settings.claims.push(PairOfNames {
            theirs: "eduperson_entitlement".to_owned(),
            ours: "entitlements".to_owned(),
        });
    });
    let known = json!({"sub": "alice", "eppn": "alice@a.example", "name": "Other",
        "eduperson_entitlement": ["urn:x"]});
    rig.fake.set("/me", Reply::of(200, known.to_string()));
    let arrived = rig.arrive(|_| {}).unwrap();
    assert_eq!(arrived.user_id.as_str(), "home/alice@a.example");
    let entitlements = ClaimValue::Texts(vec!["urn:x".to_owned()]);
    assert_eq!(arrived.claims.value("entitlements"), Some(&entitlements));
    // What was signed counts more.
    assert_eq!(arrived.claims.value("name"), Some(&ClaimValue::Text("Alice".to_owned())));
    assert_eq!(rig.fake.asked("/me")[0].authorization.as_deref(), Some("Bearer at"));
}
