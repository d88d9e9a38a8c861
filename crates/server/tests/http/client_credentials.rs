//! The client-credentials grant over HTTP: the client for itself, within its registration.

use muster_crypto::VerifyingKeys;
use muster_domain::{AccessTokenProfile, GrantName, GrantNames, Lifetime, Registration};
use serde_json::{Map, Value, json};

use crate::house::Engine;
use crate::issuing::{API, ISSUER, Office, assert_refused, member, registration};
use crate::wire::Request;

/// What a JWT says, verified with the published keys.
pub(crate) fn verified(office: &Office, path: &str, text: &str, typ: &str) -> Map<String, Value> {
    let keys = Request::new("GET", &format!("{path}/certs")).send(office.house.address);
    let keys = VerifyingKeys::of_jwk_set(&keys.text()).expect("keys");
    keys.verified_claims(text, &[typ]).expect("a JWT that verifies")
}

fn a_client_speaks_for_itself(engine: Engine) {
    // S10, S23, S62
    let office = Office::open(engine);
    let (web, api) = (office.web(), office.api());
    let answer = web.for_itself(&[("scope", "read"), ("resource", API)]);
    let access = member(&answer, "access_token");
    let body = answer.json();
    assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("Bearer"), &json!(900)));
    assert_eq!(body["scope"], "read");
    assert!(body.get("refresh_token").is_none(), "RFC 6749 4.4.3");
    let claims = verified(&office, "/oauth2", &access, "at+jwt");
    for (name, value) in
        [("iss", ISSUER), ("sub", "web"), ("client_id", "web"), ("aud", API), ("scope", "read")]
    {
        assert_eq!(claims[name], value, "{name}");
    }
    let number = |name: &str| claims[name].as_i64().expect("a number");
    assert_eq!(number("exp") - number("iat"), 900);
    let jti = claims["jti"].as_str().expect("a jti");
    assert!(jti.starts_with(ISSUER) && jti.contains("?type=accessToken&ts="), "{jti}");
    assert!(web.finds_active(&access) && api.finds_active(&access));
}

fn each_profile_has_its_own_form_and_all_are_introspected_alike(engine: Engine) {
    // contract/service.md, tokens
    let office = Office::open(engine);
    for profile in AccessTokenProfile::ALL {
        let party = office.register(profile.as_str(), Registration { profile, ..registration() });
        let access = member(&party.for_itself(&[]), "access_token");
        assert!(party.finds_active(&access), "{profile:?}");
        let claims = |typ| verified(&office, "/oauth2", &access, typ);
        match profile {
            AccessTokenProfile::Opaque => assert!(access.starts_with("mst_at_")),
            AccessTokenProfile::Rfc9068 => assert_eq!(claims("at+jwt")["sub"], "rfc9068"),
            AccessTokenProfile::Wlcg => assert_eq!(claims("at+jwt")["wlcg.ver"], "1.0"),
            AccessTokenProfile::SciTokens => assert_eq!(claims("at+jwt")["ver"], "scitoken:2.0"),
        }
    }
}

fn scopes_stay_within_the_registration(engine: Engine) {
    // S25, B44, B45
    let office = Office::open(engine);
    let web = office.web();
    for scope in ["admin", "read admin", "READ", "read\tadmin", "read\"", "re\\ad"] {
        let answer = web.for_itself(&[("scope", scope)]);
        let error = answer.error();
        assert_eq!(answer.status, 400, "{scope}");
        assert!(["invalid_scope", "invalid_request"].contains(&error.as_str()), "{scope}: {error}");
    }
    let many = |count| vec!["read"; count].join(" ");
    assert_eq!(web.for_itself(&[("scope", &many(256))]).status, 200, "many times the same is one");
    assert_refused(&web.for_itself(&[("scope", &many(1_600))]), 400, "invalid_scope");
    assert_refused(&web.for_itself(&[("scope", &many(1_700))]), 400, "invalid_request");
    assert_eq!(web.for_itself(&[("scope", &many(13_000))]).status, 413, "64 KB");
    for usual in [&[][..], &[("scope", "")]] {
        assert_eq!(member(&web.for_itself(usual), "scope"), "openid read write");
    }
    let lax = Registration { strict_scopes: false, ..registration() };
    let lax = office.register("lax", lax);
    assert_eq!(member(&lax.for_itself(&[("scope", "read admin")]), "scope"), "read");
}

fn targets_stay_within_the_registration(engine: Engine) {
    // B46, B47, RFC 8707
    let office = Office::open(engine);
    let web = office.web();
    for (name, value) in [
        ("resource", "https://api.example#part"),
        ("resource", "/relative"),
        ("resource", "https://other.example"),
        ("audience", "other"),
        ("audience", "https://api.example/"),
    ] {
        assert_refused(&web.for_itself(&[(name, value)]), 400, "invalid_target");
    }
    let many = vec![("resource", "urn:a"); 900];
    assert_refused(&web.for_itself(&many), 400, "invalid_target");
    assert_eq!(web.for_itself(&[("resource", API), ("audience", API)]).status, 200);
}

fn who_may_not_speak_for_itself_is_told_so(engine: Engine) {
    // B37, B38, S09
    let office = Office::open(engine);
    let app = office.app();
    let grants = GrantNames::of(&[GrantName::RefreshToken]);
    let other = office.register("other-grants", Registration { grants, ..registration() });
    let (id, secret) = office.house.admin();
    for party in [app, other, office.party(&id, &secret)] {
        assert_refused(&party.for_itself(&[]), 400, "unauthorized_client");
    }
}

fn a_wish_for_a_lifetime_is_honoured_within_the_limits(engine: Engine) {
    // B73
    let office = Office::open(engine);
    let limit =
        Registration { access_lifetime_max: Some(Lifetime::from_seconds(3_600)), ..registration() };
    let web = office.register("web", limit);
    for (wish, seconds) in [
        ("60000", 60),
        ("60 s", 60),
        ("99999999999", 3_600),
        ("9223372036854775808", 3_600),
        ("0", 900),
    ] {
        let answer = web.for_itself(&[("access_token_lifetime", wish)]);
        assert_eq!(answer.json()["expires_in"], seconds, "{wish}");
    }
    for wish in ["-1", "1e9", "abc"] {
        let answer = web.for_itself(&[("access_token_lifetime", wish)]);
        assert_refused(&answer, 400, "invalid_request");
    }
}

fn unknown_parameters_are_ignored_and_name_no_user(engine: Engine) {
    // S02, B72
    let office = Office::open(engine);
    let web = office.web();
    let more = [("sub", "alice"), ("subject", "alice"), ("username", "alice"), ("x", "y")];
    let access = member(&web.for_itself(&more), "access_token");
    assert_eq!(web.introspect(&access).json()["sub"], "web");
    assert!(web.introspect(&access).json().get("username").is_none());
}

both! {
    a_client_gets_a_token_for_itself_on_sqlite
        a_client_gets_a_token_for_itself_on_postgres
        a_client_speaks_for_itself;
    each_profile_has_its_own_form_and_all_are_introspected_alike_on_sqlite
        each_profile_has_its_own_form_and_all_are_introspected_alike_on_postgres
        each_profile_has_its_own_form_and_all_are_introspected_alike;
    scopes_stay_within_the_registration_on_sqlite
        scopes_stay_within_the_registration_on_postgres
        scopes_stay_within_the_registration;
    targets_stay_within_the_registration_on_sqlite
        targets_stay_within_the_registration_on_postgres
        targets_stay_within_the_registration;
    who_may_not_speak_for_itself_is_told_so_on_sqlite
        who_may_not_speak_for_itself_is_told_so_on_postgres
        who_may_not_speak_for_itself_is_told_so;
    a_wish_for_a_lifetime_is_honoured_within_the_limits_on_sqlite
        a_wish_for_a_lifetime_is_honoured_within_the_limits_on_postgres
        a_wish_for_a_lifetime_is_honoured_within_the_limits;
    unknown_parameters_are_ignored_and_name_no_user_on_sqlite
        unknown_parameters_are_ignored_and_name_no_user_on_postgres
        unknown_parameters_are_ignored_and_name_no_user;
}
