//! How many wrong passwords are taken, counted so that nobody can lock out anybody else: by user
//! name together with an address, and by address.

use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};

use crate::edge::PeerGroup;
use crate::rates::Rate;

/// Counts wrong passwords and wrong device codes.
pub(crate) struct LoginLimits<C: Clock = DefaultClock> {
    by_user_and_address: Rate<(u64, PeerGroup), C>,
    by_address: Rate<PeerGroup, C>,
    /// Names come from outside; nobody can choose ones that collide.
    hasher: RandomState,
}

impl LoginLimits {
    /// So many a minute, by the clock of the machine.
    pub(crate) fn new(per_user_and_address: NonZeroU32, per_address: NonZeroU32) -> Self {
        Self::by_clock((per_user_and_address, per_address), &DefaultClock::default())
    }
}

impl<C: Clock + Clone> LoginLimits<C> {
    fn by_clock((per_pair, per_address): (NonZeroU32, NonZeroU32), clock: &C) -> Self {
        Self {
            by_user_and_address: Rate::per_minute(per_pair, clock),
            by_address: Rate::per_minute(per_address, clock),
            hasher: RandomState::new(),
        }
    }

    /// Whether somebody may try; else how many seconds to wait.
    pub(crate) fn may_try(&self, user: &str, address: IpAddr) -> Result<(), u64> {
        let address = PeerGroup::of(address);
        let pair = (self.hasher.hash_one(user), address);
        self.by_address
            .look(&address)
            .and_then(|()| self.by_user_and_address.look(&pair))
            .map_err(seconds)
    }

    /// Counts a wrong try.
    pub(crate) fn failed(&self, user: &str, address: IpAddr) {
        let address = PeerGroup::of(address);
        metrics::counter!("muster_log_ins_failed_total").increment(1);
        // Beyond the quota there is nothing left to count.
        let _ = self.by_address.count(&address);
        let _ = self.by_user_and_address.count(&(self.hasher.hash_one(user), address));
    }
}

/// Rounded up: whoever comes back at that second shall be let in.
fn seconds(wait: Duration) -> u64 {
    wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use governor::clock::FakeRelativeClock;

    #[test]
    fn who_guesses_waits_and_the_person_elsewhere_does_not() {
        let clock = FakeRelativeClock::default();
        let number = |number| NonZeroU32::new(number).unwrap();
        let limits = LoginLimits::by_clock((number(2), number(5)), &clock);
        let (here, there) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        for _ in 0..9 {
            limits.failed("alice", here);
        }
        assert_eq!(limits.may_try("alice", here), Err(30));
        assert_eq!(limits.may_try("alice", there), Ok(()), "she is not locked out");
        assert_eq!(limits.may_try("bob", here), Ok(()));
        for guess in 0..9 {
            limits.failed(&format!("user-{guess}"), here);
        }
        assert!(limits.may_try("bob", here).is_err(), "an address that tries many names waits");
        clock.advance(Duration::from_secs(60));
        assert_eq!(limits.may_try("alice", here), Ok(()));
    }
}
