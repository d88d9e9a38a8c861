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
    #[error("the database is not available: {reason}")]
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
