//! The one writer of a store, with group commit.
//!
//! Whoever has the connection runs its unit in a savepoint of a shared transaction and
//! lets the next one in; the last one, whom nobody waits for, commits for all of them. So
//! one sync of the disk and one stretch of the audit trail pay for every unit that came
//! meanwhile, and no unit is answered before its commit is on disk. On SQLite nobody meets
//! "database is locked"; on PostgreSQL a unit costs fewer round trips than a transaction of
//! its own.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::Thread;

use diesel::connection::SimpleConnection;
use muster_store::{RecordMaker, StoreError};
use parking_lot::{Mutex, MutexGuard};

use crate::audit::Recording;
use crate::error::store_error;

const SHUT: &str = "nothing could be begun while this unit waited";
const PANICKED: &str = "a unit of the same group panicked";

/// How many units one transaction holds: PostgreSQL keeps so many savepoints in mind.
const UNITS_AT_ONCE: usize = 48;

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

/// What became of a group: on disk, or why not.
type Verdict = Arc<OnceLock<Result<(), String>>>;

/// Serialises writers and commits them in groups.
pub(crate) struct GroupWriter<C> {
    group: Mutex<Group<C>>,
    /// Units that wait for their turn: one of them will commit what has run.
    coming: AtomicUsize,
    /// How often nothing could be begun.
    refusals: AtomicU64,
}

struct Group<C> {
    connect: Connect<C>,
    connection: Option<C>,
    open: bool,
    /// How many units have run in the open transaction.
    units: usize,
    /// There is a savepoint, whose unit is done.
    savepoint: bool,
    /// What the units want to have recorded.
    records: Vec<RecordMaker>,
    /// What will have become of the open transaction.
    verdict: Verdict,
    /// Who waits for it.
    waiting: Vec<Thread>,
    /// Who has waited, and is to be woken as soon as the next one is let in.
    woken: Vec<Thread>,
}

impl<C: GroupConnection> GroupWriter<C> {
    /// Begins with this connection, or opens one when it is needed.
    pub(crate) fn new(
        connection: Option<C>,
        connect: impl Fn() -> Result<C, StoreError> + Send + 'static,
    ) -> Self {
        let group = Group {
            connect: Box::new(connect),
            connection,
            open: false,
            units: 0,
            savepoint: false,
            records: Vec::new(),
            verdict: Verdict::default(),
            waiting: Vec::new(),
            woken: Vec::new(),
        };
        let (coming, refusals) = (AtomicUsize::new(0), AtomicU64::new(0));
        Self { group: Mutex::new(group), coming, refusals }
    }

    /// Runs `work` as one unit; `Ok` means that it is on disk.
    pub(crate) fn change(
        &self,
        work: impl FnOnce(&mut C, &mut Vec<RecordMaker>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let refusals = self.refusals.load(Ordering::Acquire);
        self.coming.fetch_add(1, Ordering::AcqRel);
        let mut group = self.group.lock();
        self.coming.fetch_sub(1, Ordering::AcqRel);
        self.begin(&mut group, refusals)?;
        let ran = catch_unwind(AssertUnwindSafe(|| group.run(work)));
        let verdict = Arc::clone(&group.verdict);
        let done = match ran {
            Ok(done) => done,
            Err(panic) => {
                // What it left behind must not be committed with its neighbours.
                group.give_up(PANICKED);
                let_in(group);
                resume_unwind(panic);
            }
        };
        if group.open && (group.is_full() || self.coming.load(Ordering::Acquire) == 0) {
            group.commit();
        } else if group.open && done.is_ok() {
            // Whoever is coming sees to it.
            group.waiting.push(std::thread::current());
        }
        let_in(group);
        done.and_then(|()| outcome(&verdict))
    }

    /// Begins a transaction unless one is open. Whoever came before another one was refused
    /// has waited as long as that one: all of them are told at once, instead of each waiting
    /// for the file or the server in turn (F08).
    fn begin(&self, group: &mut Group<C>, refusals: u64) -> Result<(), StoreError> {
        if !group.open && self.refusals.load(Ordering::Acquire) != refusals {
            return Err(StoreError::unavailable(SHUT));
        }
        group.begin().inspect_err(|_| {
            self.refusals.fetch_add(1, Ordering::Release);
        })
    }
}

/// Lets the next unit in, and tells those whose group is done.
fn let_in<C>(mut group: MutexGuard<'_, Group<C>>) {
    let woken = std::mem::take(&mut group.woken);
    drop(group);
    for thread in woken {
        thread.unpark();
    }
}

/// Waits until it is known what became of a group.
fn outcome(verdict: &Verdict) -> Result<(), StoreError> {
    loop {
        match verdict.get() {
            Some(Ok(())) => return Ok(()),
            Some(Err(reason)) => {
                return Err(StoreError::unavailable(format!("commit failed: {reason}")));
            }
            None => std::thread::park(),
        }
    }
}

impl<C: GroupConnection> Group<C> {
    fn run(
        &mut self,
        work: impl FnOnce(&mut C, &mut Vec<RecordMaker>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.set_apart()?;
        let connection = self.connection.as_mut().ok_or_else(gone)?;
        let mut records = Vec::new();
        match work(connection, &mut records) {
            Ok(()) => {
                self.records.append(&mut records);
                self.units = self.units.saturating_add(1);
                Ok(())
            }
            Err(error) => {
                self.undo_unit();
                Err(error)
            }
        }
    }

    const fn is_full(&self) -> bool {
        self.units >= UNITS_AT_ONCE
    }

    /// Begins a transaction, unless there is one.
    fn begin(&mut self) -> Result<(), StoreError> {
        if self.open {
            return Ok(());
        }
        self.begin_on_some_connection()?;
        self.open = true;
        self.savepoint = false;
        Ok(())
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

    /// Makes the next unit one that can be taken back by itself. The first one is the whole
    /// transaction.
    fn set_apart(&mut self) -> Result<(), StoreError> {
        if self.units == 0 {
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

    /// Takes one unit back and leaves the others of its group alone.
    fn undo_unit(&mut self) {
        if self.units == 0 {
            self.rollback();
        } else if self.execute("ROLLBACK TO unit").is_err() {
            self.give_up("a unit could not be taken back");
        }
    }

    fn commit(&mut self) {
        let records = std::mem::take(&mut self.records);
        // Whoever waits must hear of it, even if a record cannot be formed at all.
        let recorded = catch_unwind(AssertUnwindSafe(|| {
            self.connection.as_mut().ok_or_else(gone).and_then(|c| c.record(records))
        }));
        let recorded = recorded.unwrap_or_else(|_| Err(StoreError::unavailable(PANICKED)));
        match recorded.and_then(|()| self.execute("COMMIT")) {
            Ok(()) => self.finish(Ok(())),
            Err(error) => self.give_up(&error.to_string()),
        }
    }

    /// Rolls the whole group back and tells its waiters why.
    fn give_up(&mut self, reason: &str) {
        self.rollback();
        self.finish(Err(reason.to_owned()));
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

    /// Says what became of the group, whose place the next one takes.
    fn finish(&mut self, became: Result<(), String>) {
        self.open = false;
        self.units = 0;
        // The verdict is new, so nobody has set it.
        let _ = std::mem::take(&mut self.verdict).set(became);
        self.woken.append(&mut self.waiting);
    }

    fn execute(&mut self, statements: &str) -> Result<(), StoreError> {
        let connection = self.connection.as_mut().ok_or_else(gone)?;
        connection.batch_execute(statements).map_err(store_error)
    }
}

fn gone() -> StoreError {
    StoreError::unavailable("the writer's connection is gone".to_owned())
}
