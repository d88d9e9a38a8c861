//! A success is remembered: for one secret, one id, one version of the row, one minute.

use muster_crypto::VerifierSettings;
use muster_domain::{CredentialVersion, Lifetime, StoredSecret};

use crate::gate::{Bench, FIRST, ID, NO_QUEUE, RIGHT, WRONG, is_busy, is_right, is_wrong};

const SECOND: CredentialVersion = CredentialVersion(2);

/// A bench that has verified the right secret once.
fn remembering() -> (Bench, StoredSecret) {
    let bench = Bench::new(NO_QUEUE);
    let stored = bench.store(RIGHT);
    assert!(is_right(&bench.verify(ID, Some((&stored, FIRST)), RIGHT)));
    (bench, stored)
}

#[test]
fn the_second_time_a_secret_is_right_without_hashing() {
    let (bench, stored) = remembering();
    bench.while_hashing_stands_still(|| {
        assert!(is_right(&bench.verify_once(ID, Some((&stored, FIRST)), RIGHT)));
        assert!(is_busy(&bench.verify_once(ID, Some((&stored, FIRST)), WRONG)));
    });
}

#[test]
fn a_failure_is_not_remembered() {
    let bench = Bench::new(NO_QUEUE);
    let stored = bench.store(RIGHT);
    assert!(is_wrong(&bench.verify(ID, Some((&stored, FIRST)), WRONG)));
    bench.while_hashing_stands_still(|| {
        assert!(is_busy(&bench.verify_once(ID, Some((&stored, FIRST)), WRONG)));
    });
}

#[test]
fn what_is_remembered_of_one_id_counts_for_no_other() {
    let (bench, stored) = remembering();
    let longer = format!("{ID}{}", &RIGHT[..1]);
    bench.while_hashing_stands_still(|| {
        for other in ["https://client.example/b", "", &longer] {
            assert!(is_busy(&bench.verify_once(other, Some((&stored, FIRST)), RIGHT)), "{other}");
        }
        // The id's last letters moved over to the secret are another pair.
        let shifted = bench.verify_once(&longer, Some((&stored, FIRST)), &RIGHT[1..]);
        assert!(is_busy(&shifted));
        assert!(is_busy(&bench.verify_once(ID, None, RIGHT)), "the id is gone");
    });
}

#[test]
fn what_is_remembered_of_one_issuers_client_counts_for_no_namesake() {
    // Two issuers may each have a client of this id, both at their first version.
    let (bench, _) = remembering();
    let other = bench.store(WRONG);
    assert!(is_wrong(&bench.verify(ID, Some((&other, FIRST)), RIGHT)));
    assert!(is_right(&bench.verify(ID, Some((&other, FIRST)), WRONG)));
}

#[test]
fn any_change_of_the_row_ends_the_memory_at_once() {
    let (bench, stored) = remembering();
    bench.while_hashing_stands_still(|| {
        for version in [0, 2, -1, i64::MAX] {
            let kept = Some((&stored, CredentialVersion(version)));
            assert!(is_busy(&bench.verify_once(ID, kept, RIGHT)), "version {version}");
        }
    });
}

#[test]
fn after_a_rotation_the_old_secret_is_wrong_at_once_and_the_new_one_right() {
    let (bench, _) = remembering();
    let rotated = bench.store("another secret");
    assert!(is_wrong(&bench.verify(ID, Some((&rotated, SECOND)), RIGHT)));
    assert!(is_right(&bench.verify(ID, Some((&rotated, SECOND)), "another secret")));
    // Nor does a look at the new row bring the old secret back.
    assert!(is_wrong(&bench.verify(ID, Some((&rotated, SECOND)), RIGHT)));
}

#[test]
fn a_success_is_remembered_for_a_minute_and_not_longer() {
    let (bench, stored) = remembering();
    bench.clock.turn(Lifetime::from_seconds(60));
    bench.while_hashing_stands_still(|| {
        assert!(is_right(&bench.verify_once(ID, Some((&stored, FIRST)), RIGHT)));
        bench.clock.turn(Lifetime::from_millis(1));
        assert!(is_busy(&bench.verify_once(ID, Some((&stored, FIRST)), RIGHT)));
    });
    assert!(is_right(&bench.verify(ID, Some((&stored, FIRST)), RIGHT)), "hashed anew");
    bench.while_hashing_stands_still(|| {
        assert!(is_right(&bench.verify_once(ID, Some((&stored, FIRST)), RIGHT)));
    });
}

#[test]
fn f16_a_clock_that_jumps_back_does_not_prolong_the_memory() {
    let (bench, stored) = remembering();
    bench.clock.turn(Lifetime::from_seconds(-1));
    bench.while_hashing_stands_still(|| {
        assert!(is_busy(&bench.verify_once(ID, Some((&stored, FIRST)), RIGHT)));
    });
}

#[test]
fn the_memory_is_bounded() {
    let bench = Bench::new(VerifierSettings { remembered: 4, ..NO_QUEUE });
    let stored = bench.store(RIGHT);
    let ids: Vec<String> = (0..12).map(|number| format!("client-{number}")).collect();
    for id in &ids {
        assert!(is_right(&bench.verify(id, Some((&stored, FIRST)), RIGHT)));
    }
    let remembered = bench.while_hashing_stands_still(|| {
        ids.iter()
            .filter(|id| is_right(&bench.verify_once(id, Some((&stored, FIRST)), RIGHT)))
            .count()
    });
    assert!(remembered <= 4, "{remembered} of 12");
}
