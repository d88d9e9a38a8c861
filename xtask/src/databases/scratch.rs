//! The ground of a test run: one temporary folder and a keeper who clears it away.
//!
//! The keeper is a process of its own that waits for the end of its standard input. That
//! end comes when the run is over, when it fails, and also when somebody presses Ctrl-C or
//! kills it: so there is one way of clearing up, and every run takes it.

use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use super::account::{apart_from_the_terminal, is_root};
use super::chance;
use crate::failure::{Outcome, While};
use crate::program::Program;

/// The longest folder that still leaves room for a socket's name: the system's limit for a
/// whole socket path is 108 bytes, 104 on some.
const FOLDER_LENGTH_MAX: usize = 60;

/// How much of a log tells why a server did not start.
const LOG_LINES: usize = 20;

/// A temporary folder with everything that runs in it; both vanish with this value.
pub(crate) struct Scratch {
    folder: PathBuf,
    keeper: Child,
}

impl Scratch {
    /// Makes the folder and posts its keeper before anything is started in it.
    pub(crate) fn new() -> Outcome<Self> {
        let folder = place()?;
        std::fs::create_dir(&folder).doing(format!("making {}", folder.display()))?;
        let itself = std::env::current_exe().doing("looking for the path of this program")?;
        let mut command = Program::new(itself).arg("watch-over").arg(&folder).into_command();
        command.stdin(Stdio::piped());
        apart_from_the_terminal(&mut command);
        let keeper = command.spawn().doing("starting the keeper of the test databases")?;
        Ok(Self { folder, keeper })
    }

    /// The folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // The keeper says itself what it could not clear away.
        let _ = self.keeper.wait();
    }
}

/// The last lines of a server's log: the folder will be gone when somebody wants to look.
pub(crate) fn end_of_log(file: &Path) -> String {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines.iter().skip(lines.len().saturating_sub(LOG_LINES)).copied().collect::<Vec<_>>().join("\n")
}

fn place() -> Outcome<PathBuf> {
    let usual = std::env::temp_dir();
    // Root's own temporary folder may be closed to the accounts the servers run as.
    let unfit = is_root() || usual.as_os_str().len() > FOLDER_LENGTH_MAX;
    let parent = if unfit { PathBuf::from("/tmp") } else { usual };
    let name: String = chance::word()?.chars().take(12).collect();
    Ok(parent.join(format!("muster-{name}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_short_enough_for_sockets() {
        assert!(place().unwrap().as_os_str().len() <= FOLDER_LENGTH_MAX + 20);
    }
}
