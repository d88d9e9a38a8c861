//! A trail in a file: lines of JSON, each with its link, synced before it counts.
//!
//! A line is the record with two members more, `prev_hash` and `hash`. A last line that a
//! crash has torn is cut off at the next start, and that is recorded.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use muster_crypto::KeyRing;
use muster_domain::Timestamp;
use muster_store::{AuditLink, AuditRecord};
use parking_lot::Mutex;
use serde_json::Value;

use crate::record::Entry;

/// A file that is being appended to.
pub struct FileTrail {
    path: PathBuf,
    end: Mutex<End>,
}

struct End {
    file: File,
    link: AuditLink,
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
    /// A line in the middle is no record.
    #[error("line {line} of the audit file {} is no record; look at it with: muster audit verify", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Which line, from 1.
        line: u64,
    },
}

impl FileTrail {
    /// Opens a file and finds its end; a new one is made with mode 0600.
    pub fn open(path: &Path) -> Result<Self, FileError> {
        let system = |source| FileError::System { path: path.to_owned(), source };
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .mode(0o600)
            .open(path)
            .map_err(system)?;
        let (link, whole) = read_end(&file, path)?;
        if file.metadata().map_err(system)?.len() > whole {
            file.set_len(whole).map_err(system)?;
            file.sync_all().map_err(system)?;
        }
        file.seek(SeekFrom::End(0)).map_err(system)?;
        Ok(Self { path: path.to_owned(), end: Mutex::new(End { file, link }) })
    }

    pub(crate) fn append(
        &self,
        keys: &KeyRing,
        now: Timestamp,
        entry: &Entry,
    ) -> Result<(), FileError> {
        let mut end = self.end.lock();
        let record = entry.record(keys, &end.link, now);
        let line = line_of(&record);
        let written = end.file.write_all(line.as_bytes()).and_then(|()| end.file.sync_data());
        written.map_err(|source| FileError::System { path: self.path.clone(), source })?;
        end.link = after(&record);
        Ok(())
    }
}

/// The trail's end behind a record.
pub(crate) fn after(record: &AuditRecord) -> AuditLink {
    AuditLink { next: record.number.saturating_add(1), last_at: record.at, last_hash: record.hash }
}

/// The beginning of a trail.
pub(crate) fn beginning() -> AuditLink {
    AuditLink { next: 1, last_at: Timestamp::default(), last_hash: [0; 32] }
}

fn line_of(record: &AuditRecord) -> String {
    let body = record.body.strip_suffix('}').unwrap_or(&record.body);
    let (previous, hash) = (HEXLOWER.encode(&record.previous), HEXLOWER.encode(&record.hash));
    format!("{body},\"prev_hash\":\"{previous}\",\"hash\":\"{hash}\"}}\n")
}

/// The record in a line; `None`: the line is none.
pub(crate) fn record_of(line: &str) -> Option<AuditRecord> {
    let line = line.strip_suffix('\n')?;
    let (body, links) = line.rsplit_once(",\"prev_hash\":\"")?;
    let (previous, hash) = links.strip_suffix("\"}")?.split_once("\",\"hash\":\"")?;
    let body = format!("{body}}}");
    let members: Value = serde_json::from_str(&body).ok()?;
    let bytes = |hex: &str| HEXLOWER.decode(hex.as_bytes()).ok()?.try_into().ok();
    Some(AuditRecord {
        number: members.get("seq")?.as_i64()?,
        at: Timestamp::from_millis(members.get("ts")?.as_i64()?),
        event: members.get("event")?.as_str()?.to_owned(),
        previous: bytes(previous)?,
        hash: bytes(hash)?,
        body,
    })
}

/// The link to go on from, and how many bytes are whole lines.
fn read_end(file: &File, path: &Path) -> Result<(AuditLink, u64), FileError> {
    let mut reader = BufReader::new(file);
    let (mut link, mut whole, mut number) = (beginning(), 0_u64, 0_u64);
    let mut text = String::new();
    loop {
        text.clear();
        let read = reader
            .read_line(&mut text)
            .map_err(|source| FileError::System { path: path.to_owned(), source })?;
        if read == 0 || !text.ends_with('\n') {
            return Ok((link, whole));
        }
        number = number.saturating_add(1);
        let record = record_of(&text)
            .ok_or_else(|| FileError::Malformed { path: path.to_owned(), line: number })?;
        link = after(&record);
        whole = whole.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
    }
}
