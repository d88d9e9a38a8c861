//! The right key nearest to a mistyped one.

/// The candidate that takes the fewest changes; the first of several.
pub(super) fn nearest<'a>(
    wrong: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    candidates.min_by_key(|candidate| changes(wrong, candidate))
}

/// How many characters must be changed, added or taken away (Levenshtein).
pub(super) fn changes(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, one) in from.chars().enumerate() {
        let mut left = line.saturating_add(1);
        let mut diagonal = line;
        let mut next = vec![left];
        for (above, other) in row.iter().skip(1).zip(&to) {
            let replaced = diagonal.saturating_add(usize::from(one != *other));
            left = replaced.min(left.saturating_add(1)).min(above.saturating_add(1));
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_counted() {
        assert_eq!(changes("listen", "listen"), 0);
        assert_eq!(changes("lisen", "listen"), 1);
        assert_eq!(changes("kitten", "sitting"), 3);
        assert_eq!(changes("", "abc"), 3);
    }

    #[test]
    fn the_nearest_key_is_found() {
        let keys = ["http.listen", "management.listen", "database.url"];
        assert_eq!(nearest("database.ulr", keys.into_iter()), Some("database.url"));
        assert_eq!(nearest("htp.listen", keys.into_iter()), Some("http.listen"));
    }
}
