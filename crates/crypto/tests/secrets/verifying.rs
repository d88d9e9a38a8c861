//! What is right and what is wrong, for each format in which a secret rests.

use muster_crypto::{SECRET_LIMIT, Verification};
use muster_domain::{Secret, StoredSecret};

use crate::gate::{
    Bench, FIRST, ID, LONG_QUEUE, NO_QUEUE, RIGHT, WRONG, is_busy, is_right, is_wrong,
};

/// SHA-1 of `RIGHT`, as OA4MP keeps it.
const RIGHT_SHA1: &str = "abf7aad6438836dbe526aa231abde2d0eef74d42";

#[test]
fn a_chosen_secret_is_right_and_no_neighbour_of_it() {
    let bench = Bench::new(LONG_QUEUE);
    let stored = bench.store(RIGHT);
    assert!(is_right(&bench.verify(ID, Some((&stored, FIRST)), RIGHT)));
    let upper = RIGHT.to_uppercase();
    let (longer, nul) = (format!("{RIGHT} "), format!("{RIGHT}\0"));
    for wrong in [WRONG, "", &upper, &longer, &nul, &RIGHT[1..], stored.as_str()] {
        let verification = bench.verify(ID, Some((&stored, FIRST)), wrong);
        assert!(is_wrong(&verification), "{wrong:?}");
    }
}

#[test]
fn a_generated_secret_is_right_without_a_slow_hash_and_a_wrong_one_costs_one() {
    let bench = Bench::new(NO_QUEUE);
    let stored = bench.keys.store_generated(&Secret::from(RIGHT));
    bench.while_hashing_stands_still(|| {
        assert!(is_right(&bench.verify_once(ID, Some((&stored, FIRST)), RIGHT)));
        assert!(is_busy(&bench.verify_once(ID, Some((&stored, FIRST)), WRONG)));
    });
    assert!(is_wrong(&bench.verify(ID, Some((&stored, FIRST)), WRONG)));
    assert!(is_wrong(&bench.verify(ID, Some((&stored, FIRST)), stored.as_str())));
}

#[test]
fn an_imported_secret_is_right_and_brings_a_better_hash() {
    let bench = Bench::new(LONG_QUEUE);
    let stored = bench.keys.store_imported(RIGHT_SHA1);
    let verification = bench.verify(ID, Some((&stored, FIRST)), RIGHT);
    let Verification::Right { upgrade: Some(better) } = verification else {
        panic!("{verification:?}")
    };
    assert!(better.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    let second = muster_domain::CredentialVersion(2);
    assert!(is_right(&bench.verify(ID, Some((&better, second)), RIGHT)));
    assert!(is_wrong(&bench.verify(ID, Some((&better, second)), WRONG)));
}

#[test]
fn the_sha1_of_an_imported_secret_opens_nothing() {
    // What a thief of the old database knows.
    let bench = Bench::new(LONG_QUEUE);
    let stored = bench.keys.store_imported(RIGHT_SHA1);
    for wrong in [RIGHT_SHA1, WRONG, stored.as_str(), ""] {
        assert!(is_wrong(&bench.verify(ID, Some((&stored, FIRST)), wrong)), "{wrong}");
    }
}

#[test]
fn an_imported_secret_stays_right_when_its_better_hash_cannot_be_made_now() {
    let bench = Bench::new(NO_QUEUE);
    let stored = bench.keys.store_imported(RIGHT_SHA1);
    bench.while_hashing_stands_still(|| {
        assert!(is_right(&bench.verify_once(ID, Some((&stored, FIRST)), RIGHT)));
    });
}

#[test]
fn an_unknown_id_costs_what_a_wrong_secret_does() {
    let bench = Bench::new(NO_QUEUE);
    let chosen = bench.store(RIGHT);
    let generated = bench.keys.store_generated(&Secret::from(RIGHT));
    let damaged = StoredSecret::new("none");
    let cases = [
        ("unknown", None, RIGHT),
        ("no secret shown", None, ""),
        ("chosen", Some((&chosen, FIRST)), WRONG),
        ("generated", Some((&generated, FIRST)), WRONG),
        ("of no format", Some((&damaged, FIRST)), RIGHT),
    ];
    for (what, stored, presented) in cases {
        bench.while_hashing_stands_still(|| {
            assert!(is_busy(&bench.verify_once(ID, stored, presented)), "{what}");
        });
        assert!(is_wrong(&bench.verify(ID, stored, presented)), "{what}");
    }
}

#[test]
fn b28_an_endless_secret_is_wrong_and_costs_no_more() {
    let bench = Bench::new(NO_QUEUE);
    let longest = "s".repeat(SECRET_LIMIT);
    let stored = bench.store(&longest);
    let generated = bench.keys.store_generated(&Secret::new("s".repeat(SECRET_LIMIT + 1)));
    assert!(is_right(&bench.verify(ID, Some((&stored, FIRST)), &longest)));
    let endless = "s".repeat(SECRET_LIMIT + 1);
    assert!(is_wrong(&bench.verify(ID, Some((&generated, FIRST)), &endless)));
    bench.while_hashing_stands_still(|| {
        assert!(is_busy(&bench.verify_once(ID, Some((&stored, FIRST)), &"s".repeat(1_000_000))));
    });
}

#[test]
fn a_damaged_hash_is_never_right() {
    let bench = Bench::new(LONG_QUEUE);
    let chosen = bench.store(RIGHT);
    let generated = bench.keys.store_generated(&Secret::from(RIGHT));
    let imported = bench.keys.store_imported(RIGHT_SHA1);
    let no_hash = chosen.as_str().rsplit_once('$').unwrap().0.to_owned();
    let cut = chosen.as_str().get(..chosen.as_str().len() - 2).unwrap().to_owned();
    for text in [
        String::new(),
        "hmac:".to_owned(),
        "sha1-hmac:".to_owned(),
        "$argon2id$".to_owned(),
        RIGHT.to_owned(),
        RIGHT_SHA1.to_owned(),
        no_hash,
        cut,
        generated.as_str().replace("hmac:", "sha1-hmac:"),
        imported.as_str().replace("sha1-hmac:", "hmac:"),
        generated.as_str().to_uppercase(),
        format!("{}0", generated.as_str()),
    ] {
        let verification = bench.verify(ID, Some((&StoredSecret::new(&text), FIRST)), RIGHT);
        assert!(is_wrong(&verification), "{text}");
    }
}

#[test]
fn a_ring_with_other_keys_knows_no_generated_secret() {
    let (ours, theirs) = (Bench::new(LONG_QUEUE), Bench::new(LONG_QUEUE));
    let generated = theirs.keys.store_generated(&Secret::from(RIGHT));
    assert!(is_wrong(&ours.verify(ID, Some((&generated, FIRST)), RIGHT)));
    let imported = theirs.keys.store_imported(RIGHT_SHA1);
    assert!(is_wrong(&ours.verify(ID, Some((&imported, FIRST)), RIGHT)));
}
