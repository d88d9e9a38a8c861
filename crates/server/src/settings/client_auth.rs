//! How clients prove who they are, what that may cost, and how often it may fail.

use std::num::NonZeroU32;
use std::time::Duration;

use muster_crypto::VerifierSettings;
use muster_domain::Lifetime;
use muster_grants::BasicReadings;

use super::definition::section;
use super::resolved::Resolving;

section! {
    /// Client authentication.
    "client_auth" RawClientAuth {
        /// `all`: up to four readings of a Basic header, so that ids with colons work
        /// unencoded, as existing clients send them. `strict`: RFC 6749 2.3.1 alone.
        basic_readings: String = "all".to_owned();
        /// How many verifications may wait for the hashing thread; more are answered 503.
        /// Fewer than `http.blocking_threads`, since each holds one.
        hash_queue: u64 = 8;
        /// Milliseconds that a verification waits for its turn before it is answered 503.
        hash_wait_ms: u64 = 250;
        /// How many successful verifications are remembered, so that they are not hashed
        /// again.
        cache_entries: u64 = 10_000;
        /// Seconds for which they are.
        cache_seconds: u64 = 60;
        /// Failures a minute of one client from one address, before it is answered 429.
        failures_per_client_and_address: u64 = 20;
        /// Failures a minute of one address, before it is answered 429.
        failures_per_address: u64 = 100;
        /// Failures a minute of one client from anywhere, before a warning is logged. The
        /// client is never locked out: anybody could do that to it.
        failures_per_client: u64 = 1_000;
    }
}

/// Client authentication, resolved.
#[derive(Clone, Debug)]
pub struct ClientAuth {
    /// Which readings of a Basic header are tried.
    pub basic_readings: BasicReadings,
    /// What verifying may cost.
    pub verifier: VerifierSettings,
    /// How often it may fail.
    pub failures: FailureLimits,
}

/// Failures a minute.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FailureLimits {
    /// Of one client from one address.
    pub per_client_and_address: NonZeroU32,
    /// Of one address.
    pub per_address: NonZeroU32,
    /// Of one client; beyond it there is a warning, no lock.
    pub per_client: NonZeroU32,
}

impl RawClientAuth {
    pub(super) fn resolve(&self, resolving: &mut Resolving<'_>) -> ClientAuth {
        let basic_readings = match self.basic_readings.as_str() {
            "all" => BasicReadings::All,
            "strict" => BasicReadings::Strict,
            _ => {
                resolving.wrong(
                    "basic_readings",
                    "there is no such way of reading",
                    "all or strict",
                );
                BasicReadings::Strict
            }
        };
        let wait = resolving.within("hash_wait_ms", self.hash_wait_ms, 1..=60_000);
        let remembered_for = resolving.within("cache_seconds", self.cache_seconds, 0..=3_600);
        ClientAuth {
            basic_readings,
            verifier: VerifierSettings {
                queue: resolving.within("hash_queue", self.hash_queue, 1..=10_000),
                wait: Duration::from_millis(wait),
                remembered: resolving.within("cache_entries", self.cache_entries, 0..=1_000_000),
                remembered_for: Lifetime::from_seconds(remembered_for),
            },
            failures: FailureLimits {
                per_client_and_address: resolving
                    .count("failures_per_client_and_address", self.failures_per_client_and_address),
                per_address: resolving.count("failures_per_address", self.failures_per_address),
                per_client: resolving.count("failures_per_client", self.failures_per_client),
            },
        }
    }
}
