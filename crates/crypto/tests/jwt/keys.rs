//! Registered key sets: which keys are taken, and which one verifies (B87).

use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::EcCurve;
use josekit::jwk::alg::ed::EdCurve;
use josekit::jws::{self, JwsSigner};
use muster_crypto::{KeySetError, Rejected, VerifyingKeys};
use serde_json::{Value, json};

use crate::party::{ISSUER, KID, Party, good_claims, object};

fn public(key: &Jwk, kid: &str) -> Value {
    let mut public = key.to_public_key().unwrap();
    public.set_key_id(kid);
    json!(public)
}

fn error_of(set: &Value) -> Option<KeySetError> {
    VerifyingKeys::of_jwk_set(&set.to_string()).err()
}

#[test]
fn every_algorithm_that_is_taken_verifies_its_own_signature_and_no_changed_one() {
    let rsa = Jwk::generate_rsa_key(2_048).unwrap();
    let (p256, p384) = (
        Jwk::generate_ec_key(EcCurve::P256).unwrap(),
        Jwk::generate_ec_key(EcCurve::P384).unwrap(),
    );
    let edwards = Jwk::generate_ed_key(EdCurve::Ed25519).unwrap();
    let signers: [(&Jwk, Box<dyn JwsSigner>); 7] = [
        (&rsa, Box::new(jws::RS256.signer_from_jwk(&rsa).unwrap())),
        (&rsa, Box::new(jws::RS384.signer_from_jwk(&rsa).unwrap())),
        (&rsa, Box::new(jws::RS512.signer_from_jwk(&rsa).unwrap())),
        (&rsa, Box::new(jws::PS256.signer_from_jwk(&rsa).unwrap())),
        (&p256, Box::new(jws::ES256.signer_from_jwk(&p256).unwrap())),
        (&p384, Box::new(jws::ES384.signer_from_jwk(&p384).unwrap())),
        (&edwards, Box::new(jws::EdDSA.signer_from_jwk(&edwards).unwrap())),
    ];
    for (key, signer) in signers {
        let name = signer.algorithm().name().to_owned();
        let party = Party::of(key, signer);
        let good = party.good();
        assert!(party.check(&good).is_ok(), "{name}");
        let swapped = party.with_claim("aud", "\"https://other.example\"");
        let [signed, _] = parts(&good);
        let [_, signature] = parts(&swapped);
        let text = format!("{signed}.{signature}");
        assert_eq!(party.rejection(&text), Some(Rejected::Signature), "{name}");
    }
}

#[test]
fn rfc9864_a_registered_key_may_name_its_curve_as_its_algorithm() {
    let key = Jwk::generate_ed_key(EdCurve::Ed25519).unwrap();
    let mut party = Party::of(&key, Box::new(jws::EdDSA.signer_from_jwk(&key).unwrap()));
    let (old, new) = (party.good(), party.with_header("alg", json!("Ed25519")));
    assert!(party.check(&old).is_ok() && party.check(&new).is_ok());
    let mut named = public(&key, KID);
    named["alg"] = json!("Ed25519");
    party.keys = VerifyingKeys::of_jwk_set(&json!({"keys": [named]}).to_string()).unwrap();
    assert!(party.check(&old).is_ok() && party.check(&new).is_ok());
    let ed448 = Jwk::generate_ed_key(EdCurve::Ed448).unwrap();
    let mut ed448 = public(&ed448, KID);
    ed448["alg"] = json!("Ed25519");
    assert_eq!(error_of(&json!({"keys": [ed448]})), Some(KeySetError::Unusable));
}

fn parts(text: &str) -> [&str; 2] {
    text.rsplit_once('.').unwrap().into()
}

#[test]
fn b87_two_keys_with_one_kid_are_refused() {
    let (one, two) = (
        Jwk::generate_ec_key(EcCurve::P256).unwrap(),
        Jwk::generate_ec_key(EcCurve::P384).unwrap(),
    );
    let same = json!({"keys": [public(&one, KID), public(&two, KID)]});
    assert_eq!(error_of(&same), Some(KeySetError::SameKid));
    let apart = json!({"keys": [public(&one, KID), public(&two, "second")]});
    assert_eq!(error_of(&apart), None);
}

#[test]
fn without_a_kid_a_key_is_chosen_only_if_a_single_one_fits() {
    let mut header = Party::new().header();
    header.remove("kid");
    let mut party = Party::new();
    let text = party.sign_values(&header, &good_claims());
    assert!(party.check(&text).is_ok());
    let other = public(&Jwk::generate_ec_key(EcCurve::P256).unwrap(), "second");
    let set = json!({"keys": [party.public, other]}).to_string();
    party.keys = VerifyingKeys::of_jwk_set(&set).unwrap();
    assert_eq!(party.rejection(&text), Some(Rejected::NoKey));
    assert!(party.check(&party.good()).is_ok(), "with its kid");
}

#[test]
fn keys_of_other_kinds_or_sizes_are_refused() {
    let small = Jwk::generate_rsa_key(1_024).unwrap();
    let mut hmac = Jwk::generate_rsa_key(2_048).unwrap().to_public_key().unwrap();
    hmac.set_algorithm("HS256");
    for (what, key) in [
        (
            "a shared secret",
            json!({"kty": "oct", "k": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}),
        ),
        ("RSA of 1024 bits", public(&small, KID)),
        ("a public key for HMAC", json!(hmac)),
        ("P-521", public(&Jwk::generate_ec_key(EcCurve::P521).unwrap(), KID)),
        ("secp256k1", public(&Jwk::generate_ec_key(EcCurve::Secp256k1).unwrap(), KID)),
        ("Ed448", public(&Jwk::generate_ed_key(EdCurve::Ed448).unwrap(), KID)),
        ("no kind", json!({"kid": KID})),
        ("a point off the curve", json!({"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA"})),
        ("RSA without a modulus", json!({"kty": "RSA", "e": "AQAB"})),
    ] {
        assert_eq!(error_of(&json!({"keys": [key]})), Some(KeySetError::Unusable), "{what}");
    }
}

#[test]
fn a_key_for_encryption_is_passed_over() {
    let mut key = object(public(&Jwk::generate_ec_key(EcCurve::P256).unwrap(), KID));
    key.insert("use".to_owned(), json!("enc"));
    let keys = VerifyingKeys::of_jwk_set(&json!({"keys": [key]}).to_string()).unwrap();
    assert!(keys.is_empty());
}

#[test]
fn a_text_that_is_no_key_set_is_refused() {
    let key = public(&Jwk::generate_ec_key(EcCurve::P256).unwrap(), KID);
    let many: Vec<Value> = (0..51)
        .map(|number| {
            let mut key = object(key.clone());
            key.insert("kid".to_owned(), json!(number.to_string()));
            json!(key)
        })
        .collect();
    for (what, text) in [
        ("nothing", String::new()),
        ("a key alone", key.to_string()),
        ("an array", json!([key]).to_string()),
        ("no array", json!({"keys": key}).to_string()),
        ("no objects", json!({"keys": [ISSUER]}).to_string()),
        ("keys twice", "{\"keys\":[],\"keys\":[]}".to_owned()),
        ("too many keys", json!({"keys": many}).to_string()),
        ("too long", json!({"keys": [], "x": "x".repeat(64 * 1_024)}).to_string()),
    ] {
        let refused = VerifyingKeys::of_jwk_set(&text).err();
        assert_eq!(refused, Some(KeySetError::Malformed), "{what}");
    }
}
