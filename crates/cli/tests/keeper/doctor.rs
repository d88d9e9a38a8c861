//! `muster doctor`: every kind of trouble has its line, and looking changes nothing.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use muster_cli::Exit;
use serde_json::Value;

use muster_store_diesel::PoolSettings;

use crate::desk::{Desk, both};

/// The doctor's lines about something: finding, words and remedy.
fn lines(desk: &Desk, about: &str) -> Vec<(String, String)> {
    let ran = desk.muster(&["--json", "doctor"]);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(report["ok"] == true, ran.exit == Exit::Done, "{}", ran.out);
    let text = |line: &Value, member: &str| line[member].as_str().unwrap_or_default().to_owned();
    let lines = report["lines"].as_array().unwrap().iter();
    lines
        .filter(|line| line["about"] == about)
        .map(|line| {
            let words = format!("{} -> {}", text(line, "words"), text(line, "remedy"));
            (text(line, "finding"), words)
        })
        .collect()
}

#[track_caller]
fn finds(desk: &Desk, about: &str, finding: &str, words: &str) {
    let lines = lines(desk, about);
    let found = lines.iter().any(|line| line.0 == finding && line.1.contains(words));
    assert!(found, "{about}: {lines:?}");
}

both!(all_is_well_after_the_first_start, all_is_well_after_the_first_start_on_postgres, well);

fn well(desk: &Desk) {
    desk.muster(&["admin", "add", "a"]).done();
    let report: Value =
        serde_json::from_str(&desk.muster(&["--json", "doctor"]).done().out).unwrap();
    let findings = report["lines"].as_array().unwrap().iter().map(|line| &line["finding"]);
    assert!(findings.clone().all(|finding| finding == "ok"), "{report}");
    for about in
        ["settings", "database", "schema", "key file", "key ring", "issuer", "clock", "audit trail"]
    {
        finds(desk, about, "ok", "");
    }
}

#[test]
fn looking_at_nothing_makes_nothing_and_finds_nothing_bad() {
    let desk = Desk::sqlite();
    let out = desk.muster(&["doctor"]).done().out;
    assert!(out.contains("the first start makes it"), "{out}");
    assert!(!desk.folder().join("data").exists());
}

#[test]
fn wrong_settings_are_told_one_by_one() {
    let mut desk = Desk::sqlite();
    desk.problems = vec!["http.listen: nowhere".to_owned(), "issuer.url: no URL".to_owned()];
    assert_eq!(lines(&desk, "settings").len(), 2);
    finds(&desk, "settings", "bad", "issuer.url: no URL -> see docs/reference");
    desk.muster(&["doctor"]).fails(Exit::Bad, "2 things are bad");
}

#[test]
fn what_is_odd_about_the_settings_is_a_warning() {
    let mut desk = Desk::sqlite();
    desk.warnings = vec!["MUSTER_DATABASE_URI sets nothing".to_owned()];
    finds(&desk, "settings", "warn", "MUSTER_DATABASE_URI sets nothing");
    let out = desk.muster(&["config", "check"]).done().out;
    assert!(out.starts_with("- warning: MUSTER_DATABASE_URI sets nothing\nThe"), "{out}");
}

#[test]
fn a_key_that_others_may_read_is_bad_and_the_command_against_it_is_told() {
    let desk = Desk::sqlite();
    desk.premises();
    let file = desk.folder().join("data/muster.kek");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    finds(&desk, "key file", "bad", "chmod 600");
    desk.muster(&["doctor"]).fails(Exit::Bad, "bad");
    std::fs::remove_file(&file).unwrap();
    finds(&desk, "key file", "bad", "put the file back");
    assert!(!file.exists());
}

#[test]
fn a_database_that_others_may_read_is_odd() {
    let desk = Desk::sqlite();
    desk.premises();
    finds(&desk, "file modes", "ok", "");
    let open = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(desk.folder().join("data"), open.clone()).unwrap();
    finds(&desk, "file modes", "ok", "");
    std::fs::set_permissions(desk.folder().join("data/muster.db"), open).unwrap();
    finds(&desk, "file modes", "warn", "chmod 600");
}

#[test]
fn f17_a_clock_behind_the_last_record_or_in_a_wrong_year_is_bad() {
    let desk = Desk::sqlite();
    desk.muster(&["admin", "add", "a"]).done();
    desk.turn_clock(-60_000);
    finds(&desk, "clock", "bad", "60000 ms behind the last audit record -> set it right (NTP)");
    desk.turn_clock(80 * 365 * 86_400_000);
    finds(&desk, "clock", "bad", "NTP");
}

#[test]
fn a_taken_address_is_odd_and_an_impossible_one_is_bad() {
    let mut desk = Desk::sqlite();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = listener.local_addr().unwrap();
    desk.listeners =
        vec![("http.listen", taken), ("management.listen", "203.0.113.7:9".parse().unwrap())];
    finds(&desk, "address", "warn", "is taken");
    finds(&desk, "address", "bad", "management.listen 203.0.113.7:9");
    drop(listener);
    finds(&desk, "address", "ok", "is free");
}

#[test]
fn an_issuer_that_the_database_does_not_know_is_odd() {
    let mut desk = Desk::sqlite();
    desk.premises();
    desk.settings.issuer = muster_domain::IssuerUrl::new("https://other.example/oauth2").unwrap();
    finds(&desk, "issuer", "warn", "the database holds https://tokens.example.org/oauth2");
}

#[test]
fn a_trail_that_was_touched_is_bad() {
    let mut desk = Desk::sqlite();
    desk.settings.audit_file = Some(desk.folder().join("audit.jsonl"));
    desk.muster(&["admin", "add", "a"]).done();
    let file = desk.settings.audit_file.clone().unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("key_made", "key_mad")).unwrap();
    finds(&desk, "audit trail", "bad", "record 1 was changed");
}

#[test]
fn an_external_schema_that_is_behind_is_bad_and_the_command_is_told_on_postgres() {
    use muster_store_diesel::migrate::{Direction, migrate};
    let desk = Desk::postgres();
    while migrate(&desk.settings.database, Direction::Down).is_ok() {}
    finds(&desk, "schema", "bad", "muster migrate run");
}

#[test]
fn a_database_that_does_not_answer_is_bad() {
    let mut desk = Desk::sqlite();
    desk.settings.database = "postgres://u:s3cr3t@127.0.0.1:1/d".parse().unwrap();
    desk.settings.pool = PoolSettings::default();
    finds(&desk, "database", "bad", "start the server");
    let out = desk.muster(&["doctor"]).out;
    assert!(!out.contains("s3cr3t"), "{out}");
    // What libpq says in several lines does not tear the table.
    let starts = ["", "ok", "warn", "bad"];
    let first = |line: &str| line.trim_start().split(' ').next().unwrap_or_default().to_owned();
    for line in out.lines().skip(1) {
        assert!(starts.contains(&first(line).as_str()), "{line:?} of\n{out}");
    }
}
