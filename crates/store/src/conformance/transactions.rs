//! Trials of transactions.

use muster_domain::{Shard, Transaction, TransactionId, TransactionKey, TransactionState, UserKey};

use super::ground::{Ground, at, is_conflict};
use crate::Store;

fn find(ground: &Ground<'_>, wanted: &[(Shard, TransactionId)]) -> Vec<Transaction> {
    let found = ground.store.read(|r| r.find_transactions(ground.issuer.key, wanted));
    let mut found = found.unwrap();
    found.sort_by_key(|transaction| transaction.key);
    found
}

fn place(transaction: &Transaction) -> (Shard, TransactionId) {
    (transaction.key.shard, transaction.id.clone())
}

pub fn transactions_are_found_by_shard_and_name(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let mut ended = ground.new_transaction(&user, &client, "t:ended", -5);
    ended.state = TransactionState::Ended { at: at(7) };
    store.change(|unit| unit.add_transactions(std::slice::from_ref(&ended))).unwrap();
    let open = ground.transaction(&user, &client, "https://i.example/2620?type=authzGrant", 10);
    let own = ground.own_transaction(&client, "t:own");
    let mut expected = vec![ended.clone(), open.clone(), own.clone()];
    expected.sort_by_key(|transaction| transaction.key);
    assert_eq!(find(&ground, &[place(&ended), place(&open), place(&own)]), expected);
    assert_eq!(find(&ground, &[place(&open)]), std::slice::from_ref(&open));
    let elsewhere = Shard::from_number((open.key.shard.number() + 1) % Shard::COUNT).unwrap();
    assert!(find(&ground, &[(elsewhere, open.id)]).is_empty());
    let unknown = TransactionId::new("t:unknown").unwrap();
    assert!(find(&ground, &[(user.key.shard, unknown)]).is_empty());
    assert!(find(&ground, &[]).is_empty());
}

/// I11.
pub fn transactions_of_another_issuer_are_not_found(store: &dyn Store) {
    let (ground, other) = (Ground::of(store), Ground::at(store, "https://other.example"));
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let transaction = ground.transaction(&user, &client, "t:1", 10);
    assert!(find(&other, &[place(&transaction)]).is_empty());
    // The same name is free there.
    let (client, user) = (other.client("client"), other.user("alice"));
    let twin = other.transaction(&user, &client, "t:1", 10);
    assert_eq!(find(&other, &[place(&twin)]), [twin]);
    assert_eq!(find(&ground, &[place(&transaction)]), [transaction]);
}

pub fn the_same_name_twice_is_a_conflict(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let first = ground.transaction(&user, &client, "t:1", 10);
    let fresh = ground.new_transaction(&user, &client, "t:2", 10);
    let again = ground.new_transaction(&user, &client, "t:1", 20);
    let both = [fresh.clone(), again];
    assert!(is_conflict(&store.change(|unit| unit.add_transactions(&both))));
    assert_eq!(find(&ground, &[place(&first), place(&fresh)]), [first]);
}

pub fn a_transaction_ends_once(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let [one, other] = ["t:1", "t:2"].map(|id| ground.transaction(&user, &client, id, 10));
    let end = |key, when| store.change(|unit| unit.end_transaction(key, at(when))).unwrap();
    assert!(end(one.key, 50));
    assert!(!end(one.key, 60), "it keeps the moment of its end");
    assert!(!end(TransactionKey::new(user.key.shard, 99_999), 50));
    let found = find(&ground, &[place(&one), place(&other)]);
    assert_eq!(found[0].state, TransactionState::Ended { at: at(50) });
    assert_eq!(found[1], other);
}

/// Backends may write many rows in another way than few.
pub fn many_transactions_are_kept_like_few(store: &dyn Store) {
    let ground = Ground::of(store);
    let [one, two] = ["one\t,\"\\N\"", "\\."].map(|id| ground.client(id));
    let users: Vec<UserKey> = (0..7).map(|n| ground.user(&format!("user {n}")).key).collect();
    let first = ground.user("user 0");
    let mut all = Vec::new();
    for (number, user) in (0..140).zip(users.iter().cycle()) {
        let client = if number % 3 == 0 { &one } else { &two };
        let id = format!("t:{number}\t\"quoted\", \\N \\. line\nbreak \u{1f511}");
        let mut new = ground.new_transaction(&first, client, &id, number * 10);
        new.key = TransactionKey::new(user.shard, new.key.number);
        new.user = (number % 5 != 0).then_some(*user);
        if number % 4 == 0 {
            new.state = TransactionState::Ended { at: at(number) };
        }
        all.push(new);
    }
    store.change(|unit| unit.add_transactions(&all)).unwrap();
    let places: Vec<_> = all.iter().map(place).collect();
    all.sort_by_key(|transaction| transaction.key);
    assert_eq!(find(&ground, &places), all);
}
