//! The one writer of SQLite, with group commit.
//!
//! Whoever has the connection runs its unit in a savepoint of a shared transaction and
//! lets the next one in; whoever comes back first commits for all of them. So one sync of
//! the disk pays for every unit that waited, nobody meets "database is locked", and no
//! unit is answered before its commit is on disk.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use diesel::SqliteConnection;
use diesel::connection::SimpleConnection;
use muster_store::StoreError;
use parking_lot::{Mutex, MutexGuard};

use crate::error::store_error;

const SHUT: &str = "nothing could be begun while this unit waited";
const PANICKED: &str = "a unit of the same group panicked";

/// How many failed groups are remembered; their waiters ask within milliseconds.
const FAILURES_REMEMBERED: usize = 256;

/// Serialises writers and commits them in groups.
pub(crate) struct SqliteWriter {
    group: Mutex<Group>,
    /// How often nothing could be begun.
    refusals: AtomicU64,
}

struct Group {
    connection: SqliteConnection,
    /// Units of the open transaction; empty and not `open`: none is open.
    units: Range<u64>,
    open: bool,
    /// A unit is running; found set by the next one, it panicked.
    running: bool,
    failures: VecDeque<(Range<u64>, String)>,
}

impl SqliteWriter {
    pub(crate) fn new(connection: SqliteConnection) -> Self {
        let group = Group {
            connection,
            units: 0..0,
            open: false,
            running: false,
            failures: VecDeque::new(),
        };
        Self { group: Mutex::new(group), refusals: AtomicU64::new(0) }
    }

    /// Runs `work` as one unit; `Ok` means that it is on disk.
    pub(crate) fn change(
        &self,
        work: impl FnOnce(&mut SqliteConnection) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let refusals = self.refusals.load(Ordering::Acquire);
        let mut group = self.group.lock();
        self.begin(&mut group, refusals)?;
        let ticket = group.run(work)?;
        // Those who wait for the lock get in before this unit comes back to commit.
        MutexGuard::unlock_fair(group);
        let mut group = self.group.lock();
        if group.open && group.units.contains(&ticket) {
            group.commit();
        }
        group.outcome(ticket)
    }

    /// Begins a transaction unless one is open. Whoever came before another one was refused
    /// has waited as long as that one: all of them are told at once, instead of each waiting
    /// for the file in turn (F08).
    fn begin(&self, group: &mut Group, refusals: u64) -> Result<(), StoreError> {
        if !group.is_begun() && self.refusals.load(Ordering::Acquire) != refusals {
            return Err(StoreError::unavailable(SHUT));
        }
        group.begin().inspect_err(|_| {
            self.refusals.fetch_add(1, Ordering::Release);
        })
    }
}

impl Group {
    /// Whether there is a transaction to join.
    const fn is_begun(&self) -> bool {
        self.open && !self.running
    }

    fn begin(&mut self) -> Result<(), StoreError> {
        if self.running {
            self.give_up(PANICKED);
        }
        if !self.open {
            self.execute("BEGIN IMMEDIATE")?;
            self.open = true;
            self.units.start = self.units.end;
        }
        Ok(())
    }

    /// Runs a unit in the transaction that has begun.
    fn run(
        &mut self,
        work: impl FnOnce(&mut SqliteConnection) -> Result<(), StoreError>,
    ) -> Result<u64, StoreError> {
        self.running = true;
        self.execute("SAVEPOINT unit")?;
        let done = work(&mut self.connection);
        self.running = false;
        match done {
            Ok(()) => {
                self.execute("RELEASE unit")?;
                let ticket = self.units.end;
                self.units.end = ticket.saturating_add(1);
                Ok(ticket)
            }
            Err(error) => {
                self.undo_unit();
                Err(error)
            }
        }
    }

    /// Takes one unit back and leaves the others of its group alone.
    fn undo_unit(&mut self) {
        if self.execute("ROLLBACK TO unit; RELEASE unit").is_err() {
            self.give_up("a unit could not be taken back");
        } else if self.units.is_empty() {
            self.rollback();
        }
    }

    fn commit(&mut self) {
        if self.running {
            // What a panicking unit left behind must not be committed with its neighbours.
            return self.give_up(PANICKED);
        }
        match self.execute("COMMIT") {
            Ok(()) => {
                self.open = false;
                self.units.start = self.units.end;
            }
            Err(error) => self.give_up(&error.to_string()),
        }
    }

    /// Rolls the whole group back and tells its waiters why.
    fn give_up(&mut self, reason: &str) {
        self.rollback();
        self.running = false;
        if self.failures.len() >= FAILURES_REMEMBERED {
            self.failures.pop_front();
        }
        self.failures.push_back((self.units.clone(), reason.to_owned()));
        self.units.start = self.units.end;
    }

    fn rollback(&mut self) {
        // Fails only when the engine has rolled back by itself, which is what is wanted.
        if let Err(error) = self.connection.batch_execute("ROLLBACK") {
            tracing::debug!(%error, "nothing to roll back");
        }
        self.open = false;
    }

    fn outcome(&self, ticket: u64) -> Result<(), StoreError> {
        match self.failures.iter().find(|(units, _)| units.contains(&ticket)) {
            None => Ok(()),
            Some((_, reason)) => Err(StoreError::unavailable(format!("commit failed: {reason}"))),
        }
    }

    fn execute(&mut self, statements: &str) -> Result<(), StoreError> {
        self.connection.batch_execute(statements).map_err(store_error)
    }
}
