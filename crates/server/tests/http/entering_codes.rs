//! `/device` over HTTP (RFC 8628 3.3): who may approve what, and what guessing comes to.

use muster_domain::UserStatus;

use crate::browser::Browser;
use crate::house::Engine;
use crate::issuing::{Office, assert_refused, member};
use crate::person::{form_to, logged_in};
use crate::virtual_issuers::{Two, two};
use crate::wire::{Answer, form};

const DEVICE: &str = "/oauth2/device";
const ALLOW: &[(&str, &str)] = &[("decision", "allow")];
const DENY: &[(&str, &str)] = &[("decision", "deny")];

/// Types a code on the page for it.
fn type_code(browser: &mut Browser, code: &str) -> Answer {
    let page = browser.get(DEVICE);
    assert_eq!(page.status, 200, "{}", page.text());
    browser.send(&page, &[("user_code", code)])
}

#[track_caller]
fn says(page: &Answer, status: u16, words: &str) {
    assert_eq!(page.status, status, "{}", page.text());
    assert!(page.text().contains(words), "{words}: {}", page.text());
}

fn a_person_types_the_code_and_the_device_gets_its_tokens(engine: Engine) {
    // S54
    let office = Office::open(engine);
    let tv = office.web();
    let started = tv.post("device_authorization", &[("scope", "openid read")]);
    let mut alice = logged_in(&office, "alice");
    // However it is typed.
    let typed = member(&started, "user_code").to_lowercase().replace('-', " - ");
    let confirm = type_code(&mut alice, &typed);
    says(&confirm, 200, "Connect this device?");
    says(&confirm, 200, &member(&started, "user_code"));
    says(&confirm, 200, "<bdi>alice</bdi>");
    assert_refused(&tv.poll(&member(&started, "device_code")), 400, "authorization_pending");
    says(&alice.send(&confirm, ALLOW), 200, "The device is connected");
    std::thread::park_timeout(std::time::Duration::from_millis(5_100));
    let answer = tv.poll(&member(&started, "device_code"));
    let told = tv.introspect(&member(&answer, "access_token")).json();
    assert_eq!((&told["active"], &told["sub"]), (&true.into(), &"alice".into()));
    says(&alice.send(&confirm, ALLOW), 400, "No device is waiting for this code");
}

fn whoever_says_no_connects_nothing(engine: Engine) {
    let office = Office::open(engine);
    let tv = office.web();
    let started = tv.post("device_authorization", &[]);
    let mut alice = logged_in(&office, "alice");
    let confirm = type_code(&mut alice, &member(&started, "user_code"));
    says(&alice.send(&confirm, DENY), 200, "The device was not connected");
    assert_refused(&tv.poll(&member(&started, "device_code")), 400, "access_denied");
    says(&alice.send(&confirm, ALLOW), 400, "No device is waiting for this code");
}

fn whoever_is_not_known_logs_in_first_and_comes_back_with_the_code(engine: Engine) {
    let office = Office::open(engine);
    let tv = office.web();
    let started = tv.post("device_authorization", &[]);
    office.with_account("alice");
    let mut browser = Browser::at(&office);
    let code = member(&started, "user_code");
    let page = browser.get(&format!("{DEVICE}?{}", form(&[("user_code", &code)])));
    says(&page, 200, "name=\"password\"");
    let back = browser.log_in(&page, "alice");
    says(&back, 200, &format!("value=\"{code}\""));
    // The link fills in and does no more (5.4).
    assert_refused(&tv.poll(&member(&started, "device_code")), 400, "authorization_pending");
    let confirm = browser.send(&back, &[("user_code", &code)]);
    says(&browser.send(&confirm, DENY), 200, "The device was not connected");
}

fn only_the_person_who_typed_the_code_approves_it(engine: Engine) {
    // S54: approval only by the person who claimed it.
    let office = Office::open(engine);
    let tv = office.web();
    let started = tv.post("device_authorization", &[]);
    let mut alice = logged_in(&office, "alice");
    let confirm = type_code(&mut alice, &member(&started, "user_code"));
    let ticket = form_to(&confirm, DEVICE).ticket;
    let with = |ticket: &str| [("ticket", ticket.to_owned()), ("decision", "allow".to_owned())];
    let send = |browser: &mut Browser, ticket: &str| {
        let pairs = with(ticket);
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
        browser.post(DEVICE, &pairs)
    };
    // Another browser, even of the same person.
    for user in ["mallory", "alice"] {
        let mut other = logged_in(&office, user);
        other.get(DEVICE);
        says(&send(&mut other, &ticket), 400, "open for too long");
    }
    // The same browser, in which somebody else has logged in.
    let (name, text) = office.session("bob");
    let mut shared = alice.clone();
    shared.cookies.insert(name, text);
    says(&send(&mut shared, &ticket), 400, "open for too long");
    // Another form's ticket, and none.
    let other = form_to(&alice.get(DEVICE), DEVICE).ticket;
    for ticket in [other.as_str(), "", "x"] {
        says(&send(&mut alice, ticket), 400, "open for too long");
    }
    assert_refused(&tv.poll(&member(&started, "device_code")), 400, "authorization_pending");
    says(&send(&mut alice, &ticket), 200, "The device is connected");
}

fn whoever_guesses_codes_waits_and_nobody_else_does(engine: Engine) {
    // B82, S54
    let office = Office::open(engine);
    let started = office.web().post("device_authorization", &[]);
    let mut mallory = logged_in(&office, "mallory");
    for guess in ["BBBBBBBB", "BBBB-BBBC", "aaaaaaaa", "", "x"] {
        let page = mallory.get(DEVICE);
        let page = mallory.send(&page, &[("user_code", guess)]);
        says(&page, 400, "No device is waiting for this code");
    }
    // The right one does not help any more, in whichever browser.
    let code = member(&started, "user_code");
    for mut browser in [mallory, logged_in(&office, "mallory")] {
        let locked = type_code(&mut browser, &code);
        says(&locked, 429, "name=\"user_code\"");
        let wait: u64 = locked.header("Retry-After").expect("a time").parse().expect("seconds");
        assert!((1..=12).contains(&wait), "{wait}");
    }
    let mut alice = logged_in(&office, "alice");
    says(&type_code(&mut alice, &code), 200, "Connect this device?");
}

fn nobody_approves_for_who_or_what_does_not_stand_well(engine: Engine) {
    let office = Office::open(engine);
    let tv = office.web();
    let started = tv.post("device_authorization", &[]);
    let mut alice = logged_in(&office, "alice");
    let confirm = type_code(&mut alice, &member(&started, "user_code"));
    office.keeper.set_client_status("web", muster_domain::PartyStatus::Suspended).expect("done");
    says(&alice.send(&confirm, ALLOW), 400, "No device is waiting for this code");
    office.keeper.set_client_status("web", muster_domain::PartyStatus::Approved).expect("done");
    office.keeper.set_user_status("alice", UserStatus::Disabled).expect("a change");
    says(&alice.send(&confirm, ALLOW), 200, "name=\"password\"");
    assert_refused(&tv.poll(&member(&started, "device_code")), 400, "authorization_pending");
}

fn a_code_is_of_one_issuer_and_so_is_a_session(engine: Engine) {
    let Two { first, second } = two(engine);
    let started = first.web().post("device_authorization", &[]);
    let mut browser = logged_in(&first, "alice");
    let there = "/oauth2/vo/device";
    says(&browser.get(there), 200, "name=\"password\"");
    let (name, text) = second.session("alice");
    browser.cookies.insert(name, text);
    let page = browser.get(there);
    let page = browser.send(&page, &[("user_code", &member(&started, "user_code"))]);
    says(&page, 400, "No device is waiting for this code");
    // A session's text means nothing at the other issuer.
    let (name, _) = first.session("alice");
    let (_, text) = second.session("alice");
    let mut crossed = Browser::at(&first);
    crossed.cookies.insert(name, text);
    says(&crossed.get(DEVICE), 200, "name=\"password\"");
}

#[test]
fn a_browser_without_cookies_is_told_so() {
    let office = Office::open(Engine::Sqlite);
    let page = Browser::at(&office).post(DEVICE, &[("user_code", "BBBBBBBB")]);
    assert_eq!(page.status, 400);
    let mut anybody = Browser::at(&office);
    let asked = anybody.get("/oauth2/me");
    assert_eq!(asked.status, 200);
    let answer = anybody.post(DEVICE, &[("user_code", "BBBBBBBB")]);
    says(&answer, 200, "name=\"password\"");
}

both! {
    a_person_types_the_code_and_the_device_gets_its_tokens_on_sqlite
        a_person_types_the_code_and_the_device_gets_its_tokens_on_postgres
        a_person_types_the_code_and_the_device_gets_its_tokens;
    whoever_says_no_connects_nothing_on_sqlite
        whoever_says_no_connects_nothing_on_postgres
        whoever_says_no_connects_nothing;
    whoever_is_not_known_logs_in_first_and_comes_back_with_the_code_on_sqlite
        whoever_is_not_known_logs_in_first_and_comes_back_with_the_code_on_postgres
        whoever_is_not_known_logs_in_first_and_comes_back_with_the_code;
    only_the_person_who_typed_the_code_approves_it_on_sqlite
        only_the_person_who_typed_the_code_approves_it_on_postgres
        only_the_person_who_typed_the_code_approves_it;
    whoever_guesses_codes_waits_and_nobody_else_does_on_sqlite
        whoever_guesses_codes_waits_and_nobody_else_does_on_postgres
        whoever_guesses_codes_waits_and_nobody_else_does;
    nobody_approves_for_who_or_what_does_not_stand_well_on_sqlite
        nobody_approves_for_who_or_what_does_not_stand_well_on_postgres
        nobody_approves_for_who_or_what_does_not_stand_well;
    a_code_is_of_one_issuer_and_so_is_a_session_on_sqlite
        a_code_is_of_one_issuer_and_so_is_a_session_on_postgres
        a_code_is_of_one_issuer_and_so_is_a_session;
}
