//! The step `served_names` finds what the registrations said before it (B67).

use muster_domain::{NewClient, Registration, samples};
use muster_store_diesel::migrate::{Direction, migrate};
use muster_store_diesel::{PoolSettings, Scratch, open};
use muster_testkit::{TestServer, database_url};

/// The version of the step.
const STEP: &str = "20261127000001";
const API: &str = "https://\u{e9}.example/\"api\"";

fn names_are_found_after_the_step(scratch: &Scratch) {
    let url = scratch.url();
    let store = open(url, &PoolSettings::default()).unwrap();
    let serves = vec![API.to_owned(), API.to_owned(), "x".repeat(9_000)];
    let issuer = store.change(|unit| {
        let issuer = unit.add_issuer(&samples::issuer("https://issuer.example").unwrap())?.key;
        let new = samples::client(issuer, "api", "h").unwrap();
        let registration = Registration { serves: serves.clone(), ..Registration::default() };
        unit.add_client(&NewClient { registration, ..new })?;
        unit.add_client(&samples::client(issuer, "plain", "h").unwrap())?;
        Ok(issuer)
    });
    let issuer = issuer.unwrap();
    drop(store);
    let is_the_step = |step: &String| step.contains(STEP);
    while !migrate(url, Direction::Down).unwrap().iter().any(is_the_step) {}
    migrate(url, Direction::Up).unwrap();
    let store = open(url, &PoolSettings::default()).unwrap();
    let found = |name: &str| {
        store.read(|reading| reading.standings_of_audience(issuer, name)).unwrap().len()
    };
    assert_eq!((found(API), found(&"x".repeat(9_000)), found("plain")), (1, 0, 1));
}

#[test]
fn what_a_client_serves_is_found_after_the_step_on_sqlite() {
    names_are_found_after_the_step(&Scratch::sqlite().unwrap());
}

#[test]
fn what_a_client_serves_is_found_after_the_step_on_postgres() {
    names_are_found_after_the_step(
        &Scratch::postgres(&database_url(TestServer::Postgres)).unwrap(),
    );
}
