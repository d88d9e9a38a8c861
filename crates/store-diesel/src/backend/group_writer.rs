//! The one writer of a store, with group commit.
//!
//! Whoever has the connection runs its unit in a savepoint of a shared transaction and
//! lets the next one in; whoever comes back first commits for all of them. So one sync of
//! the disk and one stretch of the audit trail pay for every unit that waited, and no unit
//! is answered before its commit is on disk. On SQLite nobody meets "database is locked";
//! on PostgreSQL a unit costs fewer round trips than a transaction of its own.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use diesel::connection::SimpleConnection;
use muster_store::{RecordMaker, StoreError};
use parking_lot::{Mutex, MutexGuard};

use crate::audit::Recording;
use crate::error::store_error;

const SHUT: &str = "nothing could be begun while this unit waited";
const PANICKED: &str = "a unit of the same group panicked";

/// How many failed groups are remembered; their waiters ask within milliseconds.
const FAILURES_REMEMBERED: usize = 256;
/// How many units one transaction holds: PostgreSQL keeps so many savepoints in mind.
const UNITS_AT_ONCE: u64 = 48;

/// What the engines differ in.
pub(crate) trait GroupConnection: SimpleConnection + Recording {
    /// Begins a transaction.
    const BEGIN: &'static str;
    /// Over a connection on which a transaction can be neither begun nor taken back nothing
    /// can be done any more. On SQLite it may only be somebody else's turn.
    const IS_REPLACED: bool;
}

/// Opens the connection, the first time and when it is replaced.
type Connect<C> = Box<dyn Fn() -> Result<C, StoreError> + Send>;

/// Serialises writers and commits them in groups.
pub(crate) struct GroupWriter<C> {
    group: Mutex<Group<C>>,
    /// How often nothing could be begun.
    refusals: AtomicU64,
}

struct Group<C> {
    connect: Connect<C>,
    connection: Option<C>,
    /// Units of the open transaction; empty and not `open`: none is open.
    units: Range<u64>,
    open: bool,
    /// There is a savepoint, whose unit is done.
    savepoint: bool,
    /// A unit is running; found set by the next one, it panicked.
    running: bool,
    /// What the units want to have recorded.
    records: Vec<RecordMaker>,
    failures: VecDeque<(Range<u64>, String)>,
}

impl<C: GroupConnection> GroupWriter<C> {
    /// Opens its connection when it is needed.
    pub(crate) fn new(connect: impl Fn() -> Result<C, StoreError> + Send + 'static) -> Self {
        let group = Group {
            connect: Box::new(connect),
            connection: None,
            units: 0..0,
            open: false,
            savepoint: false,
            running: false,
            records: Vec::new(),
            failures: VecDeque::new(),
        };
        Self { group: Mutex::new(group), refusals: AtomicU64::new(0) }
    }

    /// Runs `work` as one unit; `Ok` means that it is on disk.
    pub(crate) fn change(
        &self,
        work: impl FnOnce(&mut C, &mut Vec<RecordMaker>) -> Result<(), StoreError>,
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
    /// for the file or the server in turn (F08).
    fn begin(&self, group: &mut Group<C>, refusals: u64) -> Result<(), StoreError> {
        group.make_room();
        if !group.open && self.refusals.load(Ordering::Acquire) != refusals {
            return Err(StoreError::unavailable(SHUT));
        }
        group.begin().inspect_err(|_| {
            self.refusals.fetch_add(1, Ordering::Release);
        })
    }
}

impl<C: GroupConnection> Group<C> {
    fn run(
        &mut self,
        work: impl FnOnce(&mut C, &mut Vec<RecordMaker>) -> Result<(), StoreError>,
    ) -> Result<u64, StoreError> {
        self.set_apart()?;
        let connection = self.connection.as_mut().ok_or_else(gone)?;
        let mut records = Vec::new();
        self.running = true;
        let done = work(connection, &mut records);
        self.running = false;
        match done {
            Ok(()) => {
                self.records.append(&mut records);
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

    /// Closes a transaction that cannot take another unit.
    fn make_room(&mut self) {
        if self.running {
            self.give_up(PANICKED);
        }
        if self.units.end.saturating_sub(self.units.start) >= UNITS_AT_ONCE {
            self.commit();
        }
    }

    /// Begins a transaction, unless there is one.
    fn begin(&mut self) -> Result<(), StoreError> {
        if self.open {
            return Ok(());
        }
        self.begin_on_some_connection()?;
        self.open = true;
        self.savepoint = false;
        self.units.start = self.units.end;
        Ok(())
    }

    /// Makes the next unit one that can be taken back by itself. The first one is the whole
    /// transaction.
    fn set_apart(&mut self) -> Result<(), StoreError> {
        if self.units.is_empty() {
            return Ok(());
        }
        let statement =
            if self.savepoint { "RELEASE unit; SAVEPOINT unit" } else { "SAVEPOINT unit" };
        self.savepoint = true;
        let set = self.execute(statement);
        if set.is_err() {
            self.give_up("a unit could not be begun");
        }
        set
    }

    fn begin_on_some_connection(&mut self) -> Result<(), StoreError> {
        if self.connection.is_some() {
            let begun = self.execute(C::BEGIN);
            if begun.is_ok() || !C::IS_REPLACED {
                return begun;
            }
            tracing::info!("the writer's connection is replaced");
        }
        self.connection = None;
        self.connection = Some((self.connect)()?);
        self.execute(C::BEGIN)
    }

    /// Takes one unit back and leaves the others of its group alone.
    fn undo_unit(&mut self) {
        if self.units.is_empty() {
            self.rollback();
        } else if self.execute("ROLLBACK TO unit").is_err() {
            self.give_up("a unit could not be taken back");
        }
    }

    fn commit(&mut self) {
        if self.running {
            // What a panicking unit left behind must not be committed with its neighbours.
            return self.give_up(PANICKED);
        }
        let records = std::mem::take(&mut self.records);
        let recorded = self.connection.as_mut().ok_or_else(gone).and_then(|c| c.record(records));
        match recorded.and_then(|()| self.execute("COMMIT")) {
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
        // On SQLite it fails only when the engine has rolled back by itself, which is what is
        // wanted.
        if let Err(error) = self.execute("ROLLBACK") {
            tracing::debug!(%error, "nothing to roll back");
            if C::IS_REPLACED {
                self.connection = None;
            }
        }
        self.records.clear();
        self.open = false;
    }

    fn outcome(&self, ticket: u64) -> Result<(), StoreError> {
        match self.failures.iter().find(|(units, _)| units.contains(&ticket)) {
            None => Ok(()),
            Some((_, reason)) => Err(StoreError::unavailable(format!("commit failed: {reason}"))),
        }
    }

    fn execute(&mut self, statements: &str) -> Result<(), StoreError> {
        let connection = self.connection.as_mut().ok_or_else(gone)?;
        connection.batch_execute(statements).map_err(store_error)
    }
}

fn gone() -> StoreError {
    StoreError::unavailable("the writer's connection is gone".to_owned())
}
