//! People turn back, and things that do not belong together are not taken.

use muster_domain::Secret;
use muster_upstream::{
    Callback, Culprit, NetworkFault, Prompt, Stray, Trust, UpstreamError, Wishes,
};

use crate::browser::Person;
use crate::visit::{Visit, door, now, settings};

#[test]
#[ignore = "needs a provider of others; cargo xtask upstream starts it"]
fn whoever_turns_back_there_is_not_let_in() {
    let (door, wishes) = (door(settings("muster-ES256")), Wishes::default());
    let (flight, query) = Visit::new().return_from(&door, &wishes, Person::TurnsBack).unwrap();
    let outcome = door.finish(&flight, Callback::parse(&query).unwrap(), now());
    assert_eq!(outcome, Err(UpstreamError::Cancelled));
}

#[test]
#[ignore = "needs a provider of others; cargo xtask upstream starts it"]
fn whoever_is_not_logged_in_there_has_to_be_seen() {
    let door = door(settings("muster-ES256"));
    let wishes = Wishes { prompt: Some(Prompt::None), ..Wishes::default() };
    let (flight, query) = Visit::new().return_from(&door, &wishes, Person::IsAway).unwrap();
    let outcome = door.finish(&flight, Callback::parse(&query).unwrap(), now());
    assert_eq!(outcome, Err(UpstreamError::PersonNeeded));
}

#[test]
#[ignore = "needs a provider of others; cargo xtask upstream starts it"]
fn a_code_opens_the_door_once() {
    let (door, wishes) = (door(settings("muster-ES256")), Wishes::default());
    let alice = Person::LogsIn("alice");
    let (flight, query) = Visit::new().return_from(&door, &wishes, alice).unwrap();
    let callback = Callback::parse(&query).unwrap();
    assert!(door.finish(&flight, callback.clone(), now()).is_ok());
    assert_eq!(door.finish(&flight, callback, now()), Err(Stray::Code.into()));
}

#[test]
#[ignore = "needs a provider of others; cargo xtask upstream starts it"]
fn a_code_of_somebody_elses_login_does_not_open_the_door() {
    let (door, wishes) = (door(settings("muster-public")), Wishes::default());
    let come = |name| Visit::new().return_from(&door, &wishes, Person::LogsIn(name)).unwrap();
    let ((own, own_query), (_, other_query)) = (come("mallory"), come("alice"));
    let code =
        |query: &str| query.split('&').find(|pair| pair.starts_with("code=")).unwrap().to_owned();
    let mixed = own_query.replace(&code(&own_query), &code(&other_query));
    let outcome = door.finish(&own, Callback::parse(&mixed).unwrap(), now());
    assert_eq!(outcome, Err(Stray::Code.into()));
}

#[test]
#[ignore = "needs a provider of others; cargo xtask upstream starts it"]
fn a_wrong_secret_is_the_keepers_matter() {
    let mut wrong = settings("muster-ES256");
    wrong.client_secret = Some(Secret::from("another"));
    let error = Visit::new().arrive(&door(wrong), "alice").unwrap_err();
    assert_eq!(error.culprit(), Culprit::Settings, "{error}");
}

#[test]
#[ignore = "needs a provider of others; cargo xtask upstream starts it"]
fn a_certificate_of_an_authority_that_is_not_trusted_ends_it() {
    let mut others = settings("muster-ES256");
    others.trust = Trust::System;
    let outcome = Visit::new().arrive(&door(others), "alice");
    assert_eq!(outcome, Err(NetworkFault::Tls.into()));
}
