//! What is wrong with the settings: which key, where it stands, what is wrong, and what
//! would be right. All problems are told at once.

use std::fmt;

/// One problem.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// The key, such as `http.listen`; empty when a whole file is concerned.
    pub key: String,
    /// Where it stands.
    pub place: String,
    /// What is wrong.
    pub wrong: String,
    /// What would be right; empty when what is wrong says it.
    pub right: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, place, wrong, right } = self;
        if key.is_empty() {
            write!(f, "{place}: {wrong}")?;
        } else {
            write!(f, "{key} ({place}): {wrong}")?;
        }
        if right.is_empty() { Ok(()) } else { write!(f, "; right would be {right}") }
    }
}

/// All problems of the settings.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, problem) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
