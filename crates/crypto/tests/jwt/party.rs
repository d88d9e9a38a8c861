//! A client with a key of its own, and the assertions that it signs: good ones, and bad
//! ones whose signature is right all the same.

use data_encoding::BASE64URL_NOPAD;
use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::EcCurve;
use josekit::jws::{self, JwsSigner};
use muster_crypto::{AssertionClaims, AssertionExpectation, Rejected, VerifyingKeys};
use muster_domain::Timestamp;
use serde_json::{Map, Value, json};

/// The present moment of every test, in seconds.
pub(crate) const NOW: i64 = 1_800_000_000;
pub(crate) const CLIENT: &str = "https://client.example/a";
pub(crate) const ISSUER: &str = "https://muster.example/oauth2";
pub(crate) const KID: &str = "first";

/// A party that signs with ES256, and what is registered for it.
pub(crate) struct Party {
    pub(crate) public: Jwk,
    pub(crate) keys: VerifyingKeys,
    signer: Box<dyn JwsSigner>,
}

impl Party {
    pub(crate) fn new() -> Self {
        let key = Jwk::generate_ec_key(EcCurve::P256).unwrap();
        Self::of(&key, Box::new(jws::ES256.signer_from_jwk(&key).unwrap()))
    }

    pub(crate) fn of(key: &Jwk, signer: Box<dyn JwsSigner>) -> Self {
        let mut public = key.to_public_key().unwrap();
        public.set_key_id(KID);
        public.set_algorithm(signer.algorithm().name());
        let keys = VerifyingKeys::of_jwk_set(&json!({"keys": [public]}).to_string()).unwrap();
        Self { public, keys, signer }
    }

    /// Signs any two texts as if they were header and claims.
    pub(crate) fn sign(&self, header: &str, claims: &str) -> String {
        let header = BASE64URL_NOPAD.encode(header.as_bytes());
        let signed = format!("{header}.{}", BASE64URL_NOPAD.encode(claims.as_bytes()));
        let signature = self.signer.sign(signed.as_bytes()).unwrap();
        format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature))
    }

    pub(crate) fn header(&self) -> Map<String, Value> {
        object(json!({"alg": self.signer.algorithm().name(), "kid": KID, "typ": "JWT"}))
    }

    pub(crate) fn good(&self) -> String {
        self.sign_values(&self.header(), &good_claims())
    }

    pub(crate) fn sign_values(
        &self,
        header: &Map<String, Value>,
        claims: &Map<String, Value>,
    ) -> String {
        self.sign(&json!(header).to_string(), &json!(claims).to_string())
    }

    /// A good assertion, but for one member of its header.
    pub(crate) fn with_header(&self, name: &str, value: Value) -> String {
        let mut header = self.header();
        header.insert(name.to_owned(), value);
        self.sign_values(&header, &good_claims())
    }

    /// A good assertion, but for one claim, which is any text.
    pub(crate) fn with_claim(&self, name: &str, text: &str) -> String {
        let mut claims = good_claims();
        claims.remove(name);
        let rest = json!(claims).to_string();
        let claims = format!("{{\"{name}\":{text},{}", rest.strip_prefix('{').unwrap());
        self.sign(&json!(self.header()).to_string(), &claims)
    }

    /// A good assertion, but for one claim that is not there.
    pub(crate) fn without_claim(&self, name: &str) -> String {
        let mut claims = good_claims();
        claims.remove(name).unwrap();
        self.sign_values(&self.header(), &claims)
    }

    /// What the wrapper says to an assertion.
    pub(crate) fn check(&self, text: &str) -> Result<AssertionClaims, Rejected> {
        let expectation = AssertionExpectation { client: CLIENT, audience: ISSUER };
        self.keys.assertion(text, &expectation, Timestamp::from_millis(NOW * 1_000))
    }

    pub(crate) fn rejection(&self, text: &str) -> Option<Rejected> {
        self.check(text).err()
    }
}

pub(crate) fn good_claims() -> Map<String, Value> {
    object(json!({
        "iss": CLIENT, "sub": CLIENT, "aud": ISSUER, "exp": NOW + 60, "iat": NOW, "jti": "j-1",
    }))
}

pub(crate) fn object(value: Value) -> Map<String, Value> {
    let Value::Object(members) = value else { panic!("no object") };
    members
}
