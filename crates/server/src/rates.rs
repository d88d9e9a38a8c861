//! How often something may happen: a quota a minute for each key (GCRA, by `governor`).
//!
//! Unlike governor's own stores this one can look without counting, and is bounded: when
//! it is full, keys that are nearly replenished make room; if none is, newcomers are let
//! through uncounted, for other bounds (queues, connections) still stand.

use std::collections::HashMap;
use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::{Quota, RateLimiter};

/// Keys that are remembered; some 4 MiB at most.
const KEYS_MOST: usize = 65_536;
/// When room could not be made, so many newcomers pass before it is tried again: a look
/// at every key is dear.
const BETWEEN_SWEEPS: usize = 1_024;

/// A quota for each key.
pub(crate) struct Rate<K: Clone + Eq + Hash, C: Clock = DefaultClock> {
    counting: RateLimiter<K, Tally<K>, C, NoOpMiddleware<C::Instant>>,
    looking: RateLimiter<K, Tally<K>, C, NoOpMiddleware<C::Instant>>,
}

impl<K: Clone + Eq + Hash, C: Clock + Clone> Rate<K, C> {
    /// So many a minute, all of them at once if need be.
    pub(crate) fn per_minute(count: NonZeroU32, clock: &C) -> Self {
        Self::bounded(Quota::per_minute(count), KEYS_MOST, clock)
    }

    /// So many a second, all of them at once if need be.
    pub(crate) fn per_second(count: NonZeroU32, clock: &C) -> Self {
        Self::bounded(Quota::per_second(count), KEYS_MOST, clock)
    }

    fn bounded(quota: Quota, most: usize, clock: &C) -> Self {
        let entries = Arc::new(Mutex::new(Entries::default()));
        let tally = |counts| Tally { entries: Arc::clone(&entries), most, counts };
        Self {
            counting: RateLimiter::new(quota, tally(true), clock.clone()),
            looking: RateLimiter::new(quota, tally(false), clock.clone()),
        }
    }

    /// Counts one; if it is one too many, says for how long.
    pub(crate) fn count(&self, key: &K) -> Result<(), Duration> {
        let now = self.counting.clock().now();
        self.counting.check_key(key).map_err(|until| until.wait_time_from(now))
    }

    /// Says whether one more would be too many, without counting it.
    pub(crate) fn look(&self, key: &K) -> Result<(), Duration> {
        let now = self.looking.clock().now();
        self.looking.check_key(key).map_err(|until| until.wait_time_from(now))
    }
}

/// When each key is replenished.
struct Tally<K> {
    entries: Arc<Mutex<Entries<K>>>,
    most: usize,
    counts: bool,
}

struct Entries<K> {
    replenished: HashMap<K, Nanos>,
    until_sweep: usize,
}

impl<K> Default for Entries<K> {
    fn default() -> Self {
        Self { replenished: HashMap::new(), until_sweep: 0 }
    }
}

impl<K: Clone + Eq + Hash> StateStore for Tally<K> {
    type Key = K;

    fn measure_and_replace<T, F, E>(&self, key: &K, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let (answer, replenished) = measure(entries.replenished.get(key).copied())?;
        if self.counts && entries.has_room_for(key, replenished, self.most) {
            entries.replenished.insert(key.clone(), replenished);
        }
        Ok(answer)
    }
}

impl<K: Clone + Eq + Hash> Entries<K> {
    /// Makes room if need be. A newcomer is replenished one step from now, so whoever is
    /// replenished earlier has at most one step to lose.
    fn has_room_for(&mut self, key: &K, replenished: Nanos, most: usize) -> bool {
        if self.replenished.len() < most || self.replenished.contains_key(key) {
            return true;
        }
        if self.until_sweep == 0 {
            self.replenished.retain(|_, moment| *moment >= replenished);
            self.until_sweep = BETWEEN_SWEEPS;
        }
        self.until_sweep = self.until_sweep.saturating_sub(1);
        let has_room = self.replenished.len() < most;
        if !has_room {
            metrics::counter!("muster_rates_uncounted_total").increment(1);
        }
        has_room
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use governor::clock::FakeRelativeClock;

    fn rate(count: u32) -> (Rate<u32, FakeRelativeClock>, FakeRelativeClock) {
        let clock = FakeRelativeClock::default();
        (Rate::per_minute(NonZeroU32::new(count).unwrap(), &clock), clock)
    }

    #[test]
    fn a_quota_is_used_up_and_replenished_step_by_step() {
        let (rate, clock) = rate(3);
        for _ in 0..3 {
            assert_eq!(rate.count(&1), Ok(()));
        }
        assert_eq!(rate.count(&1), Err(Duration::from_secs(20)));
        assert_eq!(rate.count(&2), Ok(()), "another key has a quota of its own");
        clock.advance(Duration::from_secs(20));
        assert_eq!(rate.count(&1), Ok(()));
        assert!(rate.count(&1).is_err());
    }

    #[test]
    fn looking_does_not_count() {
        let (rate, _clock) = rate(2);
        for _ in 0..9 {
            assert_eq!(rate.look(&1), Ok(()));
        }
        rate.count(&1).unwrap();
        rate.count(&1).unwrap();
        assert!(rate.look(&1).is_err());
    }

    #[test]
    fn memory_is_bounded_and_the_busiest_keys_stay() {
        let clock = FakeRelativeClock::default();
        let rate = Rate::bounded(Quota::per_minute(NonZeroU32::new(5).unwrap()), 10, &clock);
        for _ in 0..5 {
            rate.count(&0).unwrap();
        }
        for key in 1..5_000 {
            clock.advance(Duration::from_millis(1));
            rate.count(&key).unwrap();
        }
        let entries = rate.counting.into_state_store().entries;
        let entries = entries.lock().unwrap();
        assert!(entries.replenished.len() <= 10);
        assert!(entries.replenished.contains_key(&0), "who used up its quota is remembered");
    }
}
