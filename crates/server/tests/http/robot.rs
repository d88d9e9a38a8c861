//! An admin client that signs statements about itself (`private_key_jwt`, RFC 7523).

use muster_admin::{AdminDraft, Proof};
use muster_crypto::{Algorithm, PrivateKey};
use muster_domain::{AdminRights, Clock};
use muster_server::clock::SystemClock;
use serde_json::{Map, Value, json};

use crate::house::{House, TOKEN_INFO, premises};
use crate::planting::tools;
use crate::wire::{Answer, Request};

pub(crate) const ISSUER: &str = "https://issuer.example/oauth2";
pub(crate) const ENDPOINT: &str = "/oauth2/token";
pub(crate) const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// An admin client with keys of its own.
pub(crate) struct Robot {
    pub(crate) id: String,
    pub(crate) key: PrivateKey,
}

impl Robot {
    /// Registered with its public key.
    pub(crate) fn new(house: &House, id: &str) -> Self {
        Self::registered(house, id, Algorithm::Es256, |jwk| jwk)
    }

    /// Registered with its public key, changed like that.
    pub(crate) fn registered(
        house: &House,
        id: &str,
        algorithm: Algorithm,
        change: impl Fn(Value) -> Value,
    ) -> Self {
        let key = PrivateKey::generate(algorithm).expect("a key");
        let jwk = serde_json::from_str(&key.public_jwk()).expect("a JWK");
        let jwks = json!({"keys": [change(jwk)]}).to_string();
        let (keeper, _) = tools(&premises(&house.scratch, &house.kek, ISSUER));
        let draft = AdminDraft {
            id: id.to_owned(),
            name: None,
            email: None,
            rights: AdminRights { list_users: true, list_users_other_clients: false },
            max_clients: None,
            proof: Proof::KeySet(jwks),
            approved: true,
        };
        keeper.add_admin(&draft).expect("an admin");
        keeper.link(id, "portal").expect("a link");
        Self { id: id.to_owned(), key }
    }

    /// A good statement with this `jti`.
    pub(crate) fn claims(&self, jti: &str) -> Map<String, Value> {
        let claims = json!({
            "iss": self.id,
            "sub": self.id,
            "aud": ISSUER,
            "iat": now(),
            "exp": now() + 60,
            "jti": jti,
        });
        claims.as_object().cloned().expect("an object")
    }

    /// A good statement but for one member; null takes it away.
    pub(crate) fn claims_but(&self, jti: &str, name: &str, value: Value) -> Map<String, Value> {
        let mut claims = self.claims(jti);
        if value.is_null() {
            claims.remove(name);
        } else {
            claims.insert(name.to_owned(), value);
        }
        claims
    }

    pub(crate) fn signed(&self, typ: &str, claims: &Map<String, Value>) -> String {
        self.key.signer().expect("a signer").sign(typ, claims).expect("a JWT")
    }
}

pub(crate) fn now() -> i64 {
    SystemClock.now().millis().div_euclid(1_000)
}

/// The question of a good caller, proved by this assertion.
pub(crate) fn asking(house: &House, assertion: &str) -> Request {
    Request::new("POST", ENDPOINT).form(&[
        ("grant_type", TOKEN_INFO),
        ("access_token", &house.tokens.alice_access),
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", assertion),
    ])
}

pub(crate) fn ask(house: &House, assertion: &str) -> Answer {
    asking(house, assertion).send(house.address)
}

pub(crate) fn assert_refused(house: &House, what: &str, assertion: &str) {
    let what = beginning(what);
    let answer = ask(house, assertion);
    assert_eq!((answer.status, answer.error().as_str()), (401, "invalid_client"), "{what}");
    assert!(answer.header("WWW-Authenticate").is_some(), "{what}");
}

/// Enough of a text to know it by.
pub(crate) fn beginning(text: &str) -> String {
    text.chars().take(80).collect()
}

/// Whatever was refused before: who signs well is answered.
pub(crate) fn assert_still_answered(house: &House, robot: &Robot, jti: &str) {
    let answer = ask(house, &robot.signed("JWT", &robot.claims(jti)));
    assert_eq!(answer.status, 200, "{}", answer.text());
}
