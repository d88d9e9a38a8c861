//! Groups of units, on both engines: whoever is acknowledged is on disk, whatever happens to
//! the others.

use std::panic::{AssertUnwindSafe, catch_unwind};

use muster_store::StoreError;
use muster_store_diesel::Scratch;

use crate::ground::{acknowledged, add, is_unavailable, kept, on_postgres, opened};

fn many_writers(scratch: &Scratch) {
    let store = opened(scratch);
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
    assert_eq!(kept(scratch), all);
}

fn failing_change(scratch: &Scratch) {
    let store = opened(scratch);
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
    assert_eq!(kept(scratch), all);
}

/// F31: neighbours of a unit that panics may hear of it, and what they hear is true.
fn panicking_change(scratch: &Scratch) {
    let store = opened(scratch);
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
    assert_eq!(kept(scratch), all);
}

/// F26, F31: what cannot be recorded is not done, whoever shares its group hears of it, and
/// the writer goes on.
fn record_that_cannot_be_formed(scratch: &Scratch) {
    let store = opened(scratch);
    let is_bad = |number: i64| number < 100 && number % 7 == 0;
    let all = acknowledged(|writer| {
        let mut own = Vec::new();
        for number in (0..20).map(|round| writer * 100 + round) {
            let outcome = store.change(|unit| {
                add(unit, number)?;
                // One of the first writer's: in every group there is room for some without.
                if is_bad(number) {
                    unit.append_audit(Box::new(|_| std::panic::resume_unwind(Box::new("no"))))?;
                }
                Ok(())
            });
            match outcome {
                Ok(()) => own.push(number),
                heard => assert!(is_unavailable(&heard), "{heard:?}"),
            }
        }
        own
    });
    assert!(!all.is_empty() && !all.iter().copied().any(is_bad));
    assert_eq!(kept(scratch), all);
}

#[test]
fn every_acknowledged_change_of_many_writers_is_there_after_reopening_on_sqlite() {
    many_writers(&Scratch::sqlite().unwrap());
}

#[test]
fn every_acknowledged_change_of_many_writers_is_there_after_reopening_on_postgres() {
    many_writers(&on_postgres());
}

#[test]
fn a_failing_change_takes_no_neighbour_with_it_on_sqlite() {
    failing_change(&Scratch::sqlite().unwrap());
}

#[test]
fn a_failing_change_takes_no_neighbour_with_it_on_postgres() {
    failing_change(&on_postgres());
}

#[test]
fn a_panicking_change_leaves_no_false_acknowledgement_on_sqlite() {
    panicking_change(&Scratch::sqlite().unwrap());
}

#[test]
fn a_panicking_change_leaves_no_false_acknowledgement_on_postgres() {
    panicking_change(&on_postgres());
}

#[test]
fn what_cannot_be_recorded_is_not_done_and_the_writer_goes_on_on_sqlite() {
    record_that_cannot_be_formed(&Scratch::sqlite().unwrap());
}

#[test]
fn what_cannot_be_recorded_is_not_done_and_the_writer_goes_on_on_postgres() {
    record_that_cannot_be_formed(&on_postgres());
}
