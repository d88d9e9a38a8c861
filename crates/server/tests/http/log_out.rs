//! `/logout` over HTTP (OpenID Connect RP-Initiated Logout 1.0): who is logged out by whom, and
//! where they are brought.

use muster_domain::Registration;

use crate::browser::{Browser, location};
use crate::house::Engine;
use crate::issuing::{Office, Party, member, registration};
use crate::person::{form_to, logged_in};
use crate::wire::{Answer, form};

const LOG_OUT: &str = "/oauth2/logout";
const BYE: &str = "https://portal.example/bye?a=b";

/// The client, which has a place for people who have left.
fn portal(office: &Office) -> Party {
    let post_logout_redirect_uris = vec![BYE.to_owned()];
    office.register("web", Registration { post_logout_redirect_uris, ..registration() })
}

/// An ID token of this user at this client.
fn id_token(office: &Office, party: &Party, user: &str) -> String {
    member(&party.redeem(&office.code_of(user, &party.id, |_, _| {})), "id_token")
}

fn place(pairs: &[(&str, &str)]) -> String {
    format!("{LOG_OUT}?{}", form(pairs))
}

#[track_caller]
fn is_asked(browser: &Browser, page: &Answer) {
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(page.text().contains("Logging out ends your session"), "{}", page.text());
    assert!(browser.session().is_some(), "a link logs nobody out");
}

#[track_caller]
fn is_out(browser: &mut Browser) {
    assert_eq!(browser.session(), None);
    assert!(browser.get("/oauth2/me").text().contains("name=\"password\""));
}

fn a_client_that_shows_its_id_token_logs_its_person_out(engine: Engine) {
    let office = Office::open(engine);
    let web = portal(&office);
    let mut alice = logged_in(&office, "alice");
    let before = alice.clone();
    let hint = id_token(&office, &web, "alice");
    let pairs =
        [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", BYE), ("state", "s&t")];
    let answer = alice.get(&place(&pairs));
    assert_eq!(location(&answer), format!("{BYE}&state=s%26t"));
    is_out(&mut alice);
    // Whoever kept the cookie has nothing.
    let mut kept = before;
    assert!(kept.get("/oauth2/me").text().contains("name=\"password\""));
    // Who is out already goes the same way, and by POST as well.
    let answer = alice.post(LOG_OUT, &pairs);
    let onward = location(&answer);
    assert_eq!(location(&alice.get(&onward)), format!("{BYE}&state=s%26t"));
}

fn a_link_alone_logs_nobody_out(engine: Engine) {
    let office = Office::open(engine);
    let web = portal(&office);
    let mut alice = logged_in(&office, "alice");
    let bobs = id_token(&office, &web, "bob");
    let broken = bobs.replace('.', "A.");
    let (access, _) = office.issued(&web);
    for pairs in [
        vec![],
        vec![("id_token_hint", bobs.as_str())],
        vec![("id_token_hint", broken.as_str())],
        vec![("id_token_hint", access.as_str())],
        vec![("client_id", "web"), ("post_logout_redirect_uri", BYE)],
        vec![("ticket", "x")],
    ] {
        let page = alice.get(&place(&pairs));
        is_asked(&alice, &page);
    }
    let page = alice.get(&place(&[("client_id", "web"), ("post_logout_redirect_uri", BYE)]));
    let policy = page.header("Content-Security-Policy").expect("a policy");
    assert!(policy.contains("https://portal.example"), "{policy}");
    assert_eq!(location(&alice.send(&page, &[])), BYE);
    is_out(&mut alice);
}

fn nobody_is_brought_to_a_place_that_is_not_registered(engine: Engine) {
    let office = Office::open(engine);
    let web = portal(&office);
    let hint = id_token(&office, &web, "alice");
    for uri in [
        "https://portal.example/bye",
        "https://portal.example/bye?a=b&c",
        "https://portal.example/back",
        "https://evil.example/",
        "javascript:alert(1)",
        "//evil.example",
    ] {
        let mut alice = logged_in(&office, "alice");
        let pairs = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", uri)];
        let page = alice.get(&place(&pairs));
        assert_eq!((page.status, page.header("location")), (200, None), "{uri}");
        assert!(page.text().contains("You are logged out"), "{}", page.text());
        is_out(&mut alice);
    }
    let other = office.register("notebook", registration());
    let mut alice = logged_in(&office, "alice");
    let pairs = [("client_id", other.id.as_str()), ("post_logout_redirect_uri", BYE)];
    let page = alice.get(&place(&pairs));
    assert!(page.header("location").is_none(), "another client's place");
    let mixed = [("client_id", other.id.as_str()), ("id_token_hint", hint.as_str())];
    assert_eq!(alice.get(&place(&mixed)).status, 400);
    assert!(alice.session().is_some());
}

fn a_form_of_another_session_logs_nobody_out(engine: Engine) {
    let office = Office::open(engine);
    let mut mallory = logged_in(&office, "mallory");
    let theirs = form_to(&mallory.get(LOG_OUT), LOG_OUT).ticket;
    let mut alice = logged_in(&office, "alice");
    let page = alice.get("/oauth2/me");
    let ticket = form_to(&page, LOG_OUT).ticket;
    let of_list = form_to(&page, "/oauth2/me").ticket;
    let mut anew = alice.clone();
    let (name, text) = office.session("alice");
    anew.cookies.insert(name, text);
    for (browser, ticket) in [(&mut alice, theirs.as_str()), (&mut anew, ticket.as_str())] {
        assert_eq!(browser.post(LOG_OUT, &[("ticket", ticket)]).status, 400);
    }
    assert_eq!(alice.post(LOG_OUT, &[("ticket", &of_list)]).status, 400);
    assert!(alice.get("/oauth2/me").text().contains("<bdi>alice</bdi>"), "still in");
    let out = alice.post(LOG_OUT, &[("ticket", &ticket)]);
    assert!(out.text().contains("You are logged out"), "{}", out.text());
    is_out(&mut alice);
    assert!(anew.get("/oauth2/me").text().contains("<bdi>alice</bdi>"), "another session");
}

fn whoever_is_not_the_one_logged_in_goes_on_as_themselves(engine: Engine) {
    let office = Office::open(engine);
    let started = office.web().post("device_authorization", &[]);
    let mut browser = logged_in(&office, "alice");
    let page = browser.get("/oauth2/device");
    let confirm = browser.send(&page, &[("user_code", &member(&started, "user_code"))]);
    let text = confirm.text();
    let link = text.split_once(&format!("href=\"{LOG_OUT}")).expect("a way out").1;
    let link = link.split_once('"').expect("its end").0;
    let page = browser.get(&format!("{LOG_OUT}{link}"));
    is_asked(&browser, &page);
    let onward = location(&browser.send(&page, &[]));
    assert_eq!(browser.session(), None);
    office.with_account("bob");
    let page = browser.get(&onward);
    let page = browser.log_in(&page, "bob");
    assert!(page.text().contains("name=\"user_code\""), "{}", page.text());
    let code = member(&started, "user_code").replace('-', "");
    assert!(page.text().contains(&code), "what waited still waits");
}

both! {
    a_client_that_shows_its_id_token_logs_its_person_out_on_sqlite
        a_client_that_shows_its_id_token_logs_its_person_out_on_postgres
        a_client_that_shows_its_id_token_logs_its_person_out;
    a_link_alone_logs_nobody_out_on_sqlite
        a_link_alone_logs_nobody_out_on_postgres
        a_link_alone_logs_nobody_out;
    nobody_is_brought_to_a_place_that_is_not_registered_on_sqlite
        nobody_is_brought_to_a_place_that_is_not_registered_on_postgres
        nobody_is_brought_to_a_place_that_is_not_registered;
    a_form_of_another_session_logs_nobody_out_on_sqlite
        a_form_of_another_session_logs_nobody_out_on_postgres
        a_form_of_another_session_logs_nobody_out;
    whoever_is_not_the_one_logged_in_goes_on_as_themselves_on_sqlite
        whoever_is_not_the_one_logged_in_goes_on_as_themselves_on_postgres
        whoever_is_not_the_one_logged_in_goes_on_as_themselves;
}
