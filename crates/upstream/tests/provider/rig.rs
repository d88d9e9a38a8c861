//! A provider, the door to it, and the ways somebody can come: well, or with one thing wrong.

use std::time::Duration;

use muster_crypto::{Algorithm, PrivateKey};
use muster_domain::{Lifetime, Timestamp};
use muster_testkit::{CountingRandomness, HandClock};
use muster_upstream::{
    Arrived, Begun, Callback, Upstream, UpstreamError, UpstreamSettings, Wishes,
};
use serde_json::{Map, Value, json};

use crate::fake::{Fake, Reply};

pub(crate) const METADATA: &str = "/.well-known/openid-configuration";
pub(crate) const BACK: &str = "https://here.example/back";
/// The moment at which the stories begin.
pub(crate) const NOW: i64 = 1_800_000_000;

/// The whole of it.
pub(crate) struct Rig {
    pub(crate) fake: Fake,
    pub(crate) door: Upstream,
    pub(crate) key: PrivateKey,
    pub(crate) clock: HandClock,
    randomness: CountingRandomness,
}

/// A login that has come back.
pub(crate) struct Landing {
    pub(crate) begun: Begun,
    pub(crate) claims: Map<String, Value>,
}

impl Rig {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    /// One whose settings are not the usual ones.
    pub(crate) fn with(change: impl FnOnce(&mut UpstreamSettings)) -> Self {
        let fake = Fake::start();
        let mut settings = UpstreamSettings::usual(&fake.url(""), "muster", BACK);
        settings.limits.request_time = Duration::from_millis(400);
        change(&mut settings);
        let rig = Self {
            door: Upstream::new(settings).unwrap(),
            key: PrivateKey::generate(Algorithm::Es256).unwrap(),
            clock: HandClock::at(NOW * 1_000),
            randomness: CountingRandomness::default(),
            fake,
        };
        rig.fake.set(METADATA, Reply::of(200, rig.metadata().to_string()));
        rig.publish(&[&rig.key]);
        rig
    }

    /// What the provider says about itself when it does well.
    pub(crate) fn metadata(&self) -> Value {
        json!({
            "issuer": self.fake.url(""),
            "authorization_endpoint": self.fake.url("/auth"),
            "token_endpoint": self.fake.url("/token"),
            "userinfo_endpoint": self.fake.url("/me"),
            "jwks_uri": self.fake.url("/keys"),
            "id_token_signing_alg_values_supported": ["ES256", "EdDSA", "RS256", "HS256"],
        })
    }

    /// Publishes other metadata, with one member changed.
    pub(crate) fn say(&self, name: &str, value: Value) {
        let mut metadata = self.metadata();
        metadata[name] = value;
        self.fake.set(METADATA, Reply::of(200, metadata.to_string()));
    }

    /// Publishes keys.
    pub(crate) fn publish(&self, keys: &[&PrivateKey]) {
        let keys: Vec<Value> =
            keys.iter().map(|key| serde_json::from_str(&key.public_jwk()).unwrap()).collect();
        self.fake.set("/keys", Reply::of(200, json!({ "keys": keys }).to_string()));
    }

    pub(crate) fn now(&self) -> Timestamp {
        use muster_domain::Clock;
        self.clock.now()
    }

    pub(crate) fn turn(&self, seconds: i64) {
        self.clock.turn(Lifetime::from_seconds(seconds));
    }

    pub(crate) fn begin(&self, wishes: &Wishes) -> Result<Begun, UpstreamError> {
        self.door.begin(&self.randomness, self.now(), wishes)
    }

    /// Somebody has logged in at the provider; what its ID token will say.
    pub(crate) fn land(&self, wishes: &Wishes) -> Landing {
        let begun = self.begin(wishes).unwrap();
        let seconds = self.now().millis() / 1_000;
        let claims = json!({
            "iss": self.fake.url(""), "sub": "alice", "aud": "muster", "iat": seconds,
            "exp": seconds + 300, "nonce": parameter(&begun.url, "nonce").unwrap(),
            "name": "Alice", "email": "alice@a.example", "email_verified": true,
        });
        Landing { begun, claims: claims.as_object().unwrap().clone() }
    }

    /// The ID token as the provider signs it.
    pub(crate) fn sign(&self, claims: &Map<String, Value>) -> String {
        self.key.signer().unwrap().sign("JWT", claims).unwrap()
    }

    /// The provider will give this ID token for a code.
    pub(crate) fn give(&self, id_token: &str) {
        let tokens = json!({
            "access_token": "at", "token_type": "bearer", "id_token": id_token, "expires_in": 60,
        });
        self.fake.set("/token", Reply::of(200, tokens.to_string()));
    }

    /// The browser comes back as it should.
    pub(crate) fn finish(&self, landing: &Landing) -> Result<Arrived, UpstreamError> {
        let state = parameter(&landing.begun.url, "state").unwrap();
        self.come_back(landing, &format!("code=c0de&state={state}"))
    }

    pub(crate) fn come_back(
        &self,
        landing: &Landing,
        query: &str,
    ) -> Result<Arrived, UpstreamError> {
        self.door.finish(&landing.begun.flight, Callback::parse(query)?, self.now())
    }

    /// Somebody arrives with an ID token in which something was changed.
    pub(crate) fn arrive(
        &self,
        change: impl FnOnce(&mut Map<String, Value>),
    ) -> Result<Arrived, UpstreamError> {
        let mut landing = self.land(&Wishes::default());
        change(&mut landing.claims);
        self.give(&self.sign(&landing.claims));
        self.finish(&landing)
    }
}

/// A parameter of the address that a browser is sent to.
pub(crate) fn parameter(url: &str, name: &str) -> Option<String> {
    pairs(url.split_once('?')?.1).remove(name)
}

/// A query or a form, nothing twice.
pub(crate) fn pairs(text: &str) -> std::collections::BTreeMap<String, String> {
    let mut pairs = std::collections::BTreeMap::new();
    for (name, value) in form_urlencoded::parse(text.as_bytes()).into_owned() {
        assert!(pairs.insert(name, value).is_none(), "{text}");
    }
    pairs
}
