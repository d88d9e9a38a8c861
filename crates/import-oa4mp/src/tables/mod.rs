//! Old rows into domain values, one file per table; pure.

pub(crate) mod admin;
pub(crate) mod client;
pub(crate) mod flow;
pub(crate) mod identifier;
pub(crate) mod jwt;
pub(crate) mod tokens;

/// Rows that are no data: a lock of the old garbage collector, archived versions.
pub(crate) fn is_no_data(key: &str) -> bool {
    key == "gc:lock" || key.contains("#version=")
}
