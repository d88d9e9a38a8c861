//! A row of the old database: texts by column name, NULL and absence alike.

/// A row.
#[derive(Clone, Debug, Default)]
pub(crate) struct OldRow(Vec<(&'static str, Option<String>)>);

impl OldRow {
    pub(crate) fn new(values: Vec<(&'static str, Option<String>)>) -> Self {
        Self(values)
    }

    /// A text that is there and not empty.
    pub(crate) fn text(&self, column: &str) -> Option<&str> {
        let value = self.0.iter().find(|(name, _)| *name == column)?;
        value.1.as_deref().filter(|text| !text.is_empty())
    }

    /// A text even if it is empty: a user's name may be.
    pub(crate) fn text_even_empty(&self, column: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| *name == column)?.1.as_deref()
    }

    /// A number; NULL is 0.
    pub(crate) fn number(&self, column: &str) -> i64 {
        self.text(column).and_then(|text| text.trim().parse().ok()).unwrap_or(0)
    }

    /// A number that is there.
    pub(crate) fn number_if_any(&self, column: &str) -> Option<i64> {
        self.text(column).and_then(|text| text.trim().parse().ok())
    }

    /// A flag; NULL is false.
    pub(crate) fn flag(&self, column: &str) -> bool {
        matches!(self.text(column), Some("1" | "t" | "true" | "\u{1}"))
    }
}
