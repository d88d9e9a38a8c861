//! The audit trail: records in a row, each bound to the one before by a keyed hash.
//!
//! The store keeps order and durability; what a record says and how it is hashed is the
//! caller's affair, since the key must not lie in the database.

use muster_domain::Timestamp;

use crate::StoreError;

/// The end of the trail, which the next record is bound to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AuditLink {
    /// The number that the next record gets; the first is 1.
    pub next: i64,
    /// The last record's time; the next one's must not be earlier.
    pub last_at: Timestamp,
    /// The last record's hash; zeros at the beginning.
    pub last_hash: [u8; 32],
}

/// A record as it rests.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AuditRecord {
    /// Its number, without gaps.
    pub number: i64,
    /// When it happened.
    pub at: Timestamp,
    /// What happened, one of the words of `docs/operations/audit.md`.
    pub event: String,
    /// The whole record as one line of JSON; the hash is over these bytes.
    pub body: String,
    /// The hash before it.
    pub previous: [u8; 32],
    /// Its own.
    pub hash: [u8; 32],
}

/// Reading the trail.
pub trait AuditReading {
    /// Records from number `from` on, at most `limit`.
    fn list_audit(&mut self, from: i64, limit: i64) -> Result<Vec<AuditRecord>, StoreError>;

    /// The number and hash that the trail should end with; `next - 1` is the last number.
    fn audit_end(&mut self) -> Result<AuditLink, StoreError>;
}

/// Forms a record from the trail's end; again, if the trail has gone on meanwhile.
pub type RecordMaker = Box<dyn Fn(&AuditLink) -> AuditRecord + Send>;

/// Continuing the trail.
pub trait AuditWriting {
    /// Appends a record to the trail when the unit is committed, as its last change: units
    /// that append wait for each other, and so they do for no longer than a commit takes.
    /// A unit whose record cannot be written is not committed.
    fn append_audit(&mut self, make: RecordMaker) -> Result<(), StoreError>;
}
