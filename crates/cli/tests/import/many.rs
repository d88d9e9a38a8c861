//! Many rows: whole pages, nothing loaded whole, and keys that pages cannot go by.

use std::sync::Mutex;

use muster_import_oa4mp::Progress;

use crate::new::{New, Target, number, options, take, take_watched};
use crate::old::{Engine, Old};
use crate::taking::adds_up;
use crate::wire::{Failing, Moment, Wire};

/// So many flows of one client, each with an access token, and no row else.
fn with_flows(engine: Engine, count: u32) -> Old {
    let old = Old::empty(engine);
    let numbers = match engine {
        Engine::Mariadb => format!("(SELECT seq AS n FROM seq_1_to_{count})"),
        Engine::Postgres => format!("(SELECT * FROM generate_series(1, {count}) AS s (n))"),
    };
    old.ask("INSERT INTO clients (client_id, name) VALUES ('c:/many', 'many')");
    old.ask(&format!(
        "INSERT INTO transactions (temp_token, client_id, username, access_token, \
         access_token_valid, verifier_token, refresh_token) \
         SELECT concat('https://h/', n, '?type=authzGrant&ts=1790000000000&version=v2.0'), \
         'c:/many', concat('user', n % 7), \
         concat('https://h/a', n, '?type=accessToken&ts=1790000000000&lifetime=900000'), \
         true, NULL, NULL FROM {numbers} AS numbers"
    ));
    old
}

#[derive(Default)]
struct Steps {
    begun: u64,
    pages: Vec<u64>,
    finished: bool,
}

impl Progress for Steps {
    fn begin(&mut self, transactions: u64) {
        self.begun = transactions;
    }
    fn advance(&mut self, transactions: u64) {
        self.pages.push(transactions);
    }
    fn finish(&mut self) {
        self.finished = true;
    }
}

fn rows_come_in_pages_that_lose_none(engine: Engine, target: Target) {
    for count in [999, 1_000, 1_001, 2_500] {
        let old = with_flows(engine, count);
        let new = New::on(target);
        let mut steps = Steps::default();
        let report = take_watched(&old.url(), &*new.store, &options(), &mut steps).unwrap();
        let count = u64::from(count);
        assert_eq!(number(&report, "tokens", "taken"), count);
        adds_up(&old, &report);
        assert_eq!((steps.begun, steps.pages.iter().sum(), steps.finished), (count, count, true));
        assert!(steps.pages.iter().all(|page| *page <= 1_000), "{:?}", steps.pages);
        assert!(new.take(&old).changed_nothing());
    }
}

#[test]
fn rows_come_in_pages_that_lose_none_from_postgres() {
    rows_come_in_pages_that_lose_none(Engine::Postgres, Target::Sqlite);
}

#[test]
fn rows_come_in_pages_that_lose_none_from_mariadb() {
    rows_come_in_pages_that_lose_none(Engine::Mariadb, Target::Postgres);
}

/// The reader stays a few pages ahead of the writer, however many there are.
fn memory_holds_a_few_pages(engine: Engine) {
    let old = with_flows(engine, 12_000);
    let new = New::on(Target::Sqlite);
    let wire = Wire::to(&old.url(), u64::MAX);
    let at_units = Mutex::new(Vec::new());
    let watch = || at_units.lock().unwrap().push(wire.passed());
    let store = Failing::watched(&*new.store, Moment::Never, watch);
    take(&wire.url(&old.url()), &store, &options()).unwrap();
    drop(store);
    let (all, at_units) = (wire.passed(), at_units.into_inner().unwrap());
    // The issuer, the client and the links come before the pages.
    let pages = &at_units[at_units.len() - 13..];
    for (number, passed) in pages.iter().enumerate() {
        // This page, two that wait, one that waits for its place and one being read.
        let most = all * (u64::try_from(number).unwrap() + 6) / 13;
        assert!(*passed <= most, "{passed} bytes at page {number}, of {all}: {pages:?}");
    }
}

#[test]
fn memory_holds_a_few_pages_of_postgres() {
    memory_holds_a_few_pages(Engine::Postgres);
}

#[test]
fn memory_holds_a_few_pages_of_mariadb() {
    memory_holds_a_few_pages(Engine::Mariadb);
}

/// Small tables without a primary key: NULL, numbers and doubles where the key should be.
fn keys_that_are_none_do_not_stop_or_lose_rows(engine: Engine, change: &str, key: &str) {
    let old = with_flows(engine, 1);
    old.ask("INSERT INTO adminClients (admin_id, list_users) VALUES ('a:/1', true)");
    old.ask(change);
    let numbers = match engine {
        Engine::Mariadb => "(SELECT seq AS n FROM seq_1_to_1200)",
        Engine::Postgres => "(SELECT * FROM generate_series(1, 1200) AS s (n))",
    };
    old.ask(&format!(
        "INSERT INTO clients (client_id) SELECT concat('c:/', n) FROM {numbers} AS numbers"
    ));
    old.ask(&format!(
        "INSERT INTO permissions (permission_id, admin_id, client_id) \
         SELECT {key}, 'a:/1', concat('c:/', n) FROM {numbers} AS numbers"
    ));
    let report = New::on(Target::Sqlite).take(&old);
    assert_eq!(number(&report, "permissions", "taken"), 1_200, "{change} {key}");
    adds_up(&old, &report);
}

#[test]
fn permissions_with_numbers_for_keys_are_all_taken() {
    let change = "ALTER TABLE permissions ALTER COLUMN permission_id TYPE bigint USING 0";
    let change = format!("DELETE FROM permissions; {change}");
    keys_that_are_none_do_not_stop_or_lose_rows(Engine::Postgres, &change, "n");
    let change = "ALTER TABLE permissions MODIFY permission_id bigint";
    keys_that_are_none_do_not_stop_or_lose_rows(Engine::Mariadb, change, "n");
}

#[test]
fn permissions_without_keys_are_all_taken() {
    let drop = "ALTER TABLE permissions DROP CONSTRAINT permissions_pkey; \
                ALTER TABLE permissions ALTER COLUMN permission_id DROP NOT NULL";
    keys_that_are_none_do_not_stop_or_lose_rows(Engine::Postgres, drop, "NULL");
    keys_that_are_none_do_not_stop_or_lose_rows(Engine::Postgres, drop, "'same'");
    let drop = "ALTER TABLE permissions DROP PRIMARY KEY, MODIFY permission_id varchar(255) NULL";
    keys_that_are_none_do_not_stop_or_lose_rows(Engine::Mariadb, drop, "NULL");
    keys_that_are_none_do_not_stop_or_lose_rows(Engine::Mariadb, drop, "'same'");
}
