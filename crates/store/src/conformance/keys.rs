//! Trials of data keys and signing keys.

use muster_domain::DataKeyId;

use super::ground::{Ground, at, is_conflict};
use crate::{SigningKeyState, Store, StoredDataKey, StoredSigningKey};

fn data_key(number: i64) -> StoredDataKey {
    StoredDataKey {
        id: DataKeyId::new(number),
        purpose: 2,
        kek_id: format!("kek {number}"),
        wrapped: vec![0, 255, u8::try_from(number).unwrap()],
        created_at: at(number),
    }
}

pub fn data_keys_are_listed_by_number(store: &dyn Store) {
    let list = || store.read(|reading| reading.list_data_keys()).unwrap();
    assert!(list().is_empty());
    for number in [12, 3, 7] {
        store.change(|unit| unit.add_data_key(&data_key(number))).unwrap();
    }
    assert_eq!(list(), [3, 7, 12].map(data_key));
    let twin = StoredDataKey { wrapped: vec![1], ..data_key(7) };
    assert!(is_conflict(&store.change(|unit| unit.add_data_key(&twin))));
    assert_eq!(list(), [3, 7, 12].map(data_key));
}

pub fn a_data_key_is_rewrapped_in_place(store: &dyn Store) {
    for number in [1, 2] {
        store.change(|unit| unit.add_data_key(&data_key(number))).unwrap();
    }
    let rewrap = |number| {
        let id = DataKeyId::new(number);
        store.change(|unit| unit.rewrap_data_key(id, "new", &[9, 0, 9])).unwrap()
    };
    assert!(rewrap(2));
    assert!(!rewrap(3));
    let rewrapped =
        StoredDataKey { kek_id: "new".to_owned(), wrapped: vec![9, 0, 9], ..data_key(2) };
    let list = store.read(|reading| reading.list_data_keys()).unwrap();
    assert_eq!(list, [data_key(1), rewrapped]);
}

fn signing_key(ground: &Ground<'_>, kid: &str) -> StoredSigningKey {
    StoredSigningKey {
        issuer: ground.issuer.key,
        kid: kid.to_owned(),
        algorithm: "RS256".to_owned(),
        state: SigningKeyState::Current,
        public_jwk: r#"{"kty":"RSA"}"#.to_owned(),
        private: Some((DataKeyId::new(4), vec![0, 1, 255])),
        created_at: at(5),
        published_until: None,
    }
}

pub fn signing_keys_are_listed_by_name_for_each_issuer(store: &dyn Store) {
    let (ground, other) = (Ground::of(store), Ground::at(store, "https://other.example"));
    let put = |key: &StoredSigningKey| store.change(|unit| unit.put_signing_key(key)).unwrap();
    for kid in ["b", "B", "a"] {
        put(&signing_key(&ground, kid));
    }
    put(&signing_key(&other, "a"));
    let list = |ground: &Ground<'_>| {
        store.read(|reading| reading.list_signing_keys(ground.issuer.key)).unwrap()
    };
    assert_eq!(list(&ground), ["B", "a", "b"].map(|kid| signing_key(&ground, kid)));
    assert_eq!(list(&other), [signing_key(&other, "a")]);
}

pub fn a_signing_key_is_replaced_under_its_name(store: &dyn Store) {
    let (ground, other) = (Ground::of(store), Ground::at(store, "https://other.example"));
    let put = |key: &StoredSigningKey| store.change(|unit| unit.put_signing_key(key)).unwrap();
    put(&signing_key(&ground, "a"));
    put(&signing_key(&other, "a"));
    for state in [SigningKeyState::Next, SigningKeyState::Current, SigningKeyState::Retired] {
        let new = StoredSigningKey {
            state,
            private: None,
            published_until: Some(at(i64::MAX)),
            ..signing_key(&ground, "a")
        };
        put(&new);
        let list = store.read(|reading| reading.list_signing_keys(ground.issuer.key)).unwrap();
        assert_eq!(list, [new]);
    }
    let list = store.read(|reading| reading.list_signing_keys(other.issuer.key)).unwrap();
    assert_eq!(list, [signing_key(&other, "a")]);
}
