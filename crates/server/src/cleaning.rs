//! Deletes what ended longer ago than it is to be kept (`retention.days`), in small batches,
//! by one process at a time: whoever holds the lease in the database.
//!
//! No answer depends on it (I24): what it deletes was refused before and is unknown after.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use muster_domain::{Clock, Lifetime};
use muster_store::{Cleaned, Store, StoreError};

/// Between two rounds.
const EVERY: Duration = Duration::from_mins(1);
/// Rows of each kind in one unit: few enough that no request waits for it.
const BATCH: i64 = 200;
/// The longest that a process that died keeps the others from cleaning.
const LEASE: Lifetime = Lifetime::from_seconds(150);
const LEASE_NAME: &str = "cleaning";
/// Used assertions forgotten in one unit.
const ASSERTIONS: i64 = 500;

/// What cleaning goes by.
pub struct Broom {
    /// Where.
    pub store: Arc<dyn Store>,
    /// When.
    pub clock: Arc<dyn Clock>,
    /// How long what has ended is kept.
    pub keep: Lifetime,
    /// The name of this process among those that share the database.
    pub holder: String,
}

impl Broom {
    /// One round: everything that is due, if nobody else is at it. How much was deleted.
    pub fn round(&self) -> Result<Cleaned, StoreError> {
        let mut all = Cleaned::default();
        loop {
            let now = self.clock.now();
            let before = now.minus(self.keep);
            let cleaned = self.store.change(|unit| {
                if unit.take_lease(LEASE_NAME, &self.holder, now, now.plus(LEASE))? {
                    unit.forget_assertions(now, ASSERTIONS)?;
                    unit.clean(before, BATCH)
                } else {
                    Ok(Cleaned::default())
                }
            })?;
            if cleaned == Cleaned::default() {
                return Ok(all);
            }
            all.tokens = all.tokens.saturating_add(cleaned.tokens);
            all.transactions = all.transactions.saturating_add(cleaned.transactions);
            all.codes = all.codes.saturating_add(cleaned.codes);
            all.device_flows = all.device_flows.saturating_add(cleaned.device_flows);
        }
    }
}

/// Cleans while it lives.
pub struct Cleaning {
    end: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Cleaning {
    /// Begins.
    pub fn begin(broom: Broom) -> io::Result<Self> {
        let (sender, ending) = channel();
        let thread = Builder::new().name("cleaning".to_owned()).spawn(move || {
            loop {
                match broom.round() {
                    Ok(cleaned) if cleaned == Cleaned::default() => {}
                    Ok(cleaned) => tracing::info!(?cleaned, "what ended long ago was deleted"),
                    Err(error) => tracing::warn!(%error, "cleaning up has to wait"),
                }
                if ending.recv_timeout(EVERY) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
            }
        })?;
        Ok(Self { end: Some((sender, thread)) })
    }
}

impl Drop for Cleaning {
    fn drop(&mut self) {
        if let Some((sender, thread)) = self.end.take() {
            drop(sender);
            // It panics no more than what it calls; the log has it then.
            let _ = thread.join();
        }
    }
}
