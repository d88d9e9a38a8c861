//! Revocation over HTTP (RFC 7009): what ends, whose it must be, and what is said.

use muster_domain::GrantName;

use crate::house::Engine;
use crate::issuing::{Office, assert_invalid_grant, assert_refused, registration, tokens};
use crate::wire::Request;

fn a_refresh_token_ends_its_family(engine: Engine) {
    // S30, S32: visible in the very next request.
    let office = Office::open(engine);
    let web = office.web();
    let (access, refresh) = office.issued(&web);
    let answer = web.revoke(&refresh);
    assert_eq!((answer.status, answer.text().as_str()), (200, ""));
    assert!(!web.finds_active(&access) && !web.finds_active(&refresh));
    assert_invalid_grant(&web.refresh(&refresh));
    assert_eq!(web.revoke(&refresh).status, 200, "again");

    let (access, refresh) = office.issued(&web);
    assert_eq!(web.revoke(&access).status, 200);
    assert!(!web.finds_active(&access));
    assert!(web.finds_active(&refresh), "an access token ends by itself");
    let (_, next) = tokens(&web.refresh(&refresh));
    assert_eq!(web.revoke(&refresh).status, 200, "a rotated one stands for its family");
    assert_invalid_grant(&web.refresh(&next));
}

fn whatever_the_hint_the_token_is_found(engine: Engine) {
    // S30
    let office = Office::open(engine);
    let web = office.web();
    for hint in ["access_token", "refresh_token", "unknown", ""] {
        let (access, refresh) = office.issued(&web);
        for text in [&access, &refresh] {
            let pairs = [("token", text.as_str()), ("token_type_hint", hint)];
            assert_eq!(web.post("revoke", &pairs).status, 200);
            assert!(!web.finds_active(text), "{hint}");
        }
    }
    assert_eq!(web.revoke("no-such-token").status, 200);
}

fn another_clients_token_is_refused_and_untouched(engine: Engine) {
    // B101, D7, I14
    let office = Office::open(engine);
    let (web, stranger) = (office.web(), office.register("stranger", registration()));
    let (access, refresh) = office.issued(&web);
    for text in [&access, &refresh] {
        assert_refused(&stranger.revoke(text), 400, "unauthorized_client");
    }
    let elsewhere = &office.house.tokens.other_issuer_access;
    assert_eq!(stranger.revoke(elsewhere).status, 200, "another issuer's is unknown");
    assert!(web.finds_active(&access) && web.finds_active(&refresh));
}

fn an_admin_revokes_tokens_of_its_clients_and_no_others(engine: Engine) {
    // D7
    let office = Office::open(engine);
    let (id, secret) = office.house.admin();
    let admin = office.party(&id, &secret);
    let planted = &office.house.tokens;
    assert_eq!(admin.revoke(&planted.alice_access).status, 200);
    let (id, secret) = office.house.client();
    let portal = office.party(&id, &secret);
    assert!(!portal.finds_active(&planted.alice_access));
    assert_refused(&admin.revoke(&planted.foreign_access), 400, "unauthorized_client");
}

fn a_malformed_revocation_is_refused(engine: Engine) {
    // S31, S34, B101
    let office = Office::open(engine);
    let web = office.web();
    let (access, _) = office.issued(&web);
    let nobody = Request::new("POST", "/oauth2/revoke").form(&[("token", &access)]);
    assert_refused(&nobody.send(office.house.address), 401, "invalid_client");
    assert_refused(&web.post("revoke", &[]), 400, "invalid_request");
    let twice = [("token", &*access), ("token", &*access)];
    assert_refused(&web.post("revoke", &twice), 400, "invalid_request");
    let huge = "x".repeat(1_024 * 1_024);
    assert_eq!(web.revoke(&huge).status, 413);
    let jsonp = format!("/oauth2/revoke?token={access}&callback=x");
    let got = Request::new("GET", &jsonp).basic(&web.id, &web.secret).send(office.house.address);
    assert_eq!((got.status, got.header("Allow")), (405, Some("POST")));
    assert!(web.finds_active(&access));
    // A code is no token: it stays as it is.
    let code = office.code("web");
    assert_eq!(web.revoke(&code).status, 200);
    assert_eq!(web.redeem(&code).status, 200);
    assert_refused(&web.ask(GrantName::RefreshToken, &[]), 400, "invalid_request");
}

both! {
    a_revoked_refresh_token_ends_its_family_at_once_on_sqlite
        a_revoked_refresh_token_ends_its_family_at_once_on_postgres
        a_refresh_token_ends_its_family;
    whatever_the_hint_the_token_is_found_on_sqlite
        whatever_the_hint_the_token_is_found_on_postgres
        whatever_the_hint_the_token_is_found;
    another_clients_token_is_refused_and_untouched_on_sqlite
        another_clients_token_is_refused_and_untouched_on_postgres
        another_clients_token_is_refused_and_untouched;
    an_admin_revokes_tokens_of_its_clients_and_no_others_on_sqlite
        an_admin_revokes_tokens_of_its_clients_and_no_others_on_postgres
        an_admin_revokes_tokens_of_its_clients_and_no_others;
    a_malformed_revocation_is_refused_on_sqlite
        a_malformed_revocation_is_refused_on_postgres
        a_malformed_revocation_is_refused;
}
