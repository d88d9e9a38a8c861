//! The words of the trail are explained where its readers look.

use std::collections::HashSet;

use muster_audit::{Ending, Event};

const PAGE: &str = include_str!("../../../../docs/operations/audit.md");

#[test]
fn every_word_is_its_own_and_is_explained() {
    let words: Vec<&str> = Event::ALL.iter().map(|event| event.as_str()).collect();
    assert_eq!(words.iter().collect::<HashSet<_>>().len(), words.len());
    let endings = Ending::ALL.iter().map(|ending| ending.as_str());
    for word in words.into_iter().chain(endings) {
        assert!(PAGE.contains(&format!("`{word}`")), "docs/operations/audit.md lacks `{word}`");
    }
}

#[test]
fn no_event_is_claimed_that_cannot_happen() {
    let known: HashSet<&str> = Event::ALL.iter().map(|event| event.as_str()).collect();
    let table = PAGE.split("## Events").nth(1).and_then(|rest| rest.split("| `outcome`").next());
    let rows = table.unwrap().lines().filter(|line| line.starts_with("| `"));
    let cells = rows.skip(1).map(|line| line.split('|').nth(1).unwrap());
    let claimed: Vec<&str> = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
    assert!(claimed.len() >= known.len(), "{claimed:?}");
    for word in claimed {
        assert!(known.contains(word), "`{word}` is no event");
    }
}
