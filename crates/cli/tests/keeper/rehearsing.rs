//! `muster import oa4mp --dry-run` looks and writes nothing: no file, no table, no row.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use muster_cli::Exit;
use muster_store_diesel::DatabaseUrl;
use serde_json::Value;

use crate::desk::Desk;
use crate::old::{Engine, Old};

/// Every file below a folder with its content.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.insert(path.clone(), Vec::new());
            found.extend(files(&path));
        } else {
            found.insert(path.clone(), std::fs::read(path).unwrap());
        }
    }
    found
}

fn ask(desk: &Desk, statement: &str) -> String {
    let DatabaseUrl::Postgres(url) = &desk.settings.database else { panic!("PostgreSQL") };
    let output = Command::new("psql").args(["-XqAt", "-d", url, "-c", statement]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Every table with a mark of its rows.
fn tables(desk: &Desk) -> String {
    let row = "md5(query_to_xml('SELECT * FROM ' || quote_ident(table_name) || ' t ORDER BY t::text', \
               true, true, '')::text)";
    ask(
        desk,
        &format!(
            "SELECT table_name, {row} FROM information_schema.tables \
             WHERE table_schema = 'public' ORDER BY 1"
        ),
    )
}

/// What a run did, table by table, without the names of rows.
fn import(desk: &Desk, from: &str, more: &[&str]) -> Vec<(String, Value, Value)> {
    let report = desk.json(&[&["import", "oa4mp", "--from", from], more].concat());
    let tables = report["tables"].as_object().unwrap().iter();
    tables
        .map(|(name, table)| (name.clone(), table["taken"].clone(), table["unchanged"].clone()))
        .collect()
}

#[test]
fn a_dry_run_without_a_target_leaves_no_file_and_foretells_the_run() {
    let (desk, old) = (Desk::sqlite(), Old::new(Engine::Postgres));
    let foretold = import(&desk, &old.url(), &["--dry-run"]);
    assert_eq!(files(desk.folder()), BTreeMap::new());
    assert_eq!(import(&desk, &old.url(), &[]), foretold);
}

#[test]
fn a_report_that_cannot_be_written_is_told_before_the_run_or_beside_the_report() {
    let (desk, old) = (Desk::sqlite(), Old::new(Engine::Postgres));
    let from = old.url();
    let run = |path: &str| desk.muster(&["import", "oa4mp", "--from", &from, "--report", path]);
    run("/nonexistent/report.json").fails(Exit::Usage, "nothing was imported");
    assert_eq!(files(desk.folder()), BTreeMap::new(), "nothing was made");
    // A disk that is full at the end.
    let full = run("/dev/full");
    assert!(full.out.contains("adminClients"), "the report is on the terminal");
    full.fails(Exit::Failed, "the import is done");
    let file = desk.folder().join("report.json");
    std::fs::write(&file, "x".repeat(100_000)).unwrap();
    run(file.to_str().unwrap()).done();
    let report: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(report["dry_run"], false);
}

#[test]
fn a_dry_run_on_an_embedded_database_changes_none_of_its_bytes() {
    let (desk, old) = (Desk::sqlite(), Old::new(Engine::Mariadb));
    import(&desk, &old.url(), &[]);
    let (before, events) = (files(desk.folder()), desk.events());
    old.ask("UPDATE transactions SET access_token_valid = false");
    old.ask("DELETE FROM client_approvals");
    let foretold = import(&desk, &old.url(), &["--dry-run"]);
    assert!(files(desk.folder()) == before, "a file was written");
    assert_eq!(desk.events(), events);
    assert_eq!(import(&desk, &old.url(), &[]), foretold);
}

#[test]
fn a_dry_run_on_an_empty_database_makes_no_table_and_needs_no_key_on_postgres() {
    let (desk, old) = (Desk::postgres_without_key(), Old::new(Engine::Postgres));
    ask(&desk, "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    let foretold = import(&desk, &old.url(), &["--dry-run"]);
    assert!(foretold.iter().any(|(name, taken, _)| name == "tokens" && *taken != 0));
    assert_eq!(tables(&desk), "");
    assert_eq!(files(desk.folder()), BTreeMap::new());
}

#[test]
fn a_dry_run_on_a_database_in_use_changes_no_row_of_it_on_postgres() {
    let (desk, old) = (Desk::postgres(), Old::new(Engine::Mariadb));
    let before = tables(&desk);
    let foretold = import(&desk, &old.url(), &["--dry-run"]);
    assert_eq!(tables(&desk), before, "before the first start");
    assert_eq!(import(&desk, &old.url(), &[]), foretold);
    let before = tables(&desk);
    old.ask("UPDATE transactions SET access_token_valid = false");
    let foretold = import(&desk, &old.url(), &["--dry-run"]);
    assert_eq!(tables(&desk), before);
    assert_eq!(import(&desk, &old.url(), &[]), foretold);
}
