//! The last records, as lines: the same whether they rest in the table or in a file.

use std::fs::File;
use std::path::Path;

use muster_store::{Store, StoreError};
use serde_json::Value;

use crate::Event;
use crate::file::FileError;
use crate::file_end::end_of;
use crate::line::line_of;

/// The last `count` records of the trail in the database, the oldest first.
pub fn tail_store(store: &dyn Store, count: u32) -> Result<Vec<String>, StoreError> {
    let count = i64::from(count);
    let records = store.read(|reading| {
        let end = reading.audit_end()?;
        reading.list_audit(end.next.saturating_sub(count), count)
    })?;
    Ok(records.iter().map(line_of).collect())
}

/// The last `count` records of the trail in a file, the oldest first.
pub fn tail_file(path: &Path, count: u32) -> Result<Vec<String>, FileError> {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let lines = File::open(path).and_then(|file| end_of(&file, count));
    lines.map(|end| end.lines).map_err(|source| FileError::System { path: path.to_owned(), source })
}

/// Records read at once when one is searched from the end.
const PAGE: i64 = 500;

/// The last record of an event among the last `among` ones of the table.
pub(crate) fn last_in_store(
    store: &dyn Store,
    event: Event,
    among: u32,
) -> Result<Option<Value>, StoreError> {
    let mut next = store.read(|reading| reading.audit_end())?.next;
    let first = next.saturating_sub(i64::from(among)).max(1);
    while next > first {
        let from = next.saturating_sub(PAGE).max(first);
        let page = store.read(|reading| reading.list_audit(from, next.saturating_sub(from)))?;
        let mut found = page.iter().rev().filter(|record| record.event == event.as_str());
        if let Some(record) = found.next() {
            return Ok(serde_json::from_str(&record.body).ok());
        }
        next = from;
    }
    Ok(None)
}

/// The same in a file.
pub(crate) fn last_in_file(
    path: &Path,
    event: Event,
    among: u32,
) -> Result<Option<Value>, FileError> {
    let lines = tail_file(path, among)?;
    let mut records = lines.iter().rev().filter_map(|line| serde_json::from_str(line).ok());
    Ok(records
        .find(|record: &Value| record.get("event").and_then(Value::as_str) == Some(event.as_str())))
}
