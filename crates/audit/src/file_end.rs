//! Reading a file from its end, so that opening a trail costs the same however long it is.

use std::fs::File;
use std::io::{Read, Result, Seek, SeekFrom};

/// How much is read at first; a record is rarely longer than a tenth of it.
const WINDOW: u64 = 64 * 1024;

/// The last lines of a file.
pub(crate) struct FileEnd {
    /// The last whole lines, the oldest first, without their ends.
    pub(crate) lines: Vec<String>,
    /// How many bytes of the file are whole lines.
    pub(crate) whole: u64,
}

/// The last `count` whole lines, or all when there are fewer.
pub(crate) fn end_of(mut file: &File, count: usize) -> Result<FileEnd> {
    let length = file.metadata()?.len();
    let mut window = WINDOW;
    loop {
        let start = length.saturating_sub(window);
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(start))?;
        file.take(length.saturating_sub(start)).read_to_end(&mut bytes)?;
        let pieces = bytes.split(|byte| *byte == b'\n').count();
        // The first piece may be half a line, and the last one is torn or empty.
        if start == 0 || pieces > count.saturating_add(1) {
            return Ok(last_lines(&bytes, start, count));
        }
        window = window.saturating_mul(2);
    }
}

fn last_lines(bytes: &[u8], start: u64, count: usize) -> FileEnd {
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at.saturating_add(1));
    let whole_lines = bytes.get(..whole).unwrap_or_default();
    let mut lines: Vec<String> = whole_lines
        .split_inclusive(|byte| *byte == b'\n')
        .rev()
        .take(count)
        .map(|line| String::from_utf8_lossy(line).trim_end_matches('\n').to_owned())
        .collect();
    lines.reverse();
    FileEnd { lines, whole: start.saturating_add(u64::try_from(whole).unwrap_or(u64::MAX)) }
}
