//! Trials of deleting what a removed client held.

use muster_domain::{Client, Reach, User};

use super::ground::{Ground, LISTS, LISTS_ALL, at};
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
