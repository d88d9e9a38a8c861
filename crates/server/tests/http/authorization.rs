//! `/authorize` over HTTP: from a client's request through login and consent to its code, and
//! everything that must not come of it.

use muster_admin::Proof;
use muster_domain::{ClientKind, GrantName, GrantNames, Registration, UserStatus};

use crate::browser::{Browser, asking, form_of, location, parameters, told};
use crate::house::Engine;
use crate::issuing::{
    ISSUER, Office, REDIRECT, assert_invalid_grant, member, public, registration,
};
use crate::wire::Answer;

fn a_person_logs_in_and_allows_and_the_client_gets_tokens(engine: Engine) {
    // S17, S20
    let office = Office::open(engine);
    let web = office.web();
    office.with_account("alice");
    let mut browser = Browser::at(&office);
    let page = browser.get(&asking("web", &[("login_hint", "alice")]));
    assert_eq!(page.status, 200);
    assert!(page.text().contains("value=\"alice\""), "the hint is written in");
    let consent = browser.log_in(&page, "alice");
    assert!(consent.text().contains("<bdi>alice</bdi>"), "{}", consent.text());
    let told = told(&browser.send(&consent, &[("decision", "allow")]));
    assert_eq!(told["iss"], ISSUER);
    assert_eq!(told["state"], "s-t a&te");
    let answer = web.redeem(&told["code"]);
    let (access, id_token) = (member(&answer, "access_token"), member(&answer, "id_token"));
    assert!(web.finds_active(&access));
    let claims = claims(&id_token);
    assert_eq!((&claims["sub"], &claims["nonce"]), (&"alice".into(), &"n-once".into()));
    assert!(claims["auth_time"].is_i64());
    assert_invalid_grant(&web.redeem(&told["code"]));
    assert!(!web.finds_active(&access), "B50: a replay ends the family");
}

/// The claims of a JWT whose signature others verify.
fn claims(jwt: &str) -> serde_json::Value {
    let claims = jwt.split('.').nth(1).expect("claims");
    let claims = data_encoding::BASE64URL_NOPAD.decode(claims.as_bytes()).expect("base64url");
    serde_json::from_slice(&claims).expect("JSON")
}

fn what_was_allowed_is_not_asked_again_but_more_is(engine: Engine) {
    let office = Office::open(engine);
    let _web = office.web();
    let (mut browser, _) = office.allowed("alice", "web");
    let again = told(&browser.get(&asking("web", &[])));
    assert!(again["code"].starts_with("mst_ac_"));
    let more = browser.get(&asking("web", &[("scope", "openid read write")]));
    assert!(more.text().contains("Allow access"), "more is asked for");
    let anew = browser.get(&asking("web", &[("prompt", "consent")]));
    assert!(anew.text().contains("Allow access"), "the client wants it said anew");
    let none = told(&browser.get(&asking("web", &[("prompt", "none")])));
    assert!(none.contains_key("code"), "{none:?}");
    let none = [("prompt", "none"), ("scope", "openid write")];
    assert_eq!(told(&browser.get(&asking("web", &none)))["error"], "consent_required");
    let nobody = told(&Browser::at(&office).get(&asking("web", &[("prompt", "none")])));
    assert_eq!((&*nobody["error"], &*nobody["iss"]), ("login_required", ISSUER));
    assert_eq!(nobody["state"], "s-t a&te");
}

fn a_public_client_is_asked_about_each_time(engine: Engine) {
    let office = Office::open(engine);
    let _app = office.app();
    let (mut browser, _) = office.allowed("alice", "app");
    let again = browser.get(&asking("app", &[]));
    assert!(again.text().contains("Allow access"), "{}", again.text());
    let none = told(&browser.get(&asking("app", &[("prompt", "none")])));
    assert_eq!(none["error"], "consent_required");
}

fn whoever_says_no_gives_nothing(engine: Engine) {
    let office = Office::open(engine);
    let _web = office.web();
    office.with_account("alice");
    let mut browser = Browser::at(&office);
    let page = browser.get(&asking("web", &[]));
    let consent = browser.log_in(&page, "alice");
    let no = told(&browser.send(&consent, &[("decision", "deny")]));
    assert_eq!(no["error"], "access_denied");
    assert!(!no.contains_key("code"));
    let again = browser.get(&asking("web", &[]));
    assert!(again.text().contains("Allow access"), "a no is not remembered");
}

fn nothing_is_sent_to_an_unregistered_place(engine: Engine) {
    // S19
    let office = Office::open(engine);
    let _web = office.web();
    let mut browser = Browser::at(&office);
    let other = [
        format!("{REDIRECT}?a=b"),
        format!("{REDIRECT}/"),
        format!("{REDIRECT}#"),
        format!("{REDIRECT};x"),
        REDIRECT.replace("portal", "user@portal"),
        REDIRECT.replace("back", "BACK"),
        REDIRECT.replace("back", "%62ack"),
        REDIRECT.replace("portal.example", "portal.example:8443"),
        "https://evil.example/".to_owned(),
        "javascript:alert(1)".to_owned(),
    ];
    for uri in &other {
        for more in [("scope", "openid"), ("response_type", "token"), ("prompt", "none")] {
            let page = browser.get(&asking("web", &[("redirect_uri", uri), more]));
            assert_trouble(&page, 400);
        }
    }
    for client in ["nobody", "web2"] {
        assert_trouble(&browser.get(&asking(client, &[])), 400);
    }
    let (admin, _) = office.house.admin();
    assert_trouble(&browser.get(&asking(&admin, &[])), 400);
}

/// A page for the person, which leads nowhere.
#[track_caller]
fn assert_trouble(page: &Answer, status: u16) {
    assert_eq!(page.status, status, "{}", page.text());
    assert_eq!(page.header("location"), None);
    assert!(page.header("content-type").unwrap().starts_with("text/html"));
    assert!(page.header("content-security-policy").unwrap().contains("frame-ancestors 'none'"));
}

fn what_is_wrong_with_a_question_is_told_to_the_client(engine: Engine) {
    // S17, S25, B47
    let office = Office::open(engine);
    let _web = office.web();
    let mut browser = Browser::at(&office);
    for (changes, error) in [
        (&[("code_challenge_method", "plain")][..], "invalid_request"),
        (&[("code_challenge_method", "")], "invalid_request"),
        (&[("code_challenge", ""), ("code_challenge_method", "")], "invalid_request"),
        (&[("response_type", "token")], "unsupported_response_type"),
        (&[("response_type", "")], "invalid_request"),
        (&[("scope", "openid admin")], "invalid_scope"),
        (&[("scope", "a  b")], "invalid_scope"),
        (&[("resource", "urn:x")], "invalid_target"),
        (&[("request", "e30")], "request_not_supported"),
        (&[("request_uri", "https://a.example/")], "request_uri_not_supported"),
        (&[("claims", "{}")], "invalid_request"),
        (&[("prompt", "none login")], "invalid_request"),
        (&[("max_age", "-1")], "invalid_request"),
        (&[("response_mode", "web_message")], "invalid_request"),
    ] {
        let told = told(&browser.get(&asking("web", changes)));
        assert_eq!(told["error"], error, "{changes:?}: {told:?}");
        assert_eq!((&*told["state"], &*told["iss"]), ("s-t a&te", ISSUER));
    }
    let twice = format!("{}&state=b", asking("web", &[]));
    assert_trouble(&browser.get(&twice), 400);
}

fn an_answer_comes_in_the_query_the_fragment_or_a_form(engine: Engine) {
    let office = Office::open(engine);
    let _web = office.web();
    let (mut browser, _) = office.allowed("alice", "web");
    let place = location(&browser.get(&asking("web", &[("response_mode", "fragment")])));
    let (uri, fragment) = place.split_once('#').unwrap();
    assert_eq!(uri, REDIRECT);
    assert!(parameters(fragment)["code"].starts_with("mst_ac_"));
    let page = browser.get(&asking("web", &[("response_mode", "form_post")]));
    assert_eq!(page.status, 200);
    let (text, policy) = (page.text(), page.header("content-security-policy").unwrap().to_owned());
    assert!(text.contains(&format!("action=\"{REDIRECT}\"")), "{text}");
    assert!(text.contains("name=\"code\" value=\"mst_ac_"), "{text}");
    assert!(policy.contains("form-action 'self' https://portal.example;"), "{policy}");
    let wrong = [("response_mode", "fragment"), ("scope", "admin")];
    let place = location(&browser.get(&asking("web", &wrong)));
    assert_eq!(parameters(place.split_once('#').unwrap().1)["error"], "invalid_scope");
}

fn whoever_must_log_in_anew_does_so_once_and_under_another_session(engine: Engine) {
    // max_age, prompt=login, session fixation
    let office = Office::open(engine);
    let _web = office.web();
    let (mut browser, _) = office.allowed("alice", "web");
    for changes in [("prompt", "login"), ("max_age", "0")] {
        let before = browser.session().unwrap().clone();
        let page = browser.get(&asking("web", &[changes]));
        assert!(page.text().contains("password"), "{}", page.text());
        let answer = browser.log_in(&page, "alice");
        assert!(told(&answer).contains_key("code"));
        assert_ne!(*browser.session().unwrap(), before);
        let mut old = browser.clone();
        old.cookies.values_mut().for_each(|value| {
            if value.starts_with("mst_ss_") {
                *value = before.clone();
            }
        });
        let page = old.get(&asking("web", &[]));
        assert!(page.text().contains("password"), "the session before is over");
    }
    assert!(told(&browser.get(&asking("web", &[("max_age", "3600")]))).contains_key("code"));
}

fn a_form_counts_in_its_own_browser_and_session_alone(engine: Engine) {
    // CSRF: the ticket is bound to the browser, and consent to the session that was asked.
    let office = Office::open(engine);
    let _web = office.web();
    for user in ["alice", "mallory"] {
        office.with_account(user);
    }
    let (mut alice, mut mallory) = (Browser::at(&office), Browser::at(&office));
    let page = alice.get(&asking("web", &[]));
    let theirs = mallory.get(&asking("web", &[]));
    let fields = [("username", "mallory"), ("password", crate::browser::PASSWORD)];
    let crossed = form_of(&theirs);
    let mut pairs = vec![("ticket", crossed.ticket.as_str())];
    pairs.extend_from_slice(&fields);
    assert_trouble(&alice.post(&crossed.action, &pairs), 400);
    assert_trouble(&alice.post("/oauth2/login", &fields), 400);
    assert_trouble(&Browser::at(&office).post(&crossed.action, &pairs), 400);
    let consent = alice.log_in(&page, "alice");
    let shown = form_of(&consent);
    let decision = [("ticket", shown.ticket.as_str()), ("decision", "allow")];
    assert_trouble(&alice.post("/oauth2/login", &decision), 400);
    let other = mallory.log_in(&theirs, "mallory");
    assert_trouble(&mallory.post(&shown.action, &decision), 400);
    let own = form_of(&other).ticket;
    assert_trouble(&alice.post(&shown.action, &[("ticket", &own), ("decision", "allow")]), 400);
    let again = alice.get(&asking("web", &[("prompt", "login")]));
    alice.log_in(&again, "mallory");
    assert_trouble(&alice.post(&shown.action, &decision), 400);
}

fn a_wrong_password_is_told_and_too_many_wait_but_nobody_is_locked_out(engine: Engine) {
    let per_pair = ("MUSTER__LOGIN__FAILURES_PER_USER_AND_ADDRESS", "3");
    let office = Office::open_with(engine, &[per_pair]);
    let _web = office.web();
    office.with_account("alice");
    let mut guesser = Browser::at(&office);
    let mut page = guesser.get(&asking("web", &[]));
    for (user, status) in [("alice", 401), ("nobody", 401), ("alice", 401), ("alice", 401)] {
        page = guesser.send(&page, &[("username", user), ("password", "wrong")]);
        assert_eq!(page.status, status, "{}", page.text());
        assert_eq!(guesser.session(), None);
    }
    let page = guesser.send(&page, &[("username", "alice"), ("password", crate::browser::PASSWORD)]);
    assert_eq!(page.status, 429);
    assert!(page.header("retry-after").unwrap().parse::<u64>().unwrap() >= 1);
    let elsewhere = crate::wire::Request::new("GET", &asking("web", &[]));
    let answer = office.house.send_from([127, 0, 0, 9], &elsewhere);
    assert_eq!(answer.status, 200);
}

fn disabling_somebody_ends_their_sessions_and_codes_at_once(engine: Engine) {
    // B56, section 7.3 of the invariants
    let office = Office::open(engine);
    let web = office.web();
    let (mut browser, code) = office.allowed("alice", "web");
    office.keeper.set_user_status("alice", UserStatus::Disabled).unwrap();
    assert_invalid_grant(&web.redeem(&code));
    let page = browser.get(&asking("web", &[]));
    assert!(page.text().contains("password"), "{}", page.text());
    let fields = [("username", "alice"), ("password", crate::browser::PASSWORD)];
    assert_eq!(browser.send(&page, &fields).status, 401, "a disabled user is told nothing else");
}

fn a_client_that_is_not_in_good_standing_gets_nobody(engine: Engine) {
    let office = Office::open(engine);
    let _web = office.web();
    let grants = GrantNames::of(&[GrantName::ClientCredentials]);
    let _robot = office.register("robot", Registration { grants, ..registration() });
    let mut browser = Browser::at(&office);
    assert_eq!(told(&browser.get(&asking("robot", &[])))["error"], "unauthorized_client");
    let suspended = muster_domain::PartyStatus::Suspended;
    office.keeper.set_client_status("web", suspended).unwrap();
    assert_trouble(&browser.get(&asking("web", &[])), 400);
}

fn a_confidential_client_may_leave_out_pkce_if_its_keeper_says_so(engine: Engine) {
    // S16
    let office = Office::open(engine);
    let old = Registration { codes_without_challenge: true, ..registration() };
    let old = office.register("old", old);
    let open = Registration { codes_without_challenge: true, ..public() };
    let _open = office.register_with("open", open, Proof::Nothing);
    assert_eq!(office.client("open").kind, ClientKind::Public);
    let (mut browser, _) = office.allowed("alice", "old");
    let bare = [("code_challenge", ""), ("code_challenge_method", "")];
    let code = told(&browser.get(&asking("old", &bare))).remove("code").unwrap();
    assert_invalid_grant(&old.redeem(&code));
    let code = told(&browser.get(&asking("old", &bare))).remove("code").unwrap();
    let pairs = [("code", code.as_str()), ("redirect_uri", REDIRECT)];
    assert_eq!(old.ask(GrantName::AuthorizationCode, &pairs).status, 200);
    assert_eq!(told(&browser.get(&asking("open", &bare)))["error"], "invalid_request");
}

fn pages_are_dressed_for_browsers_and_so_is_their_style_sheet(engine: Engine) {
    // Clickjacking, injection: the policy of every page; /login and /consent take forms alone.
    let office = Office::open(engine);
    let _web = office.web();
    office.with_account("alice");
    let mut browser = Browser::at(&office);
    let page = browser.get(&asking("web", &[("login_hint", "\"><script>alert(1)</script>")]));
    assert!(!page.text().contains("<script"), "{}", page.text());
    let consent = browser.log_in(&page, "alice");
    for page in [&page, &consent] {
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; style-src 'self'"), "{policy}");
        assert!(policy.contains("form-action 'self' https://portal.example;"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'; base-uri 'none'"), "{policy}");
        assert_eq!(page.header("x-frame-options"), Some("DENY"));
        assert_eq!(page.header("cache-control"), Some("no-cache, no-store"));
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    }
    let text = page.text();
    let sheet = text.split_once("href=\"").unwrap().1.split_once('"').unwrap().0;
    let sheet = browser.get(sheet);
    assert_eq!((sheet.status, sheet.header("content-type")), (200, Some("text/css;charset=UTF-8")));
    assert!(sheet.header("cache-control").unwrap().contains("immutable"));
}

both! {
    pages_are_dressed_for_browsers_and_so_is_their_style_sheet_on_sqlite
        pages_are_dressed_for_browsers_and_so_is_their_style_sheet_on_postgres
        pages_are_dressed_for_browsers_and_so_is_their_style_sheet;
    a_person_logs_in_and_allows_and_the_client_gets_tokens_on_sqlite
        a_person_logs_in_and_allows_and_the_client_gets_tokens_on_postgres
        a_person_logs_in_and_allows_and_the_client_gets_tokens;
    what_was_allowed_is_not_asked_again_but_more_is_on_sqlite
        what_was_allowed_is_not_asked_again_but_more_is_on_postgres
        what_was_allowed_is_not_asked_again_but_more_is;
    a_public_client_is_asked_about_each_time_on_sqlite
        a_public_client_is_asked_about_each_time_on_postgres
        a_public_client_is_asked_about_each_time;
    whoever_says_no_gives_nothing_on_sqlite
        whoever_says_no_gives_nothing_on_postgres
        whoever_says_no_gives_nothing;
    nothing_is_sent_to_an_unregistered_place_on_sqlite
        nothing_is_sent_to_an_unregistered_place_on_postgres
        nothing_is_sent_to_an_unregistered_place;
    what_is_wrong_with_a_question_is_told_to_the_client_on_sqlite
        what_is_wrong_with_a_question_is_told_to_the_client_on_postgres
        what_is_wrong_with_a_question_is_told_to_the_client;
    an_answer_comes_in_the_query_the_fragment_or_a_form_on_sqlite
        an_answer_comes_in_the_query_the_fragment_or_a_form_on_postgres
        an_answer_comes_in_the_query_the_fragment_or_a_form;
    whoever_must_log_in_anew_does_so_once_and_under_another_session_on_sqlite
        whoever_must_log_in_anew_does_so_once_and_under_another_session_on_postgres
        whoever_must_log_in_anew_does_so_once_and_under_another_session;
    a_form_counts_in_its_own_browser_and_session_alone_on_sqlite
        a_form_counts_in_its_own_browser_and_session_alone_on_postgres
        a_form_counts_in_its_own_browser_and_session_alone;
    a_wrong_password_is_told_and_too_many_wait_but_nobody_is_locked_out_on_sqlite
        a_wrong_password_is_told_and_too_many_wait_but_nobody_is_locked_out_on_postgres
        a_wrong_password_is_told_and_too_many_wait_but_nobody_is_locked_out;
    disabling_somebody_ends_their_sessions_and_codes_at_once_on_sqlite
        disabling_somebody_ends_their_sessions_and_codes_at_once_on_postgres
        disabling_somebody_ends_their_sessions_and_codes_at_once;
    a_client_that_is_not_in_good_standing_gets_nobody_on_sqlite
        a_client_that_is_not_in_good_standing_gets_nobody_on_postgres
        a_client_that_is_not_in_good_standing_gets_nobody;
    a_confidential_client_may_leave_out_pkce_if_its_keeper_says_so_on_sqlite
        a_confidential_client_may_leave_out_pkce_if_its_keeper_says_so_on_postgres
        a_confidential_client_may_leave_out_pkce_if_its_keeper_says_so;
}
