//! Trials of users.

use muster_domain::{
    Client, Descent, DeviceFlow, DeviceFlowKey, DeviceState, Lifetime, ScopeSet, Shard, TokenKind,
    Transaction, TransactionState, User, UserId, UserKey, UserStatus,
};

use super::ground::{Ground, LISTS_ALL, at, tag, together};
use crate::{Sequence, Store};

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

/// I12: codes, devices that the user approved, and what was exchanged out of its tokens.
pub fn a_removed_user_leaves_no_code_and_no_device_flow(store: &dyn Store) {
    let ground = Ground::of(store);
    let client = ground.client("client");
    let users = [ground.user("alice"), ground.user("bob")];
    let held = [(&users[0], 1), (&users[1], 2)].map(|(user, number)| {
        let transaction = ground.transaction(user, &client, &format!("t:{number}"), 10);
        let child = ground.child(&transaction, &client, &format!("t:{number} child"));
        ground.code(&transaction, tag(number));
        let flow = ground.device_flow(&client, number * 10);
        let approve = |unit: &mut dyn crate::Unit| unit.approve_device(flow.key, user.key, at(20));
        assert!(store.change(approve).unwrap());
        (transaction, child, flow, number)
    });
    let pending = ground.device_flow(&client, 30);
    assert!(store.change(|unit| unit.remove_user(users[0].key)).unwrap());
    let there = |(transaction, child, flow, number): &(_, _, _, i64)| {
        [
            ground.find_code(transaction, tag(*number)).is_some(),
            ground.resting(transaction).is_some(),
            ground.resting(child).is_some(),
            ground.find_device_flow(flow, number * 10).is_some(),
        ]
    };
    assert_eq!((there(&held[0]), there(&held[1])), ([false; 4], [true; 4]));
    assert!(ground.find_device_flow(&pending, 30).is_some());
    let again = ground.user("alice");
    let fresh = ground.transaction(&again, &client, "t:1", 10);
    assert_eq!(ground.find_code(&fresh, tag(1)), None);
}

fn state(ground: &Ground<'_>, transaction: &Transaction) -> TransactionState {
    let place = (transaction.key.shard, transaction.id.clone());
    let found = ground
        .store
        .read(|r| r.find_transactions(transaction.issuer, std::slice::from_ref(&place)));
    found.unwrap()[0].state
}

pub fn a_users_open_transactions_end_with_what_came_out_of_them(store: &dyn Store) {
    let ground = Ground::of(store);
    let [app, portal, robot] = ["app", "portal", "robot"].map(|id| ground.client(id));
    let (alice, bob) = (ground.user("alice"), ground.user("bob"));
    let [at_app, at_portal] = [(&app, "t:app"), (&portal, "t:portal")]
        .map(|(client, id)| ground.transaction(&alice, client, id, 10));
    let of_bob = ground.transaction(&bob, &app, "t:bob", 10);
    let mut child = ground.new_transaction(&alice, &robot, "t:child", 20);
    child.descent = Descent::of_child(&at_app);
    let mut grandchild = ground.new_transaction(&alice, &robot, "t:grandchild", 30);
    grandchild.descent = Descent::of_child(&child);
    let both = [child.clone(), grandchild.clone()];
    store.change(|unit| unit.add_transactions(&both)).unwrap();
    let end = |user: &User, client: Option<&Client>, when| {
        let client = client.map(|client| client.key);
        store.change(|unit| unit.end_user_transactions(user.key, client, at(when))).unwrap()
    };
    assert_eq!(end(&alice, Some(&app), 50), 3, "what was exchanged out of it goes along");
    let ended = TransactionState::Ended { at: at(50) };
    for one in [&at_app, &child, &grandchild] {
        assert_eq!(state(&ground, one), ended, "{}", one.id);
    }
    for other in [&at_portal, &of_bob] {
        assert_eq!(state(&ground, other), TransactionState::Open, "{}", other.id);
    }
    assert_eq!(end(&alice, None, 60), 1);
    assert_eq!(state(&ground, &at_portal), TransactionState::Ended { at: at(60) });
    assert_eq!(state(&ground, &at_app), ended, "it keeps the moment of its end");
    assert_eq!(end(&alice, None, 70), 0);
    assert_eq!(state(&ground, &of_bob), TransactionState::Open);
    let crowd: Vec<Transaction> =
        (0..1_003).map(|n| ground.new_transaction(&bob, &app, &format!("t:{n}"), n)).collect();
    store.change(|unit| unit.add_transactions(&crowd)).unwrap();
    assert_eq!(end(&bob, Some(&app), 80), 1_004, "however many there are");
}

pub fn devices_that_a_user_approved_get_nothing_once_all_is_ended(store: &dyn Store) {
    let ground = Ground::of(store);
    let [app, other] = ["app", "other"].map(|id| ground.client(id));
    let (alice, bob) = (ground.user("alice"), ground.user("bob"));
    let approved = |client: &Client, user: &User| {
        let shard = Shard::of_client(&ground.issuer.url, &client.id);
        let key = DeviceFlowKey::new(shard, ground.number(Sequence::DeviceFlows));
        let flow = DeviceFlow {
            key,
            issuer: ground.issuer.key,
            client: client.key,
            scopes: ScopeSet::default(),
            audience: Vec::new(),
            proof_key: None,
            started_at: at(1),
            expires_at: at(600_000),
            interval: Lifetime::from_seconds(5),
            polled_at: None,
            state: DeviceState::Pending,
        };
        let (device, code) = (tag(key.number), tag(-key.number));
        store.change(|unit| unit.add_device_flow(&flow, device, code)).unwrap();
        assert!(store.change(|unit| unit.approve_device(key, user.key, at(2))).unwrap());
        key
    };
    let (hers, elsewhere) = (approved(&app, &alice), approved(&other, &alice));
    let his = approved(&app, &bob);
    let end = |client| store.change(|unit| unit.end_user_transactions(alice.key, client, at(3)));
    let redeem = |flow| store.change(|unit| unit.redeem_device(flow)).unwrap();
    assert_eq!(end(Some(app.key)).unwrap(), 0, "no transaction has begun");
    assert!(!redeem(hers));
    assert!(redeem(elsewhere));
    let late = approved(&other, &alice);
    end(None).unwrap();
    assert!(!redeem(late));
    assert!(redeem(his));
}
