//! Somebody whose word about users is believed (RFC 7523).

use muster_crypto::{Algorithm, PrivateKey};
use muster_domain::{PartyStatus, Timestamp, TrustedIssuer};
use serde_json::json;

use crate::house::{House, NOW};

const URL: &str = "https://idp.example";

pub(crate) struct Trusted(PrivateKey);

impl Trusted {
    pub(crate) fn by(house: &House) -> Self {
        let key = PrivateKey::generate(Algorithm::Es256).expect("a key");
        let trusted = TrustedIssuer {
            issuer: house.tools.issuer.key,
            url: URL.to_owned(),
            status: PartyStatus::Approved,
            jwks: format!("{{\"keys\":[{}]}}", key.public_jwk()),
            created_at: Timestamp::from_millis(NOW),
        };
        house.store().change(|unit| unit.add_trusted_issuer(&trusted)).expect("trust");
        Self(key)
    }

    /// An assertion about a user under a name that it was not given before.
    pub(crate) fn about(&self, user: &str, name: &str) -> String {
        self.about_at(user, name, NOW)
    }

    /// The same, said at another moment.
    pub(crate) fn about_at(&self, user: &str, name: &str, moment: i64) -> String {
        let now = moment / 1_000;
        let claims = json!({
            "iss": URL, "sub": user, "aud": "https://a.example/oauth2",
            "iat": now, "exp": now + 60, "jti": name,
        });
        let claims = claims.as_object().expect("an object");
        self.0.signer().expect("a signer").sign("JWT", claims).expect("a JWT")
    }
}
