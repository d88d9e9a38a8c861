//! What happened stands in the trail in the order in which it happened, each once.

use std::sync::Arc;

use muster_audit::{Event, Trail};
use muster_domain::Lifetime;

use crate::bench::{Paper, clock, entry, keys};

#[test]
fn ten_thousand_operations_give_exactly_the_expected_sequence() {
    let (keys, clock) = (keys(), clock());
    let trail = Trail::in_table(Arc::clone(&keys), clock.clone());
    let mut paper = Paper::blank();
    for number in 0..10_000 {
        clock.turn(Lifetime::from_millis(1));
        trail.append_in(&mut paper, &entry(number)).unwrap();
    }
    assert_eq!(paper.verify(&keys, None).unwrap().records, 10_000);
    for (place, record) in paper.records.iter().enumerate() {
        assert_eq!(record.number, i64::try_from(place).unwrap() + 1);
        assert_eq!(record.event, Event::ALL[place % Event::ALL.len()].as_str());
    }
}

#[test]
fn a_clock_that_is_set_back_does_not_turn_the_order_around() {
    let (keys, clock) = (keys(), clock());
    let trail = Trail::in_table(Arc::clone(&keys), clock.clone());
    let mut paper = Paper::blank();
    trail.append_in(&mut paper, &entry(0)).unwrap();
    clock.turn(Lifetime::from_seconds(-3_600));
    trail.append_in(&mut paper, &entry(1)).unwrap();
    assert_eq!(paper.records[0].at, paper.records[1].at);
    assert!(paper.verify(&keys, None).is_ok());
}
