//! The one writer of a store, with group commit.
//!
//! Whoever has the connection runs its unit in a shared transaction and lets the next one
//! in; the last one, whom nobody waits for, leads: it commits for all of them. So one sync
//! of the disk and one stretch of the audit trail pay for every unit that came meanwhile,
//! and no unit is answered before its commit is on disk. On SQLite nobody meets "database
//! is locked"; on PostgreSQL a unit costs fewer round trips than a transaction of its own,
//! and the next group runs on a second connection while one is on its way to the disk.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use muster_store::{AuditLink, RecordMaker, StoreError};
use parking_lot::{Condvar, Mutex, MutexGuard};

use super::group::{Became, Connect, Group, Verdict, outcome};
use crate::audit::Recording;

const SHUT: &str = "nothing could be begun while this unit waited";
const UNDONE: &str = "units of the same group failed again and again";

/// How often a unit is run again whose group was undone by a neighbour.
const TRIES: u32 = 4;

/// How soon it is looked again whether a commit is done.
const A_COMMIT: Duration = Duration::from_millis(1);

/// What the engines differ in.
pub(crate) trait GroupConnection: SimpleConnection + Recording {
    /// Begins a transaction.
    const BEGIN: &'static str;
    /// The engine is another process. Then a statement is a round trip, so units are not set
    /// apart unless one has failed of late; a second transaction may be open beside one that
    /// is being committed; and a connection on which a transaction can be neither begun nor
    /// taken back is broken. On SQLite that may only be somebody else's turn.
    const IS_REMOTE: bool;
}

/// Serialises writers and commits them in groups.
pub(crate) struct GroupWriter<C> {
    /// Held by whoever commits; taken before `group`, never after it.
    commits: Mutex<Commits<C>>,
    group: Mutex<Group<C>>,
    /// Told when a full group has made room.
    room: Condvar,
    /// Units that wait for their turn: one of them will commit what has run.
    coming: AtomicUsize,
    /// How often nothing could be begun.
    refusals: AtomicU64,
}

/// What commits leave behind.
struct Commits<C> {
    /// The connection that the last commit was made on, where the group has another one.
    spare: Option<C>,
    /// Where it left the audit trail.
    end: Option<AuditLink>,
}

impl<C: GroupConnection> GroupWriter<C> {
    /// Begins with this connection, or opens one when it is needed.
    pub(crate) fn new(
        connection: Option<C>,
        connect: impl Fn() -> Result<C, StoreError> + Send + 'static,
    ) -> Self {
        let connect: Connect<C> = Box::new(connect);
        Self {
            commits: Mutex::new(Commits { spare: None, end: None }),
            group: Mutex::new(Group::new(connection, connect)),
            room: Condvar::new(),
            coming: AtomicUsize::new(0),
            refusals: AtomicU64::new(0),
        }
    }

    /// Runs `work` as one unit, once more if its group was undone; `Ok` means that it is on
    /// disk.
    pub(crate) fn change(
        &self,
        mut work: impl FnMut(&mut C, &mut Vec<RecordMaker>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        for _ in 0..TRIES {
            let verdict = self.run(&mut work)?;
            match outcome(&verdict) {
                Became::Durable => return Ok(()),
                Became::Lost(reason) => {
                    return Err(StoreError::unavailable(format!("commit failed: {reason}")));
                }
                Became::Undone => {}
            }
        }
        Err(StoreError::unavailable(UNDONE))
    }

    /// Runs `work` in the open group, and commits that if nobody else will. What will have
    /// become of it.
    fn run(
        &self,
        work: impl FnMut(&mut C, &mut Vec<RecordMaker>) -> Result<(), StoreError>,
    ) -> Result<Verdict, StoreError> {
        let refusals = self.refusals.load(Ordering::Acquire);
        self.coming.fetch_add(1, Ordering::AcqRel);
        let mut group = self.group.lock();
        while group.is_full() {
            self.room.wait(&mut group);
        }
        self.coming.fetch_sub(1, Ordering::AcqRel);
        self.begin(&mut group, refusals)?;
        let verdict = group.verdict();
        let ran = catch_unwind(AssertUnwindSafe(|| group.run(work)));
        if ran.is_err() {
            // What a panic left behind must not be committed with its neighbours.
            group.undo();
        }
        let leads =
            group.wants_leader() && (group.is_full() || self.coming.load(Ordering::Acquire) == 0);
        if leads {
            group.lead();
        } else if matches!(ran, Ok(Ok(()))) {
            group.wait();
        }
        self.let_in(group);
        if leads {
            self.commit(&verdict);
        }
        match ran {
            Ok(done) => done.map(|()| verdict),
            Err(panic) => resume_unwind(panic),
        }
    }

    /// Begins a transaction unless one is open. Whoever came before another one was refused
    /// has waited as long as that one: all of them are told at once, instead of each waiting
    /// for the file or the server in turn (F08).
    fn begin(&self, group: &mut MutexGuard<'_, Group<C>>, refusals: u64) -> Result<(), StoreError> {
        if !group.is_open() && self.refusals.load(Ordering::Acquire) != refusals {
            return Err(StoreError::unavailable(SHUT));
        }
        let begun = group.begin();
        let begun =
            if begun.is_err() && C::IS_REMOTE { self.begin_on_the_other(group) } else { begun };
        begun.inspect_err(|_| {
            self.refusals.fetch_add(1, Ordering::Release);
        })
    }

    /// Begins on the connection of the group that is on its way to the disk, once it is there:
    /// a server may have no room for a second one.
    fn begin_on_the_other(&self, group: &mut MutexGuard<'_, Group<C>>) -> Result<(), StoreError> {
        loop {
            if let Some(mut commits) = self.commits.try_lock() {
                group.take_back(commits.spare.take());
                return group.begin();
            }
            self.room.wait_for(group, A_COMMIT);
            if group.is_open() {
                return Ok(());
            }
        }
    }

    /// Lets the next unit in, and tells those whose group is done.
    fn let_in(&self, mut group: MutexGuard<'_, Group<C>>) {
        let woken = group.woken();
        drop(group);
        self.room.notify_all();
        for thread in woken {
            thread.unpark();
        }
    }

    /// Commits the group of this verdict, after the one before it.
    fn commit(&self, verdict: &Verdict) {
        let mut commits = self.commits.lock();
        let mut group = self.group.lock();
        if !Arc::ptr_eq(&group.verdict(), verdict) {
            // It was undone meanwhile.
            return;
        }
        let mut closed = group.close(commits.spare.take());
        let waiting = if C::IS_REMOTE {
            self.let_in(group);
            let waiting = closed.commit(&mut commits.end);
            commits.spare = closed.connection;
            waiting
        } else {
            let waiting = closed.commit(&mut commits.end);
            group.take_back(closed.connection);
            self.let_in(group);
            waiting
        };
        drop(commits);
        for thread in waiting {
            thread.unpark();
        }
    }
}
