//! What any run does: it only reads the source, counts every row, and repeats itself in vain.

use muster_import_oa4mp::{ImportError, ImportOptions, Report};

use crate::new::{New, Target, number, options, take};
use crate::old::{Engine, Old, TABLES};

/// Every row that was read is taken, unchanged, updated or skipped for a reason.
#[track_caller]
pub(crate) fn adds_up(old: &Old, report: &Report) {
    for table in TABLES {
        let parts = ["taken", "updated", "unchanged", "skipped"];
        let sum: u64 = parts.iter().map(|part| number(report, table, part)).sum();
        let read = number(report, table, "read");
        assert_eq!((read, sum), (old.count(table), read), "{table}: {report}");
    }
}

fn a_run_counts_every_row_and_a_second_one_changes_nothing(engine: Engine, target: Target) {
    let old = Old::new(engine);
    let before = old.checksums();
    let new = New::on(target);
    let first = new.take(&old);
    adds_up(&old, &first);
    assert!(!first.changed_nothing());
    let whole = new.told(&old);
    let second = new.take(&old);
    assert!(second.changed_nothing(), "{second}");
    adds_up(&old, &second);
    let taken = |report| number(report, "transactions", "taken");
    assert!(taken(&first) > 10, "{first}");
    assert_eq!(number(&second, "transactions", "unchanged"), taken(&first));
    assert_eq!(new.told(&old), whole);
    assert_eq!(old.checksums(), before, "the source was written");
}

#[test]
fn a_postgres_source_is_counted_row_by_row_into_sqlite() {
    a_run_counts_every_row_and_a_second_one_changes_nothing(Engine::Postgres, Target::Sqlite);
}

#[test]
fn a_postgres_source_is_counted_row_by_row_into_postgres() {
    a_run_counts_every_row_and_a_second_one_changes_nothing(Engine::Postgres, Target::Postgres);
}

#[test]
fn a_mariadb_source_is_counted_row_by_row_into_sqlite() {
    a_run_counts_every_row_and_a_second_one_changes_nothing(Engine::Mariadb, Target::Sqlite);
}

#[test]
fn a_mariadb_source_is_counted_row_by_row_into_postgres() {
    a_run_counts_every_row_and_a_second_one_changes_nothing(Engine::Mariadb, Target::Postgres);
}

fn a_flow_ends_a_family_after_its_import(engine: Engine, target: Target) {
    // S22, B70
    let old = Old::new(engine);
    let new = New::on(target);
    new.take(&old);
    let whole = new.told(&old);
    let end = format!("until {:?}", Some(options().now.plus(options().family)));
    let flows: Vec<&String> = whole.iter().filter(|line| line.starts_with("flow")).collect();
    assert!(flows.len() > 10 && flows.iter().all(|flow| flow.contains(&end)), "{flows:#?}");
    // A later run gives nobody more time.
    let later = ImportOptions { now: options().now.plus(options().family), ..options() };
    take(&old.url(), &*new.store, &later).unwrap();
    let flows = |lines: Vec<String>| -> Vec<String> {
        lines.into_iter().filter(|line| line.starts_with("flow")).collect()
    };
    assert_eq!(flows(new.told(&old)), flows(whole));
}

#[test]
fn a_flow_ends_a_family_after_its_import_whatever_later_runs_do_on_sqlite() {
    a_flow_ends_a_family_after_its_import(Engine::Mariadb, Target::Sqlite);
}

#[test]
fn a_flow_ends_a_family_after_its_import_whatever_later_runs_do_on_postgres() {
    a_flow_ends_a_family_after_its_import(Engine::Postgres, Target::Postgres);
}

fn an_account_that_may_only_select_suffices(engine: Engine) {
    let mut old = Old::new(engine);
    let url = old.with_reader();
    let (new, other) = (New::on(Target::Sqlite), New::on(Target::Sqlite));
    let report = take(&url, &*new.store, &options()).unwrap();
    assert_eq!(report.to_json(), other.take(&old).to_json());
    assert_eq!(new.told(&old), other.told(&old));
}

#[test]
fn an_account_that_may_only_select_suffices_on_postgres() {
    an_account_that_may_only_select_suffices(Engine::Postgres);
}

#[test]
fn an_account_that_may_only_select_suffices_on_mariadb() {
    an_account_that_may_only_select_suffices(Engine::Mariadb);
}

fn a_dry_run_foretells_the_run_and_writes_nothing(engine: Engine, target: Target) {
    let old = Old::new(engine);
    let new = New::on(target);
    let dry = ImportOptions { dry_run: true, ..options() };
    let foretell = || take(&old.url(), &*new.store, &dry).unwrap();
    let foretold = foretell();
    assert!(foretold.dry_run);
    assert!(new.told(&old).is_empty());
    let done = new.take(&old);
    assert_eq!(foretold.to_json()["tables"], done.to_json()["tables"]);
    assert_eq!(foretold.to_json()["worth_knowing"], done.to_json()["worth_knowing"]);
    let whole = new.told(&old);
    old.ask("UPDATE transactions SET access_token_valid = false, refresh_token_valid = false");
    old.ask("UPDATE client_approvals SET status = 'denied' WHERE client_id LIKE '%app-jwt'");
    let foretold = foretell();
    assert_eq!(new.told(&old), whole);
    assert_eq!(foretold.to_json()["tables"], new.take(&old).to_json()["tables"]);
}

#[test]
fn a_dry_run_foretells_the_run_and_writes_nothing_on_sqlite() {
    a_dry_run_foretells_the_run_and_writes_nothing(Engine::Mariadb, Target::Sqlite);
}

#[test]
fn a_dry_run_foretells_the_run_and_writes_nothing_on_postgres() {
    a_dry_run_foretells_the_run_and_writes_nothing(Engine::Postgres, Target::Postgres);
}

fn a_database_without_transactions_is_refused(engine: Engine) {
    let old = Old::new(engine);
    old.ask("DROP TABLE transactions");
    let new = New::on(Target::Sqlite);
    let refused = take(&old.url(), &*new.store, &options());
    assert!(matches!(refused, Err(ImportError::NotOa4mp(_))), "{refused:?}");
    assert!(!new.told_anything());
}

#[test]
fn a_database_without_transactions_is_refused_before_anything_is_written() {
    a_database_without_transactions_is_refused(Engine::Postgres);
    a_database_without_transactions_is_refused(Engine::Mariadb);
}
