//! Introspection over HTTP (RFC 7662, RFC 9701): to whom a token concerns, and one answer for
//! everything else.

use muster_domain::{AccessTokenProfile, Registration};
use serde_json::json;

use crate::client_credentials::verified;
use crate::house::Engine;
use crate::issuing::{API, ISSUER, Office, assert_refused, member, registration, tokens};
use crate::wire::Request;

fn an_active_token_is_described(engine: Engine) {
    // S42, D6
    let office = Office::open(engine);
    let (web, api) = (office.web(), office.api());
    let stranger = office.register("stranger", registration());
    let every = Registration { introspects_every_token: true, ..registration() };
    let every = office.register("every", every);
    let code = office.code_like("web", |_, code| {
        code.entitlement.audience = vec![API.to_owned()];
    });
    let (access, refresh) = tokens(&web.redeem(&code));
    for party in [&web, &api, &every] {
        let told = party.introspect(&access).json();
        for (name, value) in [
            ("active", json!(true)),
            ("iss", json!(ISSUER)),
            ("sub", json!("alice")),
            ("username", json!("alice")),
            ("client_id", json!("web")),
            ("scope", json!("openid read write")),
            ("aud", json!(API)),
            ("token_type", json!("Bearer")),
        ] {
            assert_eq!(told[name], value, "{name} for {}", party.id);
        }
        assert!(told["exp"].is_i64() && told["iat"].is_i64() && told["jti"].is_string());
    }
    assert!(!stranger.finds_active(&access), "S41: another client's");
    assert!(web.finds_active(&refresh));
    for party in [&api, &every, &stranger] {
        assert!(!party.finds_active(&refresh), "S43: a refresh token concerns its holder alone");
    }
    for hint in ["refresh_token", "access_token", "unknown"] {
        let hinted = [("token", &*access), ("token_type_hint", hint)];
        assert_eq!(web.post("introspect", &hinted).json()["active"], true, "{hint}");
    }
}

fn an_admin_sees_the_refresh_tokens_of_its_clients(engine: Engine) {
    // RFC 7662 2.2: it may end them, too.
    let office = Office::open(engine);
    let planted = &office.house.tokens;
    let as_party = |(id, secret): &(String, String)| office.party(id, secret);
    let (own, other) = (as_party(&planted.admin), as_party(&planted.privileged));
    assert_eq!(own.introspect(&planted.alice_refresh).json()["token_type"], "refresh_token");
    assert!(!own.finds_active(&planted.foreign_access), "another admin's client");
    assert!(!other.finds_active(&planted.alice_refresh), "whatever it may list");
}

#[test]
fn the_audience_told_is_the_one_that_the_token_names() {
    // S42: also where it names nobody in particular, and each profile has a word for that.
    let office = Office::open(Engine::Sqlite);
    for (profile, anybody) in [
        (AccessTokenProfile::Opaque, ISSUER),
        (AccessTokenProfile::Rfc9068, ISSUER),
        (AccessTokenProfile::Wlcg, "https://wlcg.cern.ch/jwt/v1/any"),
        (AccessTokenProfile::SciTokens, "ANY"),
    ] {
        let party = office.register(profile.as_str(), Registration { profile, ..registration() });
        let general = member(&party.for_itself(&[]), "access_token");
        let aimed = member(&party.for_itself(&[("resource", API)]), "access_token");
        // Whatever the client gets from now on, these are what they are.
        let opaque = |planted: &mut Registration| planted.profile = AccessTokenProfile::Opaque;
        office.keeper.change_client(&party.id, &opaque).expect("a change");
        for (token, audience) in [(general, anybody), (aimed, API)] {
            assert_eq!(party.introspect(&token).json()["aud"], audience, "{profile:?}");
            if profile != AccessTokenProfile::Opaque {
                assert_eq!(verified(&office, "/oauth2", &token, "at+jwt")["aud"], audience);
            }
        }
    }
}

fn everything_else_is_inactive_and_no_more_is_said(engine: Engine) {
    // S41, B104; `finds_active` holds every answer against the exact body.
    let office = Office::open(engine);
    let web = office.web();
    let issued = web.redeem(&office.code("web"));
    let (access, refresh) = tokens(&issued);
    let id_token = member(&issued, "id_token");
    let (_, next) = tokens(&web.refresh(&refresh));
    let none = data_encoding::BASE64URL_NOPAD.encode(b"{\"alg\":\"none\"}");
    let payload = access.split('.').nth(1).expect("a payload");
    for (what, text) in [
        ("an ID token", id_token),
        ("a code", office.code("web")),
        ("a rotated token", refresh),
        ("truncated", access[..access.len() - 2].to_owned()),
        ("alg none", format!("{none}.{payload}.")),
        ("random", "random".to_owned()),
        ("foreign", office.house.tokens.foreign_access.clone()),
        ("of another issuer", office.house.tokens.other_issuer_access.clone()),
    ] {
        assert!(!web.finds_active(&text), "{what}");
    }
    let (id, secret) = office.house.client();
    let portal = office.party(&id, &secret);
    let planted = &office.house.tokens;
    assert!(portal.finds_active(&planted.alice_access), "an imported one is good as well");
    for text in [
        &planted.expired_access,
        &planted.revoked_access,
        &planted.rotated_refresh,
        &planted.disabled_access,
    ] {
        assert!(!portal.finds_active(text));
    }
    assert!(web.finds_active(&next) && web.finds_active(&access));
}

fn who_proves_nothing_learns_nothing(engine: Engine) {
    // S40, S31, B103
    let office = Office::open(engine);
    let web = office.web();
    let app = office.app();
    let (access, _) = office.issued(&app);
    let refused = app.introspect(&access);
    assert_refused(&refused, 401, "invalid_client");
    assert!(refused.header("WWW-Authenticate").is_some());
    let nobody = Request::new("POST", "/oauth2/introspect").form(&[("token", &access)]);
    assert_refused(&nobody.send(office.house.address), 401, "invalid_client");
    let bearer = nobody.header("Authorization", &format!("Bearer {access}"));
    assert_refused(&bearer.send(office.house.address), 401, "invalid_client");
    let in_query = Request::new("POST", &format!("/oauth2/introspect?token={access}"));
    let in_query = in_query.basic(&web.id, &web.secret).form(&[]);
    assert_refused(&in_query.send(office.house.address), 400, "invalid_request");
    assert_refused(&web.post("introspect", &[]), 400, "invalid_request");
    assert_refused(&web.introspect(""), 400, "invalid_request");
    let twice = [("token", &*access), ("token", &*access)];
    assert_refused(&web.post("introspect", &twice), 400, "invalid_request");
    for method in ["GET", "PUT", "DELETE"] {
        let answer = Request::new(method, "/oauth2/introspect").send(office.house.address);
        assert_eq!((answer.status, answer.header("Allow")), (405, Some("POST")), "{method}");
    }
}

fn a_signed_answer_is_for_its_caller_and_no_access_token(engine: Engine) {
    // S44, RFC 9701
    let office = Office::open(engine);
    let web = office.web();
    let (access, _) = office.issued(&web);
    let signed = "application/token-introspection+jwt";
    let ask = |text: &str| {
        let request = web.request("introspect", &[("token", text)]).header("Accept", signed);
        request.send(office.house.address)
    };
    let answer = ask(&access);
    assert_eq!((answer.status, answer.header("Content-Type")), (200, Some(signed)));
    assert_eq!(answer.header("Cache-Control"), Some("no-cache, no-store"));
    let claims = verified(&office, "/oauth2", &answer.text(), "token-introspection+jwt");
    assert_eq!((&claims["iss"], &claims["aud"]), (&json!(ISSUER), &json!("web")));
    assert_eq!(claims["token_introspection"]["sub"], "alice");
    assert!(claims.get("sub").is_none() && claims.get("exp").is_none());
    assert!(!web.finds_active(&answer.text()));
    let inactive = verified(&office, "/oauth2", &ask("random").text(), "token-introspection+jwt");
    assert_eq!(inactive["token_introspection"], json!({"active": false}));
    for (accepted, is_signed) in [
        ("APPLICATION/Token-Introspection+JWT;q=0.5, application/json", true),
        ("application/token-introspection+jwt;q=0, application/json", false),
        ("application/token-introspection+jwt; Q=0.000", false),
        ("application/*, */*", false),
        ("application/jwt", false),
    ] {
        let request = web.request("introspect", &[("token", &access)]).header("Accept", accepted);
        let media_type = request.send(office.house.address);
        let media_type = media_type.header("Content-Type").expect("a type");
        assert_eq!(media_type == signed, is_signed, "{accepted}");
    }
}

fn who_introspects_too_often_comes_back_later(engine: Engine) {
    // B105
    let office = Office::open_with(engine, &[("MUSTER__TOKENS__INTROSPECTIONS_PER_SECOND", "5")]);
    let web = office.web();
    let answers: Vec<_> = (0..40).map(|_| web.introspect("random")).collect();
    let late = answers.iter().find(|answer| answer.status == 429).expect("a limit");
    assert!(late.header("Retry-After").is_some());
}

both! {
    an_active_token_is_described_to_those_it_concerns_on_sqlite
        an_active_token_is_described_to_those_it_concerns_on_postgres
        an_active_token_is_described;
    an_admin_sees_the_refresh_tokens_of_its_clients_on_sqlite
        an_admin_sees_the_refresh_tokens_of_its_clients_on_postgres
        an_admin_sees_the_refresh_tokens_of_its_clients;
    everything_else_is_inactive_and_no_more_is_said_on_sqlite
        everything_else_is_inactive_and_no_more_is_said_on_postgres
        everything_else_is_inactive_and_no_more_is_said;
    who_proves_nothing_learns_nothing_on_sqlite
        who_proves_nothing_learns_nothing_on_postgres
        who_proves_nothing_learns_nothing;
    a_signed_answer_is_for_its_caller_and_no_access_token_on_sqlite
        a_signed_answer_is_for_its_caller_and_no_access_token_on_postgres
        a_signed_answer_is_for_its_caller_and_no_access_token;
    who_introspects_too_often_comes_back_later_on_sqlite
        who_introspects_too_often_comes_back_later_on_postgres
        who_introspects_too_often_comes_back_later;
}
