//! Trials of used assertions.

use muster_domain::IssuerKey;

use super::ground::{Ground, at, together};
use crate::{ASSERTIONS_REMEMBERED, AssertionUse, Store};

const EXPIRY: i64 = 1_000;

fn used(store: &dyn Store, issuer: IssuerKey, party: &str, jti: &str) -> AssertionUse {
    store.change(|unit| unit.use_assertion(issuer, party, jti, at(EXPIRY))).unwrap()
}

pub fn an_assertion_counts_once(store: &dyn Store) {
    let issuer = Ground::of(store).issuer.key;
    let long = "j".repeat(20_000);
    for jti in ["one", "One", "one ", long.as_str()] {
        assert_eq!(used(store, issuer, "client", jti), AssertionUse::Fresh, "{jti}");
        assert_eq!(used(store, issuer, "client", jti), AssertionUse::Replayed, "{jti}");
    }
    // A replay leaves the unit that noticed it in order.
    let both = store.change(|unit| {
        let replayed = unit.use_assertion(issuer, "client", "one", at(EXPIRY))?;
        Ok((replayed, unit.use_assertion(issuer, "client", "two", at(EXPIRY))?))
    });
    assert_eq!(both.unwrap(), (AssertionUse::Replayed, AssertionUse::Fresh));
    assert_eq!(used(store, issuer, "client", "two"), AssertionUse::Replayed);
}

pub fn parties_and_issuers_have_assertions_of_their_own(store: &dyn Store) {
    let issuer = Ground::of(store).issuer.key;
    let other = Ground::at(store, "https://other.example").issuer.key;
    for (issuer, party, jti) in [
        (issuer, "client", "jti"),
        (issuer, "client 2", "jti"),
        (other, "client", "jti"),
        // The border between the two texts counts.
        (issuer, "clientj", "ti"),
        (issuer, "clien", "tjti"),
    ] {
        assert_eq!(used(store, issuer, party, jti), AssertionUse::Fresh, "{party} {jti}");
    }
}

pub fn of_simultaneous_uses_one_is_fresh(store: &dyn Store) {
    let issuer = Ground::of(store).issuer.key;
    for round in 0..5 {
        let jti = format!("jti {round}");
        let uses = together(6, |_| used(store, issuer, "client", &jti));
        let fresh = uses.iter().filter(|outcome| **outcome == AssertionUse::Fresh).count();
        assert_eq!(fresh, 1, "{uses:?}");
    }
}

/// F16, F17: not before every clock agrees that they are over.
pub fn expired_assertions_are_forgotten(store: &dyn Store) {
    let issuer = Ground::of(store).issuer.key;
    for jti in ["a", "b", "c"] {
        used(store, issuer, "client", jti);
    }
    let late = store.change(|unit| unit.use_assertion(issuer, "client", "late", at(EXPIRY + 1)));
    assert_eq!(late.unwrap(), AssertionUse::Fresh);
    let forget = |expiry, limit| {
        let now = at(expiry).plus(ASSERTIONS_REMEMBERED);
        store.change(|unit| unit.forget_assertions(now, limit)).unwrap()
    };
    assert_eq!(forget(EXPIRY - 1, 10), 0);
    assert_eq!((forget(EXPIRY, 2), forget(EXPIRY, 2), forget(EXPIRY, 2)), (2, 1, 0));
    assert_eq!(used(store, issuer, "client", "late"), AssertionUse::Replayed);
    assert_eq!(used(store, issuer, "client", "a"), AssertionUse::Fresh);
}
