//! What stands in the old tables without being data.

/// Rows that are no data: a lock of the old garbage collector, archived versions.
pub(crate) fn is_no_data(key: &str) -> bool {
    key == "gc:lock" || key.contains("#version=")
}
