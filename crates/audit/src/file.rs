//! A trail in a file: lines of JSON, each with its link, synced before it counts.
//!
//! Several processes may append (the service, the keeper's commands): each takes the file's
//! lock and continues from the file's end, whoever wrote it. A last line that a crash has
//! torn is cut off, and that is recorded.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use muster_crypto::KeyRing;
use muster_domain::Timestamp;
use muster_store::AuditLink;
use parking_lot::Mutex;

use crate::file_end::{FileEnd, end_of};
use crate::line::{after, beginning, line_of, record_of};
use crate::{Actor, Ending, Entry, Event};

/// A file that is being appended to.
pub struct FileTrail {
    path: PathBuf,
    end: Mutex<End>,
}

/// What is known of the file's end.
struct End {
    file: File,
    link: AuditLink,
    /// The file's length when `link` was its end.
    length: u64,
}

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The system refused.
    #[error("the audit file {} cannot be used: {source}", path.display())]
    System {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// It ends in something that is no record.
    #[error("the last line of the audit file {} is no record; look at it with: muster audit verify", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
    },
}

impl FileTrail {
    /// Opens a file; a new one is made with mode 0600. The lines before the last one are
    /// not looked at: that is what verifying is for.
    pub fn open(path: &Path) -> Result<Self, FileError> {
        let system = |source| FileError::System { path: path.to_owned(), source };
        let is_new = !path.exists();
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .mode(0o600)
            .open(path)
            .map_err(system)?;
        if is_new {
            // The name must last as well as the content.
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            let folder = folder.unwrap_or_else(|| Path::new("."));
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(system)?;
        }
        let end = End { file, link: beginning(), length: 0 };
        let trail = Self { path: path.to_owned(), end: Mutex::new(end) };
        trail.locked(|end| trail.catch_up(end).map(|_| ()))?;
        Ok(trail)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn append(
        &self,
        keys: &KeyRing,
        now: Timestamp,
        entry: &Entry,
    ) -> Result<(), FileError> {
        self.locked(|end| {
            let torn = self.catch_up(end)?;
            if torn > 0 {
                end.file.set_len(end.length).map_err(|source| self.system(source))?;
                let mended = Entry::new(Event::TrailMended, Ending::Done).by(Actor::Service);
                self.write(end, keys, (now, &mended.with_count("bytes", torn)))?;
            }
            self.write(end, keys, (now, entry))
        })
    }

    /// Where the trail ends now, whoever wrote the end.
    pub(crate) fn end(&self) -> Result<AuditLink, FileError> {
        self.locked(|end| self.catch_up(end).map(|_| end.link.clone()))
    }

    fn locked<T>(
        &self,
        work: impl FnOnce(&mut End) -> Result<T, FileError>,
    ) -> Result<T, FileError> {
        let mut end = self.end.lock();
        end.file.lock().map_err(|source| self.system(source))?;
        let done = work(&mut end);
        end.file.unlock().map_err(|source| self.system(source))?;
        done
    }

    /// Takes over what others have appended; how many bytes of a torn line follow.
    fn catch_up(&self, end: &mut End) -> Result<u64, FileError> {
        let length = end.file.metadata().map_err(|source| self.system(source))?.len();
        // A file that has become shorter was cut by somebody: going on from what is
        // remembered leaves a gap that verifying finds.
        if length <= end.length {
            end.length = length;
            return Ok(0);
        }
        let FileEnd { lines, whole } =
            end_of(&end.file, 1).map_err(|source| self.system(source))?;
        if let Some(line) = lines.last() {
            let malformed = || FileError::Malformed { path: self.path.clone() };
            end.link = after(&record_of(line).ok_or_else(malformed)?);
        }
        end.length = whole;
        Ok(length.saturating_sub(whole))
    }

    fn write(
        &self,
        end: &mut End,
        keys: &KeyRing,
        (now, entry): (Timestamp, &Entry),
    ) -> Result<(), FileError> {
        let record = entry.record(keys, &end.link, now);
        let line = format!("{}\n", line_of(&record));
        let written = end.file.write_all(line.as_bytes()).and_then(|()| end.file.sync_data());
        if let Err(source) = written {
            // What is half on disk must not stand before the next record. If this fails,
            // too, the next one cuts it.
            let _ = end.file.set_len(end.length);
            return Err(self.system(source));
        }
        end.link = after(&record);
        end.length = end.length.saturating_add(u64::try_from(line.len()).unwrap_or(u64::MAX));
        Ok(())
    }

    fn system(&self, source: std::io::Error) -> FileError {
        FileError::System { path: self.path.clone(), source }
    }
}
