//! The one writer of SQLite: what was acknowledged is on disk, whatever happens to others
//! of its group, to the file, or to the disk (F05, F08).
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use muster_domain::{DataKeyId, Timestamp};
use muster_store::{Store, StoreError, StoredDataKey, Unit};
use muster_store_diesel::{DatabaseUrl, PoolSettings, Scratch, open};

const WRITERS: i64 = 8;

fn opened(scratch: &Scratch) -> Arc<dyn Store> {
    open(scratch.url(), &PoolSettings::default()).unwrap()
}

fn file(scratch: &Scratch) -> &Path {
    let DatabaseUrl::Sqlite(path) = scratch.url() else { panic!("{:?}", scratch.url()) };
    path
}

/// A connection past the store, as another process would have it.
fn stranger(scratch: &Scratch) -> SqliteConnection {
    SqliteConnection::establish(file(scratch).to_str().unwrap()).unwrap()
}

/// A row of some size that stands for a change.
fn row(number: i64) -> StoredDataKey {
    StoredDataKey {
        id: DataKeyId::new(number),
        purpose: 1,
        kek_id: "kek".to_owned(),
        wrapped: vec![7; 3_000],
        created_at: Timestamp::from_millis(number),
    }
}

fn add(unit: &mut dyn Unit, number: i64) -> Result<(), StoreError> {
    unit.add_data_key(&row(number))
}

/// The numbers of all rows in the file, seen by a store that was opened just now.
fn kept(scratch: &Scratch) -> Vec<i64> {
    let keys = opened(scratch).read(|reading| reading.list_data_keys()).unwrap();
    keys.iter().map(|key| key.id.number()).collect()
}

fn is_unavailable<T>(outcome: &Result<T, StoreError>) -> bool {
    matches!(outcome, Err(StoreError::Unavailable { .. }))
}

/// Does `work` on every writer's thread at once; what they say was acknowledged, in order.
fn acknowledged(work: impl Fn(i64) -> Vec<i64> + Sync) -> Vec<i64> {
    let start = Barrier::new(usize::try_from(WRITERS).unwrap());
    let mut all = thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (start, work) = (&start, &work);
                scope.spawn(move || {
                    start.wait();
                    work(writer)
                })
            })
            .collect();
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect::<Vec<_>>()
    });
    all.sort_unstable();
    all
}

#[test]
fn every_acknowledged_change_of_many_writers_is_there_after_reopening() {
    let scratch = Scratch::sqlite().unwrap();
    let store = opened(&scratch);
    let all = acknowledged(|writer| {
        let numbers = (0..25).map(|round| writer * 100 + round);
        numbers
            .inspect(|number| {
                store.change(|unit| add(unit, *number)).unwrap();
                // A reader that comes after the answer sees it.
                let keys = store.read(|reading| reading.list_data_keys()).unwrap();
                assert!(keys.iter().any(|key| key.id.number() == *number));
            })
            .collect()
    });
    assert_eq!(all.len(), 200);
    assert_eq!(kept(&scratch), all);
}

#[test]
fn a_failing_change_takes_no_neighbour_with_it() {
    let scratch = Scratch::sqlite().unwrap();
    let store = opened(&scratch);
    let all = acknowledged(|writer| {
        let mut own = Vec::new();
        for number in (0..30).map(|round| writer * 100 + round) {
            let fails = number % 3 == 0;
            let outcome = store.change(|unit| {
                add(unit, number)?;
                // Every third one: the second row of the unit is there already.
                if fails { add(unit, number) } else { Ok(()) }
            });
            assert_eq!(matches!(outcome, Err(StoreError::Conflict { .. })), fails);
            assert_eq!(outcome.is_ok(), !fails);
            own.extend(outcome.ok().map(|()| number));
        }
        own
    });
    assert_eq!(kept(&scratch), all);
}

/// F31: neighbours of a unit that panics may hear of it, and what they hear is true.
#[test]
fn a_panicking_change_leaves_no_false_acknowledgement() {
    let scratch = Scratch::sqlite().unwrap();
    let store = opened(&scratch);
    let all = acknowledged(|writer| {
        let mut own = Vec::new();
        for number in (0..20).map(|round| writer * 100 + round) {
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                store.change(|unit| {
                    add(unit, number)?;
                    if number % 7 == 0 {
                        std::panic::resume_unwind(Box::new("on purpose"));
                    }
                    Ok(())
                })
            }));
            match outcome {
                Ok(Ok(())) => own.push(number),
                Ok(heard) => assert!(is_unavailable(&heard), "{heard:?}"),
                Err(_) => assert_eq!(number % 7, 0),
            }
        }
        own
    });
    assert!(!all.is_empty());
    assert_eq!(kept(&scratch), all);
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
        .arg(test)
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
