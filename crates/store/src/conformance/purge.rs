//! Trials of deleting what a removed client held.

use muster_domain::{Client, Reach, TokenKind, TransactionState, User};

use super::ground::{Ground, LISTS, LISTS_ALL, at, tag};
use crate::{Store, StoredToken};

/// Users with tokens at the client, and a token of the client's own.
fn planted(ground: &Ground<'_>, client: &Client, users: &[User]) -> Vec<StoredToken> {
    let mut tokens = Vec::new();
    for user in users {
        for flow in ["1", "2"] {
            let id = format!("t:{}:{}:{flow}", client.id, user.id);
            let transaction = ground.transaction(user, client, &id, 10);
            tokens.extend(ground.pair(&transaction, 11));
        }
    }
    let own = ground.own_transaction(client, &format!("t:{}:own", client.id));
    tokens.push(ground.access(&own, 11));
    tokens
}

fn purged(store: &dyn Store, client: &Client, users: i64) -> usize {
    store.change(|unit| unit.revoke_client(client.key, at(20))).unwrap();
    let mut steps = 1;
    while store.change(|unit| unit.purge_client(client.key, users)).unwrap() {
        steps += 1;
        assert!(steps < 100, "it comes to an end");
    }
    steps
}

pub fn a_revoked_client_goes_in_steps(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, admin) = (ground.client("client"), ground.admin("admin", LISTS));
    ground.link(&admin, &[&client]);
    let users = ["a", "b", "c", "d", "e"].map(|id| ground.user(id));
    planted(&ground, &client, &users);
    store.change(|unit| unit.revoke_client(client.key, at(20))).unwrap();
    assert!(store.change(|unit| unit.purge_client(client.key, 2)).unwrap());
    let holding = |user: &User| {
        let page = store.list(|r| r.listed_transactions(user.key, client.key, None, 9)).unwrap();
        assert!(page.is_empty() || page.len() == 2, "a step takes whole users");
        !page.is_empty()
    };
    assert_eq!(users.iter().filter(|user| holding(user)).count(), 3);
    let found = store.read(|reading| reading.find_client(client.issuer, &client.id)).unwrap();
    assert!(found.is_some(), "its id stays taken until all is gone");
    assert!(purged(store, &client, 2) > 1);
    assert!(!users.iter().any(holding));
    let found = store.read(|reading| reading.find_client(client.issuer, &client.id)).unwrap();
    assert_eq!(found, None);
    let page = crate::PartyPage { after: None, limit: 9 };
    assert!(store.read(|r| r.list_clients_of(admin.key, &page)).unwrap().is_empty());
    assert!(!store.change(|unit| unit.purge_client(client.key, 2)).unwrap());
}

/// I13.
pub fn an_id_given_again_has_none_of_the_old_tokens(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, admin) = (ground.client("client"), ground.admin("admin", LISTS_ALL));
    let users = ["a", "b"].map(|id| ground.user(id));
    let old = planted(&ground, &client, &users);
    purged(store, &client, 10);
    let again = ground.client("client");
    assert_ne!(again.key, client.key);
    let every = Reach::every_client(ground.issuer.key, admin.key);
    for reach in [every, ground.own(&again)] {
        for token in &old {
            assert_eq!(ground.find(token, reach), None);
        }
        for user in &users {
            let listed = store.list(|r| r.listed_clients(user.key, reach, None, 9)).unwrap();
            assert!(listed.is_empty());
        }
    }
    // The names of the old transactions are free.
    planted(&ground, &again, &users);
}

pub fn other_clients_keep_what_they_hold(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, other) = (ground.client("client"), ground.client("other"));
    let admin = ground.admin("admin", LISTS);
    ground.link(&admin, &[&client, &other]);
    let users = ["a", "b", "c"].map(|id| ground.user(id));
    planted(&ground, &client, &users);
    let kept = planted(&ground, &other, &users);
    purged(store, &client, 1);
    let reach = Reach::own_clients(ground.issuer.key, admin.key);
    for token in &kept {
        assert_eq!(ground.find(token, reach).unwrap().token, token.token);
    }
    for user in &users {
        let listed = store.list(|r| r.listed_clients(user.key, reach, None, 9)).unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0].id, other.id);
        let found = store.read(|reading| reading.find_user(user.issuer, &user.id)).unwrap();
        assert_eq!(found.as_ref(), Some(user));
    }
}

/// I13: codes and devices' flows go along.
pub fn a_purged_client_leaves_no_code_and_no_device_flow(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, other, user) =
        (ground.client("client"), ground.client("other"), ground.user("alice"));
    let [gone, kept] = [&client, &other]
        .map(|client| ground.transaction(&user, client, &format!("t:{}", client.id), 10));
    ground.code(&gone, tag(1));
    ground.code(&kept, tag(2));
    let (gone_flow, kept_flow) = (ground.device_flow(&client, 10), ground.device_flow(&other, 20));
    purged(store, &client, 10);
    assert_eq!(ground.find_code(&gone, tag(1)), None);
    assert!(ground.find_code(&kept, tag(2)).is_some());
    assert_eq!(ground.find_device_flow(&gone_flow, 10), None);
    assert!(ground.find_device_flow(&kept_flow, 20).is_some());
    // The hashes are free again, the old rows do not come back under them.
    let again = ground.client("client");
    let fresh = ground.transaction(&user, &again, "t:client", 10);
    assert_eq!(ground.find_code(&fresh, tag(1)), None);
    ground.code(&fresh, tag(1));
    ground.device_flow(&again, 10);
}

/// I15, S50: an exchanged token is its holder's, and dies with what it was exchanged out of.
pub fn what_was_exchanged_out_of_a_purged_client_ends_and_stays_on_record(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, other, user) =
        (ground.client("client"), ground.client("other"), ground.user("alice"));
    let of_user = ground.transaction(&user, &client, "t:user", 10);
    let own = ground.own_transaction(&client, "t:own");
    let unrelated = ground.transaction(&user, &other, "t:unrelated", 10);
    let children = [&of_user, &own].map(|parent| {
        let child = ground.child(parent, &other, &format!("{} child", parent.id));
        let grandchild = ground.child(&child, &other, &format!("{} grandchild", parent.id));
        [child, grandchild]
    });
    let token = ground.access(&children[0][1], 11);
    purged(store, &client, 10);
    for transaction in children.iter().flatten() {
        let state = ground.resting(transaction).unwrap().state;
        assert_ne!(state, TransactionState::Open, "{}", transaction.id);
    }
    assert!(ground.find(&token, ground.own(&other)).is_some(), "its holder still sees it");
    assert_eq!(ground.resting(&unrelated), Some(unrelated));
}

/// A client may have very many tokens in its own name.
pub fn what_a_client_has_in_its_own_name_goes_in_steps(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, other) = (ground.client("client"), ground.client("other"));
    let own = ground.own_transaction(&client, "t:own");
    let tokens: Vec<StoredToken> =
        (0..1_100).map(|number| ground.new_token(&own, TokenKind::Access, number)).collect();
    ground.add(&tokens);
    let kept = ground.access(&ground.own_transaction(&other, "t:other"), 11);
    assert!(purged(store, &client, 10) > 3);
    let every = Reach::every_client(ground.issuer.key, ground.admin("admin", LISTS_ALL).key);
    assert!(tokens.iter().step_by(100).all(|token| ground.find(token, every).is_none()));
    assert_eq!(ground.resting(&own), None);
    assert!(ground.find(&kept, every).is_some());
}
