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
        let mut parts = path.split('/');
        let plain = path.is_empty() || parts.all(|part| !matches!(part, "" | "." | ".."));
        let whole = self.0.get(right.len().saturating_add(1)..)?;
        plain.then_some((right, whole))
    }
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

    /// Those of its scopes that `limit` covers.
    #[must_use]
    pub fn covered_by(&self, limit: &Self) -> Self {
        Self(self.0.iter().filter(|scope| limit.covers(scope)).cloned().collect())
    }

    /// Whether one word is in it.
    pub fn holds(&self, word: &str) -> bool {
        self.0.iter().any(|scope| scope.as_str() == word)
    }

    fn covers(&self, scope: &Scope) -> bool {
        self.0.contains(scope) || self.0.iter().any(|held| held.covers(scope))
    }

    /// What both hold.
    #[must_use]
    pub fn narrow_to(&self, limit: &Self) -> Self {
        Self(self.0.intersection(&limit.0).cloned().collect())
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
    fn narrowing_never_adds_a_scope() {
        let wide = ScopeSet::parse("openid email").unwrap();
        let asked = ScopeSet::parse("email admin").unwrap();
        assert_eq!(asked.narrow_to(&wide).to_string(), "email");
        assert!(wide.contains_all(&asked.narrow_to(&wide)));
        assert!(!wide.contains_all(&asked));
    }
}
