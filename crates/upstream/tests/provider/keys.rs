//! The provider changes its keys, or signs with one that nobody knows.

use muster_crypto::{Algorithm, PrivateKey, Rejected};
use muster_upstream::{ProviderFault, UpstreamError};
use serde_json::json;

use crate::fake::Reply;
use crate::rig::Rig;

fn unknown() -> UpstreamError {
    ProviderFault::IdToken(Rejected::NoKey).into()
}

#[test]
fn a_new_key_is_fetched_when_it_is_first_met() {
    let mut rig = Rig::new();
    rig.arrive(|_| {}).unwrap();
    let old = std::mem::replace(&mut rig.key, PrivateKey::generate(Algorithm::EdDsa).unwrap());
    rig.publish(&[&rig.key, &old]);
    rig.arrive(|_| {}).unwrap();
    rig.arrive(|_| {}).unwrap();
    assert_eq!(rig.fake.asked("/keys").len(), 2);
}

#[test]
fn a_key_that_nobody_knows_is_asked_for_once_a_minute() {
    let mut rig = Rig::new();
    rig.arrive(|_| {}).unwrap();
    rig.key = PrivateKey::generate(Algorithm::Es256).unwrap();
    for _ in 0..5 {
        assert_eq!(rig.arrive(|_| {}), Err(unknown()));
    }
    assert_eq!(rig.fake.asked("/keys").len(), 2);
    rig.publish(&[&rig.key]);
    rig.turn(59);
    assert_eq!(rig.arrive(|_| {}), Err(unknown()));
    rig.turn(1);
    rig.arrive(|_| {}).unwrap();
}

#[test]
fn a_key_that_was_withdrawn_is_not_believed_for_long() {
    let rig = Rig::new();
    rig.arrive(|_| {}).unwrap();
    rig.publish(&[&PrivateKey::generate(Algorithm::Es256).unwrap()]);
    rig.turn(600);
    assert_eq!(rig.arrive(|_| {}), Err(unknown()));
}

#[test]
fn keys_are_used_for_a_bounded_time_while_there_are_no_new_ones() {
    let rig = Rig::new();
    rig.arrive(|_| {}).unwrap();
    rig.fake.set("/keys", Reply::of(500, ""));
    rig.turn(3_000);
    rig.arrive(|_| {}).unwrap();
    rig.turn(4_200);
    assert!(matches!(rig.arrive(|_| {}), Err(UpstreamError::Provider(_))));
}

#[test]
fn keys_beside_those_that_are_taken_do_no_harm() {
    let rig = Rig::new();
    let good: serde_json::Value = serde_json::from_str(&rig.key.public_jwk()).unwrap();
    let strange = [
        json!({"kty": "oct", "k": "c2VjcmV0", "kid": "a"}),
        json!({"kty": "AKP", "alg": "ML-DSA-65", "pub": "AA", "kid": "b"}),
        json!({"kty": "RSA", "use": "enc", "n": "AA", "e": "AQAB", "kid": "c"}),
        json!(null),
    ];
    let keys: Vec<_> = strange.into_iter().chain([good]).collect();
    rig.fake.set("/keys", Reply::of(200, json!({ "keys": keys }).to_string()));
    rig.arrive(|_| {}).unwrap();
}

#[test]
fn a_provider_whose_keys_are_all_of_other_kinds_lets_nobody_in() {
    let rig = Rig::new();
    rig.say("id_token_signing_alg_values_supported", json!(["EdDSA"]));
    assert!(matches!(rig.arrive(|_| {}), Err(UpstreamError::Provider(ProviderFault::Keys(_)))));
}
