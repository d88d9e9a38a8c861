//! Who is asked to come back later: callers that failed too often, or ask too often.
//!
//! Failures are counted by client and address, by address, and by client. The last is
//! told to the keeper and never locks the client out, for anybody could bring that about.

use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};

use crate::edge::PeerGroup;
use crate::rates::Rate;
use crate::settings::FailureLimits;

/// A limit that was reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooMany {
    /// Which.
    pub limit: &'static str,
    /// When to try again, in seconds.
    pub retry_after: u64,
}

/// How often one caller may ask.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Quotas {
    /// Listings a minute.
    pub listings_per_minute: NonZeroU32,
    /// Introspections a second.
    pub introspections_per_second: NonZeroU32,
}

/// Counts failures and requests.
pub struct Admission<C: Clock = DefaultClock> {
    by_client_and_address: Rate<(u64, PeerGroup), C>,
    by_address: Rate<PeerGroup, C>,
    by_client: Rate<u64, C>,
    listings: Rate<u64, C>,
    introspections: Rate<u64, C>,
    /// Ids come from outside and may be long; their keyed hashes are short, and nobody
    /// can choose ids that collide.
    hasher: RandomState,
}

impl Admission {
    /// With the clock of the machine.
    pub fn new(failures: FailureLimits, quotas: Quotas) -> Self {
        Self::by_clock(failures, quotas, &DefaultClock::default())
    }
}

impl<C: Clock + Clone> Admission<C> {
    /// With this clock.
    pub fn by_clock(failures: FailureLimits, quotas: Quotas, clock: &C) -> Self {
        Self {
            by_client_and_address: Rate::per_minute(failures.per_client_and_address, clock),
            by_address: Rate::per_minute(failures.per_address, clock),
            by_client: Rate::per_minute(failures.per_client, clock),
            listings: Rate::per_minute(quotas.listings_per_minute, clock),
            introspections: Rate::per_second(quotas.introspections_per_second, clock),
            hasher: RandomState::new(),
        }
    }

    /// Whether a caller may try to authenticate, as the client that it names, if any.
    pub fn may_try(&self, client: Option<&str>, address: IpAddr) -> Result<(), TooMany> {
        let address = PeerGroup::of(address);
        self.by_address.look(&address).map_err(too_many("failures of an address"))?;
        let Some(client) = client else { return Ok(()) };
        let key = (self.hasher.hash_one(client), address);
        self.by_client_and_address
            .look(&key)
            .map_err(too_many("failures of a client at an address"))
    }

    /// Counts a failed authentication.
    pub fn failed(&self, client: Option<&str>, address: IpAddr) {
        let address = PeerGroup::of(address);
        metrics::counter!("muster_authentication_failures_total").increment(1);
        // Beyond the quota there is nothing left to count.
        let _ = self.by_address.count(&address);
        let Some(client) = client else { return };
        let client = self.hasher.hash_one(client);
        let _ = self.by_client_and_address.count(&(client, address));
        if self.by_client.count(&client).is_err() {
            metrics::counter!("muster_authentication_floods_total").increment(1);
            tracing::warn!("one client fails to authenticate very often, from many addresses");
        }
    }

    /// Counts a listing of a caller that has proved who it is, unless it is one too many.
    pub fn may_list(&self, caller: &str) -> Result<(), TooMany> {
        let caller = self.hasher.hash_one(caller);
        self.listings.count(&caller).map_err(too_many("requests of one caller"))
    }

    /// Counts an introspection, unless it is one too many (B105).
    pub fn may_introspect(&self, caller: &str) -> Result<(), TooMany> {
        let caller = self.hasher.hash_one(caller);
        self.introspections.count(&caller).map_err(too_many("introspections of one caller"))
    }
}

fn too_many(limit: &'static str) -> impl Fn(Duration) -> TooMany {
    move |wait| {
        // Rounded up: who comes back at that second shall be let in.
        let retry_after = wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0));
        TooMany { limit, retry_after: retry_after.max(1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use governor::clock::FakeRelativeClock;

    fn admission() -> (Admission<FakeRelativeClock>, FakeRelativeClock) {
        let clock = FakeRelativeClock::default();
        let number = |number| NonZeroU32::new(number).unwrap();
        let failures = FailureLimits {
            per_client_and_address: number(2),
            per_address: number(5),
            per_client: number(3),
        };
        let quotas =
            Quotas { listings_per_minute: number(2), introspections_per_second: number(3) };
        (Admission::by_clock(failures, quotas, &clock), clock)
    }

    fn ip(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[test]
    fn who_failed_too_often_comes_back_later_and_nobody_else_does() {
        let (admission, clock) = admission();
        for _ in 0..2 {
            assert_eq!(admission.may_try(Some("a"), ip(1)), Ok(()));
            admission.failed(Some("a"), ip(1));
        }
        let refused = admission.may_try(Some("a"), ip(1)).unwrap_err();
        assert_eq!(refused.retry_after, 30);
        assert_eq!(admission.may_try(Some("b"), ip(1)), Ok(()));
        assert_eq!(admission.may_try(Some("a"), ip(2)), Ok(()));
        clock.advance(Duration::from_secs(refused.retry_after));
        assert_eq!(admission.may_try(Some("a"), ip(1)), Ok(()));
    }

    #[test]
    fn an_address_that_tries_many_clients_comes_back_later() {
        let (admission, _clock) = admission();
        for client in ["a", "b", "c", "d", "e"] {
            admission.failed(Some(client), ip(1));
        }
        assert!(admission.may_try(Some("f"), ip(1)).is_err());
        assert!(admission.may_try(None, ip(1)).is_err());
    }

    #[test]
    fn a_client_is_never_locked_out_by_the_failures_of_others() {
        let (admission, _clock) = admission();
        for last in 1..100 {
            admission.failed(Some("a"), ip(last));
        }
        assert_eq!(admission.may_try(Some("a"), ip(200)), Ok(()));
    }

    #[test]
    fn an_admin_lists_no_more_than_its_quota() {
        let (admission, _clock) = admission();
        assert_eq!(admission.may_list("a"), Ok(()));
        assert_eq!(admission.may_list("a"), Ok(()));
        assert_eq!(admission.may_list("a").unwrap_err().retry_after, 30);
        assert_eq!(admission.may_list("b"), Ok(()));
    }

    #[test]
    fn a_client_introspects_no_more_than_its_quota_and_soon_again() {
        // B105
        let (admission, clock) = admission();
        for _ in 0..3 {
            assert_eq!(admission.may_introspect("a"), Ok(()));
        }
        assert_eq!(admission.may_introspect("a").unwrap_err().retry_after, 1);
        clock.advance(Duration::from_secs(1));
        assert_eq!(admission.may_introspect("a"), Ok(()));
    }
}
