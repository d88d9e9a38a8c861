//! Metadata and key sets that are not taken, and how long those that are taken are kept.

use muster_crypto::KeySetError;
use muster_upstream::{Document, NetworkFault, ProviderFault, UpstreamError, Wishes};
use serde_json::json;

use crate::fake::{Fake, Reply};
use crate::rig::{METADATA, Rig};

fn begins(rig: &Rig) -> Result<(), UpstreamError> {
    rig.begin(&Wishes::default()).map(|_| ())
}

#[test]
fn metadata_of_another_issuer_sends_nobody_anywhere() {
    let rig = Rig::new();
    rig.say("issuer", json!(rig.fake.url("/")));
    assert_eq!(begins(&rig), Err(ProviderFault::Issuer.into()));
}

#[test]
fn metadata_that_is_too_big_is_not_read() {
    let rig = Rig::new();
    rig.say("padding", json!("x".repeat(70_000)));
    let fault = ProviderFault::TooBig(Document::Metadata, 65_536);
    assert_eq!(begins(&rig), Err(fault.into()));
}

#[test]
fn metadata_that_is_no_json_object_is_not_read() {
    for text in ["", "[]", "<html>", r#"{"issuer":"a","issuer":"b"}"#] {
        let rig = Rig::new();
        rig.fake.set(METADATA, Reply::of(200, text));
        let fault = ProviderFault::NoJson(Document::Metadata);
        assert_eq!(begins(&rig), Err(fault.into()), "{text}");
    }
}

#[test]
fn redirects_of_metadata_and_keys_are_not_followed() {
    let elsewhere = Fake::start();
    let rig = Rig::new();
    rig.fake.set(METADATA, Reply::redirect(&elsewhere.url("/")));
    assert_eq!(begins(&rig), Err(ProviderFault::Redirect(Document::Metadata).into()));
    let rig = Rig::new();
    rig.fake.set("/keys", Reply::redirect(&elsewhere.url("/")));
    let outcome = rig.arrive(|_| {});
    assert_eq!(outcome, Err(ProviderFault::Redirect(Document::KeySet).into()));
    assert!(elsewhere.asked("/").is_empty());
}

#[test]
fn key_sets_that_are_too_big_or_hold_too_much_are_not_taken() {
    let rig = Rig::new();
    rig.fake.set("/keys", Reply::of(200, format!("{{\"keys\":[{}]}}", " ".repeat(70_000))));
    let fault = ProviderFault::TooBig(Document::KeySet, 65_536);
    assert_eq!(rig.arrive(|_| {}), Err(fault.into()));
    let rig = Rig::new();
    let many = vec![json!({"kty": "EC"}); 51];
    rig.fake.set("/keys", Reply::of(200, json!({ "keys": many }).to_string()));
    let fault = ProviderFault::Keys(KeySetError::Malformed);
    assert_eq!(rig.arrive(|_| {}), Err(fault.into()));
}

#[test]
fn metadata_is_kept_for_an_hour_and_a_day_longer_in_need() {
    let rig = Rig::new();
    let asked = || rig.fake.asked(METADATA).len();
    begins(&rig).unwrap();
    rig.turn(3_599);
    begins(&rig).unwrap();
    assert_eq!(asked(), 1);
    rig.fake.set(METADATA, Reply::of(503, ""));
    rig.turn(1);
    begins(&rig).unwrap();
    begins(&rig).unwrap();
    assert_eq!(asked(), 2);
    rig.turn(86_400);
    assert_eq!(begins(&rig), Err(ProviderFault::Status(Document::Metadata, 503).into()));
}

#[test]
fn a_provider_that_fails_is_left_alone_for_some_seconds() {
    let rig = Rig::new();
    rig.fake.set(METADATA, Reply::of(500, ""));
    for _ in 0..20 {
        assert!(begins(&rig).is_err());
    }
    assert_eq!(rig.fake.asked(METADATA).len(), 1);
    rig.fake.set(METADATA, Reply::of(200, rig.metadata().to_string()));
    rig.turn(6);
    begins(&rig).unwrap();
}

#[test]
fn a_provider_that_is_not_there_is_the_networks_fault() {
    let rig = Rig::with(|settings| {
        // A port that was free a moment ago.
        settings.issuer = Fake::start().url("");
    });
    assert_eq!(begins(&rig), Err(NetworkFault::Connection.into()));
}
