//! Trials of trusted issuers (RFC 7523 2.1).

use muster_domain::{PartyStatus, TrustedIssuer};

use super::ground::{Ground, at, is_conflict};
use crate::Store;

fn trusted(ground: &Ground<'_>, url: &str) -> TrustedIssuer {
    let trusted = TrustedIssuer {
        issuer: ground.issuer.key,
        url: url.to_owned(),
        status: PartyStatus::Approved,
        jwks: r#"{"keys":[]}"#.to_owned(),
        created_at: at(5),
    };
    ground.store.change(|unit| unit.add_trusted_issuer(&trusted)).unwrap();
    trusted
}

fn find(ground: &Ground<'_>, url: &str) -> Option<TrustedIssuer> {
    let issuer = ground.issuer.key;
    ground.store.read(|reading| reading.find_trusted_issuer(issuer, url)).unwrap()
}

/// I11.
pub fn a_trusted_issuer_is_found_by_the_bytes_of_its_url(store: &dyn Store) {
    let (ground, other) = (Ground::of(store), Ground::at(store, "https://other.example"));
    let one = trusted(&ground, "https://idp.example/");
    let two = trusted(&ground, "https://IDP.example/");
    assert_eq!(find(&ground, &one.url), Some(one.clone()));
    for unknown in ["https://idp.example", "https://idp.example//", "", "a\0b"] {
        assert_eq!(find(&ground, unknown), None, "{unknown:?}");
    }
    assert_eq!(find(&other, &one.url), None);
    let listed = |ground: &Ground<'_>| {
        let issuer = ground.issuer.key;
        store.read(|reading| reading.list_trusted_issuers(issuer)).unwrap()
    };
    assert_eq!(listed(&ground), [two, one]);
    assert!(listed(&other).is_empty());
}

pub fn a_trusted_issuer_is_entered_once_for_each_issuer(store: &dyn Store) {
    let (ground, other) = (Ground::of(store), Ground::at(store, "https://other.example"));
    let one = trusted(&ground, "https://idp.example");
    assert!(is_conflict(&store.change(|unit| unit.add_trusted_issuer(&one))));
    trusted(&other, "https://idp.example");
}

pub fn a_trusted_issuer_changes_and_goes(store: &dyn Store) {
    let ground = Ground::of(store);
    let (issuer, url) = (ground.issuer.key, "https://idp.example");
    trusted(&ground, url);
    let kept = trusted(&ground, "https://other-idp.example");
    let set_status = |url: &str, status| {
        store.change(|unit| unit.set_trusted_issuer_status(issuer, url, status)).unwrap()
    };
    assert!(set_status(url, PartyStatus::Suspended));
    assert_eq!(find(&ground, url).unwrap().status, PartyStatus::Suspended);
    let jwks = r#"{"keys":[{}]}"#;
    assert!(store.change(|unit| unit.set_trusted_issuer_keys(issuer, url, jwks)).unwrap());
    assert_eq!(find(&ground, url).unwrap().jwks, jwks);
    assert!(store.change(|unit| unit.remove_trusted_issuer(issuer, url)).unwrap());
    assert_eq!(find(&ground, url), None);
    assert!(!set_status(url, PartyStatus::Approved));
    assert!(!store.change(|unit| unit.set_trusted_issuer_keys(issuer, url, jwks)).unwrap());
    assert!(!store.change(|unit| unit.remove_trusted_issuer(issuer, url)).unwrap());
    assert_eq!(find(&ground, &kept.url), Some(kept));
}
