//! The last records, as lines: the same whether they rest in the table or in a file.

use std::fs::File;
use std::path::Path;

use muster_store::{Store, StoreError};

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
