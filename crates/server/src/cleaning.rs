//! Looks after the database by itself: deletes what ended longer ago than it is to be kept
//! (`retention.days`), in small batches, and lets the next signing key take over when it is
//! time (`keys.rotate_days`). One process at a time does it: whoever holds the lease in the
//! database.
//!
//! No answer depends on it (I24): what it deletes was refused before and is unknown after, and
//! a key that signs no more stays published for as long as what it signed lives (F14).

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use muster_admin::{DeedError, Keeper};
use muster_domain::{Clock, Lifetime, Timestamp};
use muster_store::{Cleaned, Store, StoreError, Unit};

/// Between two rounds.
const EVERY: Duration = Duration::from_mins(1);
/// Rows of each kind in one unit: few enough that no request waits for it.
const BATCH: i64 = 200;
/// The longest that a process that died keeps the others from cleaning.
const LEASE: Lifetime = Lifetime::from_seconds(150);
const LEASE_NAME: &str = "cleaning";
/// Used assertions forgotten in one unit.
const ASSERTIONS: i64 = 500;

/// When signing keys change by themselves.
pub struct Schedule {
    /// Whoever does it, in whichever issuer.
    pub keeper: Keeper,
    /// How long a key signs.
    pub every: Lifetime,
    /// The longest that anything signed lives.
    pub longest: Lifetime,
}

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
    /// When signing keys change; `None`: never by themselves.
    pub schedule: Option<Schedule>,
}

/// What one round did.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Round {
    /// What was deleted.
    pub cleaned: Cleaned,
    /// The issuers whose next key took over, by URL.
    pub rotated: Vec<String>,
}

impl Broom {
    /// One round: everything that is due, if nobody else is at it.
    pub fn round(&self) -> Result<Round, DeedError> {
        let now = self.clock.now();
        if !self.store.change(|unit| self.take_lease(unit, now))? {
            return Ok(Round::default());
        }
        // Keys first: they are few, and what is to be deleted may be much.
        let rotated = self.schedule.as_ref().map(Schedule::round).transpose()?;
        Ok(Round { cleaned: self.clean()?, rotated: rotated.unwrap_or_default() })
    }

    fn clean(&self) -> Result<Cleaned, StoreError> {
        let mut all = Cleaned::default();
        loop {
            let now = self.clock.now();
            let before = now.minus(self.keep);
            let cleaned = self.store.change(|unit| {
                if self.take_lease(unit, now)? {
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

    fn take_lease(&self, unit: &mut dyn Unit, now: Timestamp) -> Result<bool, StoreError> {
        unit.take_lease(LEASE_NAME, &self.holder, now, now.plus(LEASE))
    }
}

impl Schedule {
    /// Lets the next key take over in every issuer where it is time; in which it did.
    /// Signers of every process follow within a minute (`muster_flows::Signers`).
    fn round(&self) -> Result<Vec<String>, DeedError> {
        let mut rotated = Vec::new();
        for issuer in self.keeper.list_issuers()? {
            let url = issuer.url.as_str().to_owned();
            let keeper = self.keeper.of_issuer(issuer);
            // A next key that was withdrawn has a successor first, which is published for a
            // whole period before it signs.
            keeper.ensure_signing_keys()?;
            if keeper.rotate_when_due(self.every, self.longest)? {
                rotated.push(url);
            }
        }
        Ok(rotated)
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
                tell(broom.round());
                if ending.recv_timeout(EVERY) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
            }
        })?;
        Ok(Self { end: Some((sender, thread)) })
    }
}

fn tell(round: Result<Round, DeedError>) {
    match round {
        Ok(Round { cleaned, rotated }) => {
            if cleaned != Cleaned::default() {
                tracing::info!(?cleaned, "what ended long ago was deleted");
            }
            for issuer in rotated {
                tracing::info!(issuer, "the next signing key took over");
            }
        }
        Err(error) => tracing::warn!(%error, "cleaning up has to wait"),
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
