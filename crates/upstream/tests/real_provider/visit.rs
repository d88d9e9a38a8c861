//! The door to the provider, and one person's way through it.

use std::time::{SystemTime, UNIX_EPOCH};

use muster_crypto::OsRandomness;
use muster_domain::{Lifetime, Secret, Timestamp};
use muster_upstream::{
    Arrived, Callback, Flight, PairOfNames, Trust, Upstream, UpstreamError, UpstreamSettings,
    Wishes,
};

use crate::browser::{Browser, Person};

const BACK: &str = "https://here.example/back";
/// As `provider.mjs` has it.
pub(crate) const SECRET: &str = "s3cret: with %+ and &=";

/// What `cargo xtask upstream` tells.
fn told(variable: &str) -> String {
    let found = std::env::vars().find(|(name, _)| name == variable);
    found.unwrap_or_else(|| panic!("{variable} is not set; run `cargo xtask upstream`")).1
}

fn authority() -> Vec<u8> {
    std::fs::read(told("MUSTER_TEST_UPSTREAM_AUTHORITY")).unwrap()
}

/// The settings of this client of the provider.
pub(crate) fn settings(client_id: &str) -> UpstreamSettings {
    let issuer = told("MUSTER_TEST_UPSTREAM");
    let mut settings = UpstreamSettings::usual(&issuer, client_id, BACK);
    settings.client_secret = (client_id != "muster-public").then(|| Secret::from(SECRET));
    settings.scopes.push("federation".to_owned());
    settings.claims.push(PairOfNames::same("entitlements"));
    settings.ask_user_info = true;
    settings.trust = Trust::Only(authority());
    settings
}

pub(crate) fn door(settings: UpstreamSettings) -> Upstream {
    Upstream::new(settings).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "the provider has a clock of its own")]
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap())
}

/// A person with a browser of their own.
pub(crate) struct Visit {
    browser: Browser,
}

impl Visit {
    pub(crate) fn new() -> Self {
        Self { browser: Browser::new(&authority()) }
    }

    /// To the provider, and back with what it says.
    pub(crate) fn return_from(
        &mut self,
        door: &Upstream,
        wishes: &Wishes,
        person: Person<'_>,
    ) -> Result<(Flight, String), UpstreamError> {
        let begun = door.begin(&OsRandomness, now(), wishes)?;
        let query = self.browser.go(&begun.url, BACK, person);
        let flight = Flight::from_text(begun.flight.to_text().expose()).unwrap();
        Ok((flight, query))
    }

    /// The whole way, by this name.
    pub(crate) fn arrive(&mut self, door: &Upstream, name: &str) -> Result<Arrived, UpstreamError> {
        self.arrive_later(door, name, Lifetime::default())
    }

    /// The whole way, landing by a clock that is so much ahead.
    pub(crate) fn arrive_later(
        &mut self,
        door: &Upstream,
        name: &str,
        ahead: Lifetime,
    ) -> Result<Arrived, UpstreamError> {
        let wishes = Wishes::default();
        let (flight, query) = self.return_from(door, &wishes, Person::LogsIn(name))?;
        door.finish(&flight, Callback::parse(&query)?, now().plus(ahead))
    }
}

/// The provider changes its keys: `rotate` or `withdraw`.
pub(crate) fn change_keys(how: &str) {
    let url = format!("{}/keys/{how}", told("MUSTER_TEST_UPSTREAM"));
    let answer = Browser::new(&authority()).ask(&url, Some(""));
    assert_eq!(answer.status().as_u16(), 204);
}
