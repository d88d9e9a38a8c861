//! The one error of the tools: words for the person who ran them.
//!
//! A tool has nobody to catch its errors but a reader, so a failure is a sentence with its
//! cause, made where the cause is known. It stands apart because every other file uses it.

use std::fmt;

/// Why a command could not do its work, in words that say what to do next.
#[derive(Debug)]
pub(crate) struct Failure(String);

/// What a step of a tool gives back.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    /// A failure in the given words.
    pub(crate) fn new(words: impl Into<String>) -> Self {
        Self(words.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Adds what was being done to the world's own words for what went wrong.
pub(crate) trait While<T> {
    /// The same result, with `doing` before the cause.
    fn doing(self, doing: impl fmt::Display) -> Outcome<T>;
}

impl<T, E: fmt::Display> While<T> for Result<T, E> {
    fn doing(self, doing: impl fmt::Display) -> Outcome<T> {
        self.map_err(|cause| Failure(format!("{doing}: {cause}")))
    }
}
