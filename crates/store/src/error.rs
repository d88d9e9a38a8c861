//! What can go wrong with a database, by culprit. Absence is an `Option`, not an error.

use std::error::Error;

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The row is there already, or another one took the name.
    #[error("{what} exists already")]
    Conflict {
        /// What exists.
        what: &'static str,
    },
    /// The database cannot be reached, is overloaded or timed out; trying again may help.
    #[error("the database is not available: {}", on_one_line(reason))]
    Unavailable {
        /// For the log.
        reason: String,
        /// What the library said.
        #[source]
        source: Option<Box<dyn Error + Send + Sync>>,
    },
    /// The database answered something that cannot be: a damaged row, a broken rule.
    #[error("the database holds something that cannot be: {reason}")]
    Corrupt {
        /// Which row and what is wrong with it.
        reason: String,
    },
    /// The work itself gave up; the unit is rolled back.
    #[error("given up: {reason}")]
    GivenUp {
        /// Why.
        reason: String,
    },
}

/// What a database's library says goes over several lines, which would tear the sentence or
/// the table that it stands in.
pub fn on_one_line(words: &str) -> String {
    let lines = words.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join(" ")
}

impl StoreError {
    /// A damaged row.
    pub fn corrupt(reason: impl Into<String>) -> Self {
        Self::Corrupt { reason: reason.into() }
    }

    /// A database out of reach, without a library's word for it.
    pub fn unavailable(reason: impl Into<String>) -> Self {
        Self::Unavailable { reason: reason.into(), source: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_library_says_in_several_lines_is_said_in_one() {
        let said = "connection failed: refused\n\tIs the server running?\n";
        assert_eq!(
            StoreError::unavailable(said).to_string(),
            "the database is not available: connection failed: refused Is the server running?"
        );
    }
}
