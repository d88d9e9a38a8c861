//! The clock on the wall: the only place that reads it.

use std::time::{SystemTime, UNIX_EPOCH};

use muster_domain::{Clock, Timestamp};

/// The system's clock.
#[derive(Clone, Copy, Default, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that others take")]
    fn now(&self) -> Timestamp {
        // A clock before 1970 reads as 1970: lifetimes must not turn negative (F16).
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}
