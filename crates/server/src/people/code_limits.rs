//! How many wrong device codes are tried (RFC 8628 5.1): counted by the person who types, in
//! whichever of their browsers, and by address. Whoever guesses waits; nobody else does.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use muster_domain::UserKey;

use crate::edge::PeerGroup;
use crate::rates::Rate;

/// Wrong codes of one person a minute: a code is eight letters, which few people get wrong
/// five times over (S54).
const OF_A_PERSON: NonZeroU32 = NonZeroU32::MIN.saturating_add(4);

/// Counts wrong codes.
pub(crate) struct CodeLimits<C: Clock = DefaultClock> {
    by_person: Rate<UserKey, C>,
    by_address: Rate<PeerGroup, C>,
}

impl CodeLimits {
    /// So many a minute of an address, by the clock of the machine.
    pub(crate) fn new(per_address: NonZeroU32) -> Self {
        Self::by_clock(per_address, &DefaultClock::default())
    }
}

impl<C: Clock + Clone> CodeLimits<C> {
    fn by_clock(per_address: NonZeroU32, clock: &C) -> Self {
        Self {
            by_person: Rate::per_minute(OF_A_PERSON, clock),
            by_address: Rate::per_minute(per_address, clock),
        }
    }

    /// Whether somebody may try a code; else how many seconds to wait.
    pub(crate) fn may_try(&self, person: UserKey, address: IpAddr) -> Result<(), u64> {
        let look = self.by_address.look(&PeerGroup::of(address));
        look.and_then(|()| self.by_person.look(&person)).map_err(seconds)
    }

    /// Counts a wrong code.
    pub(crate) fn failed(&self, person: UserKey, address: IpAddr) {
        metrics::counter!("muster_device_codes_wrong_total").increment(1);
        // Beyond the quota there is nothing left to count.
        let _ = self.by_address.count(&PeerGroup::of(address));
        let _ = self.by_person.count(&person);
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
    use muster_domain::Shard;

    #[test]
    fn b82_after_five_wrong_codes_somebody_waits_and_nobody_else_does() {
        let clock = FakeRelativeClock::default();
        let limits = CodeLimits::by_clock(NonZeroU32::new(12).unwrap(), &clock);
        let person = |number| UserKey::new(Shard::from_number(1).unwrap(), number);
        let (here, there) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        for _ in 0..5 {
            assert_eq!(limits.may_try(person(1), here), Ok(()));
            limits.failed(person(1), here);
        }
        assert_eq!(limits.may_try(person(1), here), Err(12));
        assert!(limits.may_try(person(1), there).is_err(), "nor from elsewhere");
        assert_eq!(limits.may_try(person(2), here), Ok(()), "a neighbour may");
        for number in 3..10 {
            limits.failed(person(number), here);
        }
        assert!(limits.may_try(person(2), here).is_err(), "an address of many guessers waits");
        assert_eq!(limits.may_try(person(2), there), Ok(()));
        clock.advance(Duration::from_secs(60));
        assert_eq!(limits.may_try(person(1), here), Ok(()));
    }
}
