//! Walking a trail: every record must follow the one before, and the last one must be the
//! last (fault F34). The first bad record is named.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use muster_crypto::KeyRing;
use muster_store::{AuditLink, AuditRecord, Store, StoreError};

use crate::file::{FileError, after, beginning, record_of};

/// Records read at once.
const PAGE: i64 = 1_000;

/// A trail that holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Verified {
    /// How many records it has.
    pub records: i64,
}

/// The first bad record.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("record {number}: {kind}")]
pub struct Fault {
    /// Its number.
    pub number: i64,
    /// What is wrong with it.
    pub kind: FaultKind,
}

/// What can be wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FaultKind {
    /// A record is missing here.
    #[error("is missing")]
    Missing,
    /// It was changed, or made without the key.
    #[error("was changed, or was not made by this service")]
    Changed,
    /// It does not follow the one before it.
    #[error("does not follow the record before it")]
    Unlinked,
    /// It is no record.
    #[error("is no record")]
    Malformed,
}

/// Walks the trail in the database.
pub fn verify_store(
    store: &dyn Store,
    keys: &KeyRing,
) -> Result<Result<Verified, Fault>, StoreError> {
    // The end is read first: what is appended meanwhile is beyond it.
    let end = store.read(|reading| reading.audit_end())?;
    let mut link = beginning();
    while link.next < end.next {
        let page = store.read(|reading| reading.list_audit(link.next, PAGE))?;
        if page.is_empty() {
            return Ok(Err(missing(&link)));
        }
        for record in page.iter().filter(|record| record.number < end.next) {
            match follow(keys, &link, record) {
                Ok(next) => link = next,
                Err(fault) => return Ok(Err(fault)),
            }
        }
    }
    if link.last_hash == end.last_hash {
        Ok(Ok(Verified { records: link.next.saturating_sub(1) }))
    } else {
        Ok(Err(Fault { number: link.next.saturating_sub(1), kind: FaultKind::Changed }))
    }
}

/// Walks the trail in a file. A trail that was cut at its end cannot be told from a shorter
/// one by the file alone; the service's log names the last record at each stop.
pub fn verify_file(path: &Path, keys: &KeyRing) -> Result<Result<Verified, Fault>, FileError> {
    let system = |source| FileError::System { path: path.to_owned(), source };
    let mut reader = BufReader::new(File::open(path).map_err(system)?);
    let mut link = beginning();
    let mut text = String::new();
    loop {
        text.clear();
        if reader.read_line(&mut text).map_err(system)? == 0 {
            return Ok(Ok(Verified { records: link.next.saturating_sub(1) }));
        }
        let Some(record) = record_of(&text) else {
            return Ok(Err(Fault { number: link.next, kind: FaultKind::Malformed }));
        };
        match follow(keys, &link, &record) {
            Ok(next) => link = next,
            Err(fault) => return Ok(Err(fault)),
        }
    }
}

const fn missing(link: &AuditLink) -> Fault {
    Fault { number: link.next, kind: FaultKind::Missing }
}

/// The link behind a record that follows `link`.
fn follow(keys: &KeyRing, link: &AuditLink, record: &AuditRecord) -> Result<AuditLink, Fault> {
    if record.number != link.next {
        return Err(missing(link));
    }
    let fault = |kind| Fault { number: record.number, kind };
    if keys.audit_link(&record.previous, record.body.as_bytes()) != record.hash {
        return Err(fault(FaultKind::Changed));
    }
    if record.previous != link.last_hash || record.at < link.last_at {
        return Err(fault(FaultKind::Unlinked));
    }
    if !says_the_same(record) {
        return Err(fault(FaultKind::Changed));
    }
    Ok(after(record))
}

/// The columns beside the line are copies of it.
fn says_the_same(record: &AuditRecord) -> bool {
    let Ok(line) = serde_json::from_str::<serde_json::Value>(&record.body) else { return false };
    let number = line.get("seq").and_then(serde_json::Value::as_i64);
    let at = line.get("ts").and_then(serde_json::Value::as_i64);
    let event = line.get("event").and_then(serde_json::Value::as_str);
    (number, at, event)
        == (Some(record.number), Some(record.at.millis()), Some(record.event.as_str()))
}
