//! Keys of another service: each is taken for itself, or named and left.

use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::EcCurve;
use muster_crypto::{Algorithm, GivenKey, KeySetError, NoUse, PrivateKey, VerifyingKeys};
use serde_json::{Value, json};

fn taken(keys: &[Value]) -> Vec<Result<(String, bool), (String, NoUse)>> {
    let set = json!({"keys": keys}).to_string();
    let given = GivenKey::of_jwk_set(&set).unwrap().into_iter();
    given
        .map(|key| match key {
            Ok(key) => Ok((key.kid().to_owned(), key.private().is_some())),
            Err(left) => Err((left.kid, left.reason)),
        })
        .collect()
}

fn with(key: &Jwk, name: &str, value: &Value) -> Value {
    let mut key = json!(key);
    key.as_object_mut().unwrap().insert(name.to_owned(), value.clone());
    key
}

#[test]
fn a_private_key_signs_and_a_public_half_verifies() {
    let key = Jwk::generate_ec_key(EcCurve::P256).unwrap();
    let public = key.to_public_key().unwrap();
    let damaged = with(&key, "d", &json!("AA"));
    let sets = [with(&key, "kid", &json!("k")), json!(public), damaged];
    let given: Vec<GivenKey> = sets
        .iter()
        .map(|key| GivenKey::of_jwk_set(&json!({"keys": [key]}).to_string()).unwrap().remove(0))
        .map(Result::unwrap)
        .collect();
    let signs: Vec<bool> = given.iter().map(|key| key.private().is_some()).collect();
    assert_eq!(signs, [true, false, false]);
    let [key, public, _] = given.as_slice() else { panic!("three keys") };
    assert_eq!((key.kid(), key.algorithm()), ("k", Algorithm::Es256));
    // Without a name its thumbprint.
    assert_eq!(public.kid().len(), 43);
    assert!(!key.public_jwk().contains("\"d\""));
}

#[test]
fn a_key_that_cannot_be_used_is_named_and_does_not_take_the_others_with_it() {
    let (p256, wide) =
        (Jwk::generate_ec_key(EcCurve::P256).unwrap(), Jwk::generate_rsa_key(4_104).unwrap());
    let rsa = Jwk::generate_rsa_key(2_048).unwrap();
    let name = |key: &Jwk, kid: &str| with(key, "kid", &json!(kid));
    let mut alike = rsa.clone();
    alike.set_algorithm("PS512");
    let keys = [
        name(&wide, "wide"),
        name(&wide.to_public_key().unwrap(), "wide-public"),
        name(&alike, "ps512"),
        json!({"kty": "oct", "kid": "secret", "k": "AAAA", "alg": "HS256"}),
        json!({"kty": "oct", "kid": "disguised", "k": "AAAA", "alg": "RS256"}),
        with(&rsa, "use", &json!("enc")),
        json!("no object"),
        name(&p256, "a\u{0}b"),
        name(&p256, "good"),
    ];
    let left = |kid: &str, reason| Err((kid.to_owned(), reason));
    assert_eq!(
        taken(&keys),
        [
            left("wide", NoUse::Kind),
            left("wide-public", NoUse::Kind),
            left("ps512", NoUse::Kind),
            left("secret", NoUse::Kind),
            left("disguised", NoUse::Kind),
            left("-", NoUse::Use),
            left("-", NoUse::Malformed),
            left("a\\0b", NoUse::Kid),
            Ok(("good".to_owned(), true)),
        ]
    );
    assert_eq!(GivenKey::of_jwk_set("[]").unwrap_err(), KeySetError::Malformed);
}

#[test]
fn published_keys_verify_however_many_there_are_and_whatever_stands_beside_them() {
    let keys: Vec<PrivateKey> =
        (0..60).map(|_| PrivateKey::generate(Algorithm::EdDsa).unwrap()).collect();
    let mut texts: Vec<(&str, String)> =
        keys.iter().map(|key| (key.kid(), key.public_jwk())).collect();
    let wide = Jwk::generate_rsa_key(4_104).unwrap().to_public_key().unwrap();
    texts.insert(0, ("wide", json!(wide).to_string()));
    texts.insert(0, ("torn", "{".to_owned()));
    let named = texts.iter().map(|(kid, text)| (*kid, text.as_str()));
    let (verifying, unusable) = VerifyingKeys::of_published(named);
    assert_eq!(verifying.len(), 60);
    let expected = [("torn", KeySetError::Malformed), ("wide", KeySetError::Unusable)];
    assert_eq!(unusable, expected.map(|(kid, error)| (kid.to_owned(), error)));
    let claims = json!({"jti": "urn:token:1"});
    for key in &keys {
        let text = key.signer().unwrap().sign("at+jwt", claims.as_object().unwrap()).unwrap();
        assert!(verifying.imported_token_id(&text).is_ok());
    }
}
