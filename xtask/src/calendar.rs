//! Today's date, for the names of new files and for reports.

use crate::program::Program;

/// Today in UTC as `2026-11-24`; the epoch where no `date` can be asked.
pub(crate) fn today() -> String {
    let date = Program::new("date").args(["-u", "+%Y-%m-%d"]).read();
    date.map_or_else(|_| "1970-01-01".to_owned(), |text| text.trim().to_owned())
}
