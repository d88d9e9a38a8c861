//! Checkpoints are due after so many records, or after a while.

use std::time::Duration;

use muster_audit::Trail;

use crate::bench::{Paper, clock, entry, keys};

/// Far beyond any test.
const LONG: Duration = Duration::from_mins(10);

#[test]
fn whoever_waits_for_a_thousand_records_is_woken_by_the_thousandth() {
    let trail = Trail::in_table(keys(), clock());
    let mut paper = Paper::blank();
    let milestones = trail.clone().milestones();
    let waiting = std::thread::spawn({
        let milestones = milestones.clone();
        move || (milestones.wait(0, 1_000, LONG), milestones.records())
    });
    for number in 0..999 {
        trail.append_in(&mut paper, &entry(number)).unwrap();
    }
    assert!(!waiting.is_finished());
    trail.append_in(&mut paper, &entry(999)).unwrap();
    assert_eq!(waiting.join().unwrap(), (true, 1_000));
}

#[test]
fn whoever_waits_is_woken_when_the_time_is_over_or_the_service_ends() {
    let trail = Trail::in_table(keys(), clock());
    let milestones = trail.milestones();
    assert!(milestones.wait(0, 1_000, Duration::from_millis(1)));
    let waiting = std::thread::spawn({
        let milestones = milestones.clone();
        move || milestones.wait(0, 1_000, LONG)
    });
    milestones.end();
    assert!(!waiting.join().unwrap());
}
