//! The bounded queue: a flood is told to come again, and work for nobody is left undone.

use std::sync::Arc;
use std::time::Duration;

use muster_crypto::VerifierSettings;
use muster_domain::Secret;

use crate::gate::{Bench, FIRST, ID, NO_QUEUE, RIGHT, WRONG, is_busy, is_wrong};

#[test]
fn a_full_queue_answers_busy_and_serves_again_afterwards() {
    let bench = Bench::new(NO_QUEUE);
    let stored = bench.store(RIGHT);
    bench.while_hashing_stands_still(|| {
        for _ in 0..1_000 {
            assert!(is_busy(&bench.verify_once(ID, Some((&stored, FIRST)), WRONG)));
            assert!(is_busy(&bench.verify_once("nobody", None, WRONG)));
            assert!(is_busy(&bench.verifier.waste(&Secret::from(WRONG))));
        }
        assert!(bench.verifier.store_chosen(&Secret::from(RIGHT)).is_none());
    });
    assert!(is_wrong(&bench.verify(ID, Some((&stored, FIRST)), WRONG)));
}

#[test]
fn who_waits_too_long_is_told_busy() {
    let wait = Duration::from_millis(1);
    let bench = Bench::new(VerifierSettings { queue: 10, wait, ..NO_QUEUE });
    bench.while_hashing_stands_still(|| {
        assert!(is_busy(&bench.verify_once("nobody", None, WRONG)));
    });
}

#[test]
fn whose_turn_has_come_is_answered_however_long_a_hash_takes() {
    // A slow machine, or one that has much else to do: T31 is about floods, not about it.
    let wait = Duration::from_millis(250);
    let bench = Bench::new(VerifierSettings { queue: 1, wait, ..NO_QUEUE });
    assert!(bench.stored_by_a_thread_that_takes(2 * wait).is_some());
}

#[test]
fn work_of_askers_that_have_gone_is_left_undone() {
    let wait = Duration::from_millis(1);
    let bench = Bench::new(VerifierSettings { queue: 50, wait, ..NO_QUEUE });
    let before = bench.while_hashing_stands_still(|| {
        for _ in 0..20 {
            // Each would draw a salt.
            assert!(bench.verifier.store_chosen(&Secret::from(RIGHT)).is_none());
        }
        bench.gate.draws()
    });
    let Bench { verifier, gate, .. } = bench;
    drop(verifier);
    thread_has_ended(&gate);
    assert_eq!(gate.draws(), before);
}

#[test]
fn the_hashing_thread_ends_with_its_verifier() {
    let Bench { verifier, gate, .. } = Bench::new(NO_QUEUE);
    assert_eq!(Arc::strong_count(&gate), 2, "the thread's and ours");
    drop(verifier);
    thread_has_ended(&gate);
}

/// Waits for the thread's end: it owns the other half of the gate.
fn thread_has_ended<T>(gate: &Arc<T>) {
    while Arc::strong_count(gate) > 1 {
        std::thread::yield_now();
    }
}
