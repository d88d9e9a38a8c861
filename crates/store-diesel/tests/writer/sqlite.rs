//! What only a file knows: other processes that lock it, disks that are full.

use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use muster_store_diesel::{DatabaseUrl, PoolSettings, Scratch, open};

use crate::ground::{WRITERS, acknowledged, add, is_unavailable, kept, opened, row};

fn file(scratch: &Scratch) -> &Path {
    let DatabaseUrl::Sqlite(path) = scratch.url() else { panic!("{:?}", scratch.url()) };
    path
}

/// A connection past the store, as another process would have it.
fn stranger(scratch: &Scratch) -> SqliteConnection {
    SqliteConnection::establish(file(scratch).to_str().unwrap()).unwrap()
}

/// F08.
#[test]
fn a_file_locked_by_another_process_is_unavailable_for_writing_and_reads_go_on() {
    let scratch = Scratch::sqlite().unwrap();
    let store = opened(&scratch);
    store.change(|unit| add(unit, 1)).unwrap();
    let mut stranger = stranger(&scratch);
    stranger.batch_execute("BEGIN IMMEDIATE").unwrap();
    let released = AtomicBool::new(false);
    let refused = acknowledged(|writer| {
        // One writer waits in vain for the whole time; the others only read.
        if writer == 0 {
            let outcome = store.change(|unit| add(unit, 2));
            assert!(is_unavailable(&outcome), "{outcome:?}");
            released.store(true, Ordering::SeqCst);
            return vec![writer];
        }
        while !released.load(Ordering::SeqCst) {
            assert_eq!(store.read(|reading| reading.list_data_keys()).unwrap().len(), 1);
        }
        Vec::new()
    });
    assert_eq!(refused, [0]);
    stranger.batch_execute("ROLLBACK").unwrap();
    store.change(|unit| add(unit, 3)).unwrap();
    assert_eq!(kept(&scratch), [1, 3]);
}

/// F08: whoever stands behind a writer that waits in vain is refused together with it.
#[test]
fn of_many_writers_at_a_locked_file_none_waits_longer_than_the_first() {
    let scratch = Scratch::sqlite().unwrap();
    let store = opened(&scratch);
    let mut stranger = stranger(&scratch);
    stranger.batch_execute("BEGIN IMMEDIATE").unwrap();
    let stranger = Mutex::new(Some(stranger));
    let refused = acknowledged(|writer| {
        let outcome = store.change(|unit| add(unit, writer));
        // The first of them opens the file to those who would wait on.
        if let Some(mut stranger) = stranger.lock().unwrap().take() {
            stranger.batch_execute("ROLLBACK").unwrap();
        }
        assert!(is_unavailable(&outcome), "{outcome:?}");
        vec![writer]
    });
    assert_eq!(refused, (0..WRITERS).collect::<Vec<_>>());
    store.change(|unit| add(unit, 1)).unwrap();
    assert_eq!(kept(&scratch), [1]);
}

/// F05: the largest size that a file may have stands for the end of the disk.
#[test]
fn a_full_disk_refuses_whole_changes_and_space_brings_them_back() {
    if !in_a_process_of_its_own("a_full_disk_refuses_whole_changes_and_space_brings_them_back") {
        return;
    }
    let scratch = Scratch::sqlite().unwrap();
    let store = opened(&scratch);
    store.change(|unit| add(unit, 9_000)).unwrap();
    let journal = std::fs::metadata(file(&scratch).with_extension("db-wal")).unwrap().len();
    limit_files(&(journal + 30_000).to_string());
    let change =
        |number| store.change(|unit| add(unit, number).and_then(|()| add(unit, number + 1_000)));
    let mut kept_so_far = acknowledged(|writer| {
        let mut own = Vec::new();
        for number in (0..10).map(|round| writer * 10 + round) {
            match change(number) {
                Ok(()) => own.extend([number, number + 1_000]),
                outcome => assert!(is_unavailable(&outcome), "{outcome:?}"),
            }
        }
        own
    });
    assert!((2..40).contains(&kept_so_far.len()), "some fitted, most did not: {kept_so_far:?}");
    assert!(is_unavailable(&change(500)), "it stays full");
    kept_so_far.push(9_000);
    let read = store.read(|reading| reading.list_data_keys()).unwrap();
    assert_eq!(read.len(), kept_so_far.len(), "reads go on, nothing is half-done");
    limit_files("unlimited");
    change(600).unwrap();
    kept_so_far.extend([600, 1_600]);
    kept_so_far.sort_unstable();
    assert_eq!(kept(&scratch), kept_so_far);
}

/// What a savepoint can go back to is as large as what its unit changes; SQLite once moved it
/// to a file when it was a MiB, and called the disk full.
#[test]
fn a_unit_among_others_may_change_many_pages_and_be_taken_back() {
    let scratch = Scratch::sqlite().unwrap();
    let mut connection = stranger(&scratch);
    let mut run = |statement: &str| connection.batch_execute(statement).unwrap();
    run("CREATE TABLE many (number integer PRIMARY KEY, text text NOT NULL)");
    run("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000) \
         INSERT INTO many SELECT i, hex(zeroblob(1000)) FROM n");
    run("BEGIN IMMEDIATE; SAVEPOINT unit");
    run("UPDATE many SET text = replace(text, '0', '1')");
    run("ROLLBACK TO unit");
    run("UPDATE many SET text = replace(text, '0', '2')");
    run("RELEASE unit; COMMIT");
    let changed = "SELECT NULL AS who, count(*) AS number FROM many WHERE text LIKE '22%'";
    assert_eq!(scratch.tally(changed).unwrap(), [(None, 4_000)]);
}

/// F08: not one byte can be written any more.
#[test]
fn a_file_that_takes_nothing_loses_nothing() {
    if !in_a_process_of_its_own("a_file_that_takes_nothing_loses_nothing") {
        return;
    }
    let scratch = Scratch::sqlite().unwrap();
    let store = opened(&scratch);
    store.change(|unit| add(unit, 1)).unwrap();
    limit_files("0");
    for _ in 0..5 {
        assert!(is_unavailable(&store.change(|unit| add(unit, 2))));
    }
    assert_eq!(store.read(|reading| reading.list_data_keys()).unwrap(), [row(1)]);
    limit_files("unlimited");
    store.change(|unit| add(unit, 2)).unwrap();
    assert_eq!(kept(&scratch), [1, 2]);
}

#[test]
fn a_place_that_holds_no_database_is_named() {
    let scratch = Scratch::sqlite().unwrap();
    let folder = file(&scratch).parent().unwrap();
    let outcome = open(&DatabaseUrl::Sqlite(folder.to_owned()), &PoolSettings::default());
    let error = outcome.err().unwrap().to_string();
    assert!(error.contains(folder.to_str().unwrap()), "{error}");
}

const APART: &str = "MUSTER_TEST_APART";

/// Limits hold for a whole process, hence the test runs again in one of its own, in which
/// a file's limit is an error and no signal. Whether this is that process.
fn in_a_process_of_its_own(test: &str) -> bool {
    if std::env::vars().any(|(name, _)| name == APART) {
        return true;
    }
    let done = Command::new("sh")
        .args(["-c", "trap '' XFSZ; exec \"$0\" --exact --nocapture \"$1\""])
        .arg(std::env::current_exe().unwrap())
        .arg(format!("sqlite::{test}"))
        .env(APART, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{said}{}", String::from_utf8_lossy(&done.stderr));
    assert!(said.contains("1 passed"), "{said}");
    false
}

/// How large files of this process may become, in bytes.
fn limit_files(size: &str) {
    let own = std::process::id().to_string();
    let done = Command::new("prlimit").args(["--pid", &own, &format!("--fsize={size}:")]).status();
    assert!(done.unwrap().success());
}

#[test]
fn sqlite_is_compiled_so_that_readers_share_no_lock_and_statements_stay_prepared() {
    // `.cargo/config.toml` says how; a build that does not read it would be several times slower.
    #[derive(QueryableByName)]
    struct Compiled {
        #[diesel(sql_type = diesel::sql_types::Text)]
        compile_options: String,
    }
    let scratch = Scratch::sqlite().unwrap();
    let options: Vec<Compiled> =
        diesel::sql_query("PRAGMA compile_options").load(&mut stranger(&scratch)).unwrap();
    let has = |wanted: &str| options.iter().any(|option| option.compile_options == wanted);
    assert!(has("DEFAULT_MEMSTATUS=0") && has("ENABLE_QPSG") && has("STMTJRNL_SPILL=-1"));
    assert!(!has("ENABLE_STAT4") && !has("ENABLE_MEMORY_MANAGEMENT"));
}
