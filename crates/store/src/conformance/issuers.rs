//! Trials of issuers.

use muster_domain::{IssuerKey, IssuerUrl, PartyStatus, samples};

use super::ground::{Ground, is_conflict};
use crate::Store;

pub fn an_added_issuer_is_found_and_stands_approved(store: &dyn Store) {
    let ground = Ground::of(store);
    assert_eq!(ground.issuer.status, PartyStatus::Approved);
    let find = |url: &str| {
        let url = IssuerUrl::new(url).unwrap();
        store.read(|reading| reading.find_issuer(&url)).unwrap()
    };
    assert_eq!(find("https://issuer.example/oauth2"), Some(ground.issuer));
    for other in ["https://issuer.example/oauth2/", "https://ISSUER.example/oauth2", "x"] {
        assert_eq!(find(other), None, "{other}");
    }
}

pub fn a_second_issuer_with_the_same_url_is_a_conflict(store: &dyn Store) {
    let ground = Ground::of(store);
    let again = samples::issuer(ground.issuer.url.as_str()).unwrap();
    assert!(is_conflict(&store.change(|unit| unit.add_issuer(&again))));
    let all = store.read(|reading| reading.list_issuers()).unwrap();
    assert_eq!(all, [ground.issuer]);
}

pub fn issuers_are_listed_by_the_bytes_of_their_url(store: &dyn Store) {
    for url in ["https://b", "https://a/x", "https://B", "https://a", "https://ä"] {
        Ground::at(store, url);
    }
    let all = store.read(|reading| reading.list_issuers()).unwrap();
    let urls: Vec<&str> = all.iter().map(|issuer| issuer.url.as_str()).collect();
    assert_eq!(urls, ["https://B", "https://a", "https://a/x", "https://b", "https://ä"]);
}

pub fn an_issuers_status_changes_and_an_unknown_one_has_none(store: &dyn Store) {
    let (ground, other) = (Ground::of(store), Ground::at(store, "https://other.example"));
    for status in PartyStatus::ALL {
        let key = ground.issuer.key;
        assert!(store.change(|unit| unit.set_issuer_status(key, status)).unwrap());
        let all = store.read(|reading| reading.list_issuers()).unwrap();
        assert_eq!(all[0].status, status);
        assert_eq!(all[1], other.issuer);
    }
    let nobody = IssuerKey::new(999);
    assert!(!store.change(|unit| unit.set_issuer_status(nobody, PartyStatus::Denied)).unwrap());
}
