//! Each past failure of a comparable system has a test of its own, by name (T45): the table of
//! `docs/past-failures.md`, held against the sources.

use std::path::Path;

const PAGE: &str = include_str!("../../../../docs/past-failures.md");
/// The rows of the catalogue.
const FAILURES: usize = 68;

/// What stands between backticks, and the target of the link behind it.
fn tests(cell: &str) -> Vec<(&str, &str)> {
    let named = cell.split("; ").filter_map(|part| {
        let name = part.strip_prefix('`')?.split('`').next()?;
        let path = part.split("](../").nth(1)?.strip_suffix(')')?;
        Some((name, path))
    });
    named.collect()
}

#[test]
fn t45_every_past_failure_has_its_test_or_says_why_there_is_none() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let rows: Vec<Vec<&str>> = PAGE
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| V "))
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect();
    assert_eq!(rows.len(), FAILURES);
    let mut without = Vec::new();
    for (number, row) in (1..).zip(&rows) {
        let [id, _, _, cell] = row[..] else { panic!("{row:?}") };
        assert_eq!(id, number.to_string());
        let tests = tests(cell);
        if tests.is_empty() {
            without.push(number);
        }
        for (name, path) in tests {
            let text = std::fs::read_to_string(root.join(path)).expect(path);
            // A function, or one of those that `both!` makes.
            let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
            let is_there = words.any(|word| word == name);
            assert!(is_there, "V{number}: {path} has no {name}");
        }
    }
    // Registration and consent are not here yet, and libraries are asked about elsewhere.
    assert_eq!(without, [17, 42, 49, 68]);
}
