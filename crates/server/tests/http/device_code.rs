//! The device grant over HTTP: waiting, being slowed down, and one redemption.

use std::sync::Barrier;
use std::time::Duration;

use muster_domain::{GrantName, Registration, ScopeSet};
use muster_flows::{Decision, Unrecorded, decide_device};

use crate::client_credentials::verified;
use crate::house::Engine;
use crate::issuing::{
    API, Office, assert_invalid_grant, assert_refused, member, registration, tokens,
};
use crate::wire::Answer;

fn a_device_waits_and_is_served_once(engine: Engine) {
    // S51, S52, B79
    let office = Office::open(engine);
    let (tv, stranger) = (office.web(), office.register("stranger", registration()));
    let started = tv.post("device_authorization", &[("scope", "read")]);
    let (code, user_code) = (member(&started, "device_code"), member(&started, "user_code"));
    let body = started.json();
    assert_eq!((&body["expires_in"], &body["interval"]), (&600.into(), &5.into()));
    assert_eq!(member(&started, "verification_uri"), "https://issuer.example/oauth2/device");
    assert!(member(&started, "verification_uri_complete").ends_with(&user_code));
    assert_eq!(started.header("Cache-Control"), Some("no-cache, no-store"));
    assert_refused(&tv.poll(&code), 400, "authorization_pending");
    assert_invalid_grant(&stranger.poll(&code));
    assert_invalid_grant(&tv.poll(&user_code));
    // S54: case and dashes are the person's affair.
    let typed = user_code.to_lowercase().replace('-', "");
    let alice = office.user("alice");
    office.decide(&typed, Decision::Approve(&alice));
    let (access, refresh) = tokens(&tv.poll(&code));
    let told = tv.introspect(&access).json();
    assert_eq!((&told["sub"], &told["scope"]), (&"alice".into(), &"read".into()));
    assert_invalid_grant(&tv.poll(&code));
    assert_eq!(tv.refresh(&refresh).status, 200);
}

fn of_parallel_polls_one_is_served(engine: Engine) {
    // B81
    let office = Office::open(engine);
    let tv = office.web();
    let code = office.approved_device(&tv);
    let together = Barrier::new(16);
    let mut statuses: Vec<(u16, String)> = std::thread::scope(|scope| {
        let polls: Vec<_> = (0..16)
            .map(|_| {
                scope.spawn(|| {
                    together.wait();
                    let answer = tv.poll(&code);
                    (answer.status, answer.error())
                })
            })
            .collect();
        polls.into_iter().map(|poll| poll.join().expect("an answer")).collect()
    });
    statuses.retain(|(status, _)| *status != 503);
    let served = statuses.iter().filter(|(status, _)| *status == 200).count();
    assert_eq!(served, 1, "{statuses:?}");
    let refused = (400, "invalid_grant".to_owned());
    assert!(statuses.iter().all(|one| one.0 == 200 || *one == refused), "{statuses:?}");
}

fn a_device_that_polls_too_fast_is_slowed_down(engine: Engine) {
    // S51, B80: the interval grows by five seconds each time.
    let office = Office::open_with(engine, &[("MUSTER__TOKENS__DEVICE_INTERVAL_SECONDS", "1")]);
    let tv = office.web();
    let started = tv.post("device_authorization", &[]);
    let code = member(&started, "device_code");
    assert_refused(&tv.poll(&code), 400, "authorization_pending");
    std::thread::park_timeout(Duration::from_millis(1_100));
    assert_refused(&tv.poll(&code), 400, "authorization_pending");
    for _ in 0..10 {
        assert_refused(&tv.poll(&code), 400, "slow_down");
    }
    std::thread::park_timeout(Duration::from_millis(1_100));
    assert_refused(&tv.poll(&code), 400, "slow_down");
}

fn polls_at_once_are_slowed_down(engine: Engine) {
    // S51, B80
    let office = Office::open(engine);
    let tv = office.web();
    let code = member(&tv.post("device_authorization", &[]), "device_code");
    let together = Barrier::new(8);
    let mut told: Vec<String> = std::thread::scope(|scope| {
        let poll = || {
            together.wait();
            tv.poll(&code).error()
        };
        let polls: Vec<_> = (0..8).map(|_| scope.spawn(poll)).collect();
        polls.into_iter().map(|poll| poll.join().expect("an answer")).collect()
    });
    told.sort();
    let mut wanted = vec!["authorization_pending"];
    wanted.resize(8, "slow_down");
    assert_eq!(told, wanted);
}

#[test]
fn of_polls_at_once_all_but_one_are_slowed_down_on_sqlite() {
    polls_at_once_are_slowed_down(Engine::Sqlite);
}

#[test]
fn of_polls_at_once_all_but_one_are_slowed_down_on_postgres() {
    polls_at_once_are_slowed_down(Engine::Postgres);
}

fn a_denied_or_expired_device_is_told_so(engine: Engine) {
    // S52, B79
    let office = Office::open_with(engine, &[("MUSTER__TOKENS__DEVICE_CODE_SECONDS", "2")]);
    let tv = office.web();
    let denied = tv.post("device_authorization", &[]);
    office.decide(&member(&denied, "user_code"), Decision::Deny);
    assert_refused(&tv.poll(&member(&denied, "device_code")), 400, "access_denied");
    let late = tv.post("device_authorization", &[]);
    std::thread::park_timeout(Duration::from_millis(2_100));
    assert_refused(&tv.poll(&member(&late, "device_code")), 400, "expired_token");
    let alice = office.user("alice");
    let user_code = member(&late, "user_code");
    let decided =
        decide_device(&user_code, Decision::Approve(&alice), (&office.tools(), &Unrecorded));
    assert!(!decided.expect("an answer"), "too late for a decision");
}

#[test]
fn a_device_keeps_the_path_that_it_asked_for() {
    // I19: the registration allows more, and later less.
    let office = Office::open(Engine::Sqlite);
    let scopes = |text| ScopeSet::parse(text).expect("scopes");
    let wide = Registration { scopes: scopes("storage.read:/"), ..registration() };
    let tv = office.register("tv", wide);
    let started = tv.post("device_authorization", &[("scope", "storage.read:/data")]);
    let alice = office.user("alice");
    office.decide(&member(&started, "user_code"), Decision::Approve(&alice));
    let mut answer = tv.poll(&member(&started, "device_code"));
    for _ in 0..3 {
        assert_eq!(member(&answer, "scope"), "storage.read:/data");
        let (access, refresh) = tokens(&answer);
        assert_eq!(member(&tv.exchange(&access, &[]), "scope"), "storage.read:/data");
        answer = tv.refresh(&refresh);
    }
    let narrow = scopes("storage.read:/data/public");
    office
        .keeper
        .change_client("tv", &|planted| planted.scopes = narrow.clone())
        .expect("a change");
    let (access, refresh) = tokens(&answer);
    for answer in [tv.exchange(&access, &[]), tv.refresh(&refresh)] {
        assert_eq!(member(&answer, "scope"), "storage.read:/data/public");
    }
}

fn a_resource_narrows_the_access_token(engine: Engine) {
    // RFC 8707 2.2, S47, B46, B47, I19: what was granted stays in the refresh token.
    let office = Office::open(engine);
    let [two, three] = ["https://two.example", "https://three.example"];
    let audiences = [API, two, three].map(str::to_owned).to_vec();
    let tv = office.register("tv", Registration { audiences, ..registration() });
    let alice = office.user("alice");
    let aud = |answer: &Answer| {
        let access = member(answer, "access_token");
        verified(&office, "/oauth2", &access, "at+jwt")["aud"].clone()
    };
    let both = [("resource", API), ("resource", two)];
    let started = tv.post("device_authorization", &both);
    let code = member(&started, "device_code");
    office.decide(&member(&started, "user_code"), Decision::Approve(&alice));
    let poll = |resource: &str| {
        let pairs = [("device_code", code.as_str()), ("resource", resource)];
        tv.ask(GrantName::DeviceCode, &pairs)
    };
    for wrong in [three, "https://unknown.example", "/relative", "https://two.example#part"] {
        assert_refused(&poll(wrong), 400, "invalid_target");
    }
    let answer = poll(two);
    assert_eq!(aud(&answer), two, "and a refusal has burnt nothing");
    let (_, refresh) = tokens(&answer);
    assert_eq!(aud(&tv.refresh(&refresh)), serde_json::json!([API, two]));
}

fn nothing_else_passes_for_a_device_code(engine: Engine) {
    // B59, B79
    let office = Office::open(engine);
    let tv = office.web();
    let (access, refresh) = office.issued(&tv);
    for text in [&access, &refresh, &office.code("web"), &"random".to_owned()] {
        assert_invalid_grant(&tv.poll(text));
    }
    assert_refused(&tv.poll(""), 400, "invalid_request");
}

both! {
    a_device_waits_until_a_person_approves_and_is_served_once_on_sqlite
        a_device_waits_until_a_person_approves_and_is_served_once_on_postgres
        a_device_waits_and_is_served_once;
    of_parallel_polls_after_the_approval_one_is_served_on_sqlite
        of_parallel_polls_after_the_approval_one_is_served_on_postgres
        of_parallel_polls_one_is_served;
    a_device_that_polls_too_fast_is_slowed_down_on_sqlite
        a_device_that_polls_too_fast_is_slowed_down_on_postgres
        a_device_that_polls_too_fast_is_slowed_down;
    a_denied_or_expired_device_is_told_so_on_sqlite
        a_denied_or_expired_device_is_told_so_on_postgres
        a_denied_or_expired_device_is_told_so;
    a_resource_narrows_the_access_token_of_a_device_and_not_its_grant_on_sqlite
        a_resource_narrows_the_access_token_of_a_device_and_not_its_grant_on_postgres
        a_resource_narrows_the_access_token;
    nothing_else_passes_for_a_device_code_on_sqlite
        nothing_else_passes_for_a_device_code_on_postgres
        nothing_else_passes_for_a_device_code;
}
