//! The gate of the listings: few run at once, some wait, the next are asked to come back
//! (F19). A listing is long and costs a connection; everything else shall not feel it.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::refusal::Refusal;

/// When to come back, in seconds: most listings are done by then.
const COME_BACK: u64 = 5;

/// Counts listings. Clones are the same gate.
#[derive(Clone, Debug)]
pub struct ListingGate {
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    patience: Duration,
}

/// A listing's place; given back when dropped.
#[derive(Debug)]
pub struct ListingPlace {
    _permit: OwnedSemaphorePermit,
    _shown: Shown,
}

/// There is no place, not even to wait.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct GateFull;

impl From<GateFull> for Refusal {
    fn from(_: GateFull) -> Self {
        Self::Busy { retry_after: COME_BACK, reason: "the listing gate is full".into() }
    }
}

impl ListingGate {
    /// So many run, so many wait, each for so long at most.
    pub fn new(at_once: NonZeroUsize, waiting: usize, patience: Duration) -> Self {
        Self {
            running: Arc::new(Semaphore::new(at_once.get())),
            waiting: Arc::new(Semaphore::new(waiting)),
            patience,
        }
    }

    /// Takes a place, waiting for it if there is room to wait. First come, first served.
    pub async fn enter(&self) -> Result<ListingPlace, GateFull> {
        if let Ok(permit) = Arc::clone(&self.running).try_acquire_owned() {
            return Ok(ListingPlace::of(permit));
        }
        let _waiting = self.waiting.try_acquire().map_err(|_| GateFull)?;
        let _shown = Shown::on("muster_listings_waiting");
        let turn = Arc::clone(&self.running).acquire_owned();
        match tokio::time::timeout(self.patience, turn).await {
            Ok(Ok(permit)) => Ok(ListingPlace::of(permit)),
            Ok(Err(_)) | Err(_) => Err(GateFull),
        }
    }
}

impl ListingPlace {
    fn of(permit: OwnedSemaphorePermit) -> Self {
        Self { _permit: permit, _shown: Shown::on("muster_listings_running") }
    }
}

/// One more on a gauge, for as long as it lives.
#[derive(Debug)]
struct Shown(&'static str);

impl Shown {
    fn on(gauge: &'static str) -> Self {
        metrics::gauge!(gauge).increment(1);
        Self(gauge)
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        metrics::gauge!(self.0).decrement(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(at_once: usize, waiting: usize, patience: Duration) -> ListingGate {
        ListingGate::new(NonZeroUsize::new(at_once).unwrap(), waiting, patience)
    }

    #[tokio::test]
    async fn two_run_one_waits_and_the_next_is_refused() {
        // F19
        let gate = gate(2, 1, Duration::from_mins(1));
        let (first, _second) = (gate.enter().await.unwrap(), gate.enter().await.unwrap());
        let waiting = tokio::spawn({
            let gate = gate.clone();
            async move { gate.enter().await.map(drop) }
        });
        tokio::task::yield_now().await;
        assert_eq!(gate.enter().await.map(drop), Err(GateFull));
        drop(first);
        assert_eq!(waiting.await.unwrap(), Ok(()));
    }

    #[tokio::test]
    async fn nobody_waits_for_ever() {
        let gate = gate(1, 8, Duration::from_millis(50));
        let _running = gate.enter().await.unwrap();
        assert_eq!(gate.enter().await.map(drop), Err(GateFull));
    }
}
