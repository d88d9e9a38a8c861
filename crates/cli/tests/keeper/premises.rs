//! What happens by itself at the first command, and what must not.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use muster_cli::Exit;
use muster_store_diesel::PoolSettings;
use muster_store_diesel::migrate::{Direction, migrate};

use crate::desk::Desk;

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn the_first_command_makes_an_embedded_database_and_its_key_and_says_so() {
    let desk = Desk::sqlite();
    let first = desk.muster(&["--json", "admin", "list"]).done();
    assert_eq!(first.out, "[]\n");
    let first = first.complaint;
    for words in ["was brought up to date", "muster.kek (mode 0600); back it up", "5 data keys"] {
        assert!(first.contains(words), "{first}");
    }
    let data = desk.folder().join("data");
    assert_eq!((mode(&data), mode(&data.join("muster.kek"))), (0o700, 0o600));
    assert_eq!(desk.muster(&["admin", "list"]).done().complaint, "");
    let trail = desk.muster(&["audit", "tail"]).done().out;
    assert_eq!(trail.matches("key_made").count(), 5);
    assert_eq!(trail.matches("issuer_added").count(), 1);
}

#[test]
fn asking_for_the_schema_before_the_first_start_says_what_makes_the_database_and_makes_nothing() {
    let desk = Desk::sqlite();
    desk.muster(&["migrate", "status"]).fails(Exit::Unavailable, "the first `muster serve`");
    assert_eq!(std::fs::read_dir(desk.folder()).unwrap().count(), 0);
    desk.muster(&["admin", "list"]).done();
    desk.muster(&["migrate", "status"]).done();
}

#[test]
fn an_external_database_without_a_key_file_is_refused_and_the_way_out_is_told_on_postgres() {
    let mut desk = Desk::postgres_without_key();
    desk.muster(&["admin", "list"]).fails(Exit::Unavailable, "muster keys new-kek FILE");
    let file = desk.folder().join("muster.kek");
    desk.settings.kek_file = Some(file.clone());
    desk.muster(&["admin", "list"]).fails(Exit::Unavailable, "muster.kek cannot be used");
    assert!(!file.exists());
    let made = desk.muster(&["keys", "new-kek", &file.to_string_lossy()]).done().out;
    assert!(made.contains("mode 0600") && made.contains("back it up"), "{made}");
    desk.muster(&["keys", "new-kek", &file.to_string_lossy()]).fails(Exit::Failed, "left alone");
    desk.muster(&["admin", "list"]).done();
}

#[test]
fn an_external_database_is_not_brought_up_to_date_by_itself_on_postgres() {
    let desk = Desk::postgres();
    while migrate(&desk.settings.database, Direction::Down).is_ok() {}
    desk.muster(&["admin", "list"]).fails(Exit::Unavailable, "run: muster migrate run");
    desk.muster(&["migrate", "status"]).fails(Exit::Bad, "not this program's");
    desk.muster(&["migrate", "run"]).done();
    desk.muster(&["migrate", "status"]).done();
    desk.muster(&["admin", "list"]).done();
    desk.muster(&["migrate", "revert"]).fails(Exit::Usage, "--yes");
    desk.muster(&["migrate", "redo", "--yes"]).done();
    desk.muster(&["migrate", "status"]).done();
}

#[test]
fn a_lost_key_file_is_not_replaced_by_another_key() {
    let desk = Desk::sqlite();
    desk.muster(&["admin", "add", "a:/1"]).done();
    let file = desk.folder().join("data/muster.kek");
    let kept = std::fs::read(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    desk.muster(&["admin", "list"]).fails(Exit::Unavailable, "put that file back");
    assert!(!file.exists());
    desk.muster(&["keys", "new-kek", &file.to_string_lossy()]).done();
    desk.muster(&["admin", "list"]).fails(Exit::Unavailable, "is wrapped by");
    std::fs::write(&file, kept).unwrap();
    desk.muster(&["admin", "show", "a:/1"]).done();
}

#[test]
fn a_database_that_is_not_there_is_named_without_its_password() {
    let mut desk = Desk::sqlite();
    desk.settings.database = "postgres://u:s3cr3t@127.0.0.1:1/d".parse().unwrap();
    desk.settings.pool = PoolSettings::default();
    desk.settings.kek_file = Some("/nonexistent".into());
    let ran = desk.muster(&["admin", "list"]);
    assert!(!ran.complaint.contains("s3cr3t"), "{}", ran.complaint);
    ran.fails(Exit::Unavailable, "postgres://127.0.0.1:1/d");
}

#[test]
fn looking_at_the_trail_makes_nothing() {
    let desk = Desk::sqlite();
    for words in [["audit", "tail"], ["audit", "verify"]] {
        desk.muster(&words).fails(Exit::Unavailable, "not there yet");
    }
    assert!(!desk.folder().join("data").exists());
}

#[test]
fn many_processes_at_the_first_start_make_one_set_of_keys_on_postgres() {
    let desk = Desk::postgres();
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| drop(desk.premises()));
        }
    });
    let trail = desk.muster(&["audit", "tail", "-n", "100"]).done().out;
    assert_eq!(trail.matches("key_made").count(), 5, "{trail}");
    assert_eq!(trail.matches("issuer_added").count(), 1, "{trail}");
    desk.muster(&["audit", "verify"]).done();
}
