//! How long a request may take to arrive (T32, B06, B07).
//!
//! Pure: moments in, the next deadline out. One deadline covers the limits on the head,
//! on the whole request and on the rate of its body.

use std::time::Duration;

use tokio::time::Instant;

use super::Limits;

/// The pace of one request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// When its time began.
    began: Instant,
    /// The connection is new: silence counts as a slow head.
    is_first: bool,
    /// Something of it arrived.
    arriving: bool,
    /// When its body began, and how much of it arrived.
    body: Option<(Instant, u64)>,
}

impl Pace {
    /// The first request of a connection opened `now`.
    pub(crate) const fn first(now: Instant) -> Self {
        Self { began: now, is_first: true, arriving: false, body: None }
    }

    /// A later request, awaited from `now` on.
    pub(crate) const fn next(now: Instant) -> Self {
        Self { began: now, is_first: false, arriving: false, body: None }
    }

    /// Something arrived.
    pub(crate) fn arrived(&mut self, bytes: usize, now: Instant) {
        if !self.arriving && !self.is_first {
            self.began = now;
        }
        self.arriving = true;
        if let Some((_, count)) = &mut self.body {
            *count = count.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
        }
    }

    /// The head is complete; what follows is the body.
    pub(crate) fn body_begins(&mut self, now: Instant) {
        self.body.get_or_insert((now, 0));
    }

    /// Until when more must have arrived.
    pub(crate) fn deadline(&self, limits: &Limits) -> Instant {
        match self.body {
            None if self.is_first || self.arriving => plus(self.began, limits.head),
            None => plus(self.began, limits.idle),
            Some((began, count)) => {
                let covered = Duration::from_millis(
                    count.saturating_mul(1_000).checked_div(limits.body_rate).unwrap_or(u64::MAX),
                );
                let rate = plus(began, covered.max(limits.body_rate_grace));
                rate.min(plus(self.began, limits.request))
            }
        }
    }
}

/// A moment later, or one that never comes.
fn plus(moment: Instant, duration: Duration) -> Instant {
    const NEVER: Duration = Duration::from_hours(24 * 365);
    moment.checked_add(duration.min(NEVER)).unwrap_or(moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[test]
    fn a_new_connection_has_five_seconds_for_its_head_however_it_drips() {
        let start = Instant::now();
        let mut pace = Pace::first(start);
        assert_eq!(pace.deadline(&Limits::default()), start + seconds(5));
        pace.arrived(1, start + seconds(4));
        assert_eq!(pace.deadline(&Limits::default()), start + seconds(5));
    }

    #[test]
    fn a_kept_connection_may_be_idle_for_fifteen() {
        let start = Instant::now();
        let mut pace = Pace::next(start);
        assert_eq!(pace.deadline(&Limits::default()), start + seconds(15));
        pace.arrived(1, start + seconds(14));
        assert_eq!(pace.deadline(&Limits::default()), start + seconds(19));
    }

    #[test]
    fn a_body_keeps_up_a_rate_and_ends_within_the_request_time() {
        let start = Instant::now();
        let mut pace = Pace::first(start);
        pace.arrived(100, start);
        pace.body_begins(start);
        assert_eq!(pace.deadline(&Limits::default()), start + seconds(3));
        pace.arrived(5 * 1_024, start + seconds(2));
        assert_eq!(pace.deadline(&Limits::default()), start + seconds(5));
        pace.arrived(9 * 1_024, start + seconds(4));
        assert_eq!(pace.deadline(&Limits::default()), start + seconds(10));
    }
}
