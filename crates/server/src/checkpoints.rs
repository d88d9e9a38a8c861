//! Checkpoints of the audit trail, in the log: from time to time, and at the end.
//!
//! A chain cannot show that its end was cut off; whoever keeps the log elsewhere can
//! (`muster audit verify --checkpoint`, docs/operations/audit.md).

use std::io;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use muster_audit::{Actor, AuditError, Checkpoint, Ending, Entry, Event, Milestones};
use muster_cli::Premises;

/// Between two checkpoints, if anything was recorded meanwhile.
const EVERY: Duration = Duration::from_mins(1);
/// After so many records of this process there is one sooner.
const RECORDS: u64 = 1_000;

/// Writes checkpoints while it lives.
pub struct Checkpoints {
    premises: Premises,
    milestones: Milestones,
    thread: Option<JoinHandle<()>>,
}

impl Checkpoints {
    /// Begins.
    pub fn begin(premises: &Premises) -> io::Result<Self> {
        let milestones = premises.trail.milestones();
        let (watched, passed) = (premises.clone(), milestones.clone());
        let thread = Builder::new().name("checkpoints".to_owned()).spawn(move || {
            let mut counted = passed.records();
            let mut last = note(&watched, None);
            while passed.wait(counted, RECORDS, EVERY) {
                counted = passed.records();
                last = note(&watched, last);
            }
        })?;
        Ok(Self { premises: premises.clone(), milestones, thread: Some(thread) })
    }

    /// Records that the service stopped, and writes the last checkpoint.
    pub fn stopped(mut self, in_order: bool) -> Result<(), AuditError> {
        self.end();
        let ending = if in_order { Ending::Done } else { Ending::Aborted };
        let entry = Entry::new(Event::Stopped, ending)
            .by(Actor::Service)
            .in_issuer(self.premises.issuer.url.as_str());
        self.premises.trail.append(&*self.premises.store, &entry)?;
        note(&self.premises, None);
        Ok(())
    }

    fn end(&mut self) {
        if let Some(thread) = self.thread.take() {
            self.milestones.end();
            // It panics no more than what it calls; the log has it then.
            let _ = thread.join();
        }
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        self.end();
    }
}

fn note(premises: &Premises, last: Option<Checkpoint>) -> Option<Checkpoint> {
    match premises.trail.checkpoint(&*premises.store) {
        Ok(checkpoint) if Some(checkpoint) == last => last,
        Ok(checkpoint) => {
            tracing::info!(%checkpoint, "audit trail");
            Some(checkpoint)
        }
        Err(error) => {
            tracing::warn!(%error, "the audit trail's end cannot be read");
            last
        }
    }
}
