//! The alert rules that are shipped speak of metrics that exist, and the queries find what
//! they are about and nothing else.

use std::collections::BTreeSet;

use muster_audit::{Actor, Ending, Entry, Event, Subject};

use crate::crowd::ISSUER;
use crate::house::{Engine, House, PATH, TOKEN_INFO, premises};
use crate::wire::{Request, form};

const RULES: &str = include_str!("../../../../deploy/alerts/muster.rules.yml");
const POSTGRES: &str = include_str!("../../../../deploy/alerts/postgres.sql");
const SQLITE: &str = include_str!("../../../../deploy/alerts/sqlite.sql");

/// The names of metrics in a text.
fn metrics_named(text: &str) -> BTreeSet<&str> {
    let is_name = |c: char| c.is_ascii_lowercase() || c == '_';
    let words = text.split(|c| !is_name(c));
    words.filter(|word| word.starts_with("muster_") && word.len() > 7).collect()
}

#[test]
fn every_metric_of_the_rules_exists_and_moves_with_what_it_tells_of() {
    let house = House::start(Engine::Sqlite);
    let (id, secret) = &house.tokens.privileged;
    let question = [("grant_type", TOKEN_INFO), ("access_token", &house.tokens.foreign_access)];
    let target = format!("{PATH}?{}", form(&question));
    for (secret, status) in [(secret.as_str(), 200), ("wrong", 401)] {
        let answer = Request::new("GET", &target).basic(id, secret).send(house.address);
        assert_eq!(answer.status, status);
    }
    let scrape = || Request::new("GET", "/metrics").send(house.management).text();
    while !scrape().contains("muster_listings_total{") {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let metrics = scrape();
    let expressions: Vec<&str> = RULES
        .lines()
        .filter(|line| !line.contains("summary:") && !line.contains("action:"))
        .collect();
    let expressions = expressions.join("\n");
    let named = metrics_named(&expressions);
    for name in &named {
        assert!(metrics.contains(&format!("# TYPE {name} counter")), "{name} is no metric");
    }
    // What should never move has a rule.
    for name in [
        "muster_audit_lost_total",
        "muster_authentication_floods_total",
        "muster_damaged_texts_total",
        "muster_log_lines_dropped_total",
        "muster_panics_total",
        "muster_rates_uncounted_total",
    ] {
        assert!(named.contains(name), "no rule looks at {name}");
    }
    for line in [
        "muster_token_in_url_total{client=\"demo:/every\"} 2",
        "muster_listings_of_every_client_total 1",
        "muster_listings_total{outcome=\"done\"} 1",
        "muster_authentication_failures_total 1",
    ] {
        assert!(metrics.lines().any(|found| found == line), "{line}: {metrics}");
    }
}

/// Each query with its name.
fn queries(text: &str) -> Vec<(&str, &str)> {
    let parts = text.split(";\n").filter(|part| part.contains("SELECT"));
    parts
        .map(|part| {
            let (comments, query) = part.split_at(part.find("SELECT").unwrap());
            (comments.trim().lines().last().unwrap().trim_start_matches("-- "), query)
        })
        .collect()
}

fn alerts(house: &House, text: &'static str) -> Vec<(&'static str, Vec<(String, i64)>)> {
    let ran = queries(text).into_iter().map(|(name, query)| {
        let rows = house.scratch.tally(query).expect("rows").into_iter();
        let mut rows: Vec<_> =
            rows.map(|(who, number)| (who.unwrap_or_default(), number)).collect();
        rows.sort();
        (name, rows)
    });
    ran.collect()
}

fn listed(admin: &str, user: u32, every_client: bool) -> Entry {
    Entry::new(Event::TokenInfoListed, Ending::Begun)
        .by(Actor::Admin(admin))
        .about(Subject::User(format!("user {user}")))
        .with_flag("every_client", every_client)
        .with_flag("by_get", user == 7)
}

fn the_queries_find_what_they_are_about(engine: Engine, text: &'static str) {
    let house = House::start(engine);
    let premises = premises(&house.scratch, &house.kek, ISSUER);
    let mut entries = Vec::new();
    // 20 users twice are none too many, 21 are one.
    entries.extend((100..120).chain(100..120).map(|user| listed("calm", user, false)));
    entries.extend((0..21).map(|user| listed("curious", user, user == 3)));
    let failed = Entry::new(Event::ClientAuthentication, Ending::Refused);
    entries.extend((0..10).map(|_| failed.clone().from("192.0.2.1", "r")));
    entries.push(failed.clone().from("192.0.2.1", "r").with_count("stands_for", 91));
    entries.extend((0..100).map(|_| failed.clone().from("192.0.2.2", "r")));
    entries.push(Entry::new(Event::Panicked, Ending::Aborted));
    entries.push(Entry::new(Event::AdminApproved, Ending::Done).to_admin("newcomer"));
    premises.trail.append_all(&*premises.store, &entries).expect("records");
    let row = |who: &str, number| vec![(who.to_owned(), number)];
    let found = alerts(&house, text);
    let of = |name: &str| &found.iter().find(|(found, _)| *found == name).expect("a query").1;
    assert_eq!(of("an_admin_listed_more_than_20_users_in_an_hour"), &row("curious", 21));
    assert_eq!(of("the_cross_client_privilege_was_used"), &row("curious", 1));
    assert_eq!(of("a_token_stood_in_a_url"), &row("curious", 1));
    let failures = of("more_than_100_failures_from_an_address_in_an_hour");
    assert_eq!(failures, &row("192.0.2.1", 101));
    assert_eq!(of("something_to_look_into_today"), &row("panicked", 1));
    assert!(of("a_right_was_given_today").contains(&("newcomer".to_owned(), 1)));
    assert_eq!(found.len(), 6);
}

#[test]
fn the_queries_find_what_they_are_about_on_sqlite() {
    the_queries_find_what_they_are_about(Engine::Sqlite, SQLITE);
}

#[test]
fn the_queries_find_what_they_are_about_on_postgres() {
    the_queries_find_what_they_are_about(Engine::Postgres, POSTGRES);
}
