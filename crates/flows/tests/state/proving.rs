//! Clients that prove themselves and what they hold by keys of their own: by a DPoP proof
//! (RFC 9449), by a signed statement (RFC 7523 2.2), or by nothing at all.

use muster_crypto::{Algorithm, PrivateKey};
use muster_domain::{ErrorCode, Timestamp};
use serde_json::{Value, json};

use crate::asker::{Asker, Showing};
use crate::house::{ENDPOINT, House, Told};

/// Whoever holds a private key.
pub(crate) struct Holder(PrivateKey);

impl Holder {
    pub(crate) fn new() -> Self {
        Self(PrivateKey::generate(Algorithm::Es256).expect("a key"))
    }

    /// The public half, as a set.
    pub(crate) fn jwks(&self) -> String {
        format!("{{\"keys\":[{}]}}", self.0.public_jwk())
    }

    /// A statement that this is the client, under a name of its own.
    pub(crate) fn statement(&self, client: &str, now: Timestamp, name: &str) -> String {
        let seconds = now.millis() / 1_000;
        let claims = json!({
            "iss": client, "sub": client, "aud": "https://a.example/oauth2",
            "iat": seconds, "exp": seconds + 60, "jti": name,
        });
        let claims = claims.as_object().expect("an object");
        self.0.signer().expect("a signer").sign("JWT", claims).expect("a JWT")
    }

    /// A proof of the key for the token endpoint, under a name of its own.
    pub(crate) fn proof(&self, now: Timestamp, name: &str) -> String {
        let jwk: Value = serde_json::from_str(&self.0.public_jwk()).expect("a JWK");
        let header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk});
        let seconds = now.millis() / 1_000;
        let claims = json!({"htm": "POST", "htu": ENDPOINT, "iat": seconds, "jti": name});
        let claims = claims.as_object().expect("an object");
        self.0.signer().expect("a signer").sign_under(&header, claims).expect("a JWT")
    }
}

impl House {
    /// Asks with a proof.
    pub(crate) fn ask_proving(
        &self,
        (client, showing): (&str, Showing<'_>),
        proof: Option<&str>,
        body: &str,
    ) -> Told {
        self.ask(Asker { id: client, showing, proof }, body)
    }
}

/// What a proof that does not count is answered with.
pub(crate) const NO_PROOF: ErrorCode = ErrorCode::InvalidDpopProof;
