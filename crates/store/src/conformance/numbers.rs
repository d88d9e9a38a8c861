//! Trials of numbers for new rows.

use std::collections::HashSet;

use super::ground::together;
use crate::{Sequence, Store, StoreError};

const ALL: [Sequence; 7] = [
    Sequence::Issuers,
    Sequence::Admins,
    Sequence::Clients,
    Sequence::Users,
    Sequence::Transactions,
    Sequence::Tokens,
    Sequence::DataKeys,
];

pub fn the_first_number_is_one(store: &dyn Store) {
    for sequence in ALL {
        let numbers = store.change(|unit| unit.take_numbers(sequence, 3)).unwrap();
        assert_eq!(numbers, 1..4, "{sequence:?}");
    }
}

pub fn a_block_may_be_of_any_size(store: &dyn Store) {
    let mut taken = HashSet::new();
    for count in [1, 5_000, 999, 1_000, 1_001, 2] {
        let numbers = store.change(|unit| unit.take_numbers(Sequence::Tokens, count)).unwrap();
        assert_eq!(numbers.end - numbers.start, count, "in a row");
        for number in numbers {
            assert!(taken.insert(number), "{number} twice");
        }
    }
    // Several in one unit.
    let numbers = store.change(|unit| {
        let mut all = Vec::new();
        for count in [600, 600, 1, 600] {
            all.extend(unit.take_numbers(Sequence::Tokens, count)?);
        }
        Ok(all)
    });
    for number in numbers.unwrap() {
        assert!(taken.insert(number), "{number} twice");
    }
}

pub fn nobody_gets_a_number_twice(store: &dyn Store) {
    let taken = together(6, |thread| {
        let mut own = Vec::new();
        for round in 0..20 {
            let count = i64::try_from(1 + thread * 37 + round * 11).unwrap();
            let numbers = store.change(|unit| unit.take_numbers(Sequence::Tokens, count));
            own.extend(numbers.unwrap());
        }
        own
    });
    let all = taken.concat();
    let different: HashSet<i64> = all.iter().copied().collect();
    assert_eq!(different.len(), all.len());
}

pub fn a_failed_unit_gives_no_number_twice(store: &dyn Store) {
    let mut kept = HashSet::new();
    for round in 0..6 {
        let mut lost = None;
        let outcome = store.change(|unit| {
            let numbers = unit.take_numbers(Sequence::Users, 400)?;
            if round % 2 == 0 {
                lost = Some(numbers);
                return Err(StoreError::GivenUp { reason: "on purpose".to_owned() });
            }
            Ok(numbers)
        });
        assert_eq!(outcome.is_err(), lost.is_some());
        for number in outcome.unwrap_or_default() {
            assert!(kept.insert(number), "{number} twice");
        }
    }
    assert_eq!(kept.len(), 1_200);
}
