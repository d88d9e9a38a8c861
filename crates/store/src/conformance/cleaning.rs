//! Trials of clean-up: it takes what was refused before, in batches, and nothing else (I24).

use muster_domain::{Ending, Lifetime, Reach, Timestamp, TokenKind, Transaction, User};

use super::ground::{Ground, LISTS_ALL, at, tag, together};
use crate::{Cleaned, Store, StoredToken};

fn clean(store: &dyn Store, before: i64, limit: i64) -> Cleaned {
    store.change(|unit| unit.clean(at(before), limit)).unwrap()
}

fn token(ground: &Ground<'_>, transaction: &Transaction, expires: i64) -> StoredToken {
    let mut token = ground.new_token(transaction, TokenKind::Refresh, 11);
    token.token.expires_at = at(expires);
    ground.add(std::slice::from_ref(&token));
    token
}

/// I24, past failure 59.
pub fn what_ended_by_then_goes_and_everything_else_stays(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let transaction = ground.transaction(&user, &client, "t:1", 10);
    let new = |expires| token(&ground, &transaction, expires);
    let (over, live) = (new(1_000), new(1_001));
    let [revoked, revoked_later, rotated, rotated_over] = [9_000, 9_000, 9_000, 1_000].map(new);
    let end = |token: &StoredToken, how, when| {
        let ended = store.change(|unit| unit.end_tokens(&[token.token.key], how, at(when)));
        assert_eq!(ended.unwrap(), 1);
    };
    end(&revoked, Ending::Revoked, 1_000);
    end(&revoked_later, Ending::Revoked, 1_001);
    end(&rotated, Ending::Rotated, 20);
    end(&rotated_over, Ending::Rotated, 20);
    let found = |token: &StoredToken| ground.find(token, ground.own(&client)).is_some();
    assert_eq!(clean(store, 1_000, 100), Cleaned { tokens: 3, ..Cleaned::default() });
    for token in [&over, &revoked, &rotated_over] {
        assert!(!found(token));
    }
    for token in [&live, &revoked_later, &rotated] {
        assert!(found(token), "live, ended later, or rotated and not expired");
    }
    assert_eq!(clean(store, 1_000, 100), Cleaned::default());
    assert_eq!(ground.resting(&transaction), Some(transaction));
}

pub fn a_batch_takes_no_more_than_its_limit(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    for number in 0..5 {
        let [used, unused] = ["used", "unused"]
            .map(|kind| ground.transaction(&user, &client, &format!("t:{kind}:{number}"), 10));
        let expired = token(&ground, &used, 500);
        let revoked = token(&ground, &used, 90_000);
        store.change(|u| u.end_tokens(&[revoked.token.key], Ending::Revoked, at(500))).unwrap();
        assert_ne!(expired.token.key, revoked.token.key);
        ground.code(&unused, tag(number));
        ground.device_flow(&client, 100 + 2 * number);
    }
    let mut total = Cleaned::default();
    let mut batches = 0;
    loop {
        let batch = clean(store, 1_000, 3);
        assert!(batch.tokens <= 3 && batch.codes <= 3 && batch.device_flows <= 3, "{batch:?}");
        if batch == Cleaned::default() {
            break;
        }
        total.tokens += batch.tokens;
        total.transactions += batch.transactions;
        total.codes += batch.codes;
        total.device_flows += batch.device_flows;
        batches += 1;
    }
    assert_eq!(total, Cleaned { tokens: 10, transactions: 10, codes: 5, device_flows: 5 });
    assert_eq!(batches, 4);
    assert_eq!(clean(store, 1_000, 0), Cleaned::default());
}

pub fn a_transaction_goes_with_the_last_of_what_is_its_own(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let transaction = ground.transaction(&user, &client, "t:1", 10);
    let own = ground.own_transaction(&client, "t:own");
    token(&ground, &transaction, 100);
    token(&ground, &transaction, 300);
    token(&ground, &own, 100);
    token(&ground, &own, 700);
    ground.code(&transaction, tag(1));
    assert_eq!(clean(store, 100, 9), Cleaned { tokens: 2, ..Cleaned::default() });
    assert_eq!(clean(store, 300, 9), Cleaned { tokens: 1, ..Cleaned::default() });
    assert!(ground.resting(&transaction).is_some(), "its code is still there");
    let third = Cleaned { codes: 1, transactions: 1, ..Cleaned::default() };
    assert_eq!(clean(store, 600, 9), third);
    assert_eq!((ground.resting(&transaction), ground.resting(&own).is_some()), (None, true));
    let last = Cleaned { tokens: 1, transactions: 1, ..Cleaned::default() };
    assert_eq!(clean(store, 700, 9), last);
    assert_eq!(ground.resting(&own), None);
}

pub fn a_parent_stays_while_it_has_a_child_and_goes_with_the_last(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let root = ground.transaction(&user, &client, "t:root", 10);
    let child = ground.child(&root, &client, "t:child");
    let grandchild = ground.child(&child, &client, "t:grandchild");
    token(&ground, &root, 100);
    token(&ground, &child, 200);
    token(&ground, &grandchild, 300);
    assert_eq!(clean(store, 200, 9), Cleaned { tokens: 2, ..Cleaned::default() });
    assert!(ground.resting(&root).is_some() && ground.resting(&child).is_some());
    // The family is whole until it goes: its end still reaches the youngest.
    let last = Cleaned { tokens: 1, transactions: 3, ..Cleaned::default() };
    assert_eq!(clean(store, 300, 9), last);
    assert_eq!(ground.resting(&root), None);
}

/// I24: the listing shows no client for transactions that are gone, and shows it again.
pub fn a_client_is_listed_while_its_user_has_a_transaction(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let admin = ground.admin("admin", LISTS_ALL);
    let reach = Reach::every_client(ground.issuer.key, admin.key);
    let listed = |user: &User| {
        store.list(|reading| reading.listed_clients(user.key, reach, None, 9)).unwrap().len()
    };
    token(&ground, &ground.transaction(&user, &client, "t:1", 10), 100);
    assert_eq!(listed(&user), 1);
    assert_eq!(clean(store, 100, 9).transactions, 1);
    assert_eq!(listed(&user), 0);
    ground.transaction(&user, &client, "t:2", 500);
    assert_eq!(listed(&user), 1);
}

/// A client in its own name has all its tokens in one shard.
pub fn many_ended_tokens_of_one_shard_go_at_once(store: &dyn Store) {
    let ground = Ground::of(store);
    let client = ground.client("client");
    let own = ground.own_transaction(&client, "t:own");
    let mut all = Vec::new();
    for _ in 0..1_200 {
        let mut token = ground.new_token(&own, TokenKind::Access, 11);
        token.token.expires_at = at(100);
        all.push(token);
    }
    ground.add(&all);
    let live = token(&ground, &own, 101);
    assert_eq!(clean(store, 100, 5_000), Cleaned { tokens: 1_200, ..Cleaned::default() });
    assert!(ground.find(&live, ground.own(&client)).is_some());
}

pub fn a_lease_has_one_holder_until_it_ends(store: &dyn Store) {
    let take = |name: &str, holder: &str, now: Timestamp| {
        let until = now.plus(Lifetime::from_millis(100));
        store.change(|unit| unit.take_lease(name, holder, now, until)).unwrap()
    };
    assert!(take("cleaning", "one", at(1_000)));
    assert!(!take("cleaning", "two", at(1_000)));
    assert!(take("rotation", "two", at(1_000)), "each name is a lease of its own");
    assert!(take("cleaning", "one", at(1_050)), "its holder renews it");
    assert!(!take("cleaning", "two", at(1_149)));
    assert!(take("cleaning", "two", at(1_150)), "it is over");
    assert!(!take("cleaning", "one", at(1_151)));
}

pub fn of_simultaneous_holders_one_gets_the_lease(store: &dyn Store) {
    for round in 0..5 {
        // The first round finds no lease, the others one that is over.
        let now = at(round * 1_000);
        let until = now.plus(Lifetime::from_millis(100));
        let taken = together(4, |number| {
            let holder = format!("{round} {number}");
            store.change(|unit| unit.take_lease("cleaning", &holder, now, until)).unwrap()
        });
        assert_eq!(taken.iter().filter(|taken| **taken).count(), 1, "{taken:?}");
    }
}
