//! `muster import oa4mp`, as far as the terminal has a part in it; the import itself is
//! tried in `muster-import-oa4mp`.

use muster_cli::Exit;
use muster_store_diesel::DatabaseUrl;
use muster_store_diesel::migrate::{Direction, migrate};
use muster_testkit::{TestServer, database_url};

use crate::desk::Desk;

#[test]
fn a_source_that_does_not_answer_is_told_and_leaves_its_record() {
    let desk = Desk::sqlite();
    let from = "postgres://u:s3cr3t@127.0.0.1:1/oa4mp";
    let ran = desk.muster(&["import", "oa4mp", "--from", from]);
    assert!(!ran.complaint.contains("s3cr3t"), "{}", ran.complaint);
    ran.fails(Exit::Unavailable, "cannot be read");
    assert_eq!(desk.events(), ["imported", "imported"]);
    let trail = desk.muster(&["audit", "tail", "-n", "1"]).done().out;
    assert!(trail.contains("\"outcome\":\"aborted\"") && !trail.contains("s3cr3t"), "{trail}");
}

#[test]
fn a_dry_run_leaves_no_record() {
    let desk = Desk::sqlite();
    desk.premises();
    let from = "postgres://u@127.0.0.1:1/oa4mp";
    desk.muster(&["import", "oa4mp", "--from", from, "--dry-run"]).fails(Exit::Unavailable, "read");
    assert!(desk.events().is_empty());
}

#[test]
fn a_file_that_holds_no_keys_is_told_before_the_source_is_even_asked() {
    let desk = Desk::sqlite();
    let file = desk.file("keys.jwk", "{\"keys\": 7}");
    let nobody = "postgres://nobody@127.0.0.1:1/old";
    let words = ["import", "oa4mp", "--from", nobody, "--keys", &file];
    let ran = desk.muster(&words);
    assert_ne!(ran.exit, Exit::Done, "{}", ran.out);
    assert!(ran.complaint.contains("key"), "{}", ran.complaint);
    assert!(!ran.complaint.contains("127.0.0.1"), "{}", ran.complaint);
}

#[test]
fn what_is_no_source_or_target_is_a_matter_of_usage() {
    let desk = Desk::sqlite();
    let import = |words: &[&str]| desk.muster(&[&["import", "oa4mp"], words].concat());
    import(&["--from", "oracle://h/d"]).fails(Exit::Usage, "--from");
    import(&["--from", "mysql://h/d", "--to", "mysql://h/e"]).fails(Exit::Usage, "--to");
    import(&["--from", "mysql://h/d", "--issuer", ""]).fails(Exit::Usage, "--issuer");
}

#[test]
fn a_target_without_a_schema_is_told_the_command_that_makes_its_own_on_postgres() {
    let (mut desk, other) = (Desk::postgres(), Desk::postgres());
    let DatabaseUrl::Postgres(to) = &other.settings.database else { panic!("PostgreSQL") };
    while migrate(&other.settings.database, Direction::Down).is_ok() {}
    let ran = desk.muster(&["import", "oa4mp", "--from", "mysql://h/d", "--to", to]);
    let (account, place) = to.split_once('@').unwrap();
    let (name, password) = account.rsplit_once(':').unwrap();
    assert!(!ran.complaint.contains(password), "{}", ran.complaint);
    let command = format!("MUSTER__DATABASE__URL='{name}@{place}' muster migrate run");
    ran.fails(Exit::Unavailable, &command);
    // The command, as the settings understand it, with the password.
    desk.settings.database = to.parse().unwrap();
    desk.muster(&["migrate", "run"]).done();
    let ran = desk.muster(&["import", "oa4mp", "--from", "mysql://127.0.0.1:1/d", "--to", to]);
    ran.fails(Exit::Unavailable, "the OA4MP database cannot be read");
}

#[test]
fn what_mariadb_has_against_it_is_told_in_words() {
    let desk = Desk::sqlite();
    let server = database_url(TestServer::Mariadb);
    let place = server.split_once('@').unwrap().1;
    let stranger = format!("mysql://stranger:s3cr3t@{place}");
    for (from, words) in [
        ("mysql://u:s3cr3t@127.0.0.1:1/oa4mp", "cannot be read: Could not connect to address"),
        (&stranger, "cannot be read: ERROR 1045 (28000): Access denied"),
        ("mysql://u:s3cr3t@h:port/oa4mp", "cannot be read: invalid port number"),
        ("mysql://u:s3cr3t@h/d?what=1", "cannot be read: Unknown URL parameter `what'"),
    ] {
        let ran = desk.muster(&["import", "oa4mp", "--from", from, "--dry-run"]);
        assert!(!ran.complaint.contains('{') && !ran.complaint.contains("s3cr3t"), "{ran:?}");
        ran.fails(Exit::Unavailable, words);
    }
}
