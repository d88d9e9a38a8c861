//! The one hop from the asynchronous skin to the synchronous heart.
//!
//! Carries the tracing span along, bounds how many such works run at once and how long a
//! request waits for its turn, and turns a panic into an error (T13, F10, F31). Nothing
//! else may use actix's or tokio's pools.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tracing::Span;

use crate::refusal::Refusal;

/// How much may block at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BlockingLimits {
    /// Works that run at once, each on a thread.
    pub threads: usize,
    /// How long one waits for its turn.
    pub wait: Duration,
}

impl Default for BlockingLimits {
    fn default() -> Self {
        Self { threads: 16, wait: Duration::from_millis(250) }
    }
}

/// The threads that may block. Clones share them.
#[derive(Clone, Debug)]
pub struct Blocking {
    runtime: Handle,
    places: Arc<Semaphore>,
    wait: Duration,
}

/// Why a work did not come to its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BlockingFailed {
    /// All threads were taken for too long.
    #[error("all blocking threads are taken")]
    Busy,
    /// The work panicked; the hook has logged and counted it.
    #[error("a panic on a blocking thread")]
    Panicked,
}

impl From<BlockingFailed> for Refusal {
    fn from(failed: BlockingFailed) -> Self {
        let reason = failed.to_string().into();
        match failed {
            BlockingFailed::Busy => Self::Busy { retry_after: 1, reason },
            BlockingFailed::Panicked => Self::ServerError(reason),
        }
    }
}

impl Blocking {
    /// On the threads of this runtime, which should have as many at least.
    pub fn new(runtime: Handle, limits: BlockingLimits) -> Self {
        let places = Arc::new(Semaphore::new(limits.threads));
        Self { runtime, places, wait: limits.wait }
    }

    /// Does a work and waits for it. When the waiting future is dropped the work still
    /// comes to its end, so that nothing is left half done.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, BlockingFailed> {
        let place = self.place().await?;
        let span = Span::current();
        let done = self.runtime.spawn_blocking(move || {
            let _place = place;
            span.in_scope(work)
        });
        done.await.map_err(|error| {
            if error.is_panic() { BlockingFailed::Panicked } else { BlockingFailed::Busy }
        })
    }

    /// Starts a work that goes on by itself, such as a stream; returns when it has a thread.
    pub async fn start(&self, work: impl FnOnce() + Send + 'static) -> Result<(), BlockingFailed> {
        let place = self.place().await?;
        let span = Span::current();
        drop(self.runtime.spawn_blocking(move || {
            let _place = place;
            span.in_scope(work);
        }));
        Ok(())
    }

    async fn place(&self) -> Result<Place, BlockingFailed> {
        let places = Arc::clone(&self.places).acquire_owned();
        match tokio::time::timeout(self.wait, places).await {
            Ok(Ok(permit)) => Ok(Place::of(permit)),
            Ok(Err(_)) | Err(_) => Err(BlockingFailed::Busy),
        }
    }
}

/// A place among the threads, shown in the metrics.
struct Place(#[expect(dead_code, reason = "held for its drop")] OwnedSemaphorePermit);

impl Place {
    fn of(permit: OwnedSemaphorePermit) -> Self {
        metrics::gauge!("muster_blocking_running").increment(1);
        Self(permit)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        metrics::gauge!("muster_blocking_running").decrement(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    fn blocking(threads: usize) -> Blocking {
        let wait = Duration::from_millis(50);
        Blocking::new(Handle::current(), BlockingLimits { threads, wait })
    }

    #[tokio::test]
    async fn a_work_gives_its_result() {
        assert_eq!(blocking(1).run(|| 6 * 7).await, Ok(42));
    }

    #[tokio::test]
    async fn a_panic_is_an_error_and_frees_its_thread() {
        // T13, F31
        let blocking = blocking(1);
        for _ in 0..3 {
            let failed = blocking.run(|| panic!("on purpose")).await;
            assert_eq!(failed.map(|(): ()| ()), Err(BlockingFailed::Panicked));
        }
    }

    #[tokio::test]
    async fn one_too_many_waits_a_moment_and_is_refused() {
        // F10
        let blocking = blocking(1);
        let (release, held) = mpsc::channel::<()>();
        blocking.start(move || assert!(held.recv().is_err())).await.unwrap();
        assert_eq!(blocking.run(|| ()).await, Err(BlockingFailed::Busy));
        drop(release);
        assert_eq!(blocking.run(|| ()).await, Ok(()));
    }
}
