//! Clients that prove themselves and what they hold by keys of their own: by a DPoP proof
//! (RFC 9449), by a signed statement (RFC 7523 2.2), or by nothing at all.

use muster_crypto::{Algorithm, PrivateKey};
use muster_domain::{ErrorCode, Timestamp};
use muster_flows::Outcome;
use muster_grants::RawRequest;
use serde_json::{Value, json};

use crate::house::{ENDPOINT, House, Told, basic, raw};

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

/// How a client shows who it is.
#[derive(Clone, Copy)]
pub(crate) enum Showing<'a> {
    /// By its secret.
    Secret,
    /// By its name alone.
    Name,
    /// By a signed statement.
    Statement(&'a str),
}

impl House {
    /// Asks with a proof.
    pub(crate) fn ask_proving(
        &self,
        (client, showing): (&str, Showing<'_>),
        proof: Option<&str>,
        body: &str,
    ) -> Told {
        let authorization = match showing {
            Showing::Secret => basic(client),
            Showing::Name | Showing::Statement(_) => Vec::new(),
        };
        let body = match showing {
            Showing::Secret => body.to_owned(),
            Showing::Name => format!("{body}&client_id={client}"),
            Showing::Statement(statement) => {
                let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
                format!("{body}&client_assertion_type={kind}&client_assertion={statement}")
            }
        };
        let proofs: Vec<Vec<u8>> =
            proof.into_iter().map(|proof| proof.as_bytes().to_vec()).collect();
        let request = RawRequest { dpop: &proofs, ..raw(&body, &authorization) };
        match self.carry_out(&request)? {
            Outcome::Tokens(answer) => Ok(*answer),
            Outcome::Listing(_) => panic!("nobody asked for a listing"),
        }
    }
}

/// What a proof that does not count is answered with.
pub(crate) const NO_PROOF: ErrorCode = ErrorCode::InvalidDpopProof;
