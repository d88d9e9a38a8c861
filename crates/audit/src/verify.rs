//! Walking a trail: every record must follow the one before, and the last one must be the
//! last (fault F34). The first bad record is named.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use muster_crypto::KeyRing;
use muster_domain::Timestamp;
use muster_store::{AuditLink, AuditRecord, Store, StoreError};

use crate::checkpoint::Checkpoint;
use crate::file::FileError;
use crate::line::{after, beginning, head_of, record_of};

/// Records read at once.
const PAGE: i64 = 1_000;

/// A trail that holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Verified {
    /// How many records it has.
    pub records: i64,
    /// Where it ends.
    pub end: Checkpoint,
    /// The last record's time.
    pub last_at: Timestamp,
}

/// The first bad record.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("record {number} {kind}")]
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
    /// The last line has no end: a crash tore it, or it is being written.
    #[error("is torn; the service cuts it off and goes on when it writes the next one")]
    Torn,
    /// The trail does not hold the checkpoint.
    #[error("is not the one that the checkpoint names: the trail was rewritten")]
    NotTheCheckpoint,
}

/// Walks the trail in the database.
pub fn verify_store(
    store: &dyn Store,
    keys: &KeyRing,
) -> Result<Result<Verified, Fault>, StoreError> {
    verify_store_against(store, keys, None)
}

/// Walks the trail in the database, which must hold the checkpoint `known`.
pub fn verify_store_against(
    store: &dyn Store,
    keys: &KeyRing,
    known: Option<&Checkpoint>,
) -> Result<Result<Verified, Fault>, StoreError> {
    // The end is read first: what is appended meanwhile is beyond it.
    let end = store.read(|reading| reading.audit_end())?;
    let mut pages = |from, limit| store.read(|reading| reading.list_audit(from, limit));
    verify_pages(&end, &mut pages, (keys, known))
}

/// Walks the trail in a file. Whether its end was cut off, only a checkpoint can tell.
pub fn verify_file(path: &Path, keys: &KeyRing) -> Result<Result<Verified, Fault>, FileError> {
    verify_file_against(path, keys, None)
}

/// Walks the trail in a file, which must hold the checkpoint `known`.
pub fn verify_file_against(
    path: &Path,
    keys: &KeyRing,
    known: Option<&Checkpoint>,
) -> Result<Result<Verified, Fault>, FileError> {
    let system = |source| FileError::System { path: path.to_owned(), source };
    let file = File::open(path).map_err(system)?;
    // Waits for a line that is being written, and for no longer: what is appended meanwhile
    // is beyond the end.
    file.lock_shared().map_err(system)?;
    let length = file.metadata().map_err(system)?.len();
    file.unlock().map_err(system)?;
    let mut reader = BufReader::new(file.take(length));
    let mut walk = Walk { keys, known, link: beginning() };
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        if reader.read_until(b'\n', &mut bytes).map_err(system)? == 0 {
            return Ok(walk.end(None));
        }
        if let Err(fault) = walk.line(&bytes) {
            return Ok(Err(fault));
        }
    }
}

/// Walks a trail that ends in `end`. `pages` gives its records from a number on, at most so
/// many.
pub fn verify_pages(
    end: &AuditLink,
    pages: &mut dyn FnMut(i64, i64) -> Result<Vec<AuditRecord>, StoreError>,
    (keys, known): (&KeyRing, Option<&Checkpoint>),
) -> Result<Result<Verified, Fault>, StoreError> {
    let mut walk = Walk { keys, known, link: beginning() };
    let mut limit = PAGE;
    while walk.link.next < end.next {
        let page = match pages(walk.link.next, limit) {
            // Somewhere in this page a row is damaged: look at one after the other.
            Err(StoreError::Corrupt { .. }) if limit > 1 => {
                limit = 1;
                continue;
            }
            Err(StoreError::Corrupt { .. }) => return Ok(Err(walk.fault(FaultKind::Malformed))),
            page => page?,
        };
        if page.is_empty() {
            return Ok(Err(walk.fault(FaultKind::Missing)));
        }
        for record in page.iter().filter(|record| record.number < end.next) {
            if let Err(fault) = walk.step(record) {
                return Ok(Err(fault));
            }
        }
        if page.last().is_some_and(|record| record.number >= end.next) {
            break;
        }
    }
    Ok(walk.end(Some(end)))
}

/// On the way through a trail.
struct Walk<'a> {
    keys: &'a KeyRing,
    known: Option<&'a Checkpoint>,
    link: AuditLink,
}

impl Walk<'_> {
    fn line(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let line = bytes.strip_suffix(b"\n").ok_or_else(|| self.fault(FaultKind::Torn))?;
        let record = std::str::from_utf8(line).ok().and_then(record_of);
        self.step(&record.ok_or_else(|| self.fault(FaultKind::Malformed))?)
    }

    fn step(&mut self, record: &AuditRecord) -> Result<(), Fault> {
        if record.number > self.link.next {
            return Err(self.fault(FaultKind::Missing));
        }
        if self.keys.audit_link(&record.previous, record.body.as_bytes()) != record.hash {
            return Err(self.fault(FaultKind::Changed));
        }
        let follows = record.number == self.link.next
            && record.previous == self.link.last_hash
            && record.at >= self.link.last_at;
        if !follows {
            return Err(self.fault(FaultKind::Unlinked));
        }
        // The columns beside the line are copies of it.
        let head = (record.number, record.at, record.event.clone());
        if head_of(&record.body) != Some(head) {
            return Err(self.fault(FaultKind::Changed));
        }
        let known = self.known.filter(|known| known.number == record.number);
        if known.is_some_and(|known| known.hash != record.hash) {
            return Err(self.fault(FaultKind::NotTheCheckpoint));
        }
        self.link = after(record);
        Ok(())
    }

    fn end(self, expected: Option<&AuditLink>) -> Result<Verified, Fault> {
        let end = Checkpoint::of(&self.link);
        let wanted = expected.map_or(end.number, |expected| expected.next.saturating_sub(1));
        if wanted > end.number {
            return Err(self.fault(FaultKind::Missing));
        }
        if expected.is_some_and(|expected| expected.last_hash != end.hash) {
            return Err(Fault { number: end.number, kind: FaultKind::Unlinked });
        }
        if self.known.is_some_and(|known| known.number > end.number) {
            return Err(self.fault(FaultKind::Missing));
        }
        Ok(Verified { records: end.number, end, last_at: self.link.last_at })
    }

    const fn fault(&self, kind: FaultKind) -> Fault {
        Fault { number: self.link.next, kind }
    }
}
