//! Destroys the texts of ended tokens where the keeper wants it
//! (`token_info.ended_tokens = "redact"`, token-info.md 4).
//!
//! The listing shows none of them from the moment they end; this takes them out of the
//! database soon after, in small batches, so that nobody waits for it.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use muster_domain::Clock;
use muster_flows::EndedTexts;
use muster_store::{Store, StoreError};

/// Between two rounds.
const EVERY: Duration = Duration::from_mins(1);
/// Texts of one unit.
const BATCH: i64 = 500;

/// Redacts while it lives.
pub struct Redaction {
    end: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Redaction {
    /// Begins, if ended texts are to be destroyed.
    pub fn begin(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        ended: EndedTexts,
    ) -> io::Result<Self> {
        match ended {
            EndedTexts::Keep => return Ok(Self { end: None }),
            EndedTexts::Redact => {}
        }
        let (sender, ending) = channel();
        let thread = Builder::new().name("redaction".to_owned()).spawn(move || {
            loop {
                if let Err(error) = round(&*store, &*clock) {
                    tracing::warn!(%error, "texts of ended tokens wait to be destroyed");
                }
                if ending.recv_timeout(EVERY) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
            }
        })?;
        Ok(Self { end: Some((sender, thread)) })
    }
}

impl Drop for Redaction {
    fn drop(&mut self) {
        if let Some((sender, thread)) = self.end.take() {
            drop(sender);
            // It panics no more than what it calls; the log has it then.
            let _ = thread.join();
        }
    }
}

fn round(store: &dyn Store, clock: &dyn Clock) -> Result<(), StoreError> {
    loop {
        let redacted = store.change(|unit| unit.redact_ended(clock.now(), BATCH))?;
        if redacted == 0 {
            return Ok(());
        }
        tracing::debug!(redacted, "texts of ended tokens destroyed");
    }
}
