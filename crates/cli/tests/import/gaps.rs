//! Holes in the source: columns and tables that are not there, NULL, rows that are no data.

use std::collections::BTreeSet;

use muster_domain::UserId;

use crate::new::{New, Target, number, said};
use crate::old::{Engine, Old};
use crate::taking::adds_up;

/// Columns that an import reads besides the keys, as they are emptied together: those that
/// change little first, those without which nothing is left last.
const COLUMNS: [(&str, &[&str]); 20] = [
    (
        "clients",
        &[
            "home_url",
            "email",
            "name",
            "callback_uri",
            "scopes",
            "audience",
            "at_lifetime",
            "at_max_lifetime",
            "rt_lifetime",
            "rt_max_lifetime",
            "rt_grace_period",
            "strict_scopes",
            "jwks",
            "rfc7523_client",
            "rfc7523_client_users",
            "cfg",
            "public_client",
            "public_key",
        ],
    ),
    ("adminClients", &["name", "email", "max_clients", "jwks", "vo_uri", "secret"]),
    ("adminClients", &["list_users", "list_users_other_clients"]),
    ("client_approvals", &["approved", "status"]),
    ("permissions", &["client_id"]),
    ("permissions", &["admin_id"]),
    ("virtual_organizations", &["default_key_id", "at_issuer", "json_web_keys", "issuer"]),
    ("key_records", &["exp", "kid", "vi", "is_valid", "jwk"]),
    ("transactions", &["scopes"]),
    ("transactions", &["expires_in"]),
    ("transactions", &["refresh_token_lifetime", "refresh_token_expires_at"]),
    ("transactions", &["at_jwt"]),
    ("transactions", &["rt_jwt"]),
    ("transactions", &["access_token_valid", "refresh_token_valid"]),
    ("tx_records", &["lifetime"]),
    ("tx_records", &["issued_at", "expires_at"]),
    ("tx_records", &["valid"]),
    ("tx_records", &["stored_token"]),
    ("tx_records", &["token_type"]),
    ("transactions", &["refresh_token"]),
];

/// Without these no token, and at last no flow, is left.
const LAST: [(&str, &str); 4] = [
    ("tx_records", "parent_id"),
    ("transactions", "access_token"),
    ("transactions", "client_id"),
    ("transactions", "username"),
];

fn import(old: &Old, users: &[UserId]) -> (Vec<String>, u64, u64) {
    let new = New::on(Target::Sqlite);
    let report = new.take(old);
    adds_up(old, &report);
    let taken = |table| number(&report, table, "taken");
    (new.told_of(users), taken("transactions"), taken("tokens"))
}

/// Column after column is emptied, and then removed: that makes no difference.
fn an_absent_column_is_null_and_null_loses_only_what_it_said(engine: Engine) {
    let old = Old::new(engine);
    let users = old.users();
    let (_, flows, _) = import(&old, &users);
    let mut tokens_before = 47;
    for (table, columns) in COLUMNS {
        let emptied: Vec<_> = columns.iter().map(|column| format!("{column} = NULL")).collect();
        old.ask(&format!("UPDATE {table} SET {}", emptied.join(", ")));
        let (empty, taken, tokens) = import(&old, &users);
        assert_eq!(taken, flows, "{table} {columns:?}");
        let costs_tokens = matches!(columns, ["token_type" | "refresh_token"]);
        assert_eq!(tokens < tokens_before, costs_tokens, "{table} {columns:?} {tokens}");
        tokens_before = tokens;
        let dropped: Vec<_> =
            columns.iter().map(|column| format!("DROP COLUMN {column}")).collect();
        old.ask(&format!("ALTER TABLE {table} {}", dropped.join(", ")));
        assert_eq!(import(&old, &users).0, empty, "{table} {columns:?}");
    }
    for (table, column) in LAST {
        old.ask(&format!("UPDATE {table} SET {column} = NULL"));
        let (empty, taken, _) = import(&old, &users);
        assert_eq!(taken == flows, !["client_id", "username"].contains(&column));
        old.ask(&format!("ALTER TABLE {table} DROP COLUMN {column}"));
        assert_eq!(import(&old, &users).0, empty, "{table}.{column}");
    }
}

#[test]
fn an_absent_column_is_null_and_null_loses_only_what_it_said_on_postgres() {
    an_absent_column_is_null_and_null_loses_only_what_it_said(Engine::Postgres);
}

#[test]
fn an_absent_column_is_null_and_null_loses_only_what_it_said_on_mariadb() {
    an_absent_column_is_null_and_null_loses_only_what_it_said(Engine::Mariadb);
}

fn tables_that_are_absent_are_told(engine: Engine) {
    let old = Old::new(engine);
    let absent = ["tx_records", "permissions", "virtual_organizations", "key_records"];
    for table in absent {
        old.ask(&format!("DROP TABLE {table}"));
    }
    let new = New::on(Target::Sqlite);
    let report = new.take(&old);
    let told = said(&report, "table is absent");
    assert_eq!(told.len(), 1, "{report}");
    for table in absent {
        assert!(told[0].1.contains(table), "{report}");
    }
    assert_eq!(number(&report, "transactions", "taken"), old.count("transactions"));
    old.ask("DROP TABLE clients");
    let report = New::on(Target::Sqlite).take(&old);
    assert_eq!(said(&report, "client does not exist")[0].0, old.count("transactions"));
}

#[test]
fn tables_that_are_absent_are_told_and_cost_only_what_they_held() {
    tables_that_are_absent_are_told(Engine::Postgres);
    tables_that_are_absent_are_told(Engine::Mariadb);
}

/// Every table has a lock and an archived version, as like real rows as can be.
fn locks_and_archived_versions_are_no_data(engine: Engine) {
    let old = Old::new(engine);
    let clean = New::on(Target::Sqlite);
    clean.take(&old);
    let keys = [
        ("transactions", "temp_token"),
        ("tx_records", "token_id"),
        ("clients", "client_id"),
        ("adminClients", "admin_id"),
        ("client_approvals", "client_id"),
        ("permissions", "permission_id"),
    ];
    for (table, key) in keys {
        let like = if table == "tx_records" { "token_type LIKE '%access_token'" } else { "1 = 1" };
        let row = old.ask(&format!("SELECT min({key}) FROM {table} WHERE {like}"));
        let row = row.trim();
        for no_data in ["gc:lock".to_owned(), format!("{row}#version=3")] {
            let mut change = format!("{key} = '{no_data}'");
            if table == "transactions" {
                change += ", access_token = NULL, refresh_token = NULL, verifier_token = NULL";
            }
            old.copy_row(table, (key, row), &change);
        }
    }
    let new = New::on(Target::Sqlite);
    let report = new.take(&old);
    assert_eq!(new.told(&old), clean.told(&old));
    adds_up(&old, &report);
    for (table, _) in keys {
        let skipped = report.to_json()["tables"][table]["skipped"].clone();
        let locks = skipped.as_array().unwrap().iter().find(|s| s["reason"] == "no data of a user");
        assert_eq!(locks.map(|locks| &locks["count"]), Some(&2.into()), "{table}: {skipped}");
    }
}

#[test]
fn locks_and_archived_versions_are_no_data_on_postgres() {
    locks_and_archived_versions_are_no_data(Engine::Postgres);
}

#[test]
fn locks_and_archived_versions_are_no_data_on_mariadb() {
    locks_and_archived_versions_are_no_data(Engine::Mariadb);
}

fn rows_without_an_owner_are_left_and_counted(engine: Engine) {
    let old = Old::new(engine);
    let before = New::on(Target::Sqlite);
    before.take(&old);
    let (whole, users) = (before.told(&old), old.users());
    let with_children = "SELECT min(parent_id) FROM tx_records";
    let stranger = old.ask(with_children).trim().to_owned();
    let children = old.count(&format!("tx_records WHERE parent_id = '{stranger}'"));
    old.ask(&format!(
        "UPDATE transactions SET client_id = 'x:/no' WHERE temp_token = '{stranger}'"
    ));
    let more = format!("{with_children} WHERE parent_id <> '{stranger}'");
    let nobody = old.ask(&more).trim().to_owned();
    let orphans = old.count(&format!("tx_records WHERE parent_id = '{nobody}'"));
    old.ask(&format!("DELETE FROM transactions WHERE temp_token = '{nobody}'"));
    let new = New::on(Target::Sqlite);
    let report = new.take(&old);
    adds_up(&old, &report);
    let words = "its client does not exist";
    assert_eq!(said(&report, words).iter().map(|said| said.0).collect::<Vec<_>>(), [1]);
    assert_eq!(said(&report, "its transaction was not taken")[0].0, children, "{report}");
    assert_eq!(said(&report, "its transaction does not exist")[0].0, orphans, "{report}");
    let gone = |line: &String| line.contains(&stranger) || line.contains(&nobody);
    let told: BTreeSet<_> = new.told_of(&users).into_iter().collect();
    let rest: Vec<_> = whole.into_iter().filter(|line| !gone(line)).collect();
    // A user all of whose flows were left is not made.
    let lost: Vec<_> =
        rest.iter().filter(|l| !l.starts_with("user") && !told.contains(*l)).collect();
    assert!(lost.is_empty(), "{lost:#?}");
}

#[test]
fn rows_without_an_owner_are_left_and_counted_on_postgres() {
    rows_without_an_owner_are_left_and_counted(Engine::Postgres);
}

#[test]
fn rows_without_an_owner_are_left_and_counted_on_mariadb() {
    rows_without_an_owner_are_left_and_counted(Engine::Mariadb);
}
