//! Answers that belong to no login of this browser.

use muster_domain::Lifetime;
use muster_upstream::{Callback, Stray, UpstreamError, Wishes};
use serde_json::{Value, json};

use crate::rig::{Landing, Rig, parameter};

fn landed(rig: &Rig) -> (Landing, String) {
    let landing = rig.land(&Wishes::default());
    rig.give(&rig.sign(&landing.claims));
    let state = parameter(&landing.begun.url, "state").unwrap();
    (landing, state)
}

#[test]
fn an_answer_with_another_state_or_none_is_not_followed() {
    let rig = Rig::new();
    let (landing, state) = landed(&rig);
    let other = parameter(&rig.begin(&Wishes::default()).unwrap().url, "state").unwrap();
    for (query, stray) in [
        (format!("code=c0de&state={other}"), Stray::State),
        (format!("code=c0de&state={state}x"), Stray::State),
        ("code=c0de&state=".to_owned(), Stray::State),
        ("code=c0de".to_owned(), Stray::Malformed),
        (format!("error=access_denied&state={other}"), Stray::State),
    ] {
        assert_eq!(rig.come_back(&landing, &query), Err(stray.into()), "{query}");
    }
    assert!(rig.fake.asked("/token").is_empty());
}

#[test]
fn an_answer_of_another_issuer_is_not_followed() {
    let rig = Rig::new();
    let (landing, state) = landed(&rig);
    let query = format!("code=c0de&state={state}&iss=https%3A%2F%2Fother.example");
    assert_eq!(rig.come_back(&landing, &query), Err(Stray::Issuer.into()));
    assert!(rig.fake.asked("/token").is_empty());
}

#[test]
fn a_provider_that_always_names_itself_is_not_believed_without_its_name() {
    let rig = Rig::new();
    rig.say("authorization_response_iss_parameter_supported", json!(true));
    let (landing, state) = landed(&rig);
    let nameless = format!("code=c0de&state={state}");
    assert_eq!(rig.come_back(&landing, &nameless), Err(Stray::Issuer.into()));
    let error = format!("error=access_denied&state={state}");
    assert_eq!(rig.come_back(&landing, &error), Err(Stray::Issuer.into()));
    let issuer: String = form_urlencoded::byte_serialize(rig.fake.url("").as_bytes()).collect();
    assert!(rig.come_back(&landing, &format!("{nameless}&iss={issuer}")).is_ok());
}

#[test]
fn a_flight_to_another_provider_does_not_land_here() {
    let (here, there) = (Rig::new(), Rig::new());
    let (landing, state) = landed(&there);
    let callback = Callback::parse(&format!("code=c0de&state={state}")).unwrap();
    let outcome = here.door.finish(&landing.begun.flight, callback, here.now());
    assert_eq!(outcome, Err(Stray::Issuer.into()));
}

#[test]
fn a_login_that_took_too_long_is_begun_again() {
    let rig = Rig::with(|settings| settings.limits.flight_lifetime = Lifetime::from_seconds(60));
    let (landing, _) = landed(&rig);
    rig.turn(61);
    assert_eq!(rig.finish(&landing), Err(Stray::TooLate.into()));
}

#[test]
fn whoever_turns_back_is_told_from_whoever_must_be_seen() {
    let rig = Rig::new();
    let (landing, state) = landed(&rig);
    let outcome = |error: &str| rig.come_back(&landing, &format!("error={error}&state={state}"));
    assert_eq!(outcome("access_denied"), Err(UpstreamError::Cancelled));
    assert_eq!(outcome("login_required"), Err(UpstreamError::PersonNeeded));
    assert!(rig.fake.asked("/token").is_empty());
}

#[test]
fn a_provider_that_does_not_say_whether_it_names_itself_is_no_provider() {
    let rig = Rig::new();
    rig.say("authorization_response_iss_parameter_supported", Value::from("yes"));
    assert!(rig.begin(&Wishes::default()).is_err());
}
