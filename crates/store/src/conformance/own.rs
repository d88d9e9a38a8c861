//! Trials of what is one person's: by number, and by reach.

use muster_domain::{Reach, UserKey, UserStatus};

use super::ground::Ground;
use crate::Store;

fn shown(store: &dyn Store, user: UserKey, reach: Reach) -> Vec<String> {
    let clients = store.list(|reading| reading.listed_clients(user, reach, None, 1_000));
    clients.unwrap().into_iter().map(|client| client.id.as_str().to_owned()).collect()
}

/// S26.
pub fn a_person_finds_their_own_by_its_number_and_nobody_elses(store: &dyn Store) {
    let ground = Ground::of(store);
    let client = ground.client("client");
    let [alice, bob] = ["alice", "bob"].map(|id| ground.user(id));
    let transaction = ground.transaction(&alice, &client, "t:1", 10);
    let token = ground.access(&transaction, 11);
    let lonely = ground.own_transaction(&client, "t:2");
    let flow = |user: UserKey, number| {
        store.read(|reading| reading.find_own_transaction(user, number)).unwrap()
    };
    let found =
        |user: UserKey, number| store.read(|reading| reading.find_own_token(user, number)).unwrap();
    assert_eq!(flow(alice.key, transaction.key.number).as_ref(), Some(&transaction));
    assert_eq!(found(alice.key, token.token.key.number).as_ref(), Some(&token.token));
    for number in [transaction.key.number, lonely.key.number, -1, 0, i64::MAX] {
        assert_eq!(flow(bob.key, number), None);
    }
    assert_eq!(found(bob.key, token.token.key.number), None);
    assert_eq!(flow(alice.key, lonely.key.number), None, "a client's own is no person's");
    let by_key = store.read(|reading| reading.find_client_by_key(client.key)).unwrap();
    assert_eq!(by_key, Some(client));
}

pub fn a_person_reaches_what_is_theirs_at_every_client(store: &dyn Store) {
    let ground = Ground::of(store);
    let [one, other] = ["one", "other"].map(|id| ground.client(id));
    let [alice, bob] = ["alice", "bob"].map(|id| ground.user(id));
    let token = ground.access(&ground.transaction(&alice, &one, "t:1", 10), 11);
    ground.access(&ground.transaction(&alice, &other, "t:2", 10), 11);
    ground.access(&ground.transaction(&bob, &other, "t:3", 10), 11);
    let [of_alice, of_bob] =
        [&alice, &bob].map(|user| Reach::own_tokens(ground.issuer.key, user.key));
    assert!(ground.find(&token, of_alice).is_some());
    assert_eq!(ground.find(&token, of_bob), None);
    assert_eq!(shown(store, alice.key, of_alice), ["one", "other"]);
    assert_eq!(shown(store, bob.key, of_bob), ["other"]);
    assert!(shown(store, alice.key, of_bob).is_empty(), "nobody sees another's list");
    let holds = |reach| store.list(|reading| reading.reach_holds(reach, None)).unwrap();
    assert!(holds(of_alice));
    store.change(|unit| unit.set_user_status(alice.key, UserStatus::Disabled)).unwrap();
    assert!(!holds(of_alice) && holds(of_bob));
    let standing = |reach| store.list(|reading| reading.user_standing(reach, alice.key)).unwrap();
    assert!(standing(of_alice).is_some() && standing(of_bob).is_none());
}
