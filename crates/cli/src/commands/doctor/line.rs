//! One line of the doctor's report.

use muster_store::on_one_line;

/// How something stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Finding {
    Good,
    Odd,
    Bad,
}

impl Finding {
    /// Its word in the report.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Odd => "warn",
            Self::Bad => "bad",
        }
    }
}

/// What was looked at, how it stands, and what to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Line {
    pub(crate) finding: Finding,
    pub(crate) about: &'static str,
    pub(crate) words: String,
    pub(crate) remedy: Option<String>,
}

impl Line {
    pub(crate) fn good(about: &'static str, words: impl Into<String>) -> Self {
        Self { finding: Finding::Good, about, words: on_one_line(&words.into()), remedy: None }
    }

    pub(crate) fn odd(
        about: &'static str,
        words: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        let (words, remedy) = (on_one_line(&words.into()), Some(remedy.into()));
        Self { finding: Finding::Odd, about, words, remedy }
    }

    pub(crate) fn bad(
        about: &'static str,
        words: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        let (words, remedy) = (on_one_line(&words.into()), Some(remedy.into()));
        Self { finding: Finding::Bad, about, words, remedy }
    }
}
