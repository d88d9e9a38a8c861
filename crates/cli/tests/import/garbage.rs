//! Garbage in the source costs its own row at most, and is told.

use crate::new::{New, Target, number, said};
use crate::old::{Engine, Old};
use crate::taking::adds_up;

/// Text columns, as they are spoilt together in one row.
const SPOILT: [(&str, &[&str]); 9] = [
    ("transactions", &["username"]),
    ("transactions", &["client_id"]),
    ("transactions", &["access_token", "refresh_token"]),
    ("transactions", &["at_jwt", "rt_jwt", "scopes"]),
    ("tx_records", &["token_type"]),
    ("tx_records", &["stored_token"]),
    ("tx_records", &["parent_id"]),
    (
        "clients",
        &[
            "public_key",
            "name",
            "home_url",
            "email",
            "callback_uri",
            "scopes",
            "audience",
            "jwks",
            "rfc7523_client_users",
            "cfg",
        ],
    ),
    ("adminClients", &["secret", "name", "email", "jwks"]),
];

const fn key(table: &str) -> &str {
    match table.as_bytes() {
        b"transactions" => "temp_token",
        b"tx_records" => "token_id",
        b"clients" => "client_id",
        _ => "admin_id",
    }
}

/// Broken JSON, a quote, letters of four bytes, and something long.
fn pieces(engine: Engine) -> Vec<String> {
    let long = "repeat('x', 3000)".to_owned();
    let mut pieces: Vec<String> =
        ["'{\"tokens\": [{'", "'it''s'", "'\u{1F511}.\u{1F511}.'"].map(ToOwned::to_owned).into();
    if engine == Engine::Mariadb {
        // PostgreSQL's text cannot hold it, so it must not reach a new database there either.
        pieces.push("concat('a', char(0), 'b')".to_owned());
    }
    pieces.push(long);
    pieces
}

fn garbage_costs_its_own_row_at_most(engine: Engine, target: Target) {
    let old = Old::new(engine);
    let clean = New::on(target);
    clean.take(&old);
    let whole = clean.told(&old);
    let users = old.users();
    for (table, columns) in SPOILT {
        old.ask(&format!("CREATE TABLE kept AS SELECT * FROM {table}"));
        let row = old.ask(&format!("SELECT max({}) FROM {table}", key(table))).trim().to_owned();
        let parent = format!("tx_records WHERE token_id = '{row}'");
        let mark = match table {
            "tx_records" => old.ask(&format!("SELECT parent_id FROM {parent}")).trim().to_owned(),
            _ => row.clone(),
        };
        for piece in pieces(engine) {
            let spoil = |column: &&str| {
                let key = key(table);
                old.takes(&format!("UPDATE {table} SET {column} = {piece} WHERE {key} = '{row}'"))
            };
            // Not every column of MariaDB takes something long.
            if columns.iter().filter(|column| spoil(column)).count() == 0 {
                continue;
            }
            let new = New::on(target);
            let report = new.take(&old);
            adds_up(&old, &report);
            let told = new.told_of(&users);
            let others = |line: &&String| !line.contains(&mark) && !line.starts_with("user");
            let (kept, before): (Vec<_>, Vec<_>) =
                (told.iter().filter(others).collect(), whole.iter().filter(others).collect());
            assert_eq!(kept, before, "{table} {columns:?} {piece}");
            assert!(new.take(&old).changed_nothing(), "{table} {columns:?} {piece}");
        }
        old.ask(&format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept"));
        old.ask("DROP TABLE kept");
    }
}

#[test]
fn garbage_costs_its_own_row_at_most_from_postgres_to_sqlite() {
    garbage_costs_its_own_row_at_most(Engine::Postgres, Target::Sqlite);
}

#[test]
fn garbage_costs_its_own_row_at_most_from_mariadb_to_postgres() {
    garbage_costs_its_own_row_at_most(Engine::Mariadb, Target::Postgres);
}

/// What cannot be read of a party is told, by the party's id.
fn what_cannot_be_read_of_a_party_is_told(engine: Engine) {
    let old = Old::new(engine);
    let (client, admin) = ("localhost:app-opaque", "localhost:admin-list");
    for column in ["cfg", "public_key", "jwks", "callback_uri"] {
        old.ask(&format!("UPDATE clients SET {column} = '[{{' WHERE client_id = '{client}'"));
    }
    for column in ["secret", "jwks"] {
        old.ask(&format!("UPDATE adminClients SET {column} = '[{{' WHERE admin_id = '{admin}'"));
    }
    let report = New::on(Target::Sqlite).take(&old);
    for (words, ids) in [
        ("configuration is not JSON", vec![client]),
        ("secret is no SHA-1", vec![client, admin]),
        ("keys are no JWK set", vec![client, admin]),
        ("callback URIs are no JSON", vec![client]),
    ] {
        let said = said(&report, words);
        assert_eq!(said.len(), 1, "{words}: {report}");
        assert!(ids.iter().all(|id| said[0].1.contains(id)), "{words}: {report}");
        assert!(!said[0].1.contains("[{"), "{words}: {report}");
    }
}

#[test]
fn what_cannot_be_read_of_a_party_is_told_by_its_id() {
    what_cannot_be_read_of_a_party_is_told(Engine::Postgres);
    what_cannot_be_read_of_a_party_is_told(Engine::Mariadb);
}

/// The same identifier, or the same text, twice: one token, and the run goes on.
fn a_token_that_is_there_twice_is_taken_once(engine: Engine, target: Target) {
    let old = Old::new(engine);
    let row = "SELECT max(parent_id) FROM tx_records WHERE token_type LIKE '%access_token'";
    let flow = old.ask(row).trim().to_owned();
    let new = New::on(target);
    let clean = new.take(&old);
    // A child that is the row's own token; on the same text under another identifier, too.
    let own = format!("SELECT access_token FROM transactions WHERE temp_token = '{flow}'");
    let own = old.ask(&own).trim().to_owned();
    let child = format!("SELECT max(token_id) FROM tx_records WHERE parent_id = '{flow}'");
    let child = old.ask(&child).trim().to_owned();
    let change = format!(
        "token_id = '{own}', token_type = \
        'urn:ietf:params:oauth:token-type:access_token'"
    );
    old.copy_row("tx_records", ("token_id", &child), &change);
    let stored = "SELECT min(token_id) FROM tx_records WHERE stored_token LIKE '%.%.%'";
    let stored = old.ask(stored).trim().to_owned();
    old.copy_row("tx_records", ("token_id", &stored), "token_id = 'urn:the:same:text'");
    let new = New::on(target);
    let report = new.take(&old);
    adds_up(&old, &report);
    let skipped = &report.to_json()["tables"]["tx_records"]["skipped"];
    let again = skipped.as_array().unwrap().iter().find(|s| s["reason"] == "the same token again");
    assert_eq!(again.unwrap()["count"], 2, "{report}");
    assert_eq!(number(&report, "tokens", "taken"), number(&clean, "tokens", "taken"));
    let second = new.take(&old);
    assert!(second.changed_nothing(), "{second}");
}

#[test]
fn a_token_that_is_there_twice_is_taken_once_on_sqlite() {
    a_token_that_is_there_twice_is_taken_once(Engine::Mariadb, Target::Sqlite);
}

#[test]
fn a_token_that_is_there_twice_is_taken_once_on_postgres() {
    a_token_that_is_there_twice_is_taken_once(Engine::Postgres, Target::Postgres);
}

/// F16: numbers at the ends of their range.
fn numbers_without_measure_are_borne(engine: Engine, target: Target) {
    let old = Old::new(engine);
    let clean = New::on(target).take(&old);
    let columns = [
        ("transactions", "expires_in"),
        ("transactions", "refresh_token_lifetime"),
        ("transactions", "refresh_token_expires_at"),
        ("tx_records", "issued_at"),
        ("tx_records", "expires_at"),
        ("tx_records", "lifetime"),
        ("clients", "at_lifetime"),
        ("clients", "rt_lifetime"),
    ];
    for number_text in ["9223372036854775807", "-9223372036854775808", "-1"] {
        for (table, column) in columns {
            old.ask(&format!("UPDATE {table} SET {column} = {number_text}"));
        }
        let new = New::on(target);
        let report = new.take(&old);
        adds_up(&old, &report);
        let tokens = number(&report, "tokens", "taken");
        assert_eq!(tokens, number(&clean, "tokens", "taken"), "{number_text}");
        assert!(!new.told(&old).is_empty());
        assert!(new.take(&old).changed_nothing());
    }
}

#[test]
fn numbers_without_measure_are_borne_on_sqlite() {
    numbers_without_measure_are_borne(Engine::Mariadb, Target::Sqlite);
}

#[test]
fn numbers_without_measure_are_borne_on_postgres() {
    numbers_without_measure_are_borne(Engine::Postgres, Target::Postgres);
}

/// Flags as numbers or texts, numbers as texts, keys as numbers.
#[test]
fn loose_types_make_no_difference() {
    for (engine, changes) in [
        (Engine::Postgres, ["ALTER COLUMN", "TYPE text", "ALTER COLUMN", "TYPE smallint USING"]),
        (Engine::Mariadb, ["MODIFY", "text", "MODIFY", "bit(1)"]),
    ] {
        let old = Old::new(engine);
        let strict = New::on(Target::Sqlite);
        strict.take(&old);
        let [alter, text, alter_flag, flag] = changes;
        for (table, column) in [("transactions", "expires_in"), ("tx_records", "issued_at")] {
            old.ask(&format!("ALTER TABLE {table} {alter} {column} {text}"));
        }
        for (table, column) in [("transactions", "access_token_valid"), ("tx_records", "valid")] {
            let using =
                if engine == Engine::Postgres { format!("{column}::int") } else { String::new() };
            old.ask(&format!("ALTER TABLE {table} {alter_flag} {column} {flag} {using}"));
        }
        let loose = New::on(Target::Sqlite);
        loose.take(&old);
        assert_eq!(loose.told(&old), strict.told(&old), "{engine:?}");
    }
}
