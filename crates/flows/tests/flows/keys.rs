//! Published keys: one that cannot be used does not stop the others, or an answer.

use muster_crypto::{Algorithm, PrivateKey};
use muster_domain::{ErrorCode, Timestamp};
use muster_store::{SigningKeyState, StoredSigningKey};
use serde_json::json;

use crate::house::{Engine, House};

fn publish(house: &House, kid: &str, public_jwk: &str) {
    let key = StoredSigningKey {
        issuer: house.seed.issuer.key,
        kid: kid.to_owned(),
        algorithm: "RS256".to_owned(),
        state: SigningKeyState::Retired,
        public_jwk: public_jwk.to_owned(),
        private: None,
        created_at: Timestamp::default(),
        published_until: None,
    };
    house.store().change(|unit| unit.put_signing_key(&key)).unwrap();
}

fn a_forged_jwt_is_refused_whatever_key_is_published(engine: Engine) {
    let house = House::new(engine);
    house.admin("admin", true, true);
    let key = PrivateKey::generate(Algorithm::EdDsa).unwrap();
    publish(
        &house,
        "wide",
        &json!({"kty": "RSA", "kid": "wide", "e": "AQAB", "n": "_".repeat(900)}).to_string(),
    );
    publish(&house, "torn", "{");
    publish(&house, key.kid(), &key.public_jwk());
    let claims = json!({"jti": "urn:nobody"});
    let text = key.signer().unwrap().sign("at+jwt", claims.as_object().unwrap()).unwrap();
    for forged in [text.as_str(), "e30.e30.e30"] {
        assert_eq!(house.ask("admin", ("access_token", forged)), Err(ErrorCode::InvalidGrant));
    }
    let tools = muster_flows::PublishedKeys::default();
    let keys = tools.of(house.store(), house.seed.issuer.key, Timestamp::default()).unwrap();
    assert_eq!(keys.imported_token_id(&text).unwrap().as_str(), "urn:nobody");
}

#[test]
fn a_forged_jwt_is_refused_whatever_key_is_published_on_sqlite() {
    a_forged_jwt_is_refused_whatever_key_is_published(Engine::Sqlite);
}

#[test]
fn a_forged_jwt_is_refused_whatever_key_is_published_on_postgres() {
    a_forged_jwt_is_refused_whatever_key_is_published(Engine::Postgres);
}
