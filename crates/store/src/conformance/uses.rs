//! Trials of noting when tokens were last used.

use muster_domain::{PartyStatus, Shard, Timestamp, TokenKey, TokenKind};

use super::ground::{Ground, at, together};
use crate::{PartyKey, Store, StoredToken};

fn note(store: &dyn Store, uses: &[(TokenKey, Timestamp)]) {
    store.change(|unit| unit.note_uses(uses)).unwrap();
}

/// The noted moments, by token.
fn noted(store: &dyn Store, tokens: &[TokenKey]) -> Vec<(TokenKey, i64)> {
    let uses = store.read(|reading| reading.uses_of_tokens(tokens)).unwrap();
    let mut uses: Vec<_> = uses.into_iter().map(|(key, when)| (key, when.millis())).collect();
    uses.sort_unstable_by_key(|(key, _)| key.number);
    uses
}

pub fn a_tokens_last_use_is_noted_and_never_goes_back(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let transaction = ground.transaction(&user, &client, "t:1", 10);
    let [access, refresh] = ground.pair(&transaction, 11).map(|token| token.token.key);
    let nobody = TokenKey::new(access.shard, 99_999);
    let all = [access, refresh, nobody];
    assert_eq!(noted(store, &all), [], "neither was used");
    note(store, &[(access, at(500)), (nobody, at(500))]);
    assert_eq!(noted(store, &all), [(access, 500)]);
    note(store, &[(access, at(400)), (refresh, at(300))]);
    assert_eq!(noted(store, &all), [(access, 500), (refresh, 300)]);
    note(store, &[(access, at(600)), (access, at(700)), (access, at(650))]);
    assert_eq!(noted(store, &[access, access]), [(access, 700)], "the last of a batch");
    note(store, &[]);
    assert_eq!(noted(store, &[]), []);
    assert_eq!(noted(store, &[nobody]), []);
}

pub fn noting_a_use_changes_nothing_else(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let transaction = ground.transaction(&user, &client, "t:1", 10);
    let tokens = ground.pair(&transaction, 11);
    let found = |token: &StoredToken| ground.find(token, ground.own(&client));
    let before = tokens.each_ref().map(found);
    note(store, &tokens.each_ref().map(|token| (token.token.key, at(500))));
    assert_eq!(tokens.each_ref().map(found), before);
}

pub fn many_uses_are_noted_like_few(store: &dyn Store) {
    let ground = Ground::of(store);
    let client = ground.client("client");
    let mut keys = Vec::new();
    for name in 0..30 {
        let user = ground.user(&format!("user {name}"));
        let transaction = ground.transaction(&user, &client, &format!("t:{name}"), 10);
        let tokens: Vec<StoredToken> =
            (0..80).map(|_| ground.new_token(&transaction, TokenKind::Access, 11)).collect();
        ground.add(&tokens);
        keys.extend(tokens.iter().map(|token| token.token.key));
    }
    let shards: std::collections::BTreeSet<_> = keys.iter().map(|key| key.shard.number()).collect();
    assert!(shards.len() > 20, "they lie in many places");
    let used = keys.iter().rev().filter(|key| key.number % 3 > 0);
    let uses: Vec<_> = used.map(|key| (*key, at(1_000 + key.number))).collect();
    note(store, &uses);
    let expected: Vec<_> = uses.iter().rev().map(|(key, when)| (*key, when.millis())).collect();
    assert_eq!(noted(store, &keys), expected);
}

pub fn uses_that_are_noted_at_once_keep_the_latest(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let transaction = ground.transaction(&user, &client, "t:1", 10);
    let tokens: Vec<StoredToken> =
        (0..50).map(|_| ground.new_token(&transaction, TokenKind::Access, 11)).collect();
    ground.add(&tokens);
    let mut keys: Vec<TokenKey> = tokens.iter().map(|token| token.token.key).collect();
    together(4, |number| {
        let when = at(500 + i64::try_from(number).unwrap());
        let mut uses: Vec<_> = keys.iter().map(|key| (*key, when)).collect();
        if number % 2 == 0 {
            uses.reverse();
        }
        note(store, &uses);
    });
    keys.sort_unstable_by_key(|key| key.number);
    let expected: Vec<_> = keys.iter().map(|key| (*key, 503)).collect();
    assert_eq!(noted(store, &keys), expected);
}

/// Units share a transaction: what one of them did in many places must not hinder the next.
pub fn a_unit_goes_on_after_it_noted_uses_in_many_places(store: &dyn Store) {
    let ground = Ground::of(store);
    let client = ground.client("client");
    let keys = (0..40).map(|number| TokenKey::new(Shard::from_number(number * 100).unwrap(), 1));
    let uses: Vec<_> = keys.map(|key| (key, at(500))).collect();
    let suspended = store.change(|unit| {
        unit.note_uses(&uses)?;
        unit.set_party_status(PartyKey::Client(client.key), PartyStatus::Suspended)
    });
    assert!(suspended.unwrap());
}
