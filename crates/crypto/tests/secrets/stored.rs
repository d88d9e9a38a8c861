//! What is kept of a secret tells nothing of it.

use muster_crypto::{SecretFormat, SecretVerifier, Verification};
use muster_domain::{Secret, StoredSecret};
use muster_testkit::{HandClock, NoRandomness};
use std::sync::Arc;

use crate::gate::{Bench, LONG_QUEUE, NO_QUEUE, RIGHT, ring};

#[test]
fn the_same_secret_rests_differently_each_time() {
    let bench = Bench::new(LONG_QUEUE);
    let (one, two) = (bench.store(RIGHT), bench.store(RIGHT));
    assert_ne!(one, two, "salted");
    assert_eq!(SecretFormat::of(&one), Some(SecretFormat::Chosen));
    let secret = Secret::from(RIGHT);
    let (here, there) = (bench.keys.store_generated(&secret), ring().store_generated(&secret));
    assert_ne!(here, there, "keyed");
    assert_eq!(SecretFormat::of(&here), Some(SecretFormat::Generated));
}

#[test]
fn no_kept_text_holds_the_secret_and_none_is_printed() {
    let bench = Bench::new(LONG_QUEUE);
    let kept = [
        bench.store(RIGHT),
        bench.keys.store_generated(&Secret::from(RIGHT)),
        bench.keys.store_imported("abf7aad6438836dbe526aa231abde2d0eef74d42"),
    ];
    for stored in kept {
        assert!(!stored.as_str().contains(RIGHT) && !stored.as_str().contains("abf7aad6"));
        assert_eq!(format!("{stored:?}"), "StoredSecret(..)");
        let shown = format!("{:?}", Verification::Right { upgrade: Some(stored) });
        assert_eq!(shown, "Right { upgrade: Some(StoredSecret(..)) }");
    }
}

#[test]
fn a_text_of_another_house_has_no_format() {
    for text in ["", "none", "$2b$12$abc", "$argon2i$v=19$", "HMAC:00", "abf7aad6438836dbe526"] {
        assert_eq!(SecretFormat::of(&StoredSecret::new(text)), None, "{text}");
    }
}

#[test]
fn f27_without_randomness_there_is_no_verifier() {
    let clock = HandClock::shared(0);
    let started = SecretVerifier::start(Arc::new(ring()), clock, Arc::new(NoRandomness), NO_QUEUE);
    assert!(started.is_err());
}
