//! F34: a trail that was touched does not hold, and the first bad record is named.

use muster_audit::{Checkpoint, Fault, FaultKind};
use muster_store::AuditRecord;
use proptest::prelude::*;

use crate::bench::{Paper, keys, keys_from};

const COUNT: usize = 12;

fn fault_after(touch: impl FnOnce(&mut Paper)) -> Fault {
    let keys = keys();
    let mut paper = Paper::filled(&keys, COUNT);
    assert_eq!(paper.verify(&keys, None).unwrap().records, 12);
    touch(&mut paper);
    paper.verify(&keys, None).unwrap_err()
}

fn fault(number: i64, kind: FaultKind) -> Fault {
    Fault { number, kind }
}

#[test]
fn f34_a_record_that_was_cut_out_is_named() {
    let found = fault_after(|paper| drop(paper.records.remove(4)));
    assert_eq!(found, fault(5, FaultKind::Missing));
}

#[test]
fn f34_a_record_that_was_changed_is_named() {
    let change = |record: &mut AuditRecord| record.body = record.body.replace("keeper", "nobody");
    let found = fault_after(|paper| change(&mut paper.records[4]));
    assert_eq!(found, fault(5, FaultKind::Changed));
}

#[test]
fn f34_a_column_that_was_changed_beside_its_line_is_named() {
    let found = fault_after(|paper| paper.records[4].event = "started".to_owned());
    assert_eq!(found, fault(5, FaultKind::Changed));
    let found = fault_after(|paper| {
        let later = paper.records[4].at.plus(muster_domain::Lifetime::from_days(1));
        paper.records[4].at = later;
    });
    assert_eq!(found, fault(5, FaultKind::Changed));
}

#[test]
fn f34_two_records_that_were_swapped_are_named_at_the_first() {
    let found = fault_after(|paper| {
        let (a, b) = (paper.records[4].number, paper.records[5].number);
        paper.records.swap(4, 5);
        (paper.records[4].number, paper.records[5].number) = (a, b);
    });
    assert_eq!(found, fault(5, FaultKind::Unlinked));
}

#[test]
fn f34_an_end_that_was_cut_off_is_named() {
    let found = fault_after(|paper| paper.records.truncate(10));
    assert_eq!(found, fault(11, FaultKind::Missing));
}

#[test]
fn f34_an_end_that_was_cut_off_together_with_its_counter_shows_by_a_checkpoint() {
    let keys = keys();
    let whole = Paper::filled(&keys, COUNT);
    let known = whole.verify(&keys, None).unwrap().end;
    let cut = Paper::filled(&keys, 10);
    assert_eq!(cut.verify(&keys, None).unwrap().records, 10);
    assert_eq!(cut.verify(&keys, Some(&known)), Err(fault(11, FaultKind::Missing)));
    let other = Checkpoint { hash: [7; 32], ..known };
    assert_eq!(whole.verify(&keys, Some(&other)), Err(fault(12, FaultKind::NotTheCheckpoint)));
    assert!(whole.verify(&keys, Some(&known.to_string().parse().unwrap())).is_ok());
}

#[test]
fn f34_a_record_made_without_the_key_is_named() {
    let found = fault_after(|paper| {
        let forged = Paper::filled(&keys_from(99), COUNT);
        paper.records[0] = forged.records[0].clone();
    });
    assert_eq!(found, fault(1, FaultKind::Changed));
}

/// One way of touching a trail, and the first record that is bad then.
fn touch(paper: &mut Paper, (kind, place, byte): (u8, usize, usize)) -> i64 {
    let first_bad = i64::try_from(place).unwrap() + 1;
    match kind {
        0 => drop(paper.records.remove(place)),
        1 => {
            let body = std::mem::take(&mut paper.records[place].body);
            let mut bytes = body.into_bytes();
            let byte = byte % bytes.len();
            bytes[byte] = if bytes[byte] == b'x' { b'y' } else { b'x' };
            paper.records[place].body = String::from_utf8(bytes).unwrap();
        }
        2 => paper.records[place].hash[byte % 32] ^= 1,
        3 => paper.records[place].previous[byte % 32] ^= 1,
        4 => paper.records.truncate(place),
        _ => {
            let twice = paper.records[place].clone();
            paper.records.insert(place, twice);
            return first_bad + 1;
        }
    }
    first_bad
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn f34_whatever_is_touched_the_first_bad_record_is_named(
        place in 0..COUNT, kind in 0_u8..6, byte in 0_usize..1_000,
    ) {
        let keys = keys();
        let mut paper = Paper::filled(&keys, COUNT);
        let first_bad = touch(&mut paper, (kind, place, byte));
        let found = paper.verify(&keys, None).unwrap_err();
        prop_assert_eq!(found.number, first_bad, "{}", found);
    }
}
