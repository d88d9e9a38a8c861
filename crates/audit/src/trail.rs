//! Appending to the trail, in the table or in a file.
//!
//! A change and its record are one unit in the table: neither is without the other. With a
//! file the record is on disk before the change is committed.

use std::sync::Arc;

use muster_crypto::KeyRing;
use muster_domain::Clock;
use muster_store::{AuditWriting, Store, StoreError};

use crate::checkpoint::Checkpoint;
use crate::file::{FileError, FileTrail};
use crate::record::Entry;

/// Where records go.
#[derive(Clone)]
enum Sink {
    Table,
    File(Arc<FileTrail>),
}

/// The trail.
#[derive(Clone)]
pub struct Trail {
    keys: Arc<KeyRing>,
    clock: Arc<dyn Clock>,
    sink: Sink,
}

/// Why a record is not durable; what it speaks of must not go on (fault F26).
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The table did not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file did not take it.
    #[error(transparent)]
    File(#[from] FileError),
}

impl Trail {
    /// A trail in the database.
    pub fn in_table(keys: Arc<KeyRing>, clock: Arc<dyn Clock>) -> Self {
        Self { keys, clock, sink: Sink::Table }
    }

    /// A trail in a file.
    pub fn in_file(keys: Arc<KeyRing>, clock: Arc<dyn Clock>, file: Arc<FileTrail>) -> Self {
        Self { keys, clock, sink: Sink::File(file) }
    }

    /// Records an entry by itself; durable when this returns (invariant I23).
    pub fn append(&self, store: &dyn Store, entry: &Entry) -> Result<(), AuditError> {
        match &self.sink {
            Sink::Table => Ok(store.change(|unit| self.append_to_table(unit, entry))?),
            Sink::File(file) => Ok(file.append(&self.keys, self.clock.now(), entry)?),
        }
    }

    /// Records an entry within a unit, so that it stands or falls with the change. Append
    /// last: units that append wait for each other from here to their end.
    pub fn append_in(&self, unit: &mut dyn AuditWriting, entry: &Entry) -> Result<(), StoreError> {
        match &self.sink {
            Sink::Table => self.append_to_table(unit, entry),
            // Written before the commit: a change without a record must not be; a record
            // of a change that did not come about says no more than that it was begun.
            Sink::File(file) => file
                .append(&self.keys, self.clock.now(), entry)
                .map_err(|error| StoreError::GivenUp { reason: error.to_string() }),
        }
    }

    /// Where the trail ends now: to be kept elsewhere, and compared when verifying.
    pub fn checkpoint(&self, store: &dyn Store) -> Result<Checkpoint, AuditError> {
        let end = match &self.sink {
            Sink::Table => store.read(|reading| reading.audit_end())?,
            Sink::File(file) => file.end()?,
        };
        Ok(Checkpoint::of(&end))
    }

    fn append_to_table(
        &self,
        unit: &mut dyn AuditWriting,
        entry: &Entry,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        unit.append_audit(&mut |link| Ok(entry.record(&self.keys, link, now)))
    }
}
