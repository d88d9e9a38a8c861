//! Trials of the audit trail.

use super::ground::{at, together};
use crate::{AuditLink, AuditRecord, RecordMaker, Store, StoreError};

/// The record that follows `link`; its hash is its number and the body's length.
fn record(link: &AuditLink, body: &str) -> AuditRecord {
    let mut hash = [7; 32];
    for (byte, part) in hash.iter_mut().zip(link.next.to_be_bytes()) {
        *byte = part;
    }
    AuditRecord {
        number: link.next,
        at: at(link.last_at.millis().saturating_add(1)),
        event: "listing".to_owned(),
        body: body.to_owned(),
        previous: link.last_hash,
        hash,
    }
}

fn make(body: &str) -> RecordMaker {
    let body = body.to_owned();
    Box::new(move |link| record(link, &body))
}

fn append(store: &dyn Store, body: &str) -> Result<(), StoreError> {
    store.change(|unit| unit.append_audit(make(body)))
}

fn trail(store: &dyn Store) -> Vec<AuditRecord> {
    store.read(|reading| reading.list_audit(1, 1_000)).unwrap()
}

pub fn a_new_trail_begins_with_one(store: &dyn Store) {
    assert!(trail(store).is_empty());
    let end = store.read(|reading| reading.audit_end()).unwrap();
    assert_eq!(end, AuditLink { next: 1, last_at: at(0), last_hash: [0; 32] });
}

pub fn records_form_a_chain(store: &dyn Store) {
    for body in ["{\"a\":1}", "{\"b\":\"\u{1f511}\"}", "{}"] {
        append(store, body).unwrap();
    }
    let all = trail(store);
    let numbers: Vec<i64> = all.iter().map(|record| record.number).collect();
    assert_eq!(numbers, [1, 2, 3]);
    assert_eq!(all[1].body, "{\"b\":\"\u{1f511}\"}");
    assert_eq!(all[0].previous, [0; 32]);
    for pair in all.windows(2) {
        assert_eq!(pair[1].previous, pair[0].hash);
    }
    let end = store.read(|reading| reading.audit_end()).unwrap();
    assert_eq!(end, AuditLink { next: 4, last_at: all[2].at, last_hash: all[2].hash });
    let part = store.read(|reading| reading.list_audit(2, 1)).unwrap();
    assert_eq!(part, all[1..2]);
    assert!(store.read(|reading| reading.list_audit(4, 10)).unwrap().is_empty());
}

pub fn a_failed_unit_leaves_no_gap(store: &dyn Store) {
    append(store, "first").unwrap();
    let given_up = || StoreError::GivenUp { reason: "the key is gone".to_owned() };
    let failed = store.change(|unit| {
        unit.append_audit(make("never"))?;
        Err::<(), _>(given_up())
    });
    assert!(matches!(failed, Err(StoreError::GivenUp { .. })));
    append(store, "second").unwrap();
    let all = trail(store);
    assert_eq!(all.len(), 2);
    assert_eq!((all[1].number, all[1].body.as_str()), (2, "second"));
    assert_eq!(all[1].previous, all[0].hash);
}

pub fn simultaneous_records_are_numbered_in_a_row(store: &dyn Store) {
    let kept = together(6, |thread| {
        let mut kept = Vec::new();
        for number in 0..10 {
            let body = format!("{thread}.{number}");
            append(store, &body).unwrap();
            kept.push(body);
        }
        kept
    });
    let all = trail(store);
    assert_eq!(all.len(), 60);
    for (number, record) in (1..).zip(&all) {
        assert_eq!(record.number, number);
    }
    assert!(all.windows(2).all(|pair| pair[1].previous == pair[0].hash));
    assert!(all.windows(2).all(|pair| pair[0].at < pair[1].at));
    for body in kept.concat() {
        assert_eq!(all.iter().filter(|record| record.body == body).count(), 1);
    }
}
