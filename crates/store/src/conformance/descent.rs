//! Trials of transactions that were exchanged out of others (RFC 8693): they die with them.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use muster_domain::{Descent, Transaction, TransactionKey, TransactionState};

use super::ground::{Ground, at};
use crate::Store;

const fn ended(millis: i64) -> TransactionState {
    TransactionState::Ended { at: at(millis) }
}

fn state(ground: &Ground<'_>, transaction: &Transaction) -> TransactionState {
    ground.resting(transaction).unwrap().state
}

/// S50.
pub fn ending_a_transaction_ends_everything_below_it_and_nothing_else(store: &dyn Store) {
    let ground = Ground::of(store);
    let [one, two] = ["one", "two"].map(|id| ground.client(id));
    let user = ground.user("alice");
    let [root, stranger] =
        ["t:root", "t:stranger"].map(|id| ground.transaction(&user, &one, id, 10));
    let sibling = ground.child(&stranger, &two, "t:sibling");
    let [child, early] = ["t:child", "t:early"].map(|id| ground.child(&root, &two, id));
    let grandchildren = ["t:a", "t:b"].map(|id| ground.child(&child, &one, id));
    let below_early = ground.child(&early, &one, "t:below early");
    let end = |t: &Transaction, when| store.change(|u| u.end_transaction(t.key, at(when))).unwrap();
    assert!(end(&early, 20));
    assert_eq!(
        (state(&ground, &root), state(&ground, &child)),
        (TransactionState::Open, TransactionState::Open)
    );
    assert!(end(&root, 30));
    for transaction in [&root, &child, &grandchildren[0], &grandchildren[1]] {
        assert_eq!(state(&ground, transaction), ended(30));
    }
    for transaction in [&early, &below_early] {
        assert_eq!(state(&ground, transaction), ended(20), "it keeps the moment of its end");
    }
    for transaction in [&stranger, &sibling] {
        assert_eq!(state(&ground, transaction), TransactionState::Open);
    }
    assert!(!end(&child, 40) && !end(&root, 40));
}

/// B76.
pub fn the_deepest_chain_of_exchanges_ends_with_its_beginning(store: &dyn Store) {
    let ground = Ground::of(store);
    let client = ground.client("client");
    // Of a client in its own name, which has no user.
    let mut chain = vec![ground.own_transaction(&client, "t:0")];
    for depth in 1..=Descent::DEEPEST {
        let child = ground.child(chain.last().unwrap(), &client, &format!("t:{depth}"));
        assert_eq!(ground.resting(&child).as_ref(), Some(&child));
        chain.push(child);
    }
    store.change(|unit| unit.end_transaction(chain[0].key, at(20))).unwrap();
    assert!(chain.iter().all(|transaction| state(&ground, transaction) == ended(20)));
}

pub fn a_held_transaction_is_told_as_it_is(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let transaction = ground.transaction(&user, &client, "t:1", 10);
    let hold = |key| store.change(|unit| unit.hold_transaction(key)).unwrap();
    assert_eq!(hold(transaction.key), Some(transaction.clone()));
    store.change(|unit| unit.end_transaction(transaction.key, at(20))).unwrap();
    assert_eq!(hold(transaction.key).unwrap().state, ended(20));
    assert_eq!(hold(TransactionKey::new(user.key.shard, 99_999)), None);
}

/// S50: whoever ends the parent meanwhile waits, and then ends the child that came.
pub fn no_child_slips_past_the_end_of_its_parent(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let parent = ground.transaction(&user, &client, "t:parent", 10);
    let child = ground.new_child(&parent, &client, "t:child");
    let (held, is_held) = mpsc::channel();
    let (added, ended_one) = thread::scope(|scope| {
        let exchange = scope.spawn(|| {
            store.change(|unit| {
                let found = unit.hold_transaction(parent.key)?;
                let open = found.is_some_and(|found| found.state == TransactionState::Open);
                if open {
                    held.send(()).unwrap();
                    // Time for the other unit to come up against this one.
                    thread::sleep(Duration::from_millis(150));
                    unit.add_transactions(std::slice::from_ref(&child))?;
                }
                Ok(open)
            })
        });
        is_held.recv().unwrap();
        let end = scope.spawn(|| store.change(|unit| unit.end_transaction(parent.key, at(20))));
        (exchange.join().unwrap().unwrap(), end.join().unwrap().unwrap())
    });
    assert!(added && ended_one);
    assert_eq!((state(&ground, &parent), state(&ground, &child)), (ended(20), ended(20)));
}

/// S50: exchanges and an end in any order; no child of an ended parent is open.
pub fn exchanges_and_an_end_at_once_leave_no_open_child(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    for round in 0..5 {
        let parent = ground.transaction(&user, &client, &format!("t:{round}"), 10);
        let children: Vec<Transaction> = (0..4)
            .map(|number| ground.new_child(&parent, &client, &format!("t:{round}:{number}")))
            .collect();
        super::ground::together(5, |number| {
            let Some(child) = children.get(number) else {
                store.change(|unit| unit.end_transaction(parent.key, at(20))).unwrap();
                return;
            };
            let exchanged = store.change(|unit| {
                let found = unit.hold_transaction(parent.key)?;
                if found.is_some_and(|found| found.state == TransactionState::Open) {
                    unit.add_transactions(std::slice::from_ref(child))?;
                }
                Ok(())
            });
            exchanged.unwrap();
        });
        assert_eq!(state(&ground, &parent), ended(20));
        for child in children.iter().filter_map(|child| ground.resting(child)) {
            assert_eq!(child.state, ended(20));
        }
    }
}
