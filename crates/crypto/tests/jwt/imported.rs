//! Our own signer and the ids of tokens that bear a signature: what is signed reads back,
//! and an id counts only with its signature.

use muster_crypto::{Algorithm, PrivateKey, Rejected, VerifyingKeys};
use serde_json::{Map, Value, json};

use crate::party::object;

fn issued(key: &PrivateKey, claims: Value) -> String {
    key.signer().unwrap().sign("at+jwt", &object(claims)).unwrap()
}

fn registered(key: &PrivateKey) -> VerifyingKeys {
    VerifyingKeys::of_published([(key.kid(), key.public_jwk().as_str())]).0
}

#[test]
fn whatever_the_signer_signs_its_public_key_verifies() {
    for algorithm in Algorithm::ALL {
        let key = PrivateKey::generate(algorithm).unwrap();
        let text = issued(&key, json!({"jti": "urn:token:1", "exp": 1}));
        let id = registered(&key).imported_token_id(&text).unwrap();
        assert_eq!(id.as_str(), "urn:token:1", "{}", algorithm.as_str());
    }
}

#[test]
fn a_public_key_shows_nothing_of_the_private_one() {
    for algorithm in [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa] {
        let key = PrivateKey::generate(algorithm).unwrap();
        let shown: Map<String, Value> = serde_json::from_str(&key.public_jwk()).unwrap();
        for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
            assert!(!shown.contains_key(private), "{private} of {}", algorithm.as_str());
        }
        assert_eq!(shown.get("kid"), Some(&json!(key.kid())));
    }
}

#[test]
fn an_id_without_the_right_signature_is_not_believed() {
    let (ours, theirs) = (
        PrivateKey::generate(Algorithm::Es256).unwrap(),
        PrivateKey::generate(Algorithm::Es256).unwrap(),
    );
    let keys = registered(&ours);
    let forged = issued(&theirs, json!({"jti": "urn:token:1"}));
    assert_eq!(keys.imported_token_id(&forged).err(), Some(Rejected::NoKey));
    let (signed, _) = forged.rsplit_once('.').unwrap();
    assert_eq!(keys.imported_token_id(signed).err(), Some(Rejected::Shape));
    let none = VerifyingKeys::default();
    assert_eq!(none.imported_token_id(&forged).err(), Some(Rejected::NoKey));
}

#[test]
fn a_signed_token_without_an_id_names_nothing() {
    let key = PrivateKey::generate(Algorithm::Es256).unwrap();
    let keys = registered(&key);
    for claims in [
        json!({}),
        json!({"jti": 1}),
        json!({"jti": ""}),
        json!({"jti": null}),
        json!({"jti": "a\0b"}),
    ] {
        let refused = keys.imported_token_id(&issued(&key, claims.clone())).err();
        assert_eq!(refused, Some(Rejected::Claim("jti")), "{claims}");
    }
}
