//! A provider that lets people wait, and crowds of people who wait.

use std::time::{Duration, Instant};

use muster_upstream::{NetworkFault, UpstreamError, Wishes};

use crate::fake::Reply;
use crate::rig::{METADATA, Rig};

/// What a test on a busy machine may take beside what it waits for.
const SLACK: Duration = Duration::from_secs(5);

fn dripping(rig: &Rig) -> Reply {
    Reply { drip: Duration::from_millis(50), ..Reply::of(200, rig.metadata().to_string()) }
}

#[test]
fn an_answer_that_comes_byte_by_byte_is_not_waited_for() {
    let rig = Rig::new();
    rig.fake.set(METADATA, dripping(&rig));
    let begun = Instant::now();
    let outcome = rig.begin(&Wishes::default()).map(|_| ());
    assert_eq!(outcome, Err(NetworkFault::Timeout.into()));
    assert!(begun.elapsed() < Duration::from_millis(400) + SLACK);
}

#[test]
fn a_token_endpoint_that_hangs_is_not_waited_for() {
    let rig = Rig::new();
    let landing = rig.land(&Wishes::default());
    rig.fake.set("/token", dripping(&rig));
    assert_eq!(rig.finish(&landing), Err(NetworkFault::Timeout.into()));
}

#[test]
fn a_crowd_asks_a_sleeping_provider_once() {
    let rig = Rig::new();
    rig.fake.set(METADATA, dripping(&rig));
    std::thread::scope(|scope| {
        for _ in 0..12 {
            scope.spawn(|| {
                let outcome = rig.begin(&Wishes::default()).map(|_| ());
                assert_eq!(outcome, Err(NetworkFault::Timeout.into()));
            });
        }
    });
    assert_eq!(rig.fake.asked(METADATA).len(), 1);
}

#[test]
fn whoever_finds_no_place_to_wait_is_told_at_once() {
    let rig = Rig::with(|settings| settings.limits.waiting_most = 2);
    let landing = rig.land(&Wishes::default());
    rig.fake.set("/token", dripping(&rig));
    std::thread::scope(|scope| {
        let waiting = [0, 1].map(|_| scope.spawn(|| rig.finish(&landing)));
        while rig.fake.asked("/token").len() < 2 {
            std::thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(rig.finish(&landing), Err(UpstreamError::Busy));
        // Who needs nothing from the provider is not kept out by those who wait for it.
        assert!(rig.begin(&Wishes::default()).is_ok());
        for one in waiting {
            assert_eq!(one.join().unwrap(), Err(NetworkFault::Timeout.into()));
        }
    });
}
