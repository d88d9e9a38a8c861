//! The file of `--report`: opened before a run that may take long, filled at its end.
//!
//! A path that cannot be written is told before anything is imported.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::exit::{Exit, Failure};

/// The open file. What it held before stays until there is a report.
pub(super) struct ReportFile {
    path: PathBuf,
    file: File,
}

impl ReportFile {
    /// Opens it, or makes it.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(path);
        let file = file.map_err(|error| {
            let words = format!(
                "--report: {} cannot be written: {error}; nothing was imported",
                path.display()
            );
            Failure::new(Exit::Usage, words)
        })?;
        Ok(Self { path: path.to_owned(), file })
    }

    /// Replaces what it holds.
    pub(super) fn write(mut self, text: &str) -> Result<(), Failure> {
        self.replace(text).map_err(|error| {
            let words = format!(
                "the import is done, but its report could not be written to {}: {error}; \
                 it stands above",
                self.path.display()
            );
            Failure::new(Exit::Failed, words)
        })
    }

    fn replace(&mut self, text: &str) -> io::Result<()> {
        // A pipe or a device holds nothing that could be shortened.
        if self.file.metadata()?.is_file() {
            self.file.set_len(0)?;
        }
        self.file.write_all(text.as_bytes())?;
        self.file.flush()
    }
}
