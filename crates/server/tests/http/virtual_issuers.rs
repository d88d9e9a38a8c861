//! Virtual issuers over HTTP: each its own path, keys, metadata, clients and users, and
//! nothing leaks between them; what becomes of one's artefacts at the other: `crossings.rs`.

use muster_admin::Proof;
use muster_domain::{GrantName, samples};
use serde_json::Value;

use crate::client_credentials::verified;
use crate::house::Engine;
use crate::issuing::{
    Behind, ISSUER, Office, REDIRECT, VERIFIER, assert_invalid_grant, assert_refused, member,
    registration, tokens,
};
use crate::wire::Request;

pub(crate) const VIRTUAL: &str = "https://issuer.example/oauth2/vo";
pub(crate) const PATH: &str = "/oauth2/vo";

/// Two issuers in one service, each with a client `web` and a user alice.
pub(crate) struct Two {
    pub(crate) first: Office,
    pub(crate) second: Behind,
}

pub(crate) fn two(engine: Engine) -> Two {
    let mut first = Office::open(engine);
    let issuer = first.behind.keeper.add_issuer(VIRTUAL).expect("an issuer");
    first.house.restart();
    let second = first.behind.of_issuer(issuer);
    Two { first, second }
}

fn nothing_leaks(engine: Engine) {
    // B53, S41, S46, S61, I11, I14
    let Two { first, second } = two(engine);
    let here = first.web();
    let secret = second.add("web", registration(), Proof::GeneratedSecret);
    // The same service answers for both; only the path differs.
    let there = first.party("web", &secret).at(PATH);
    let (access, refresh) = first.issued(&here);
    let code = second.code("web");
    assert_refused(&here.at(PATH).redeem(&code), 401, "invalid_client");
    assert_invalid_grant(&here.redeem(&code));
    let (other_access, other_refresh) = tokens(&there.redeem(&code));
    let claims = verified(&first, PATH, &other_access, "at+jwt");
    assert_eq!((&claims["iss"], &claims["sub"]), (&VIRTUAL.into(), &"alice".into()));
    assert!(there.finds_active(&other_access) && here.finds_active(&access));
    assert!(!here.finds_active(&other_access) && !there.finds_active(&access));
    assert_invalid_grant(&here.refresh(&other_refresh));
    assert_invalid_grant(&there.refresh(&refresh));
    assert_refused(&here.exchange(&other_access, &[]), 400, "invalid_request");
    assert_eq!(here.revoke(&other_refresh).status, 200, "unknown here");
    assert!(there.finds_active(&other_access), "I14: and untouched");
    assert_eq!(there.refresh(&other_refresh).status, 200);
    let pairs = [("code", "x"), ("redirect_uri", REDIRECT), ("code_verifier", VERIFIER)];
    assert_invalid_grant(&there.ask(GrantName::AuthorizationCode, &pairs));
}

fn an_issuer_of_another_host_with_the_same_path_stands_in_nobodys_way(engine: Engine) {
    // S61, I11: such as come by an import, or of a service that has moved.
    let mut office = Office::open(engine);
    let elsewhere =
        samples::issuer("https://a.much.longer.name.example/oauth2").expect("an issuer");
    office.seed.store.change(|unit| unit.add_issuer(&elsewhere)).expect("it is added");
    office.house.restart();
    let document = Request::new("GET", "/oauth2/.well-known/openid-configuration");
    assert_eq!(document.send(office.house.address).json()["issuer"], ISSUER);
    assert_eq!(office.web().for_itself(&[]).status, 200);
}

#[test]
fn nothing_leaks_between_virtual_issuers_on_sqlite() {
    nothing_leaks(Engine::Sqlite);
}

#[test]
fn nothing_leaks_between_virtual_issuers_on_postgres() {
    nothing_leaks(Engine::Postgres);
}

fn each_issuer_has_its_own_metadata_and_keys(engine: Engine) {
    // S60, S61, B130
    let Two { first, .. } = two(engine);
    let get = |path: &str| Request::new("GET", path).send(first.house.address);
    for (path, issuer) in [("/oauth2", "https://issuer.example/oauth2"), (PATH, VIRTUAL)] {
        for place in [
            format!("{path}/.well-known/openid-configuration"),
            format!("{path}/.well-known/oauth-authorization-server"),
            format!("/.well-known/oauth-authorization-server{path}"),
            format!("/.well-known/openid-configuration{path}"),
        ] {
            let document = get(&place).json();
            assert_eq!(document["issuer"], issuer, "{place}");
            for (name, value) in document.as_object().expect("an object") {
                if let (Value::String(url), true) = (value, name != "issuer") {
                    assert!(url.starts_with(&format!("{issuer}/")), "{name}: {url}");
                }
            }
        }
    }
    let keys = |path: &str| get(&format!("{path}/certs")).json()["keys"].clone();
    let (here, there) = (keys("/oauth2"), keys(PATH));
    for key in here.as_array().expect("keys") {
        let others = there.as_array().expect("keys");
        assert!(others.len() >= 2 && others.iter().all(|other| other["kid"] != key["kid"]));
    }
}

fn a_suspended_issuer_serves_nobody_and_leaves_the_other_alone(engine: Engine) {
    // I16
    let Two { first, second } = two(engine);
    let here = first.web();
    let secret = second.add("web", registration(), Proof::GeneratedSecret);
    let there = first.party("web", &secret).at(PATH);
    let access = member(&there.for_itself(&[]), "access_token");
    let stopped = muster_domain::PartyStatus::Suspended;
    assert!(first.behind.keeper.set_issuer_status(VIRTUAL, stopped).expect("a status"));
    assert_refused(&there.for_itself(&[]), 401, "invalid_client");
    assert_refused(&there.introspect(&access), 401, "invalid_client");
    assert_eq!(here.for_itself(&[]).status, 200);
}

both! {
    an_issuer_of_another_host_with_the_same_path_stands_in_nobodys_way_on_sqlite
        an_issuer_of_another_host_with_the_same_path_stands_in_nobodys_way_on_postgres
        an_issuer_of_another_host_with_the_same_path_stands_in_nobodys_way;
    each_issuer_has_its_own_metadata_and_keys_on_sqlite
        each_issuer_has_its_own_metadata_and_keys_on_postgres
        each_issuer_has_its_own_metadata_and_keys;
    a_suspended_issuer_serves_nobody_and_leaves_the_other_alone_on_sqlite
        a_suspended_issuer_serves_nobody_and_leaves_the_other_alone_on_postgres
        a_suspended_issuer_serves_nobody_and_leaves_the_other_alone;
}
