//! What the tools say, all of it on standard error.
//!
//! Standard output belongs to the programs that are run (a listing, a report), so a
//! tool's own words never end up in a file that was meant for those.

use std::io::Write;

/// Says one line. A closed terminal is no reason to fail, so errors of writing are let go.
pub(crate) fn say(line: impl AsRef<str>) {
    let mut standard_error = std::io::stderr().lock();
    let _ = writeln!(standard_error, "{}", line.as_ref());
}

/// Says a line that opens a new part of the work.
pub(crate) fn announce(line: impl AsRef<str>) {
    say(format!("\n== {}", line.as_ref()));
}
