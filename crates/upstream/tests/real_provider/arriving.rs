//! People arrive.

use muster_domain::{ClaimValue, Lifetime};
use muster_upstream::{Callback, Prompt, Unnamed, UpstreamError, UserNaming, Wishes};

use crate::browser::Person;
use crate::visit::{Visit, door, now, settings};

#[test]
#[ignore = "needs a provider of others; cargo xtask upstream starts it"]
fn people_arrive_whatever_the_provider_signs_with() {
    for algorithm in ["RS256", "PS256", "ES256", "EdDSA"] {
        let door = door(settings(&format!("muster-{algorithm}")));
        let arrived = Visit::new().arrive(&door, "alice").unwrap();
        assert_eq!(arrived.user_id.as_str(), "alice", "{algorithm}");
        let name = ClaimValue::Text("The person alice".to_owned());
        assert_eq!(arrived.claims.value("name"), Some(&name));
        let entitlements = ["urn:example:one", "urn:example:two"].map(str::to_owned).to_vec();
        let entitlements = ClaimValue::Texts(entitlements);
        assert_eq!(arrived.claims.value("entitlements"), Some(&entitlements));
    }
}

#[test]
#[ignore = "needs a provider of others; cargo xtask upstream starts it"]
fn people_arrive_however_we_prove_ourselves() {
    for client in ["muster-public", "muster-post"] {
        let arrived = Visit::new().arrive(&door(settings(client)), "bob").unwrap();
        assert_eq!(arrived.subject, "bob", "{client}");
    }
}

#[test]
#[ignore = "needs a provider of others; cargo xtask upstream starts it"]
fn whoever_is_logged_in_there_arrives_without_a_page() {
    let (door, mut visit) = (door(settings("muster-ES256")), Visit::new());
    visit.arrive(&door, "alice").unwrap();
    let wishes = Wishes { prompt: Some(Prompt::None), ..Wishes::default() };
    let (flight, query) = visit.return_from(&door, &wishes, Person::IsAway).unwrap();
    let arrived = door.finish(&flight, Callback::parse(&query).unwrap(), now()).unwrap();
    assert_eq!(arrived.user_id.as_str(), "alice");
}

#[test]
#[ignore = "needs a provider of others; cargo xtask upstream starts it"]
fn a_fresh_login_is_asked_for_and_proved() {
    let (door, mut visit) = (door(settings("muster-ES256")), Visit::new());
    let wishes = Wishes { max_age: Some(Lifetime::from_seconds(300)), ..Wishes::default() };
    let (flight, query) = visit.return_from(&door, &wishes, Person::LogsIn("alice")).unwrap();
    let arrived = door.finish(&flight, Callback::parse(&query).unwrap(), now()).unwrap();
    let age = now().since(arrived.auth_time.unwrap());
    assert!(age < Lifetime::from_seconds(60), "{age:?}");
}

#[test]
#[ignore = "needs a provider of others; cargo xtask upstream starts it"]
fn people_are_named_by_the_claim_that_the_keeper_chose() {
    let mut by_federation = settings("muster-ES256");
    by_federation.user =
        UserNaming { claim: "eppn".to_owned(), prefix: String::new(), suffix: "!idp".to_owned() };
    let arrived = Visit::new().arrive(&door(by_federation), "alice").unwrap();
    assert_eq!(arrived.user_id.as_str(), "alice@home.example!idp");
    let mut by_address = settings("muster-ES256");
    by_address.user.claim = "email".to_owned();
    let door = door(by_address);
    let arrived = Visit::new().arrive(&door, "alice").unwrap();
    assert_eq!(arrived.user_id.as_str(), "alice@idp.example");
    let unverified = Unnamed::Unverified("email".to_owned());
    let outcome = Visit::new().arrive(&door, "mallory");
    assert_eq!(outcome, Err(UpstreamError::Unnamed(unverified)));
}
