//! Pushed authorization requests (RFC 9126) over HTTP: `/par`.

use crate::browser::{asking, told};
use crate::house::Engine;
use crate::issuing::{Office, REDIRECT, VERIFIER, assert_refused, member};
use crate::wire::{Answer, form};

fn pushed(party: &crate::issuing::Party, changes: &[(&str, &str)]) -> Answer {
    let place = asking(&party.id, changes);
    let query = place.split_once('?').expect("a query").1.to_owned();
    let pairs: Vec<(String, String)> =
        form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let pairs = pairs.iter().filter(|(name, _)| name != "client_id");
    let pairs: Vec<(&str, &str)> =
        pairs.map(|(name, value)| (name.as_str(), value.as_str())).collect();
    party.post("par", &pairs)
}

fn at_authorize(client: &str, uri: &str) -> String {
    format!("/oauth2/authorize?{}", form(&[("client_id", client), ("request_uri", uri)]))
}

fn a_pushed_request_is_answered_once_and_to_its_client_alone(engine: Engine) {
    let office = Office::open(engine);
    let web = office.web();
    let other = office.register("other", crate::issuing::registration());
    let (mut browser, _) = office.allowed("alice", "web");
    let answer = pushed(&web, &[]);
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert_eq!(answer.json()["expires_in"], 90);
    let uri = answer.json()["request_uri"].as_str().unwrap().to_owned();
    assert!(uri.starts_with("urn:ietf:params:oauth:request_uri:mst_pr_"), "{uri}");
    assert_eq!(browser.get(&at_authorize(&other.id, &uri)).status, 400, "another client's");
    let code = told(&browser.get(&at_authorize("web", &uri))).remove("code").unwrap();
    assert!(!member(&web.redeem(&code), "access_token").is_empty());
    assert_eq!(browser.get(&at_authorize("web", &uri)).status, 400, "it was used");
    let changed = format!("{uri}A");
    assert_eq!(browser.get(&at_authorize("web", &changed)).status, 400);
    // B59: the name of a request is no code.
    let handle = uri.rsplit(':').next().unwrap();
    let pairs = [("code", handle), ("redirect_uri", REDIRECT), ("code_verifier", VERIFIER)];
    let grant = muster_domain::GrantName::AuthorizationCode;
    assert_refused(&web.ask(grant, &pairs), 400, "invalid_grant");
}

fn what_is_wrong_is_told_when_it_is_pushed(engine: Engine) {
    let office = Office::open(engine);
    let web = office.web();
    let grants = muster_domain::GrantNames::of(&[muster_domain::GrantName::ClientCredentials]);
    let other = muster_domain::Registration { grants, ..crate::issuing::registration() };
    let robot = office.register("robot", other);
    for (changes, error) in [
        (&[("redirect_uri", "https://evil.example/")][..], "invalid_request"),
        (&[("code_challenge_method", "plain")], "invalid_request"),
        (&[("response_type", "token")], "unsupported_response_type"),
        (&[("scope", "admin")], "invalid_scope"),
        (&[("resource", "urn:x")], "invalid_target"),
        (&[("request_uri", "urn:ietf:params:oauth:request_uri:x")], "request_uri_not_supported"),
    ] {
        assert_refused(&pushed(&web, changes), 400, error);
    }
    assert_refused(&pushed(&robot, &[]), 400, "unauthorized_client");
    assert_refused(&pushed(&office.party("web", "wrong-secret"), &[]), 401, "invalid_client");
    let (id, secret) = office.house.admin();
    assert_refused(&pushed(&office.party(&id, &secret), &[]), 400, "unauthorized_client");
}

both! {
    a_pushed_request_is_answered_once_and_to_its_client_alone_on_sqlite
        a_pushed_request_is_answered_once_and_to_its_client_alone_on_postgres
        a_pushed_request_is_answered_once_and_to_its_client_alone;
    what_is_wrong_is_told_when_it_is_pushed_on_sqlite
        what_is_wrong_is_told_when_it_is_pushed_on_postgres
        what_is_wrong_is_told_when_it_is_pushed;
}
