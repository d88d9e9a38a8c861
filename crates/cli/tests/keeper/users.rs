//! `muster user`: how the keeper ends what somebody holds.

use muster_cli::{Exit, Premises};
use muster_domain::{
    ClientId, Descent, ScopeSet, Timestamp, Transaction, TransactionId, TransactionKey,
    TransactionState, UserId,
};
use muster_store::Sequence;
use serde_json::json;

use crate::desk::{Desk, both};

/// An open transaction of a user at a client, perhaps exchanged out of another one.
fn open(
    premises: &Premises,
    (user, client): (&str, &str),
    parent: Option<&Transaction>,
) -> Transaction {
    let issuer = premises.issuer.key;
    let client = ClientId::new(client).unwrap();
    let user = UserId::new(user).unwrap();
    let opened = premises.store.change(|unit| {
        let ids = std::slice::from_ref(&user);
        let user = unit.ensure_users(issuer, ids, Timestamp::default())?.remove(0);
        let number = unit.take_numbers(Sequence::Transactions, 1)?.start;
        let transaction = Transaction {
            key: TransactionKey::new(user.key.shard, number),
            issuer,
            client: unit.find_client(issuer, &client)?.unwrap().key,
            user: Some(user.key),
            id: TransactionId::new(format!("urn:{number}")).unwrap(),
            started_at: Timestamp::default(),
            state: TransactionState::Open,
            scopes: ScopeSet::default(),
            expires_at: None,
            descent: parent.and_then(Descent::of_child),
        };
        unit.add_transactions(std::slice::from_ref(&transaction))?;
        Ok(transaction)
    });
    opened.unwrap()
}

fn is_open(premises: &Premises, transaction: &Transaction) -> bool {
    let place = [(transaction.key.shard, transaction.id.clone())];
    let found = premises.store.read(|r| r.find_transactions(transaction.issuer, &place));
    found.unwrap()[0].state == TransactionState::Open
}

fn all_that_a_user_holds_ends_at_one_client_or_at_all(desk: &Desk) {
    for client in ["app", "portal", "robot"] {
        desk.muster(&["client", "add", client]).done();
    }
    let premises = desk.premises();
    let at_app = open(&premises, ("alice", "app"), None);
    let exchanged = open(&premises, ("alice", "robot"), Some(&at_app));
    let at_portal = open(&premises, ("alice", "portal"), None);
    let of_bob = open(&premises, ("bob", "app"), None);
    let revoked = desk.json(&["user", "revoke", "alice", "--client", "app"]);
    assert_eq!(revoked, json!({"id": "alice", "client": "app", "ended": 2}));
    assert!(!is_open(&premises, &at_app) && !is_open(&premises, &exchanged));
    assert!(is_open(&premises, &at_portal) && is_open(&premises, &of_bob));
    let out = desk.muster(&["user", "revoke", "alice"]).done().out;
    assert!(out.contains("one transaction was ended"), "{out}");
    assert!(!is_open(&premises, &at_portal) && is_open(&premises, &of_bob));
    assert_eq!(desk.json(&["user", "revoke", "alice"])["ended"], 0);
    desk.muster(&["user", "revoke", "alice", "--client", "c"]).fails(Exit::NotFound, "client");
    desk.muster(&["user", "revoke", "Alice"]).fails(Exit::NotFound, "byte for byte");
    assert_eq!(desk.events().split_off(3), ["user_changed"; 3]);
    let trail = desk.muster(&["audit", "tail"]).done().out;
    assert!(!trail.contains("alice"), "users stand in the trail by a pseudonym: {trail}");
    assert!(trail.contains("\"transactions\":2"), "{trail}");
}
both!(
    all_that_a_user_holds_ends_at_one_client_or_at_all_on_sqlite,
    all_that_a_user_holds_ends_at_one_client_or_at_all_on_postgres,
    all_that_a_user_holds_ends_at_one_client_or_at_all
);

fn a_user_is_entered_disabled_enabled_and_removed(desk: &Desk) {
    assert_eq!(desk.json(&["user", "add", "alice"])["changed"], true);
    assert_eq!(desk.json(&["user", "add", "alice"])["changed"], false);
    assert_eq!(desk.json(&["user", "show", "alice"])["status"], "active");
    assert_eq!(desk.json(&["user", "disable", "alice"])["changed"], true);
    assert_eq!(desk.json(&["user", "disable", "alice"])["changed"], false);
    assert_eq!(desk.json(&["user", "show", "alice"])["status"], "disabled");
    let shown = desk.muster(&["user", "show", "alice"]).done().out;
    assert!(shown.contains("2027-01-15 08:00"), "{shown}");
    desk.muster(&["user", "enable", "alice"]).done();
    desk.muster(&["user", "remove", "alice"]).fails(Exit::Usage, "--yes");
    desk.muster(&["user", "remove", "alice", "--yes"]).done();
    for words in [&["show", "alice"][..], &["remove", "alice", "--yes"], &["disable", "alice"]] {
        desk.muster(&[&["user"], words].concat()).fails(Exit::NotFound, "alice");
    }
    desk.muster(&["user", "add", "a\nb"]).fails(Exit::Failed, "control characters");
    assert_eq!(desk.events(), ["user_changed"; 4]);
}
both!(
    a_user_is_entered_disabled_enabled_and_removed_on_sqlite,
    a_user_is_entered_disabled_enabled_and_removed_on_postgres,
    a_user_is_entered_disabled_enabled_and_removed
);
