//! Token exchange over HTTP: scope, audience and lifetime never grow, and the child dies with
//! its parent.

use muster_domain::{AccessTokenProfile, GrantName, Lifetime, Registration, ScopeSet};
use serde_json::json;

use crate::client_credentials::verified;
use crate::house::Engine;
use crate::issuing::{
    ACCESS_TOKEN, API, Office, Party, REFRESH_TOKEN, assert_refused, member, registration, tokens,
};

/// An access token of alice at the client, meant for [`API`].
fn meant_for_api(office: &Office, party: &Party) -> String {
    let code = office.code_like(&party.id, |_, code| {
        code.entitlement.audience = vec![API.to_owned()];
    });
    member(&party.redeem(&code), "access_token")
}

fn whom_a_token_is_meant_for_exchanges_it(engine: Engine) {
    // S50, I15: the new token is the exchanging client's, and dies with the parent's family.
    let office = Office::open(engine);
    let (web, api) = (office.web(), office.api());
    let code = office.code_like("web", |_, code| {
        code.entitlement.audience = vec![API.to_owned()];
    });
    let issued = web.redeem(&code);
    let (subject, refresh) = tokens(&issued);
    let answer = api.exchange(&subject, &[("scope", "read")]);
    let child = member(&answer, "access_token");
    let body = answer.json();
    assert_eq!(body["issued_token_type"], ACCESS_TOKEN);
    assert_eq!((&body["token_type"], &body["scope"]), (&json!("Bearer"), &json!("read")));
    let (old, new) = (
        verified(&office, "/oauth2", &subject, "at+jwt"),
        verified(&office, "/oauth2", &child, "at+jwt"),
    );
    assert_eq!((&new["sub"], &new["client_id"]), (&json!("alice"), &json!("api")));
    assert!(new["exp"].as_i64() <= old["exp"].as_i64(), "I19");
    assert!(api.finds_active(&child));
    let grandchild = member(&api.exchange(&child, &[]), "access_token");
    assert_eq!(web.revoke(&refresh).status, 200);
    assert!(!api.finds_active(&child) && !api.finds_active(&grandchild));
    assert_refused(&api.exchange(&subject, &[]), 400, "invalid_request");
}

fn what_is_malformed_is_an_invalid_request(engine: Engine) {
    // S45, S49, B78
    let office = Office::open(engine);
    let web = office.web();
    let (subject, refresh) = office.issued(&web);
    let (token, kind) = (("subject_token", &*subject), ("subject_token_type", ACCESS_TOKEN));
    let actor = ("actor_token", &*subject);
    let id_token = "urn:ietf:params:oauth:token-type:id_token";
    for pairs in [
        &[kind][..],
        &[token],
        &[token, ("subject_token_type", "")],
        &[token, ("subject_token_type", "urn:example:other")],
        &[token, ("subject_token_type", REFRESH_TOKEN)],
        &[token, ("subject_token_type", id_token)],
        &[("subject_token", &refresh), kind],
        &[token, kind, actor],
        &[token, kind, ("actor_token_type", ACCESS_TOKEN)],
        &[token, kind, ("requested_token_type", id_token)],
        &[token, kind, ("requested_token_type", "urn:example:other")],
    ] {
        assert_refused(&web.ask(GrantName::TokenExchange, pairs), 400, "invalid_request");
    }
    assert_eq!(web.exchange(&subject, &[]).status, 200);
}

fn a_jwt_is_one(engine: Engine) {
    // S45: RFC 8693 3
    let office = Office::open(engine);
    let opaque = Registration { profile: AccessTokenProfile::Opaque, ..registration() };
    let (web, plain) = (office.web(), office.register("plain", opaque));
    let jwt = "urn:ietf:params:oauth:token-type:jwt";
    let (signed, refresh) = office.issued(&web);
    let (handle, _) = office.issued(&plain);
    let exchange = |party: &Party, token: &str, more: &[(&str, &str)]| {
        let mut pairs = vec![("subject_token", token), ("subject_token_type", jwt)];
        pairs.extend_from_slice(more);
        party.ask(GrantName::TokenExchange, &pairs)
    };
    let answer = exchange(&web, &signed, &[("requested_token_type", jwt)]);
    assert_eq!(answer.json()["issued_token_type"], jwt);
    verified(&office, "/oauth2", &member(&answer, "access_token"), "at+jwt");
    assert_eq!(exchange(&web, &signed, &[]).json()["issued_token_type"], ACCESS_TOKEN);
    for text in [&refresh, &"a.b".to_owned(), &"..".to_owned(), &format!("{signed}.")] {
        assert_refused(&exchange(&web, text, &[]), 400, "invalid_request");
    }
    assert_refused(&exchange(&plain, &handle, &[]), 400, "invalid_request");
    let wanted = [("requested_token_type", jwt)];
    assert_refused(&plain.exchange(&handle, &wanted), 400, "invalid_request");
    assert_eq!(plain.exchange(&handle, &[]).json()["issued_token_type"], ACCESS_TOKEN);
    let acting = [("actor_token", handle.as_str()), ("actor_token_type", jwt)];
    assert_refused(&plain.exchange(&handle, &acting), 400, "invalid_request");
}

fn a_subject_that_is_not_good_or_not_within_reach_is_an_invalid_request(engine: Engine) {
    // S46, B74
    let office = Office::open(engine);
    let (web, stranger) = (office.web(), office.register("stranger", registration()));
    let (subject, refresh) = office.issued(&web);
    assert_refused(&stranger.exchange(&subject, &[]), 400, "invalid_request");
    let none = data_encoding::BASE64URL_NOPAD.encode(b"{\"alg\":\"none\"}");
    let payload = subject.split('.').nth(1).expect("a payload");
    let tokens = &office.house.tokens;
    for text in [
        &format!("{none}.{payload}."),
        &subject[..subject.len() - 1].to_owned(),
        &tokens.other_issuer_access,
        &tokens.foreign_access,
        &"random".to_owned(),
    ] {
        assert_refused(&web.exchange(text, &[]), 400, "invalid_request");
    }
    let (id, secret) = office.house.client();
    office.keeper.change_client(&id, &|planted| *planted = registration()).expect("a registration");
    let portal = office.party(&id, &secret);
    for text in [&tokens.expired_access, &tokens.revoked_access, &tokens.disabled_access] {
        assert_refused(&portal.exchange(text, &[]), 400, "invalid_request");
    }
    assert_eq!(web.revoke(&refresh).status, 200);
    assert_refused(&web.exchange(&subject, &[]), 400, "invalid_request");
}

fn scope_and_audience_never_grow(engine: Engine) {
    // S47, S48, B46, B47, I19
    let office = Office::open(engine);
    let two = vec![API.to_owned(), "https://two.example".to_owned()];
    let web = office.register("web", Registration { audiences: two, ..registration() });
    let code = office.code_like("web", |_, code| {
        code.entitlement.scopes = ScopeSet::parse("read").expect("a scope");
        code.entitlement.audience = vec![API.to_owned()];
    });
    let subject = member(&web.redeem(&code), "access_token");
    for scope in ["read write", "write", "other"] {
        assert_refused(&web.exchange(&subject, &[("scope", scope)]), 400, "invalid_scope");
    }
    for (name, value) in [
        ("audience", "unknown"),
        ("resource", "https://two.example"),
        ("resource", "https://api.example#x"),
    ] {
        assert_refused(&web.exchange(&subject, &[(name, value)]), 400, "invalid_target");
    }
    let answer = web.exchange(&subject, &[("resource", API), ("audience", API)]);
    let claims = verified(&office, "/oauth2", &member(&answer, "access_token"), "at+jwt");
    assert_eq!((&claims["aud"], &claims["scope"]), (&json!(API), &json!("read")));
}

fn a_delegation_keeps_the_chain_of_actors_and_honours_may_act(engine: Engine) {
    // S49, B77
    let office = Office::open(engine);
    let may_act = vec!["api".to_owned()];
    let web = office.register("web", Registration { may_act, ..registration() });
    let (api, third) = (office.api(), office.register("third", registration()));
    let subject = meant_for_api(&office, &web);
    let own = member(&api.for_itself(&[]), "access_token");
    let with = |actor: &str| {
        api.exchange(&subject, &[("actor_token", actor), ("actor_token_type", ACCESS_TOKEN)])
    };
    let answer = with(&own);
    let claims = verified(&office, "/oauth2", &member(&answer, "access_token"), "at+jwt");
    assert_eq!((&claims["sub"], &claims["act"]), (&json!("alice"), &json!({"sub": "api"})));
    let kept = api.exchange(&member(&answer, "access_token"), &[]);
    let kept = api.introspect(&member(&kept, "access_token")).json();
    assert_eq!(kept["act"], json!({"sub": "api"}));
    assert_refused(&with(&subject), 400, "invalid_request");
    let others = member(&third.for_itself(&[("resource", API)]), "access_token");
    assert_refused(&with(&others), 400, "invalid_request");
}

fn a_child_outlives_the_access_token_it_came_from(engine: Engine) {
    // S50, I18: it is the family that it hangs on.
    let office = Office::open(engine);
    let web = office.web();
    let (access, refresh) = office.issued(&web);
    let child = member(&web.exchange(&access, &[]), "access_token");
    assert_eq!(web.revoke(&access).status, 200);
    assert!(!web.finds_active(&access) && web.finds_active(&child));
    assert_eq!(web.revoke(&refresh).status, 200);
    assert!(!web.finds_active(&child));
}

fn where_nobody_is_named_the_callers_own_token_acts(engine: Engine) {
    // S49, B77: an empty `may_act` is no permission for others.
    let office = Office::open(engine);
    let (web, api) = (office.web(), office.api());
    let subject = meant_for_api(&office, &web);
    let third = office.register("third", registration());
    let with = |actor: &str| {
        api.exchange(&subject, &[("actor_token", actor), ("actor_token_type", ACCESS_TOKEN)])
    };
    assert_eq!(with(&member(&api.for_itself(&[]), "access_token")).status, 200);
    let others = member(&third.for_itself(&[("resource", API)]), "access_token");
    assert_refused(&with(&others), 400, "invalid_request");
}

fn a_refresh_token_comes_only_to_a_client_that_gets_some(engine: Engine) {
    // B75
    let office = Office::open(engine);
    let none = Registration { refresh_lifetime: Some(Lifetime::default()), ..registration() };
    let (web, plain) = (office.web(), office.register("plain", none));
    let wanted = [("requested_token_type", REFRESH_TOKEN)];
    let of_plain = member(&plain.redeem(&office.code("plain")), "access_token");
    assert_refused(&plain.exchange(&of_plain, &wanted), 400, "invalid_request");
    let answer = web.exchange(&office.issued(&web).0, &wanted);
    assert_eq!(answer.json()["issued_token_type"], REFRESH_TOKEN, "{}", answer.text());
}

#[test]
fn a_token_that_a_client_got_for_itself_speaks_for_that_client_whoever_holds_it() {
    // RFC 8693 1.1: impersonation changes the holder, never the subject.
    let office = Office::open(Engine::Sqlite);
    let (web, api) = (office.web(), office.api());
    let may_act = vec!["api".to_owned()];
    let third = office.register("third", Registration { may_act, ..registration() });
    let told = |holder: &Party, token: &str| {
        let said = verified(&office, "/oauth2", token, "at+jwt");
        let body = holder.introspect(token).json();
        assert_eq!((&body["sub"], &body["client_id"]), (&said["sub"], &json!(holder.id)));
        assert_eq!(body.get("username"), None);
        said["sub"].clone()
    };
    let own = member(&web.for_itself(&[("resource", API)]), "access_token");
    assert_eq!(told(&web, &own), "web");
    let exchanged = member(&api.exchange(&own, &[]), "access_token");
    assert_eq!(told(&api, &exchanged), "web");
    assert_eq!(told(&api, &member(&api.exchange(&exchanged, &[]), "access_token")), "web");
    let refresh = api.exchange(&exchanged, &[("requested_token_type", REFRESH_TOKEN)]);
    let (first, next) = tokens(&api.refresh(&member(&refresh, "access_token")));
    let second = member(&api.refresh(&next), "access_token");
    assert_eq!((told(&api, &first), told(&api, &second)), (json!("web"), json!("web")));
    assert_eq!(api.introspect(&next).json()["active"], false, "it is used up");
    // Acting, it is still itself that acts.
    let actor = member(&api.for_itself(&[]), "access_token");
    let of_third = member(&third.for_itself(&[("resource", API)]), "access_token");
    let with = [("actor_token", &*actor), ("actor_token_type", ACCESS_TOKEN)];
    let acting = member(&api.exchange(&of_third, &with), "access_token");
    assert_eq!(told(&api, &acting), "third");
    assert_eq!(api.introspect(&acting).json()["act"], json!({"sub": "api"}));
}

fn exchanges_in_a_row_end_at_their_depth(engine: Engine) {
    // B76
    let office = Office::open(engine);
    let web = office.web();
    let (mut token, _) = office.issued(&web);
    let mut depth = 0;
    let refused = loop {
        let answer = web.exchange(&token, &[]);
        if answer.status != 200 {
            break answer;
        }
        depth += 1;
        assert!(depth <= 50, "no end");
        token = member(&answer, "access_token");
    };
    assert_refused(&refused, 400, "invalid_request");
    assert_eq!(depth, 8);
}

fn a_stopped_target_gets_no_token(engine: Engine) {
    // B67, past failure 9
    let office = Office::open(engine);
    let audiences = vec![API.to_owned(), "api".to_owned()];
    let web = office.register("web", Registration { audiences, ..registration() });
    office.api();
    let (subject, _) = office.issued(&web);
    assert_eq!(web.exchange(&subject, &[("audience", "api")]).status, 200);
    office
        .keeper
        .set_client_status("api", muster_domain::PartyStatus::Suspended)
        .expect("a status");
    for target in [("audience", "api"), ("resource", API)] {
        assert_refused(&web.exchange(&subject, &[target]), 400, "invalid_target");
        assert_refused(&web.for_itself(&[target]), 400, "invalid_target");
    }
    // Another one serves the same: the token is for that one.
    let serves = vec![API.to_owned()];
    office.register("api-two", Registration { serves, ..registration() });
    assert_eq!(web.exchange(&subject, &[("resource", API)]).status, 200);
    assert_refused(&web.exchange(&subject, &[("audience", "api")]), 400, "invalid_target");
}

both! {
    an_exchanged_token_is_its_holders_and_dies_with_its_parent_on_sqlite
        an_exchanged_token_is_its_holders_and_dies_with_its_parent_on_postgres
        whom_a_token_is_meant_for_exchanges_it;
    a_child_outlives_the_access_token_it_came_from_and_not_the_family_on_sqlite
        a_child_outlives_the_access_token_it_came_from_and_not_the_family_on_postgres
        a_child_outlives_the_access_token_it_came_from;
    where_nobody_is_named_the_callers_own_token_acts_on_sqlite
        where_nobody_is_named_the_callers_own_token_acts_on_postgres
        where_nobody_is_named_the_callers_own_token_acts;
    what_is_malformed_is_an_invalid_request_on_sqlite
        what_is_malformed_is_an_invalid_request_on_postgres
        what_is_malformed_is_an_invalid_request;
    what_is_said_to_be_a_jwt_is_one_on_sqlite
        what_is_said_to_be_a_jwt_is_one_on_postgres
        a_jwt_is_one;
    a_subject_that_is_not_good_or_not_within_reach_is_an_invalid_request_on_sqlite
        a_subject_that_is_not_good_or_not_within_reach_is_an_invalid_request_on_postgres
        a_subject_that_is_not_good_or_not_within_reach_is_an_invalid_request;
    scope_and_audience_never_grow_on_sqlite
        scope_and_audience_never_grow_on_postgres
        scope_and_audience_never_grow;
    a_delegation_keeps_the_chain_of_actors_and_honours_may_act_on_sqlite
        a_delegation_keeps_the_chain_of_actors_and_honours_may_act_on_postgres
        a_delegation_keeps_the_chain_of_actors_and_honours_may_act;
    a_refresh_token_comes_only_to_a_client_that_gets_some_on_sqlite
        a_refresh_token_comes_only_to_a_client_that_gets_some_on_postgres
        a_refresh_token_comes_only_to_a_client_that_gets_some;
    exchanges_in_a_row_end_at_their_depth_on_sqlite
        exchanges_in_a_row_end_at_their_depth_on_postgres
        exchanges_in_a_row_end_at_their_depth;
    a_stopped_target_gets_no_token_on_sqlite
        a_stopped_target_gets_no_token_on_postgres
        a_stopped_target_gets_no_token;
}
