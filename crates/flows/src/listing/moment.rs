//! Elements of one instant, put in the order of their earliest token's `jti`.
//!
//! The index orders elements of a transaction by time; those of the same millisecond are
//! gathered here. Nearly always that is one element. A moment with more than fits is not
//! gathered at all but read from the store in order (`Store::first_tokens_of_moment`).

use muster_domain::Timestamp;
use muster_store::StoredToken;

/// So many tokens of one instant are sorted in memory: about half a megabyte.
const MOST: usize = 512;

/// The tokens of one instant of one transaction, so far.
#[derive(Default)]
pub(super) struct MomentBuffer {
    at: Timestamp,
    tokens: Vec<StoredToken>,
}

/// What to do with a token that was offered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Offered {
    /// It was taken.
    Taken,
    /// It belongs to a later instant: flush first, then offer it again.
    Later,
    /// The instant holds too many.
    Crowded,
}

impl MomentBuffer {
    pub(super) fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// Whether `token` can join what is gathered.
    pub(super) fn judge(&self, token: &StoredToken) -> Offered {
        if self.tokens.is_empty() {
            Offered::Taken
        } else if token.element_at != self.at {
            Offered::Later
        } else if self.tokens.len() >= MOST {
            Offered::Crowded
        } else {
            Offered::Taken
        }
    }

    pub(super) fn take(&mut self, token: StoredToken) {
        self.at = token.element_at;
        self.tokens.push(token);
    }

    /// Forgets what is gathered.
    pub(super) fn clear(&mut self) {
        self.tokens.clear();
    }

    /// The elements in order, each with its one or two tokens.
    pub(super) fn drain(&mut self) -> Vec<Vec<StoredToken>> {
        if self.tokens.len() <= 1 {
            return self.tokens.drain(..).map(|token| vec![token]).collect();
        }
        let mut elements = grouped(self.tokens.drain(..));
        elements.sort_by(|a, b| first_id(a).cmp(first_id(b)));
        elements
    }
}

/// Tokens that come element by element, grouped.
fn grouped(tokens: impl Iterator<Item = StoredToken>) -> Vec<Vec<StoredToken>> {
    let mut elements: Vec<Vec<StoredToken>> = Vec::new();
    for token in tokens {
        let element = token.token.element;
        match elements.last_mut() {
            Some(last) if last.first().is_some_and(|first| first.token.element == element) => {
                last.push(token);
            }
            Some(_) | None => elements.push(vec![token]),
        }
    }
    elements
}

/// The `jti` of an element's earliest token, which its number names.
fn first_id(element: &[StoredToken]) -> &str {
    let first = element
        .iter()
        .find(|stored| stored.token.key.number == stored.token.element.number())
        .or_else(|| element.first());
    first.map_or("", |stored| stored.token.id.as_str())
}
