//! Scopes (RFC 6749 3.3): words of printable ASCII, in sets that can only be narrowed.

use std::collections::BTreeSet;
use std::fmt;

/// Why a text is no scope.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum InvalidScope {
    /// A character outside %x21 / %x23-5B / %x5D-7E, or an empty word.
    #[error("a scope is a word of printable ASCII without `\"` and `\\`")]
    Character,
    /// More words, or longer ones, than any client needs.
    #[error("at most {} scopes of at most {} characters are taken", ScopeSet::MOST, Scope::LONGEST)]
    TooMany,
}

/// One scope word.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Scope(String);

impl Scope {
    /// The longest word: WLCG paths stay well below.
    pub const LONGEST: usize = 512;

    /// Checks a word.
    pub fn new(word: &str) -> Result<Self, InvalidScope> {
        let fits = |b: u8| b == 0x21 || (0x23..=0x5b).contains(&b) || (0x5d..=0x7e).contains(&b);
        if word.is_empty() || !word.bytes().all(fits) {
            return Err(InvalidScope::Character);
        }
        if word.len() > Self::LONGEST {
            return Err(InvalidScope::TooMany);
        }
        Ok(Self(word.to_owned()))
    }

    /// The word.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether whoever holds this scope holds `other`, too: it is the same, or both are
    /// rights to a path (`storage.read:/data`) and the other's path lies below this one's
    /// (WLCG Common JWT Profile 2.2.1, SciTokens 2.0 "scope").
    pub fn covers(&self, other: &Self) -> bool {
        if self == other {
            return true;
        }
        let (Some((right, path)), Some((other_right, other_path))) = (self.path(), other.path())
        else {
            return false;
        };
        let below = other_path.strip_prefix(path.trim_end_matches('/'));
        right == other_right && below.is_some_and(|rest| rest.starts_with('/'))
    }

    /// Right and path. A path that is not in its shortest form is none: what lies below it
    /// would be a matter of reading.
    fn path(&self) -> Option<(&str, &str)> {
        let (right, path) = self.0.split_once(":/")?;
        let plain = path.is_empty() || path.split('/').all(is_plain);
        let whole = self.0.get(right.len().saturating_add(1)..)?;
        plain.then_some((right, whole))
    }
}

/// Whether a part of a path means itself and nothing else, however often whoever reads it
/// decodes it (RFC 3986 2.1): it is no dots, and hides no separator and no further escape.
fn is_plain(part: &str) -> bool {
    let hides = |c: char| matches!(c, '/' | '\\' | '%') || c.is_control();
    let decoded = decoded(part.as_bytes()).and_then(|bytes| String::from_utf8(bytes).ok());
    decoded.is_some_and(|part| !matches!(&*part, "" | "." | "..") && !part.contains(hides))
}

/// A text without its escapes; `None`: one of them is none.
fn decoded(text: &[u8]) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        decoded.push(match byte {
            b'%' => {
                let mut digit = || char::from(*rest.next()?).to_digit(16);
                let (high, low) = (digit()?, digit()?);
                u8::try_from(high.checked_mul(16)?.checked_add(low)?).ok()?
            }
            plain => *plain,
        });
    }
    Some(decoded)
}

/// A set of scopes, in alphabetical order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ScopeSet(BTreeSet<Scope>);

impl ScopeSet {
    /// The most words in one set.
    pub const MOST: usize = 256;

    /// Reads words separated by single spaces; an empty text is the empty set.
    pub fn parse(text: &str) -> Result<Self, InvalidScope> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        if text.bytes().filter(|b| *b == b' ').count() >= Self::MOST {
            return Err(InvalidScope::TooMany);
        }
        text.split(' ').map(Scope::new).collect::<Result<_, _>>().map(Self)
    }

    /// A set of words already checked.
    pub fn from_words(words: impl IntoIterator<Item = Scope>) -> Self {
        Self(words.into_iter().collect())
    }

    /// Whether no scope is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether every scope of `other` is in it.
    pub fn contains_all(&self, other: &Self) -> bool {
        other.0.is_subset(&self.0)
    }

    /// Whether whoever holds this set holds every scope of `asked`; see [`Scope::covers`].
    pub fn covers_all(&self, asked: &Self) -> bool {
        asked.0.iter().all(|scope| self.covers(scope))
    }

    /// What this limit leaves of it. `None`: nothing, though there was something; whoever
    /// granted that would grant another thing than the one that was asked for.
    pub fn narrowed_to(&self, limit: &Self) -> Option<Self> {
        let left = self.shared_with(limit);
        (self.is_empty() || !left.is_empty()).then_some(left)
    }

    /// What both entitle to: the scopes of either that the other covers. The right to a path
    /// is narrowed from whichever side is wider.
    #[must_use]
    pub fn shared_with(&self, other: &Self) -> Self {
        let shared = self.covered_by(other).chain(other.covered_by(self));
        // Of two sets together there may be more than fit into one.
        Self(shared.cloned().collect::<BTreeSet<_>>().into_iter().take(Self::MOST).collect())
    }

    /// Those of its scopes that `limit` covers.
    fn covered_by(&self, limit: &Self) -> impl Iterator<Item = &Scope> {
        self.0.iter().filter(|scope| limit.covers(scope))
    }

    /// Whether one word is in it.
    pub fn holds(&self, word: &str) -> bool {
        self.0.iter().any(|scope| scope.as_str() == word)
    }

    fn covers(&self, scope: &Scope) -> bool {
        self.0.contains(scope) || self.0.iter().any(|held| held.covers(scope))
    }

    /// The words in order.
    pub fn iter(&self) -> impl Iterator<Item = &Scope> {
        self.0.iter()
    }
}

impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, scope) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope.as_str())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn scopes_with_tabs_double_spaces_quotes_or_backslashes_are_refused() {
        // B44
        for text in ["a\tb", "a  b", "a\"", "a\\b", " a", "é"] {
            assert_eq!(ScopeSet::parse(text), Err(InvalidScope::Character), "{text:?}");
        }
        let endless = vec!["a"; 10_000].join(" ");
        assert_eq!(ScopeSet::parse(&endless), Err(InvalidScope::TooMany));
    }

    #[test]
    fn a_right_to_a_path_covers_what_lies_below_it_and_nothing_beside_it() {
        let covers = |held: &str, asked: &str| {
            ScopeSet::parse(held).unwrap().covers_all(&ScopeSet::parse(asked).unwrap())
        };
        for (held, asked) in [
            ("storage.read:/", "storage.read:/data"),
            ("storage.read:/data", "storage.read:/data/a/b"),
            ("read:/data", "read:/data"),
        ] {
            assert!(covers(held, asked), "{held} {asked}");
        }
        for (held, asked) in [
            ("storage.read:/data", "storage.read:/database"),
            ("storage.read:/data", "storage.read:/data/../secret"),
            ("storage.read:/data", "storage.read:/data//x"),
            ("storage.read:/data", "storage.read:/"),
            ("storage.read:/", "storage.modify:/"),
            ("https://a", "https://a/b"),
            ("read", "read:/data"),
        ] {
            assert!(!covers(held, asked), "{held} {asked}");
        }
    }

    #[test]
    fn a_path_that_hides_dots_or_separators_is_covered_by_itself_alone() {
        let root = ScopeSet::parse("read:/").unwrap();
        for hidden in [
            "%2e%2e",
            "%2E%2E",
            ".%2e",
            "%2e.",
            "%2e",
            "a%2fb",
            "a%2F..",
            "%5c..",
            "%252e%252e",
            "%25",
            "%00",
            "%0d",
            "%c0%ae",
            "%ff",
            "%",
            "%2",
            "%zz",
            "%+1",
        ] {
            let below = ScopeSet::parse(&format!("read:/data/{hidden}/secret")).unwrap();
            assert!(!root.covers_all(&below), "{hidden}");
            assert!(below.covers_all(&below), "{hidden}");
            let last = ScopeSet::parse(&format!("read:/{hidden}")).unwrap();
            assert!(!root.covers_all(&last), "{hidden}");
        }
        for plain in ["a%20b", "..a", "%2ea", "caf%C3%A9", "..."] {
            let below = ScopeSet::parse(&format!("read:/data/{plain}/x")).unwrap();
            assert!(root.covers_all(&below), "{plain}");
        }
    }

    #[test]
    fn what_two_sets_share_is_the_narrower_right_of_each() {
        let shared = |one: &str, other: &str| {
            let (one, other) = (ScopeSet::parse(one).unwrap(), ScopeSet::parse(other).unwrap());
            assert_eq!(one.shared_with(&other), other.shared_with(&one));
            one.shared_with(&other).to_string()
        };
        assert_eq!(shared("openid email", "email admin"), "email");
        assert_eq!(shared("storage.read:/data", "storage.read:/"), "storage.read:/data");
        assert_eq!(shared("read:/a/b write:/", "read:/a write:/c email"), "read:/a/b write:/c");
        assert_eq!(shared("read:/a", "read:/b write:/a"), "");
    }

    #[test]
    fn nothing_left_of_something_is_not_the_same_as_nothing_asked() {
        let narrowed = |asked: &str, limit: &str| {
            let limit = ScopeSet::parse(limit).unwrap();
            ScopeSet::parse(asked).unwrap().narrowed_to(&limit).map(|left| left.to_string())
        };
        assert_eq!(narrowed("a b", "b c"), Some("b".to_owned()));
        assert_eq!(narrowed("a", "b"), None);
        assert_eq!(narrowed("a", ""), None);
        assert_eq!(narrowed("", "b"), Some(String::new()));
    }

    #[test]
    fn what_two_sets_share_always_fits_into_one() {
        let many = |right: &str, wide: &str| {
            let words: Vec<String> = (1..ScopeSet::MOST).map(|n| format!("{right}:/{n}")).collect();
            ScopeSet::parse(&format!("{wide}:/ {}", words.join(" "))).unwrap()
        };
        let (one, other) = (many("read", "write"), many("write", "read"));
        let shared = one.shared_with(&other);
        assert_eq!(ScopeSet::parse(&shared.to_string()), Ok(shared.clone()));
        assert_eq!(shared.shared_with(&other), shared);
    }

    /// Scopes that often cover each other.
    fn any_set() -> impl Strategy<Value = ScopeSet> {
        let word = proptest::string::string_regex("(a|b)(:/((x|y)(/(x|y|%2e)){0,2})?)?").unwrap();
        let words = proptest::collection::vec(word, 0..6);
        words.prop_map(|words| ScopeSet::from_words(words.iter().map(|w| Scope::new(w).unwrap())))
    }

    proptest! {
        #[test]
        fn what_two_sets_share_is_all_that_both_cover_and_nothing_else(
            one in any_set(), other in any_set(), asked in any_set(),
        ) {
            // I19
            let shared = one.shared_with(&other);
            prop_assert!(one.covers_all(&shared) && other.covers_all(&shared));
            prop_assert_eq!(shared.shared_with(&other), shared.clone());
            prop_assert_eq!(one.shared_with(&one), one.clone());
            for word in asked.iter().map(|word| ScopeSet::from_words([word.clone()])) {
                let both = one.covers_all(&word) && other.covers_all(&word);
                prop_assert_eq!(shared.covers_all(&word), both, "{}", word);
            }
        }
    }
}
