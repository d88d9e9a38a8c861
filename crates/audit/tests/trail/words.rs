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
