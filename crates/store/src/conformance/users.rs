//! Trials of users.

use muster_domain::{Shard, TokenKind, UserId, UserKey, UserStatus};

use super::ground::{Ground, LISTS_ALL, at, together};
use crate::Store;

fn ids(texts: &[&str]) -> Vec<UserId> {
    texts.iter().map(|text| UserId::new(*text).unwrap()).collect()
}

pub fn missing_users_are_added_and_known_ones_kept(store: &dyn Store) {
    let ground = Ground::of(store);
    let ensure = |names: &[&str], when| {
        let wanted = ids(names);
        store.change(|unit| unit.ensure_users(ground.issuer.key, &wanted, at(when))).unwrap()
    };
    let first = ensure(&["b", "a"], 10);
    let names: Vec<&str> = first.iter().map(|user| user.id.as_str()).collect();
    assert_eq!(names, ["b", "a"], "in the order asked for");
    assert_eq!((first[0].status, first[0].created_at), (UserStatus::Active, at(10)));
    assert_eq!(first[0].key.shard, Shard::of_user(&ground.issuer.url, &first[0].id));
    let again = ensure(&["c", "a", "c", "b"], 20);
    assert_eq!((&again[1], &again[3]), (&first[1], &first[0]));
    assert_eq!(again[0], again[2], "one id is one user, also when it is named twice");
    assert_eq!(again[0].created_at, at(20));
    assert!(ensure(&[], 30).is_empty());
}

pub fn user_ids_compare_byte_for_byte(store: &dyn Store) {
    let ground = Ground::of(store);
    // B124: empty and very long ones are users, too.
    let long = "u".repeat(10_240);
    let texts = ["", " ", "alice", "Alice", "alice ", "al\u{ed}ce", long.as_str()];
    let wanted = ids(&texts);
    let users = store.change(|unit| unit.ensure_users(ground.issuer.key, &wanted, at(1))).unwrap();
    for (id, user) in wanted.iter().zip(&users) {
        let found = store.read(|reading| reading.find_user(ground.issuer.key, id)).unwrap();
        assert_eq!(found.as_ref(), Some(user));
        assert_eq!(&user.id, id);
        let found = store.read(|reading| reading.find_user_by_key(user.key)).unwrap();
        assert_eq!(found.as_ref(), Some(user));
    }
    for unknown in ids(&["ALICE", "alice  ", "bob", "%"]) {
        let found = store.read(|reading| reading.find_user(ground.issuer.key, &unknown)).unwrap();
        assert_eq!(found, None);
    }
}

/// I11.
pub fn one_id_under_two_issuers_is_two_users(store: &dyn Store) {
    let (one, other) = (Ground::of(store), Ground::at(store, "https://other.example"));
    let (first, second) = (one.user("alice"), other.user("alice"));
    assert_ne!(first.key, second.key);
    for (ground, user) in [(&one, &first), (&other, &second)] {
        let key = ground.issuer.key;
        let found = store.read(|reading| reading.find_user(key, &user.id)).unwrap();
        assert_eq!(found.as_ref(), Some(user));
    }
    store.change(|unit| unit.set_user_status(first.key, UserStatus::Disabled)).unwrap();
    let found = store.read(|reading| reading.find_user_by_key(second.key)).unwrap();
    assert_eq!(found.unwrap().status, UserStatus::Active);
}

pub fn of_simultaneous_first_sights_all_see_one_user(store: &dyn Store) {
    let ground = Ground::of(store);
    for round in 0..5 {
        let wanted = ids(&[&format!("new {round}"), &format!("newer {round}")]);
        let seen = together(4, |_| {
            store.change(|unit| unit.ensure_users(ground.issuer.key, &wanted, at(1)))
        });
        let seen: Vec<_> = seen.into_iter().map(Result::unwrap).collect();
        assert!(seen.iter().all(|users| *users == seen[0]), "{seen:?}");
    }
}

pub fn a_users_status_changes_and_an_unknown_one_has_none(store: &dyn Store) {
    let ground = Ground::of(store);
    let user = ground.user("alice");
    for status in [UserStatus::Disabled, UserStatus::Active] {
        assert!(store.change(|unit| unit.set_user_status(user.key, status)).unwrap());
        let found = store.read(|reading| reading.find_user(user.issuer, &user.id)).unwrap();
        assert_eq!(found.unwrap().status, status);
    }
    let nobody = UserKey::new(user.key.shard, 99_999);
    assert!(!store.change(|unit| unit.set_user_status(nobody, UserStatus::Disabled)).unwrap());
    assert!(!store.change(|unit| unit.remove_user(nobody)).unwrap());
    assert_eq!(store.read(|reading| reading.find_user_by_key(nobody)).unwrap(), None);
}

/// I12.
pub fn a_removed_user_takes_everything_along(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, admin) = (ground.client("client"), ground.admin("admin", LISTS_ALL));
    let reach = muster_domain::Reach::every_client(ground.issuer.key, admin.key);
    let (alice, bob) = (ground.user("alice"), ground.user("bob"));
    let [old, kept] = [(&alice, "t:a"), (&bob, "t:b")].map(|(user, id)| {
        let transaction = ground.transaction(user, &client, id, 10);
        ground.pair(&transaction, 11)
    });
    assert!(store.change(|unit| unit.remove_user(alice.key)).unwrap());
    let again = ground.user("alice");
    assert_ne!(again.key, alice.key);
    for user in [&alice, &again] {
        let clients = store.list(|reading| reading.listed_clients(user.key, reach, None, 9));
        assert!(clients.unwrap().is_empty());
        let none = store.list(|r| r.listed_transactions(user.key, client.key, None, 9));
        assert!(none.unwrap().is_empty());
    }
    for (old, kept) in old.iter().zip(&kept) {
        assert_eq!(ground.find(old, reach), None);
        assert!(ground.find(kept, reach).is_some());
    }
    // The name of the old transaction is free, and so are the hashes of its tokens.
    let transaction = ground.transaction(&again, &client, "t:a", 20);
    let mut token = ground.new_token(&transaction, TokenKind::Access, 21);
    token.tag = old[0].tag;
    ground.add(std::slice::from_ref(&token));
    assert_eq!(ground.find(&token, reach).unwrap().token, token.token);
}
