//! When a peer last took something of its answer (T33).
//!
//! The guard of the connection notes it; whoever makes the answer looks before calling the
//! peer stalled. Its own buffers cannot tell: a slow peer takes long to make room for a
//! whole chunk, and goes on taking all the while.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::Instant;

/// The headway of one connection.
#[derive(Clone, Debug)]
pub struct Headway(Arc<Mutex<Instant>>);

impl Headway {
    /// Of a connection opened `now`.
    pub fn since(now: Instant) -> Self {
        Self(Arc::new(Mutex::new(now)))
    }

    /// Something was taken.
    pub(crate) fn made(&self, now: Instant) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }

    /// When something was taken last.
    pub fn last(&self) -> Instant {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
