//! Trials of authorization codes.

use muster_domain::{CodeState, Entitlement, KeyThumbprint, PartyStatus, ScopeSet, UserStatus};

use super::ground::{Ground, at, is_conflict, new_code, tag, together};
use crate::{PartyKey, Store, Strangers};

pub fn a_code_is_found_as_it_was_given(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let [full, bare] = ["t:1", "t:2"].map(|id| ground.transaction(&user, &client, id, 10));
    let mut given = new_code(&full);
    given.nonce = Some("n\"\u{1f511}".to_owned());
    given.entitlement = Entitlement {
        scopes: ScopeSet::parse("openid storage.read:/").unwrap(),
        audience: vec!["https://se.example".to_owned()],
        key: Some(KeyThumbprint::new("thumb")),
        subject: None,
        actors: vec!["robot".to_owned()],
        authenticated_at: Some(at(9)),
    };
    let mut least = new_code(&bare);
    (least.redirect_uri, least.challenge) = (None, None);
    least.entitlement = Entitlement::default();
    for (number, transaction, code) in [(1, &full, &given), (2, &bare, &least)] {
        store.change(|unit| unit.add_code(code, tag(number))).unwrap();
        let found = ground.find_code(transaction, tag(number)).unwrap();
        assert_eq!((&found.code, &found.transaction), (code, transaction));
        assert_eq!(found.user_id.as_ref(), Some(&user.id));
        assert!(found.standing.is_good());
    }
}

/// I11.
pub fn a_code_of_another_issuer_shard_or_hash_is_not_found(store: &dyn Store) {
    let (ground, other) = (Ground::of(store), Ground::at(store, "https://other.example"));
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let transaction = ground.transaction(&user, &client, "t:1", 10);
    ground.code(&transaction, tag(1));
    assert!(ground.find_code(&transaction, tag(1)).is_some());
    assert_eq!(ground.find_code(&transaction, tag(2)), None);
    assert_eq!(other.find_code(&transaction, tag(1)), None);
    let number = (transaction.key.shard.number() + 1) % muster_domain::Shard::COUNT;
    let mut elsewhere = transaction.clone();
    elsewhere.key.shard = muster_domain::Shard::from_number(number).unwrap();
    assert_eq!(ground.find_code(&elsewhere, tag(1)), None);
}

pub fn a_transaction_has_one_code_and_a_code_has_a_transaction(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let [one, two] = ["t:1", "t:2"].map(|id| ground.transaction(&user, &client, id, 10));
    ground.code(&one, tag(1));
    let again = new_code(&one);
    assert!(is_conflict(&store.change(|unit| unit.add_code(&again, tag(2)))));
    let nobody = new_code(&ground.new_transaction(&user, &client, "t:3", 10));
    assert!(store.change(|unit| unit.add_code(&nobody, tag(3))).is_err());
    // Hashes are of 256 bits: two codes of one shard never share one.
    let twin = new_code(&two);
    assert!(is_conflict(&store.change(|unit| unit.add_code(&twin, tag(1)))));
    assert!(ground.find_code(&one, tag(1)).is_some());
}

/// S07, past failure 6.
pub fn a_code_is_redeemed_once_and_stays_marked(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let transaction = ground.transaction(&user, &client, "t:1", 10);
    ground.code(&transaction, tag(1));
    let redeem = |when| store.change(|u| u.redeem_code(transaction.key, at(when))).unwrap();
    let state = || ground.find_code(&transaction, tag(1)).unwrap().code.state;
    assert_eq!(state(), CodeState::Issued);
    assert!(redeem(20));
    assert!(!redeem(30), "it keeps the moment of its redemption");
    assert_eq!(state(), CodeState::Redeemed { at: at(20) });
    let other = ground.transaction(&user, &client, "t:2", 10);
    assert!(!store.change(|unit| unit.redeem_code(other.key, at(20))).unwrap(), "it has none");
}

/// B54, S07.
pub fn of_simultaneous_redemptions_of_a_code_one_wins(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    for round in 0..5 {
        let id = format!("t:{round}");
        let transaction = ground.transaction(&user, &client, &id, 10);
        ground.code(&transaction, tag(round));
        let won = together(6, |number| {
            let when = at(20 + i64::try_from(number).unwrap());
            store.change(|unit| unit.redeem_code(transaction.key, when)).unwrap()
        });
        assert_eq!(won.iter().filter(|won| **won).count(), 1, "{won:?}");
        let winner = i64::try_from(won.iter().position(|won| *won).unwrap()).unwrap();
        let state = ground.find_code(&transaction, tag(round)).unwrap().code.state;
        assert_eq!(state, CodeState::Redeemed { at: at(20 + winner) });
    }
}

/// S07.
pub fn strangers_are_counted_even_when_they_come_together(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let transaction = ground.transaction(&user, &client, "t:1", 10);
    ground.code(&transaction, tag(1));
    let count = |key| store.change(|unit| unit.count_stranger(key)).unwrap();
    let counted = together(4, |_| count(transaction.key));
    assert!(counted.iter().all(|strangers| !strangers.is_redeemed));
    let mut times: Vec<i16> = counted.iter().map(|strangers| strangers.times).collect();
    times.sort_unstable();
    assert_eq!(times, [1, 2, 3, 4]);
    let found = ground.find_code(&transaction, tag(1)).unwrap().code;
    assert_eq!((found.strangers, found.state), (4, CodeState::Issued));
    store.change(|unit| unit.redeem_code(transaction.key, at(20))).unwrap();
    assert_eq!(count(transaction.key), Strangers { times: 5, is_redeemed: true });
    let other = ground.transaction(&user, &client, "t:2", 10);
    let of_none = count(other.key);
    assert!(of_none.times >= muster_domain::STRANGERS_TRIES, "a code that is gone is dead");
}

/// I16.
pub fn what_stands_above_a_code_shows(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let transaction = ground.transaction(&user, &client, "t:1", 10);
    ground.code(&transaction, tag(1));
    let found = || ground.find_code(&transaction, tag(1)).unwrap();
    let party = PartyKey::Client(client.key);
    store.change(|unit| unit.set_party_status(party, PartyStatus::Suspended)).unwrap();
    assert_eq!(found().standing.client.client, PartyStatus::Suspended);
    store.change(|unit| unit.set_user_status(user.key, UserStatus::Disabled)).unwrap();
    assert_eq!(found().standing.user, Some(UserStatus::Disabled));
    let issuer = ground.issuer.key;
    store.change(|unit| unit.set_issuer_status(issuer, PartyStatus::Denied)).unwrap();
    assert_eq!(found().standing.issuer, PartyStatus::Denied);
    store.change(|unit| unit.end_transaction(transaction.key, at(20))).unwrap();
    let ended = muster_domain::TransactionState::Ended { at: at(20) };
    assert_eq!(found().transaction.state, ended);
}
