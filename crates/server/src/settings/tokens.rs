//! What is issued, and how long it lives.

use std::num::NonZeroU32;

use muster_domain::Lifetime;
use muster_grants::{GrantType, GrantTypes};
use muster_policy::Lifetimes;

use super::definition::section;
use super::resolved::Resolving;

section! {
    /// What is issued, and how long it lives. A client's registration may say less; what is
    /// wished for in a request is honoured up to the limits here and there.
    "tokens" RawTokens {
        /// Seconds that an access token lives where its client's registration does not say.
        access_seconds: u64 = 900;
        /// Seconds that an access token lives at most.
        access_seconds_max: u64 = 86_400;
        /// Seconds that a refresh token lives when it is not used.
        refresh_seconds: u64 = 2_592_000;
        /// Seconds that a refresh token lives at most when it is not used.
        refresh_seconds_max: u64 = 7_776_000;
        /// Seconds after which refreshing ends, however often it was done.
        family_seconds: u64 = 31_536_000;
        /// Seconds that an ID token lives.
        id_token_seconds: u64 = 900;
        /// Seconds for which a used refresh token may yield the same successor again, at
        /// most; a client's registration says whether it does at all.
        refresh_grace_seconds_max: u64 = 10;
        /// Seconds for which the codes of a device flow are good.
        device_code_seconds: u64 = 600;
        /// Seconds that a device waits between two polls, to begin with.
        device_interval_seconds: u64 = 5;
        /// Grants that are switched off, by their short names such as `device_code`; they
        /// are answered as if they did not exist.
        grants_off: Vec<String> = Vec::new();
        /// Introspections a second of one client; more are answered 429.
        introspections_per_second: u64 = 500;
    }
}

/// What is issued, resolved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tokens {
    /// How long it lives.
    pub lifetimes: Lifetimes,
    /// The grants that are served.
    pub grants: GrantTypes,
    /// Introspections a second of one client.
    pub introspections_per_second: NonZeroU32,
}

/// Ten years: longer ones are mistakes.
const LONGEST: u64 = 315_360_000;

impl RawTokens {
    pub(super) fn resolve(&self, resolving: &mut Resolving<'_>) -> Tokens {
        let mut seconds = |name: &str, number: u64, most: u64| {
            let seconds: i64 = resolving.within(name, number, 1..=most);
            Lifetime::from_seconds(seconds)
        };
        let mut lifetimes = Lifetimes {
            access: seconds("access_seconds", self.access_seconds, LONGEST),
            access_max: seconds("access_seconds_max", self.access_seconds_max, LONGEST),
            refresh: seconds("refresh_seconds", self.refresh_seconds, LONGEST),
            refresh_max: seconds("refresh_seconds_max", self.refresh_seconds_max, LONGEST),
            family: seconds("family_seconds", self.family_seconds, LONGEST),
            id_token: seconds("id_token_seconds", self.id_token_seconds, LONGEST),
            device_code: seconds("device_code_seconds", self.device_code_seconds, 3_600),
            device_interval: seconds("device_interval_seconds", self.device_interval_seconds, 60),
            grace_max: Lifetime::default(),
        };
        let name = "refresh_grace_seconds_max";
        let grace: i64 = resolving.within(name, self.refresh_grace_seconds_max, 0..=10);
        lifetimes.grace_max = Lifetime::from_seconds(grace);
        let mut grants = GrantTypes::ALL;
        for name in &self.grants_off {
            if let Some(grant) = GrantType::ALL.into_iter().find(|grant| grant.name() == name) {
                grants = grants.without(grant);
                continue;
            }
            let known: Vec<&str> = GrantType::ALL.into_iter().map(GrantType::name).collect();
            let right = format!("some of {}", known.join(", "));
            resolving.wrong("grants_off", &format!("{name:?} is no grant"), &right);
        }
        let name = "introspections_per_second";
        let introspections = resolving.count(name, self.introspections_per_second);
        Tokens { lifetimes, grants, introspections_per_second: introspections }
    }
}
