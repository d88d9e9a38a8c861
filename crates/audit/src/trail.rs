//! Appending to the trail, in the table or in a file.
//!
//! A change and its record are one unit in the table: neither is without the other. With a
//! file the record is on disk before the change is committed.

use std::sync::Arc;

use muster_crypto::KeyRing;
use muster_domain::Clock;
use muster_store::{AuditWriting, Store, StoreError};
use serde_json::Value;

use crate::Event;
use crate::checkpoint::Checkpoint;
use crate::file::{FileError, FileTrail};
use crate::milestones::Milestones;
use crate::record::Entry;
use crate::tail::{last_in_file, last_in_store};

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
    milestones: Milestones,
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
        Self { keys, clock, sink: Sink::Table, milestones: Milestones::default() }
    }

    /// A trail in a file.
    pub fn in_file(keys: Arc<KeyRing>, clock: Arc<dyn Clock>, file: Arc<FileTrail>) -> Self {
        Self { keys, clock, sink: Sink::File(file), milestones: Milestones::default() }
    }

    /// Records an entry by itself; durable when this returns (invariant I23).
    pub fn append(&self, store: &dyn Store, entry: &Entry) -> Result<(), AuditError> {
        self.append_all(store, std::slice::from_ref(entry))
    }

    /// Records several entries, in a table as one unit; durable when this returns.
    pub fn append_all(&self, store: &dyn Store, entries: &[Entry]) -> Result<(), AuditError> {
        match &self.sink {
            Sink::Table => store.change(|unit| {
                entries.iter().try_for_each(|entry| self.append_to_table(unit, entry))
            })?,
            Sink::File(file) => {
                let now = self.clock.now();
                entries.iter().try_for_each(|entry| file.append(&self.keys, now, entry))?;
            }
        }
        self.milestones.passed(entries.len());
        Ok(())
    }

    /// Records an entry within a unit, so that it stands or falls with the change.
    pub fn append_in(&self, unit: &mut dyn AuditWriting, entry: &Entry) -> Result<(), StoreError> {
        match &self.sink {
            Sink::Table => self.append_to_table(unit, entry)?,
            // Written before the commit: a change without a record must not be; a record
            // of a change that did not come about says no more than that it was begun.
            Sink::File(file) => file
                .append(&self.keys, self.clock.now(), entry)
                .map_err(|error| StoreError::GivenUp { reason: error.to_string() })?,
        }
        self.milestones.passed(1);
        Ok(())
    }

    /// Counts what is appended through this trail and its clones.
    pub fn milestones(&self) -> Milestones {
        self.milestones.clone()
    }

    /// A text under the key of the trail: comparable from record to record, and it leads
    /// nowhere without the key.
    pub fn pseudonym(&self, text: &str) -> String {
        self.keys.pseudonym(text)
    }

    /// The last record of `event` among the last `among` ones, as JSON.
    pub fn last_of(
        &self,
        store: &dyn Store,
        event: Event,
        among: u32,
    ) -> Result<Option<Value>, AuditError> {
        Ok(match &self.sink {
            Sink::Table => last_in_store(store, event, among)?,
            Sink::File(file) => last_in_file(file.path(), event, among)?,
        })
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
        let (keys, entry, now) = (Arc::clone(&self.keys), entry.clone(), self.clock.now());
        unit.append_audit(Box::new(move |link| entry.record(&keys, link, now)))
    }
}
