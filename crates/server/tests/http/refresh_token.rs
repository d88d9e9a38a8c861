//! The refresh-token grant over HTTP: each token yields one successor, and its reuse ends
//! the family.

use std::sync::Barrier;
use std::time::Duration;

use muster_domain::{GrantName, Lifetime, PartyStatus, Registration, ScopeSet};

use crate::house::Engine;
use crate::issuing::{
    API, Office, Party, assert_invalid_grant, assert_refused, member, registration, tokens,
};
use crate::wire::Answer;

fn wait(seconds: f64) {
    std::thread::park_timeout(Duration::from_secs_f64(seconds));
}

fn a_used_token_ends_its_family(engine: Engine) {
    // B64: without grace, which is the default.
    let office = Office::open(engine);
    let web = office.web();
    let (first_access, first) = office.issued(&web);
    let (access, second) = tokens(&web.refresh(&first));
    assert_ne!(first, second);
    assert!(web.finds_active(&first_access) && web.finds_active(&access));
    assert_invalid_grant(&web.refresh(&first));
    assert_invalid_grant(&web.refresh(&second));
    assert!(!web.finds_active(&access) && !web.finds_active(&first_access));
}

fn at_most_one_of_64_lives(engine: Engine) {
    // I17, I18: without grace the 63 others are reuse, and end the family.
    let office = Office::open(engine);
    let web = office.web();
    let (_, refresh) = office.issued(&web);
    let answers = at_once(&web, &refresh);
    let (good, bad): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert_eq!(good.len(), 1);
    for answer in bad.iter().filter(|answer| answer.status != 503) {
        assert_invalid_grant(answer);
    }
    let (access, successor) = tokens(good[0]);
    assert!(!web.finds_active(&access));
    assert_invalid_grant(&web.refresh(&successor));
}

fn at_once(web: &Party, refresh: &str) -> Vec<Answer> {
    let together = Barrier::new(64);
    std::thread::scope(|scope| {
        let askers: Vec<_> = (0..64)
            .map(|_| {
                scope.spawn(|| {
                    together.wait();
                    web.refresh(refresh)
                })
            })
            .collect();
        askers.into_iter().map(|asker| asker.join().expect("an answer")).collect()
    })
}

fn patient() -> Registration {
    Registration { refresh_grace: Lifetime::from_seconds(10), ..registration() }
}

fn grace_gives_the_same_again(engine: Engine) {
    // B63, D4, I17: byte for byte, also to 64 at once.
    let office = Office::open(engine);
    let web = office.register("web", patient());
    let (_, first) = office.issued(&web);
    let answers = at_once(&web, &first);
    let given: Vec<_> = answers.iter().filter(|answer| answer.status != 503).map(tokens).collect();
    assert!(given.iter().all(|pair| *pair == given[0]), "a family was forked");
    assert!(web.finds_active(&given[0].0));
    assert_eq!(web.refresh(&given[0].1).status, 200);
}

fn grace_ends_and_covers_no_grandparent_and_nothing_revoked(engine: Engine) {
    // B64, B65, B66
    let office = Office::open(engine);
    let brief = Registration { refresh_grace: Lifetime::from_millis(600), ..registration() };
    let brief = office.register("brief", brief);
    let (_, first) = office.issued(&brief);
    let (access, _) = tokens(&brief.refresh(&first));
    wait(0.7);
    assert_invalid_grant(&brief.refresh(&first));
    assert!(!brief.finds_active(&access), "B64: the family has ended");

    let web = office.register("web", patient());
    let (_, grandparent) = office.issued(&web);
    let (_, parent) = tokens(&web.refresh(&grandparent));
    let (access, child) = tokens(&web.refresh(&parent));
    assert_invalid_grant(&web.refresh(&grandparent));
    assert!(!web.finds_active(&access), "B65: the family has ended");
    assert_invalid_grant(&web.refresh(&child));

    let (_, first) = office.issued(&web);
    let (_, second) = tokens(&web.refresh(&first));
    assert_eq!(web.revoke(&second).status, 200);
    assert_invalid_grant(&web.refresh(&first));
    assert_invalid_grant(&web.refresh(&second));
}

fn a_stranger_neither_uses_nor_ends_anything(engine: Engine) {
    // B62
    let office = Office::open(engine);
    let (web, stranger) = (office.web(), office.register("stranger", registration()));
    let (_, refresh) = office.issued(&web);
    let (_, used) = office.issued(&web);
    let (_, next) = tokens(&web.refresh(&used));
    for text in [&refresh, &used] {
        assert_invalid_grant(&stranger.refresh(text));
    }
    assert_eq!(web.refresh(&refresh).status, 200);
    assert_eq!(web.refresh(&next).status, 200);
}

fn nothing_but_the_whole_token_is_a_refresh_token(engine: Engine) {
    // B60, B61, B71
    let office = Office::open(engine);
    let web = office.web();
    let (access, refresh) = office.issued(&web);
    for end in 1..refresh.len() {
        assert_invalid_grant(&web.refresh(&refresh[..end]));
    }
    let none = data_encoding::BASE64URL_NOPAD.encode(b"{\"alg\":\"none\"}");
    let payload = access.split('.').nth(1).expect("a payload");
    let doubled = refresh.repeat(2);
    for text in [&access, &doubled, &format!("{none}.{payload}."), &format!("{refresh}=")] {
        assert_invalid_grant(&web.refresh(text));
    }
    assert_refused(&web.refresh(""), 400, "invalid_request");
    assert_refused(&web.ask(GrantName::RefreshToken, &[]), 400, "invalid_request");
    assert_eq!(web.refresh(&refresh).status, 200);
}

fn scopes_narrow_for_one_answer_and_never_widen(engine: Engine) {
    // S12, B68, I19
    let office = Office::open(engine);
    let web = office.web();
    let narrow = |code: &mut muster_domain::AuthorizationCode| {
        code.entitlement.scopes = ScopeSet::parse("openid read").expect("scopes");
    };
    let code = office.code_like("web", |_, code| narrow(code));
    let (_, refresh) = tokens(&web.redeem(&code));
    let ask = |text: &str, scope: &str| {
        web.ask(GrantName::RefreshToken, &[("refresh_token", text), ("scope", scope)])
    };
    for wide in ["openid read write", "write", "other", "caf\u{e9}", "a\"b"] {
        assert_refused(&ask(&refresh, wide), 400, "invalid_scope");
    }
    let narrower = ask(&refresh, "read");
    assert_eq!(member(&narrower, "scope"), "read");
    let (_, refresh) = tokens(&narrower);
    assert_eq!(member(&web.refresh(&refresh), "scope"), "openid read");
}

fn a_family_ends_at_its_absolute_limit_however_often_it_is_used(engine: Engine) {
    // S22, B70
    let office = Office::open(engine);
    let web = office.web();
    let code = office.code_like("web", |transaction, code| {
        transaction.expires_at = Some(code.issued_at.plus(Lifetime::from_seconds(2)));
    });
    let (_, first) = tokens(&web.redeem(&code));
    let (_, second) = tokens(&web.refresh(&first));
    wait(2.1);
    assert_invalid_grant(&web.refresh(&second));
}

fn a_registration_that_loses_scopes_or_the_grant_loses_them_in_every_refresh(engine: Engine) {
    // B57, B67
    let office = Office::open(engine);
    let web = office.web();
    let (_, refresh) = office.issued(&web);
    let read = ScopeSet::parse("read").expect("a scope");
    office
        .keeper
        .change_client("web", &|registration| registration.scopes = read.clone())
        .expect("a change");
    let answer = web.refresh(&refresh);
    assert_eq!(member(&answer, "scope"), "read");
    let code = muster_domain::GrantNames::of(&[GrantName::AuthorizationCode]);
    office
        .keeper
        .change_client("web", &|registration| registration.grants = code)
        .expect("a change");
    assert_refused(&web.refresh(&tokens(&answer).1), 400, "unauthorized_client");
}

#[test]
fn scopes_of_which_none_is_left_are_refused_rather_than_kept_from_the_client() {
    // S10, B57: an answer without `scope` would say that everything was granted.
    let office = Office::open(Engine::Sqlite);
    let lenient = Registration { strict_scopes: false, ..registration() };
    let web = office.register("web", lenient);
    let (access, refresh) = office.issued(&web);
    let started = web.post("device_authorization", &[("scope", "other")]);
    assert_refused(&started, 400, "invalid_scope");
    assert_refused(&web.for_itself(&[("scope", "other")]), 400, "invalid_scope");
    assert_eq!(member(&web.for_itself(&[("scope", "other read")]), "scope"), "read");
    let none = |registration: &mut Registration| registration.scopes = ScopeSet::default();
    office.keeper.change_client("web", &none).expect("a change");
    assert_invalid_grant(&web.refresh(&refresh));
    assert_invalid_grant(&web.redeem(&office.code("web")));
    assert_refused(&web.exchange(&access, &[]), 400, "invalid_scope");
    let answer = web.for_itself(&[]);
    assert_eq!((answer.status, answer.json().get("scope")), (200, None), "nothing was asked for");
}

fn a_public_client_refreshes_with_rotation_and_without_a_secret(engine: Engine) {
    // S06
    let office = Office::open(engine);
    let app = office.app();
    let (_, first) = office.issued(&app);
    let (_, second) = tokens(&app.refresh(&first));
    assert_invalid_grant(&app.refresh(&first));
    assert_invalid_grant(&app.refresh(&second));
    let with_secret = office.party("app", "a-secret");
    assert_refused(&with_secret.refresh(&second), 401, "invalid_client");
}

#[test]
fn an_audience_that_is_taken_away_lives_on_in_no_code_and_no_refresh() {
    // I19, B57
    let office = Office::open(Engine::Sqlite);
    let two = vec![API.to_owned(), "https://two.example".to_owned()];
    let web = office.register("web", Registration { audiences: two.clone(), ..registration() });
    let code = || office.code_like("web", |_, code| code.entitlement.audience = two.clone());
    let (_, refresh) = tokens(&web.redeem(&code()));
    let leave = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let change = |planted: &mut Registration| planted.audiences = names.clone();
        office.keeper.change_client("web", &change).expect("a change");
    };
    leave(&[API]);
    let refreshed = web.refresh(&refresh);
    for answer in [&refreshed, &web.redeem(&code())] {
        assert_eq!(web.introspect(&member(answer, "access_token")).json()["aud"], API);
    }
    leave(&["https://three.example"]);
    assert_invalid_grant(&web.refresh(&tokens(&refreshed).1));
    assert_invalid_grant(&web.redeem(&code()));
}

fn no_refresh_mints_for_an_audience_that_is_stopped(engine: Engine) {
    // B67, past failure 9
    let office = Office::open(engine);
    let audiences = vec!["api".to_owned()];
    let web = office.register("web", Registration { audiences, ..registration() });
    office.api();
    let code = office.code_like("web", |_, code| {
        code.entitlement.audience = vec!["api".to_owned()];
    });
    let (_, refresh) = tokens(&web.redeem(&code));
    let set = |status| office.keeper.set_client_status("api", status).expect("a status");
    set(PartyStatus::Suspended);
    assert_invalid_grant(&web.refresh(&refresh));
    set(PartyStatus::Approved);
    assert_eq!(web.refresh(&refresh).status, 200);
}

both! {
    a_used_refresh_token_ends_its_family_on_sqlite
        a_used_refresh_token_ends_its_family_on_postgres
        a_used_token_ends_its_family;
    of_64_refreshes_at_once_one_succeeds_and_its_family_ends_on_sqlite
        of_64_refreshes_at_once_one_succeeds_and_its_family_ends_on_postgres
        at_most_one_of_64_lives;
    within_its_grace_a_used_token_yields_the_same_successor_on_sqlite
        within_its_grace_a_used_token_yields_the_same_successor_on_postgres
        grace_gives_the_same_again;
    grace_ends_and_covers_no_grandparent_and_nothing_revoked_on_sqlite
        grace_ends_and_covers_no_grandparent_and_nothing_revoked_on_postgres
        grace_ends_and_covers_no_grandparent_and_nothing_revoked;
    a_stranger_neither_uses_nor_ends_anything_on_sqlite
        a_stranger_neither_uses_nor_ends_anything_on_postgres
        a_stranger_neither_uses_nor_ends_anything;
    nothing_but_the_whole_token_is_a_refresh_token_on_sqlite
        nothing_but_the_whole_token_is_a_refresh_token_on_postgres
        nothing_but_the_whole_token_is_a_refresh_token;
    scopes_narrow_for_one_answer_and_never_widen_on_sqlite
        scopes_narrow_for_one_answer_and_never_widen_on_postgres
        scopes_narrow_for_one_answer_and_never_widen;
    a_family_ends_at_its_absolute_limit_however_often_it_is_used_on_sqlite
        a_family_ends_at_its_absolute_limit_however_often_it_is_used_on_postgres
        a_family_ends_at_its_absolute_limit_however_often_it_is_used;
    a_registration_that_loses_scopes_or_the_grant_loses_them_in_every_refresh_on_sqlite
        a_registration_that_loses_scopes_or_the_grant_loses_them_in_every_refresh_on_postgres
        a_registration_that_loses_scopes_or_the_grant_loses_them_in_every_refresh;
    a_public_client_refreshes_with_rotation_and_without_a_secret_on_sqlite
        a_public_client_refreshes_with_rotation_and_without_a_secret_on_postgres
        a_public_client_refreshes_with_rotation_and_without_a_secret;
    no_refresh_mints_for_an_audience_that_is_stopped_on_sqlite
        no_refresh_mints_for_an_audience_that_is_stopped_on_postgres
        no_refresh_mints_for_an_audience_that_is_stopped;
}
