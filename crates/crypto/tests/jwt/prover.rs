//! A holder of a key, and the DPoP proofs that it makes: good ones, and bad ones whose
//! signature is right all the same.

use data_encoding::BASE64URL_NOPAD;
use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::EcCurve;
use josekit::jws::{self, JwsSigner};
use muster_crypto::{DpopExpectation, DpopProof, Rejected, verify_dpop_proof};
use muster_domain::Timestamp;
use serde_json::{Map, Value, json};

use crate::party::{NOW, object};

pub(crate) const URL: &str = "https://muster.example/oauth2/token";
pub(crate) const TOKEN: &str = "mst_at_bound";
/// SHA-256 of that token, in base64url.
pub(crate) const TOKEN_HASH: &str = "E-Lk1o3eY5IXm673bOE6y2KFUdkF2IRzFDHUbO68vNE";

pub(crate) struct Prover {
    pub(crate) public: Map<String, Value>,
    signer: Box<dyn JwsSigner>,
}

impl Prover {
    pub(crate) fn new() -> Self {
        let key = Jwk::generate_ec_key(EcCurve::P256).unwrap();
        let signer = jws::ES256.signer_from_jwk(&key).unwrap();
        Self::of(&key, Box::new(signer))
    }

    pub(crate) fn of(key: &Jwk, signer: Box<dyn JwsSigner>) -> Self {
        Self { public: object(json!(key.to_public_key().unwrap())), signer }
    }

    pub(crate) fn header(&self) -> Map<String, Value> {
        let algorithm = self.signer.algorithm().name();
        object(json!({"typ": "dpop+jwt", "alg": algorithm, "jwk": self.public}))
    }

    pub(crate) fn sign(&self, header: &Map<String, Value>, claims: &Map<String, Value>) -> String {
        let part = |members| BASE64URL_NOPAD.encode(json!(members).to_string().as_bytes());
        let signed = format!("{}.{}", part(header), part(claims));
        let signature = self.signer.sign(signed.as_bytes()).unwrap();
        format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature))
    }

    pub(crate) fn good(&self) -> String {
        self.sign(&self.header(), &good_proof())
    }

    /// A good proof, but for one member of its header; `null` is none.
    pub(crate) fn with_header(&self, name: &str, value: &Value) -> String {
        self.sign(&changed(self.header(), name, value), &good_proof())
    }

    /// A good proof, but for one claim; `null` is none.
    pub(crate) fn with_claim(&self, name: &str, value: &Value) -> String {
        self.sign(&self.header(), &changed(good_proof(), name, value))
    }
}

pub(crate) fn good_proof() -> Map<String, Value> {
    object(json!({"htm": "POST", "htu": URL, "iat": NOW, "jti": "p-1", "ath": TOKEN_HASH}))
}

/// What is said to a proof at the token endpoint, where no access token comes along.
pub(crate) fn check(text: &str) -> Result<DpopProof, Rejected> {
    check_with(text, None)
}

pub(crate) fn check_with(text: &str, access_token: Option<&str>) -> Result<DpopProof, Rejected> {
    let expectation = DpopExpectation { method: "POST", url: URL, access_token };
    verify_dpop_proof(text, &expectation, Timestamp::from_millis(NOW * 1_000))
}

fn changed(mut members: Map<String, Value>, name: &str, value: &Value) -> Map<String, Value> {
    if value.is_null() {
        members.remove(name);
    } else {
        members.insert(name.to_owned(), value.clone());
    }
    members
}
