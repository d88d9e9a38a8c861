//! What happens by itself at the first command, and what must not.

use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use muster_cli::Exit;
use muster_store_diesel::migrate::{Direction, migrate};
use muster_store_diesel::{DatabaseUrl, PoolSettings};

use crate::desk::{Desk, ISSUER};

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn the_first_command_that_adds_something_makes_an_embedded_database_and_its_key_and_says_so() {
    let desk = Desk::sqlite();
    let first = desk.muster(&["--json", "user", "add", "alice"]).done();
    assert!(first.out.contains("\"changed\":true"), "{}", first.out);
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
    desk.muster(&["migrate", "status"]).fails(Exit::Unavailable, "The first `muster serve`");
    assert_eq!(std::fs::read_dir(desk.folder()).unwrap().count(), 0);
    desk.muster(&["user", "add", "alice"]).done();
    desk.muster(&["migrate", "status"]).done();
}

/// Commands that look, or change what should be there.
const VISITS: [&str; 22] = [
    "admin list",
    "admin show a",
    "admin approve a",
    "admin suspend a",
    "admin grant a list-users",
    "admin link a c",
    "admin rotate-secret a",
    "client list",
    "client show c",
    "client set c --dpop",
    "client suspend c",
    "client remove c --yes",
    "user show u",
    "user disable u",
    "user revoke u",
    "user remove u --yes",
    "device deny WDJB-MJHT",
    "trust list",
    "issuer list",
    "issuer suspend https://tokens.example.org/oauth2",
    "keys list",
    "keys retire k --yes",
];

#[test]
fn a_look_or_a_change_in_the_wrong_folder_makes_no_store_and_says_what_is_missing() {
    let desk = Desk::sqlite();
    let in_another = ["--issuer", "https://tokens.example.org/oauth2", "client", "add", "c"];
    let words = VISITS.iter().map(|words| words.split(' ').collect::<Vec<_>>());
    for words in words.chain([in_another.to_vec()]) {
        let ran = desk.muster(&words);
        assert!(ran.complaint.contains("right folder"), "{words:?}: {}", ran.complaint);
        ran.fails(Exit::Unavailable, "data/muster.db is not there yet");
        assert_eq!(std::fs::read_dir(desk.folder()).unwrap().count(), 0, "{words:?}");
    }
    // A file without tables is no store either, and gets none.
    std::fs::create_dir(desk.folder().join("data")).unwrap();
    desk.file("data/muster.db", "");
    desk.muster(&["client", "list"]).fails(Exit::Unavailable, "is not there yet");
    assert_eq!(std::fs::metadata(desk.folder().join("data/muster.db")).unwrap().len(), 0);
}

#[test]
fn a_look_into_an_empty_external_database_writes_nothing_on_postgres() {
    let desk = Desk::postgres();
    desk.muster(&["client", "list"]).fails(Exit::NotFound, "holds no issuer yet");
    desk.muster(&["client", "add", "c"]).done();
    desk.muster(&["client", "list"]).done();
}

fn another_issuer_is_told_of_those_that_are_there(mut desk: Desk) {
    let newer = "https://tokens.example.org/auth";
    desk.muster(&["client", "add", "portal"]).done();
    desk.settings.issuer = muster_domain::IssuerUrl::new(newer).unwrap();
    let told = format!("no issuer {newer} in the database");
    for words in [["client", "list"], ["admin", "list"], ["issuer", "list"]] {
        let ran = desk.muster(&words);
        assert!(ran.complaint.contains(&told), "{}", ran.complaint);
        ran.fails(Exit::NotFound, &format!("which holds {ISSUER}: set issuer.url"));
    }
    desk.muster(&["--issuer", ISSUER, "client", "show", "portal"]).done();
    desk.muster(&["--issuer", ISSUER, "client", "add", "other"]).done();
    desk.muster(&["client", "list"]).fails(Exit::NotFound, &told);
    // Whoever adds something there is told that it is another, empty one.
    let added = desk.muster(&["user", "add", "alice"]).done().complaint;
    assert!(added.contains(&format!("the issuer {newer} is new")), "{added}");
    assert!(added.contains(&format!("holds {ISSUER} besides")), "{added}");
    for words in [["client", "list"], ["admin", "list"]] {
        let listed = desk.muster(&words).done().complaint;
        assert!(listed.contains(&format!("the database holds {ISSUER} besides")), "{listed}");
    }
    let doctor = desk.muster(&["doctor"]).done().out;
    assert!(doctor.contains(&format!("the database holds {ISSUER} besides")), "{doctor}");
}

#[test]
fn another_issuer_is_told_of_those_that_are_there_on_sqlite() {
    another_issuer_is_told_of_those_that_are_there(Desk::sqlite());
}

#[test]
fn another_issuer_is_told_of_those_that_are_there_on_postgres() {
    another_issuer_is_told_of_those_that_are_there(Desk::postgres());
}

#[test]
fn an_external_database_without_a_key_file_is_refused_and_the_way_out_is_told_on_postgres() {
    let mut desk = Desk::postgres_without_key();
    desk.muster(&["admin", "list"]).fails(Exit::Unavailable, "muster keys new-kek FILE");
    let file = desk.folder().join("muster.kek");
    desk.settings.kek_file = Some(file.clone());
    desk.muster(&["admin", "list"]).fails(Exit::Unavailable, "muster keys new-kek");
    desk.muster(&["admin", "add", "a"]).fails(Exit::Unavailable, "muster.kek is not there");
    assert!(!file.exists());
    let made = desk.muster(&["keys", "new-kek", &file.to_string_lossy()]).done().out;
    assert!(made.contains("mode 0600") && made.contains("back it up"), "{made}");
    desk.muster(&["keys", "new-kek", &file.to_string_lossy()]).fails(Exit::Failed, "left alone");
    desk.muster(&["admin", "add", "a"]).done();
}

#[test]
fn an_external_database_is_not_brought_up_to_date_by_itself_on_postgres() {
    let desk = Desk::postgres();
    while migrate(&desk.settings.database, Direction::Down).is_ok() {}
    desk.muster(&["admin", "list"]).fails(Exit::Unavailable, "run: muster migrate run");
    desk.muster(&["migrate", "status"]).fails(Exit::Bad, "not this program's");
    desk.muster(&["migrate", "run"]).done();
    desk.muster(&["migrate", "status"]).done();
    desk.muster(&["admin", "add", "a"]).done();
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

/// A way to a server on which each connection is held up at its beginning; the URL by it.
fn slow_way(url: &DatabaseUrl, held_up: Duration) -> DatabaseUrl {
    let DatabaseUrl::Postgres(text) = url else { panic!("not a server") };
    let shown = url.to_string();
    let place = shown.split("://").nth(1).unwrap().split('/').next().unwrap().to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let here = listener.local_addr().unwrap().to_string();
    let by_it = text.replace(&place, &here).parse().unwrap();
    std::thread::spawn(move || {
        for near in listener.incoming().map_while(Result::ok) {
            let place = place.clone();
            std::thread::spawn(move || {
                std::thread::sleep(held_up);
                let far = TcpStream::connect(place).unwrap();
                let (mut from, mut to) = (near.try_clone().unwrap(), far.try_clone().unwrap());
                std::thread::spawn(move || std::io::copy(&mut from, &mut to));
                let _ended = std::io::copy(&mut &far, &mut &near);
                let _ended = near.shutdown(std::net::Shutdown::Both);
            });
        }
    });
    by_it
}

#[test]
fn a_server_that_is_far_away_is_waited_for_longer_than_a_request_may_wait_on_postgres() {
    let mut desk = Desk::postgres();
    desk.settings.pool = PoolSettings::default();
    desk.settings.database = slow_way(&desk.settings.database, 2 * desk.settings.pool.wait);
    desk.muster(&["client", "add", "c"]).done();
    desk.muster(&["client", "list"]).done();
    desk.muster(&["audit", "verify"]).done();
    desk.muster(&["doctor"]).done();
}
