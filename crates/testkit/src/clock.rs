//! A clock that is turned by hand: a test says what time it is, and nothing waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use muster_domain::{Clock, Lifetime, Timestamp};

/// A clock that stands still until it is turned.
#[derive(Debug)]
pub struct HandClock(AtomicI64);

impl HandClock {
    /// A clock that shows `millis` since 1970.
    pub const fn at(millis: i64) -> Self {
        Self(AtomicI64::new(millis))
    }

    /// The same, shared between a test and what it tests.
    pub fn shared(millis: i64) -> Arc<Self> {
        Arc::new(Self::at(millis))
    }

    /// Moves on.
    pub fn turn(&self, by: Lifetime) {
        self.0.fetch_add(by.millis(), Ordering::SeqCst);
    }

    /// Jumps to `millis` since 1970, backwards too.
    pub fn set(&self, millis: i64) {
        self.0.store(millis, Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}
