//! `/me` over HTTP (S26): a person sees what acts for them, and ends it, and nobody else's.

use std::collections::BTreeSet;

use muster_domain::{Consent, Lifetime, PartyStatus, ScopeSet, Timestamp, TokenKind, UserStatus};
use muster_flows::Sprout;

use crate::browser::{Browser, location};
use crate::house::Engine;
use crate::issuing::{Office, Party, assert_invalid_grant, registration, tokens};
use crate::person::{buttons, form_to, logged_in};
use crate::virtual_issuers::{Two, two};
use crate::wire::Answer;

const ME: &str = "/oauth2/me";
const END_TOKEN: &str = "end_token";
const END_FLOW: &str = "end_flow";
const END_APPLICATION: &str = "end_application";

#[track_caller]
fn says(page: &Answer, words: &str) {
    assert!(page.text().contains(words), "{words}: {} {}", page.status, page.text());
}

/// Presses a button of the list, and goes back to it.
fn press(browser: &mut Browser, page: &Answer, (name, value): (&str, &str)) -> Answer {
    let ticket = form_to(page, ME).ticket;
    let answer = browser.post(ME, &[("ticket", &ticket), (name, value)]);
    let place = location(&answer);
    assert!(place.starts_with(ME), "{place}");
    browser.get(&place)
}

/// Access and refresh token of this user at this client.
fn issued(office: &Office, party: &Party, user: &str) -> (String, String) {
    tokens(&party.redeem(&office.code_of(user, &party.id, |_, _| {})))
}

/// That carol need not be asked again by `web`.
fn remembered(office: &Office) -> Consent {
    let consent = Consent {
        user: office.user("carol").key,
        client: office.client("web").key,
        scopes: ScopeSet::parse("read").expect("scopes"),
        given_at: Timestamp::from_millis(0),
    };
    office.seed.store.change(|unit| unit.remember_consent(&consent)).expect("it is kept");
    consent
}

fn a_person_sees_their_tokens_and_ends_a_token_a_flow_and_an_application(engine: Engine) {
    // S26
    let office = Office::open(engine);
    let (other, web) = (office.register("notebook", registration()), office.web());
    let (access, refresh) = issued(&office, &other, "carol");
    let (first, first_refresh) = issued(&office, &web, "carol");
    std::thread::park_timeout(std::time::Duration::from_millis(5));
    let (second, _) = issued(&office, &web, "carol");
    let (bobs, _) = issued(&office, &web, "bob");
    let mut carol = logged_in(&office, "carol");
    let page = carol.get(ME);
    assert_eq!(page.status, 200, "{}", page.text());
    let kept = page.header("Cache-Control").expect("a word about keeping");
    assert!(kept.contains("no-store"), "{kept}");
    for text in [&access, &refresh, &first, &second, &bobs] {
        assert!(!page.text().contains(text.as_str()), "a token's text is on the page");
    }
    let listed = buttons(&page, END_TOKEN);
    assert_eq!(listed.len(), 6, "{}", page.text());
    let page = press(&mut carol, &page, (END_TOKEN, &listed[0]));
    says(&page, "The token was ended.");
    assert!(!other.finds_active(&access));
    assert!(other.finds_active(&refresh), "the refresh token beside it goes on");
    let flows = buttons(&page, END_FLOW);
    assert_eq!(flows.len(), 3);
    let page = press(&mut carol, &page, (END_FLOW, &flows[1]));
    says(&page, "This access was ended.");
    assert!(!web.finds_active(&first) && web.finds_active(&second));
    assert_invalid_grant(&web.refresh(&first_refresh));
    let page = press(&mut carol, &page, (END_APPLICATION, "web"));
    says(&page, "All access of the application was ended.");
    assert!(!web.finds_active(&second) && web.finds_active(&bobs), "nobody else's");
    // The refresh token takes its family along.
    let page = press(&mut carol, &page, (END_TOKEN, &listed[1]));
    says(&page, "The token was ended.");
    assert_invalid_grant(&other.refresh(&refresh));
    assert!(buttons(&page, END_TOKEN).is_empty(), "{}", page.text());
}

fn everything_ends_after_a_question(engine: Engine) {
    let office = Office::open(engine);
    let (other, web) = (office.register("notebook", registration()), office.web());
    let mine = [issued(&office, &other, "carol"), issued(&office, &web, "carol")];
    let (bobs, _) = issued(&office, &web, "bob");
    remembered(&office);
    let mut carol = logged_in(&office, "carol");
    assert_eq!(buttons(&carol.get(ME), "forget"), ["web"]);
    let question = carol.get(&format!("{ME}?end=everything"));
    says(&question, "End everything?");
    assert!(web.finds_active(&mine[1].0), "a link ends nothing");
    let answer = carol.send(&question, &[]);
    let page = carol.get(&location(&answer));
    says(&page, "All access of all applications was ended.");
    assert!(!other.finds_active(&mine[0].0) && !web.finds_active(&mine[1].0));
    assert!(buttons(&page, "forget").is_empty() && web.finds_active(&bobs));
}

fn a_consent_is_forgotten_and_its_tokens_stay(engine: Engine) {
    let office = Office::open(engine);
    let web = office.web();
    let (access, _) = issued(&office, &web, "carol");
    let Consent { user, client, .. } = remembered(&office);
    let mut carol = logged_in(&office, "carol");
    let page = carol.get(ME);
    let page = press(&mut carol, &page, ("forget", "web"));
    says(&page, "The answer was forgotten.");
    let found = office.seed.store.read(|reading| reading.find_consent(user, client));
    assert_eq!(found.expect("an answer"), None);
    assert!(web.finds_active(&access));
}

fn nobody_ends_what_is_somebody_elses(engine: Engine) {
    let Two { first: office, second } = two(engine);
    let web = office.web();
    let (access, refresh) = issued(&office, &web, "carol");
    let page = logged_in(&office, "carol").get(ME);
    let (token, flow) = (buttons(&page, END_TOKEN), buttons(&page, END_FLOW));
    let mut mallory = logged_in(&office, "mallory");
    for (name, value) in [
        (END_TOKEN, token[0].as_str()),
        (END_TOKEN, &token[1]),
        (END_FLOW, &flow[0]),
        (END_APPLICATION, "web"),
        (END_APPLICATION, "nobody"),
        ("forget", "web"),
    ] {
        let own = mallory.get(ME);
        let page = press(&mut mallory, &own, (name, value));
        assert!(!page.text().contains("ended."), "nothing was: {}", page.text());
    }
    // The same name at another issuer is somebody else.
    let (name, text) = second.session("carol");
    mallory.cookies.insert(name, text);
    let there = mallory.get("/oauth2/vo/me");
    let ticket = form_to(&there, "/oauth2/vo/me").ticket;
    for (name, value) in [(END_TOKEN, &token[0]), (END_TOKEN, &token[1]), (END_FLOW, &flow[0])] {
        let pairs = [("ticket", ticket.as_str()), (name, value.as_str())];
        assert_eq!(mallory.post("/oauth2/vo/me", &pairs).status, 303);
        assert_eq!(mallory.post(ME, &pairs).status, 400, "a ticket of another issuer");
    }
    assert!(web.finds_active(&access));
    assert_eq!(web.refresh(&refresh).status, 200);
}

fn a_form_of_another_browser_session_or_kind_ends_nothing(engine: Engine) {
    let office = Office::open(engine);
    let web = office.web();
    let (access, _) = issued(&office, &web, "carol");
    let mut carol = logged_in(&office, "carol");
    let page = carol.get(ME);
    let (ticket, flow) = (form_to(&page, ME).ticket, buttons(&page, END_FLOW).remove(0));
    let refused = |browser: &mut Browser, ticket: &str| {
        let answer = browser.post(ME, &[("ticket", ticket), (END_FLOW, &flow)]);
        assert_eq!(answer.status, 400, "{}", answer.text());
    };
    let mut elsewhere = logged_in(&office, "carol");
    elsewhere.get(ME);
    refused(&mut elsewhere, &ticket);
    let mut anew = carol.clone();
    let (name, text) = office.session("carol");
    anew.cookies.insert(name, text);
    refused(&mut anew, &ticket);
    let log_out = form_to(&page, "/oauth2/logout").ticket;
    let device = form_to(&carol.get("/oauth2/device"), "/oauth2/device").ticket;
    for other in [log_out.as_str(), &device, "", "x"] {
        refused(&mut carol, other);
    }
    // The form for the parts does not end everything.
    assert_eq!(carol.post(ME, &[("ticket", &ticket)]).status, 400);
    assert!(web.finds_active(&access));
}

fn a_disabled_person_sees_nothing_and_a_stopped_client_is_shown_so(engine: Engine) {
    let office = Office::open(engine);
    let web = office.web();
    issued(&office, &web, "carol");
    let mut carol = logged_in(&office, "carol");
    says(&carol.get(ME), ">Valid<");
    office.keeper.set_client_status("web", PartyStatus::Suspended).expect("a change");
    let page = carol.get(ME);
    says(&page, ">Stopped<");
    let flow = buttons(&page, END_FLOW).remove(0);
    says(&press(&mut carol, &page, (END_FLOW, &flow)), ">Ended<");
    office.keeper.set_user_status("carol", UserStatus::Disabled).expect("a change");
    says(&carol.get(ME), "name=\"password\"");
}

/// Plants so many flows of carol at a client, each with a live token.
fn plant_flows(office: &Office, client: &str, count: usize) {
    let (client, user) = (office.client(client), office.user("carol"));
    for _ in 0..count {
        let now = office.seed.clock.now();
        let flow = office.seed.flow(&client, Some(&user), now).expect("a flow");
        let sprout = Sprout::live(TokenKind::Access, now, Lifetime::from_days(1));
        office.seed.element(&flow, &[sprout]).expect("a token");
    }
}

fn a_long_list_comes_in_pages_that_miss_nothing(engine: Engine) {
    let office = Office::open(engine);
    let mut wanted = BTreeSet::new();
    for number in 0..25 {
        let id = format!("client & {number:02}");
        office.register(&id, registration());
        // One of them has more flows than a page.
        plant_flows(&office, &id, if number == 3 { 60 } else { 1 });
        wanted.insert(id.replace('&', "&#38;"));
    }
    let mut carol = logged_in(&office, "carol");
    let (mut seen, mut flows, mut pages) = (BTreeSet::new(), Vec::new(), 0);
    let mut page = carol.get(ME);
    loop {
        pages += 1;
        seen.extend(buttons(&page, END_APPLICATION));
        flows.extend(buttons(&page, END_FLOW));
        let text = page.text();
        let Some((_, rest)) = text.split_once("rel=\"next\" href=\"") else { break };
        let next = rest.split_once('"').expect("its end").0;
        page = carol.get(&next.replace("&#38;", "&"));
    }
    assert!(pages >= 3, "{pages}");
    assert_eq!(seen, wanted);
    let different: BTreeSet<_> = flows.iter().collect();
    assert_eq!((flows.len(), different.len()), (84, 84), "each once");
}

both! {
    a_person_sees_their_tokens_and_ends_a_token_a_flow_and_an_application_on_sqlite
        a_person_sees_their_tokens_and_ends_a_token_a_flow_and_an_application_on_postgres
        a_person_sees_their_tokens_and_ends_a_token_a_flow_and_an_application;
    everything_ends_after_a_question_on_sqlite
        everything_ends_after_a_question_on_postgres
        everything_ends_after_a_question;
    a_consent_is_forgotten_and_its_tokens_stay_on_sqlite
        a_consent_is_forgotten_and_its_tokens_stay_on_postgres
        a_consent_is_forgotten_and_its_tokens_stay;
    nobody_ends_what_is_somebody_elses_on_sqlite
        nobody_ends_what_is_somebody_elses_on_postgres
        nobody_ends_what_is_somebody_elses;
    a_form_of_another_browser_session_or_kind_ends_nothing_on_sqlite
        a_form_of_another_browser_session_or_kind_ends_nothing_on_postgres
        a_form_of_another_browser_session_or_kind_ends_nothing;
    a_disabled_person_sees_nothing_and_a_stopped_client_is_shown_so_on_sqlite
        a_disabled_person_sees_nothing_and_a_stopped_client_is_shown_so_on_postgres
        a_disabled_person_sees_nothing_and_a_stopped_client_is_shown_so;
    a_long_list_comes_in_pages_that_miss_nothing_on_sqlite
        a_long_list_comes_in_pages_that_miss_nothing_on_postgres
        a_long_list_comes_in_pages_that_miss_nothing;
}
