//! The authorization-code grant over HTTP: what a code is bound to, and that it counts once.

use std::sync::Barrier;

use muster_crypto::challenge_of;
use muster_domain::{GrantName, Lifetime, Registration, ScopeSet, UserStatus};
use serde_json::Value;

use crate::client_credentials::verified;
use crate::house::Engine;
use crate::issuing::{
    API, Office, REDIRECT, VERIFIER, assert_invalid_grant, assert_refused, member, registration,
    tokens,
};
use crate::records::records_with;
use crate::wire::Answer;

fn a_code_is_good_once(engine: Engine) {
    // S10, B50, S32: whoever shows a redeemed code again ends what it was redeemed for.
    let office = Office::open(engine);
    let web = office.web();
    let code = office.code("web");
    let answer = web.redeem(&code);
    let (access, refresh) = tokens(&answer);
    assert_eq!(answer.header("Cache-Control"), Some("no-cache, no-store"));
    assert_eq!(answer.header("Pragma"), Some("no-cache"));
    let body = answer.json();
    assert_eq!((&body["token_type"], &body["expires_in"]), (&"Bearer".into(), &900.into()));
    assert_eq!(body["scope"], "openid read write");
    assert!(member(&answer, "id_token").split('.').count() == 3);
    assert!(web.finds_active(&access));
    assert_invalid_grant(&web.redeem(&code));
    assert!(!web.finds_active(&access));
    assert_invalid_grant(&web.refresh(&refresh));
}

fn of_64_one_redeems(engine: Engine) {
    // B51
    let office = Office::open(engine);
    let web = office.web();
    let code = office.code("web");
    let together = Barrier::new(64);
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let askers: Vec<_> = (0..64)
            .map(|_| {
                scope.spawn(|| {
                    together.wait();
                    web.redeem(&code)
                })
            })
            .collect();
        askers.into_iter().map(|asker| asker.join().expect("an answer")).collect()
    });
    let (good, bad): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert_eq!(good.len(), 1);
    // A full house may turn some away; it lets none of them in.
    for answer in bad.iter().filter(|answer| answer.status != 503) {
        assert_invalid_grant(answer);
    }
    let (access, refresh) = tokens(good[0]);
    assert!(!web.finds_active(&access));
    assert_invalid_grant(&web.refresh(&refresh));
}

fn strangers_kill_a_code_at_the_third_try(engine: Engine) {
    // S07, B52, B58
    let office = Office::open(engine);
    let (web, stranger) = (office.web(), office.register("stranger", registration()));
    let code = office.code("web");
    for _ in 0..2 {
        assert_invalid_grant(&stranger.redeem(&code));
    }
    assert_eq!(web.redeem(&code).status, 200, "two strangers burn nothing");
    let code = office.code("web");
    for _ in 0..3 {
        assert_invalid_grant(&stranger.redeem(&code));
    }
    assert_invalid_grant(&web.redeem(&code));
    // What was redeemed in time is out of a stranger's reach (B62).
    let code = office.code("web");
    let (access, refresh) = tokens(&web.redeem(&code));
    for _ in 0..4 {
        assert_invalid_grant(&stranger.redeem(&code));
    }
    assert!(web.finds_active(&access));
    assert_eq!(web.refresh(&refresh).status, 200);
    // Each attempt is in the trail, with whose it was.
    let records = records_with(&office.house, "code_shown_by_stranger", "\"times\":4");
    let shown = records.iter().filter(|record| record.event == "code_shown_by_stranger");
    let shown: Vec<Value> =
        shown.map(|record| serde_json::from_str(&record.body).expect("JSON")).collect();
    assert_eq!(shown.len(), 2 + 3 + 4);
    for record in shown {
        assert_eq!(
            (&record["actor_client"], &record["outcome"]),
            (&"stranger".into(), &"refused".into())
        );
    }
}

fn a_wrong_redirect_uri_or_verifier_is_refused_and_burns_nothing(engine: Engine) {
    // S08, S15, S18, B54, B55
    let office = Office::open(engine);
    let web = office.web();
    let code = office.code("web");
    let ask = |redirect: Option<&str>, verifier: Option<&str>| {
        let mut pairs = vec![("code", code.as_str())];
        pairs.extend(redirect.map(|uri| ("redirect_uri", uri)));
        pairs.extend(verifier.map(|verifier| ("code_verifier", verifier)));
        web.ask(GrantName::AuthorizationCode, &pairs)
    };
    let good = Some(VERIFIER);
    for uri in
        [None, Some(""), Some("https://portal.example/bacK"), Some("https://portal.example/back/")]
    {
        assert_invalid_grant(&ask(uri, good));
    }
    let (short, long) = (&VERIFIER[1..], VERIFIER.repeat(3));
    let wrong = format!("{}x", &VERIFIER[..42]);
    let (plus, challenge) = (format!("{}+", &VERIFIER[..42]), challenge_of(VERIFIER));
    for verifier in ["", short, &long, &long[..128], &wrong, &plus, &challenge] {
        assert_invalid_grant(&ask(Some(REDIRECT), Some(verifier)));
    }
    assert_invalid_grant(&ask(Some(REDIRECT), None));
    assert_eq!(ask(Some(REDIRECT), good).status, 200);
}

fn a_code_without_a_challenge_takes_no_verifier_and_serves_no_public_client(engine: Engine) {
    // S16, B55
    let office = Office::open(engine);
    let web = office.web();
    let app = office.app();
    let plain = |client| office.code_like(client, |_, code| code.challenge = None);
    assert_invalid_grant(&web.redeem(&plain("web")));
    let without = |party: &crate::issuing::Party, code: &str| {
        party.ask(GrantName::AuthorizationCode, &[("code", code), ("redirect_uri", REDIRECT)])
    };
    assert_eq!(without(&web, &plain("web")).status, 200);
    assert_invalid_grant(&without(&app, &plain("app")));
    assert_eq!(app.redeem(&office.code("app")).status, 200);
}

fn an_expired_code_and_one_of_a_disabled_user_are_refused(engine: Engine) {
    // S21, B49, B56, B58
    let office = Office::open(engine);
    let web = office.web();
    let expired = office.code_like("web", |_, code| {
        code.expires_at = code.issued_at;
        code.issued_at = code.issued_at.minus(Lifetime::from_seconds(60));
    });
    assert_invalid_grant(&web.redeem(&expired));
    let code = office.code("web");
    let alice = office.user("alice").key;
    office.seed.store.change(|unit| unit.set_user_status(alice, UserStatus::Disabled)).unwrap();
    assert_invalid_grant(&web.redeem(&code));
    office.seed.store.change(|unit| unit.set_user_status(alice, UserStatus::Active)).unwrap();
    assert_eq!(web.redeem(&code).status, 200);
}

fn a_code_gives_no_scope_that_the_client_has_lost(engine: Engine) {
    // B57, S25
    let office = Office::open(engine);
    let scopes = ScopeSet::parse("read").expect("scopes");
    let web = office.register("web", Registration { scopes, ..registration() });
    let answer = web.redeem(&office.code("web"));
    assert_eq!(member(&answer, "scope"), "read");
    assert!(answer.json().get("id_token").is_none(), "openid is gone too");
}

fn a_resource_narrows_the_access_token(engine: Engine) {
    // RFC 8707 2.2, S47, B46, B47, I19: what was granted stays in the refresh token.
    let office = Office::open(engine);
    let [two, three] = ["https://two.example", "https://three.example"];
    let audiences = [API, two, three].map(str::to_owned).to_vec();
    let web = office.register("web", Registration { audiences, ..registration() });
    let aud = |answer: &Answer| {
        let access = member(answer, "access_token");
        verified(&office, "/oauth2", &access, "at+jwt")["aud"].clone()
    };
    let ask = |code: &str, resources: &[&str]| {
        let mut pairs = vec![("code", code), ("redirect_uri", REDIRECT)];
        pairs.push(("code_verifier", VERIFIER));
        pairs.extend(resources.iter().map(|resource| ("resource", *resource)));
        web.ask(GrantName::AuthorizationCode, &pairs)
    };
    let granted = |audience: &[&str]| {
        office.code_like("web", |_, code| {
            code.entitlement.audience = audience.iter().map(|&name| name.to_owned()).collect();
        })
    };
    let code = granted(&[API, two]);
    for wrong in [three, "https://unknown.example", "/relative", "https://two.example#part"] {
        assert_refused(&ask(&code, &[API, wrong]), 400, "invalid_target");
    }
    let answer = ask(&code, &[two]);
    assert_eq!(aud(&answer), two, "and a refusal has burnt nothing");
    let (_, refresh) = tokens(&answer);
    let answer = web.refresh(&refresh);
    assert_eq!(aud(&answer), serde_json::json!([API, two]));
    let (_, refresh) = tokens(&answer);
    let again = [("refresh_token", refresh.as_str()), ("resource", API)];
    assert_eq!(aud(&web.ask(GrantName::RefreshToken, &again)), API);
    assert_eq!(aud(&ask(&granted(&[API, two]), &[""])), serde_json::json!([API, two]));
    // What was granted for nobody in particular is narrowed to what is registered.
    assert_eq!(aud(&ask(&granted(&[]), &[three])), three);
    assert_refused(&ask(&granted(&[]), &["https://unknown.example"]), 400, "invalid_target");
}

fn nothing_else_passes_for_a_code(engine: Engine) {
    // B48, B59: every other text of ours, every mutilation, and none at all.
    let office = Office::open(engine);
    let web = office.web();
    let (access, refresh) = office.issued(&web);
    let device = office.approved_device(&web);
    let code = office.code("web");
    for missing in [None, Some("")] {
        let mut pairs = vec![("redirect_uri", REDIRECT), ("code_verifier", VERIFIER)];
        pairs.extend(missing.map(|code| ("code", code)));
        assert_refused(&web.ask(GrantName::AuthorizationCode, &pairs), 400, "invalid_request");
    }
    let mut others = vec![access, refresh, device, "random".to_owned()];
    others.push(code[..code.len() - 1].to_owned());
    others.extend([format!("{code}="), code.to_uppercase(), format!("{code}{code}")]);
    let flipped = if code.ends_with('A') { 'B' } else { 'A' };
    others.push(format!("{}{flipped}", &code[..code.len() - 1]));
    for other in others {
        assert_invalid_grant(&web.redeem(&other));
    }
    assert_eq!(web.redeem(&code).status, 200);
}

both! {
    a_code_is_good_once_and_its_replay_ends_the_family_on_sqlite
        a_code_is_good_once_and_its_replay_ends_the_family_on_postgres
        a_code_is_good_once;
    of_64_redemptions_at_once_one_succeeds_and_its_family_ends_on_sqlite
        of_64_redemptions_at_once_one_succeeds_and_its_family_ends_on_postgres
        of_64_one_redeems;
    two_strangers_burn_no_code_and_the_third_kills_it_on_sqlite
        two_strangers_burn_no_code_and_the_third_kills_it_on_postgres
        strangers_kill_a_code_at_the_third_try;
    a_wrong_redirect_uri_or_verifier_is_refused_and_burns_nothing_on_sqlite
        a_wrong_redirect_uri_or_verifier_is_refused_and_burns_nothing_on_postgres
        a_wrong_redirect_uri_or_verifier_is_refused_and_burns_nothing;
    a_code_without_a_challenge_takes_no_verifier_and_serves_no_public_client_on_sqlite
        a_code_without_a_challenge_takes_no_verifier_and_serves_no_public_client_on_postgres
        a_code_without_a_challenge_takes_no_verifier_and_serves_no_public_client;
    an_expired_code_and_one_of_a_disabled_user_are_refused_on_sqlite
        an_expired_code_and_one_of_a_disabled_user_are_refused_on_postgres
        an_expired_code_and_one_of_a_disabled_user_are_refused;
    a_code_gives_no_scope_that_the_client_has_lost_on_sqlite
        a_code_gives_no_scope_that_the_client_has_lost_on_postgres
        a_code_gives_no_scope_that_the_client_has_lost;
    a_resource_narrows_the_access_token_of_a_code_and_not_its_grant_on_sqlite
        a_resource_narrows_the_access_token_of_a_code_and_not_its_grant_on_postgres
        a_resource_narrows_the_access_token;
    nothing_else_passes_for_a_code_on_sqlite
        nothing_else_passes_for_a_code_on_postgres
        nothing_else_passes_for_a_code;
}
