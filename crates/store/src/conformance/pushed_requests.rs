//! Trials of pushed authorization requests (RFC 9126).

use super::ground::{Ground, is_conflict, tag, together};
use crate::Store;

pub fn a_pushed_request_is_found_as_it_was_given(store: &dyn Store) {
    let ground = Ground::of(store);
    let client = ground.client("client");
    let mut given = ground.new_pushed_request(&client);
    given.parameters = format!("scope=openid&state={}", "%F0%9F%94%91".repeat(1_000));
    store.change(|unit| unit.add_pushed_request(&given, tag(1))).unwrap();
    assert_eq!(ground.find_pushed_request(1), Some(given));
}

/// I11.
pub fn a_pushed_request_of_another_issuer_or_hash_is_not_found(store: &dyn Store) {
    let (ground, other) = (Ground::of(store), Ground::at(store, "https://other.example"));
    let [ours, theirs] =
        [(&ground, "ours"), (&other, "theirs")].map(|(ground, id)| ground.client(id));
    let request = ground.pushed_request(&ours, 1);
    assert_eq!((ground.find_pushed_request(2), other.find_pushed_request(1)), (None, None));
    let twin = ground.new_pushed_request(&ours);
    assert!(is_conflict(&store.change(|unit| unit.add_pushed_request(&twin, tag(1)))));
    let spend = |ground: &Ground<'_>| {
        store.change(|unit| unit.spend_pushed_request(ground.issuer.key, tag(1))).unwrap()
    };
    assert!(!spend(&other), "no issuer uses up what lies at another");
    other.pushed_request(&theirs, 1);
    assert!(spend(&other));
    assert_eq!(ground.find_pushed_request(1), Some(request));
}

/// RFC 9126 2.2.
pub fn of_any_number_of_uses_of_a_pushed_request_one_wins(store: &dyn Store) {
    let ground = Ground::of(store);
    let client = ground.client("client");
    for round in 0..5 {
        ground.pushed_request(&client, round);
        let spend = || {
            let issuer = ground.issuer.key;
            store.change(|unit| unit.spend_pushed_request(issuer, tag(round))).unwrap()
        };
        let won = together(6, |_| spend());
        assert_eq!(won.iter().filter(|won| **won).count(), 1, "{won:?}");
        assert!(!spend());
        assert_eq!(ground.find_pushed_request(round), None);
    }
}

/// A unit that fails has used nothing up.
pub fn a_pushed_request_of_a_failed_unit_is_still_there(store: &dyn Store) {
    let ground = Ground::of(store);
    let request = ground.pushed_request(&ground.client("client"), 1);
    let failed = store.change(|unit| {
        assert!(unit.spend_pushed_request(ground.issuer.key, tag(1))?);
        Err::<(), _>(crate::StoreError::GivenUp { reason: "on purpose".to_owned() })
    });
    assert!(failed.is_err());
    assert_eq!(ground.find_pushed_request(1), Some(request));
}
