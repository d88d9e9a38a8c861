//! A group of units: one transaction, until it is closed to be committed.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};
use std::thread::Thread;

use muster_store::{AuditLink, RecordMaker, StoreError};

use super::group_writer::GroupConnection;
use crate::error::store_error;

const PANICKED: &str = "a unit of the same group panicked";

/// How many units one transaction holds: PostgreSQL keeps so many savepoints in mind.
const UNITS_AT_ONCE: usize = 48;

/// For how many units each is set apart after one has failed: so failures on purpose cannot
/// make their neighbours run twice again and again.
const CAREFUL: usize = 64;

/// Opens the connection, the first time and when it is replaced.
pub(super) type Connect<C> = Box<dyn Fn() -> Result<C, StoreError> + Send>;

/// What became of a group.
#[derive(Clone, Debug)]
pub(super) enum Became {
    /// It is on disk.
    Durable,
    /// It could not be committed, or nobody knows whether it was.
    Lost(String),
    /// It was rolled back because of one unit: the others may run again.
    Undone,
}

/// Set once, when it is known.
pub(super) type Verdict = Arc<OnceLock<Became>>;

/// Waits until it is known what became of a group.
pub(super) fn outcome(verdict: &Verdict) -> Became {
    loop {
        match verdict.get() {
            Some(became) => return became.clone(),
            None => std::thread::park(),
        }
    }
}

/// The group that units run in.
pub(super) struct Group<C> {
    connect: Connect<C>,
    connection: Option<C>,
    open: bool,
    /// How many units have run in the open transaction.
    units: usize,
    /// There is a savepoint, whose unit is done.
    savepoint: bool,
    /// How many units are still to be set apart.
    careful: usize,
    /// Somebody is about to commit it.
    led: bool,
    /// What the units want to have recorded.
    records: Vec<RecordMaker>,
    /// What will have become of the open transaction.
    verdict: Verdict,
    /// Who waits for it.
    waiting: Vec<Thread>,
    /// Who has waited, and is to be woken as soon as the next one is let in.
    woken: Vec<Thread>,
}

impl<C: GroupConnection> Group<C> {
    pub(super) fn new(connection: Option<C>, connect: Connect<C>) -> Self {
        Self {
            connect,
            connection,
            open: false,
            units: 0,
            savepoint: false,
            careful: 0,
            led: false,
            records: Vec::new(),
            verdict: Verdict::default(),
            waiting: Vec::new(),
            woken: Vec::new(),
        }
    }

    pub(super) fn verdict(&self) -> Verdict {
        Arc::clone(&self.verdict)
    }

    pub(super) const fn is_open(&self) -> bool {
        self.open
    }

    pub(super) const fn is_full(&self) -> bool {
        self.units >= UNITS_AT_ONCE
    }

    pub(super) const fn wants_leader(&self) -> bool {
        self.open && !self.led
    }

    /// Whoever asks will commit it.
    pub(super) const fn lead(&mut self) {
        self.led = true;
    }

    /// Whoever asks will wait for its verdict.
    pub(super) fn wait(&mut self) {
        if self.open {
            self.waiting.push(std::thread::current());
        }
    }

    pub(super) fn woken(&mut self) -> Vec<Thread> {
        std::mem::take(&mut self.woken)
    }

    /// Begins a transaction, unless there is one.
    pub(super) fn begin(&mut self) -> Result<(), StoreError> {
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
            let begun = execute(&mut self.connection, C::BEGIN);
            if begun.is_ok() || !C::IS_REMOTE {
                return begun;
            }
            tracing::info!("the writer's connection is replaced");
        }
        self.connection = None;
        self.connection = Some((self.connect)()?);
        execute(&mut self.connection, C::BEGIN)
    }

    /// Runs `work`; when it fails, it alone is taken back if it was set apart, or else the
    /// whole group.
    pub(super) fn run(
        &mut self,
        mut work: impl FnMut(&mut C, &mut Vec<RecordMaker>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let is_apart = self.set_apart()?;
        let connection = self.connection.as_mut().ok_or_else(gone)?;
        let mut records = Vec::new();
        let done = work(connection, &mut records);
        if done.is_ok() {
            self.records.append(&mut records);
            self.units = self.units.saturating_add(1);
            return Ok(());
        }
        if self.units > 0 {
            self.careful = CAREFUL;
        }
        if !is_apart || execute(&mut self.connection, "ROLLBACK TO unit").is_err() {
            self.undo();
        }
        done
    }

    /// Makes the next unit one that can be taken back by itself, if that is called for. The
    /// first one is the whole transaction.
    fn set_apart(&mut self) -> Result<bool, StoreError> {
        if self.units == 0 || (C::IS_REMOTE && self.careful == 0) {
            return Ok(false);
        }
        self.careful = self.careful.saturating_sub(1);
        let statement =
            if self.savepoint { "RELEASE unit; SAVEPOINT unit" } else { "SAVEPOINT unit" };
        self.savepoint = true;
        match execute(&mut self.connection, statement) {
            Ok(()) => Ok(true),
            Err(error) => {
                self.undo();
                Err(error)
            }
        }
    }

    /// Rolls the whole group back; those who wait for it may run again.
    pub(super) fn undo(&mut self) {
        roll_back(&mut self.connection);
        self.records.clear();
        self.next(Became::Undone);
    }

    /// Parts with what has run, to be committed; the next group uses `other`.
    pub(super) fn close(&mut self, other: Option<C>) -> Closed<C> {
        let (verdict, waiting) = (self.verdict(), std::mem::take(&mut self.waiting));
        let records = std::mem::take(&mut self.records);
        let connection = std::mem::replace(&mut self.connection, other);
        self.verdict = Verdict::default();
        self.clear();
        Closed { connection, records, verdict, waiting }
    }

    /// Gives it a connection to go on with.
    pub(super) fn take_back(&mut self, connection: Option<C>) {
        self.connection = connection;
    }

    /// Says what became of the group, whose place the next one takes.
    fn next(&mut self, became: Became) {
        // The verdict is new, so nobody has set it.
        let _ = std::mem::take(&mut self.verdict).set(became);
        self.woken.append(&mut self.waiting);
        self.clear();
    }

    const fn clear(&mut self) {
        self.open = false;
        self.units = 0;
        self.led = false;
    }
}

/// A group that nobody can join any more.
pub(super) struct Closed<C> {
    /// The one that its transaction is open on.
    pub(super) connection: Option<C>,
    records: Vec<RecordMaker>,
    verdict: Verdict,
    waiting: Vec<Thread>,
}

impl<C: GroupConnection> Closed<C> {
    /// Records what the units did and commits it; `end` is where the audit trail should end.
    /// Who waits to hear of it.
    pub(super) fn commit(&mut self, end: &mut Option<AuditLink>) -> Vec<Thread> {
        let became = match self.recorded(end.take()) {
            Ok(continued) => {
                *end = continued;
                Became::Durable
            }
            Err(error) => {
                roll_back(&mut self.connection);
                Became::Lost(error.to_string())
            }
        };
        // The verdict is new, so nobody has set it.
        let _ = self.verdict.set(became);
        std::mem::take(&mut self.waiting)
    }

    fn recorded(&mut self, end: Option<AuditLink>) -> Result<Option<AuditLink>, StoreError> {
        let records = std::mem::take(&mut self.records);
        let connection = self.connection.as_mut().ok_or_else(gone)?;
        // Whoever waits must hear of it, even if a record cannot be formed at all.
        let recorded = catch_unwind(AssertUnwindSafe(|| connection.record(&records, end)));
        let end = recorded.unwrap_or_else(|_| Err(StoreError::unavailable(PANICKED)))?;
        execute(&mut self.connection, "COMMIT").map(|()| end)
    }
}

fn roll_back<C: GroupConnection>(connection: &mut Option<C>) {
    // On SQLite it fails only when the engine has rolled back by itself, which is what is
    // wanted.
    if let Err(error) = execute(connection, "ROLLBACK") {
        tracing::debug!(%error, "nothing to roll back");
        if C::IS_REMOTE {
            *connection = None;
        }
    }
}

fn execute<C: GroupConnection>(
    connection: &mut Option<C>,
    statements: &str,
) -> Result<(), StoreError> {
    let connection = connection.as_mut().ok_or_else(gone)?;
    connection.batch_execute(statements).map_err(store_error)
}

fn gone() -> StoreError {
    StoreError::unavailable("the writer's connection is gone".to_owned())
}
