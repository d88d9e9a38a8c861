//! Trials of tokens of our own making: rights, rotation, elements.

use muster_domain::{
    ClientId, Descent, ElementKey, Ending, Entitlement, KeyThumbprint, ScopeSet, TokenId,
    TokenKind, TokenState,
};

use super::ground::{Ground, at, is_conflict, together};
use crate::{IssuedToken, PresentedToken, Store, StoredToken};

fn full() -> Entitlement {
    Entitlement {
        scopes: ScopeSet::parse("storage.read:/").unwrap(),
        audience: vec!["https://se.example".to_owned(), "other".to_owned()],
        key: Some(KeyThumbprint::new("thumb")),
        subject: Some(ClientId::new("robot").unwrap()),
        actors: vec!["robot".to_owned(), "other".to_owned()],
        authenticated_at: Some(at(9)),
    }
}

fn presented(token: &StoredToken) -> PresentedToken {
    let tags = token.tag.into_iter().collect();
    PresentedToken::Tagged { tags, shard: Some(token.token.key.shard) }
}

pub fn an_issued_token_is_found_with_its_own_rights(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let mut transaction = ground.new_transaction(&user, &client, "t:1", 10);
    transaction.expires_at = Some(at(90_000));
    transaction.descent = Some(Descent { parent: 77, depth: 3 });
    store.change(|unit| unit.add_transactions(std::slice::from_ref(&transaction))).unwrap();
    for entitlement in [full(), Entitlement::default()] {
        let token = ground.issue(&transaction, TokenKind::Access, entitlement.clone());
        let found = ground.find(&token, ground.own(&client)).unwrap();
        assert_eq!((&found.token, &found.transaction), (&token.token, &transaction));
        assert_eq!((found.entitlement, found.successor), (entitlement, None));
        assert_eq!((&found.client_id, found.user_id.as_ref()), (&client.id, Some(&user.id)));
    }
}

/// Backends may write many rows in another way than few.
pub fn many_issued_tokens_are_kept_like_few(store: &dyn Store) {
    let ground = Ground::of(store);
    let client = ground.client("client");
    let transaction = ground.own_transaction(&client, "t:own");
    let mut all = Vec::new();
    for number in 0..100 {
        let stored = ground.new_token(&transaction, TokenKind::Access, number);
        let audience = vec![format!("{number}\t\\N \\. \"x\"\n")];
        all.push(IssuedToken { stored, entitlement: Entitlement { audience, ..full() } });
    }
    store.change(|unit| unit.issue_tokens(&all)).unwrap();
    for issued in &all {
        let found = ground.find(&issued.stored, ground.own(&client)).unwrap();
        assert_eq!(
            (found.token, &found.entitlement),
            (issued.stored.token.clone(), &issued.entitlement)
        );
    }
    assert!(is_conflict(&store.change(|unit| unit.issue_tokens(&all))));
    store.change(|unit| unit.issue_tokens(&[])).unwrap();
}

/// I17, S20.
pub fn a_rotated_token_tells_its_successor(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let transaction = ground.transaction(&user, &client, "t:1", 10);
    let refresh = ground.issue(&transaction, TokenKind::Refresh, full());
    let access = ground.issue(&transaction, TokenKind::Access, full());
    let rotate = |token: &StoredToken, successor, when| {
        let successor = ElementKey::new(successor);
        store.change(|unit| unit.rotate_token(token.token.key, successor, at(when))).unwrap()
    };
    assert!(rotate(&refresh, 4_000, 20));
    assert!(!rotate(&refresh, 5_000, 30), "it is used up");
    assert!(!rotate(&access, 4_000, 20), "only refresh tokens are rotated");
    let found = ground.find(&refresh, ground.own(&client)).unwrap();
    assert_eq!(found.token.state, TokenState::Ended { how: Ending::Rotated, at: at(20) });
    assert_eq!(found.successor, Some(ElementKey::new(4_000)));
    let revoked = ground.issue(&transaction, TokenKind::Refresh, full());
    store.change(|u| u.end_tokens(&[revoked.token.key], Ending::Revoked, at(20))).unwrap();
    assert!(!rotate(&revoked, 4_000, 30));
}

/// I17, past failure 5.
pub fn of_simultaneous_rotations_of_a_token_one_wins(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let transaction = ground.transaction(&user, &client, "t:1", 10);
    for _ in 0..5 {
        let refresh = ground.issue(&transaction, TokenKind::Refresh, full());
        let won = together(6, |number| {
            let successor = ElementKey::new(1_000 + i64::try_from(number).unwrap());
            store.change(|u| u.rotate_token(refresh.token.key, successor, at(20))).unwrap()
        });
        assert_eq!(won.iter().filter(|won| **won).count(), 1, "{won:?}");
        let winner = i64::try_from(won.iter().position(|won| *won).unwrap()).unwrap();
        let found = ground.find(&refresh, ground.own(&client)).unwrap();
        assert_eq!(found.successor, Some(ElementKey::new(1_000 + winner)));
    }
}

pub fn the_tokens_of_an_element_come_with_their_texts(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let [transaction, other] = ["t:1", "t:2"].map(|id| ground.transaction(&user, &client, id, 10));
    let stored = ground.pair(&transaction, 11);
    let [access, mut refresh] = [TokenKind::Access, TokenKind::Refresh]
        .map(|kind| ground.new_token(&transaction, kind, 12));
    refresh.token.element = access.token.element;
    let issued = [access, refresh].map(|stored| IssuedToken { stored, entitlement: full() });
    store.change(|unit| unit.issue_tokens(&issued)).unwrap();
    ground.access(&transaction, 13);
    let of = |transaction, element| {
        store.read(|reading| reading.tokens_of_element(transaction, element)).unwrap()
    };
    let untagged = |token: &IssuedToken| {
        let stored = StoredToken { tag: None, ..token.stored.clone() };
        IssuedToken { stored, entitlement: token.entitlement.clone() }
    };
    let element = issued[0].stored.token.element;
    assert_eq!(of(transaction.key, element), issued.iter().map(untagged).collect::<Vec<_>>());
    assert!(of(other.key, element).is_empty());
    assert!(of(transaction.key, ElementKey::new(99_999)).is_empty());
    // Tokens from elsewhere have the rights of their transaction.
    let added = of(transaction.key, stored[0].token.element);
    assert_eq!(added.len(), 2);
    assert_eq!(added[1].entitlement, Entitlement::of_scopes(transaction.scopes));
}

/// I11, decision D7.
pub fn a_token_exists_for_its_issuer_whatever_its_state(store: &dyn Store) {
    let (ground, other) = (Ground::of(store), Ground::at(store, "https://other.example"));
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let transaction = ground.transaction(&user, &client, "t:1", 10);
    let token = ground.access(&transaction, 11);
    let exists = |presented: &PresentedToken, ground: &Ground<'_>| {
        let issuer = ground.issuer.key;
        store.read(|reading| reading.token_exists(presented, issuer)).unwrap()
    };
    store.change(|u| u.end_tokens(&[token.token.key], Ending::Revoked, at(20))).unwrap();
    let tags = vec![super::ground::tag(987_654), token.tag.unwrap()];
    assert!(exists(&presented(&token), &ground));
    assert!(exists(&PresentedToken::Tagged { tags, shard: None }, &ground));
    assert!(!exists(&presented(&token), &other));
    let unknown = ground.new_token(&transaction, TokenKind::Access, 12);
    assert!(!exists(&presented(&unknown), &ground));
    let mut textless = unknown;
    (textless.tag, textless.text) = (None, None);
    ground.add(std::slice::from_ref(&textless));
    assert!(exists(&PresentedToken::Verified { id: textless.token.id }, &ground));
    let nobody = TokenId::new("urn:nobody").unwrap();
    assert!(!exists(&PresentedToken::Verified { id: nobody }, &ground));
}
