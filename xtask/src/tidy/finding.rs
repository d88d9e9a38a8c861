//! What a rule found: where, what, and what to do about it.
//!
//! Written as `file:line: what (what to do)`, so that editors can jump there.

use std::fmt;

/// One breach of a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    file: String,
    line: usize,
    what: String,
    remedy: &'static str,
}

impl Finding {
    /// A breach at a line, counted from 1.
    pub(crate) fn at(
        file: &str,
        line: usize,
        what: impl Into<String>,
        remedy: &'static str,
    ) -> Self {
        Self { file: file.to_owned(), line, what: what.into(), remedy }
    }

    /// A breach of a whole file or folder.
    pub(crate) fn of(file: &str, what: impl Into<String>, remedy: &'static str) -> Self {
        Self::at(file, 1, what, remedy)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {} ({})", self.file, self.line, self.what, self.remedy)
    }
}
