//! Trials of tokens.

use muster_domain::{
    Ending, Entitlement, PartyStatus, Shard, Timestamp, TokenKey, TokenKind, TokenState,
    TransactionKey, TransactionState, User, UserStatus,
};

use super::ground::{Ground, at, is_conflict, tag};
use crate::{PartyKey, PresentedToken, Store, StoredToken, TokenRange};

const EVERY: TokenRange = TokenRange {
    after: None,
    first: (Timestamp::from_millis(i64::MIN), i64::MIN),
    last: (Timestamp::from_millis(i64::MAX), i64::MAX),
    limit: 10_000,
};

/// A user's tokens as they rest, without their hashes, by number.
fn resting(ground: &Ground<'_>, user: &User, client: muster_domain::ClientKey) -> Vec<StoredToken> {
    let mut rows = Vec::new();
    let visited = ground.store.list(|reading| {
        reading.visit_tokens(user.key, client, &EVERY, &mut |token| {
            rows.push(token);
            std::ops::ControlFlow::Continue(())
        })
    });
    assert_eq!(usize::try_from(visited.unwrap()).unwrap(), rows.len());
    rows.sort_by_key(|row| row.token.key);
    rows
}

fn without_tag(token: &StoredToken) -> StoredToken {
    StoredToken { tag: None, ..token.clone() }
}

pub fn a_token_is_found_by_the_hash_of_its_text(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let transaction = ground.transaction(&user, &client, "t:1", 10);
    let pair = ground.pair(&transaction, 11);
    let reach = ground.own(&client);
    for token in &pair {
        let found = ground.find(token, reach).unwrap();
        assert_eq!(found.token, token.token);
        assert_eq!(found.user_id.as_ref(), Some(&user.id));
        assert_eq!((&found.transaction, &found.client_id), (&transaction, &client.id));
        // Added without rights of its own, it has those of its transaction.
        assert_eq!(found.entitlement, Entitlement::of_scopes(transaction.scopes.clone()));
        assert_eq!(found.successor, None);
        assert!(found.standing.is_good());
        // Without its shard, and in another of its forms, as well.
        let tags = vec![tag(987_654), token.tag.unwrap()];
        let presented = PresentedToken::Tagged { tags, shard: None };
        let found = ground.find_presented(&presented, token.token.kind, reach);
        assert_eq!(found.unwrap().token, token.token);
    }
    assert_eq!(resting(&ground, &user, client.key), [&pair[0], &pair[1]].map(without_tag));
}

pub fn a_token_of_another_kind_or_shard_is_not_found(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let transaction = ground.transaction(&user, &client, "t:1", 10);
    let token = ground.access(&transaction, 11);
    let reach = ground.own(&client);
    let look = |tags, shard, kind| {
        ground.find_presented(&PresentedToken::Tagged { tags, shard }, kind, reach)
    };
    let (own, shard) = (token.tag.unwrap(), user.key.shard);
    let elsewhere = Shard::from_number((shard.number() + 1) % Shard::COUNT);
    assert!(look(vec![own], Some(shard), TokenKind::Access).is_some());
    assert_eq!(look(vec![own], Some(shard), TokenKind::Refresh), None);
    assert_eq!(look(vec![own], elsewhere, TokenKind::Access), None);
    assert_eq!(look(vec![tag(987_654)], None, TokenKind::Access), None);
    assert_eq!(look(vec![], None, TokenKind::Access), None);
}

pub fn a_token_without_text_is_found_by_its_verified_id_alone(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let transaction = ground.transaction(&user, &client, "t:1", 10);
    let known = ground.access(&transaction, 11);
    let mut unknown = ground.new_token(&transaction, TokenKind::Access, 12);
    (unknown.tag, unknown.text) = (None, None);
    ground.add(std::slice::from_ref(&unknown));
    let reach = ground.own(&client);
    let verified = |token: &StoredToken, kind| {
        let presented = PresentedToken::Verified { id: token.token.id.clone() };
        ground.find_presented(&presented, kind, reach)
    };
    assert_eq!(verified(&unknown, TokenKind::Access).unwrap().token, unknown.token);
    assert_eq!(verified(&unknown, TokenKind::Refresh), None);
    assert_eq!(verified(&known, TokenKind::Access), None, "its text is known: only that names it");
    let other = Ground::at(store, "https://other.example");
    let reach = other.own(&client);
    let presented = PresentedToken::Verified { id: unknown.token.id };
    assert_eq!(other.find_presented(&presented, TokenKind::Access, reach), None);
}

pub fn a_clients_own_token_has_no_user(store: &dyn Store) {
    let ground = Ground::of(store);
    let client = ground.client("client");
    let transaction = ground.own_transaction(&client, "t:own");
    let token = ground.access(&transaction, 11);
    let found = ground.find(&token, ground.own(&client)).unwrap();
    assert_eq!((found.token.user, found.user_id, found.standing.user), (None, None, None));
}

pub fn two_tokens_never_share_a_hash(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let transaction = ground.transaction(&user, &client, "t:1", 10);
    let first = ground.access(&transaction, 11);
    let mut twin = ground.new_token(&transaction, TokenKind::Access, 12);
    twin.tag = first.tag;
    assert!(is_conflict(&store.change(|unit| unit.add_tokens(std::slice::from_ref(&twin)))));
    assert_eq!(ground.find(&first, ground.own(&client)).unwrap().token, first.token);
}

pub fn tokens_are_added_together_or_not_at_all(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let transaction = ground.transaction(&user, &client, "t:1", 10);
    let first = ground.access(&transaction, 11);
    for count in [2, 100] {
        let fresh = (0..count).map(|_| ground.new_token(&transaction, TokenKind::Access, 12));
        let mut new: Vec<_> = fresh.collect();
        new.last_mut().unwrap().tag = first.tag;
        let outcome = store.change(|unit| unit.add_tokens(&new));
        assert!(is_conflict(&outcome), "{count} at once: {outcome:?}");
        assert_eq!(resting(&ground, &user, client.key), [without_tag(&first)]);
    }
}

pub fn a_token_ends_once(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let transaction = ground.transaction(&user, &client, "t:1", 10);
    let [access, refresh] = ground.pair(&transaction, 11);
    let kept = ground.access(&transaction, 12);
    let end = |tokens: &[TokenKey], how, when| {
        store.change(|unit| unit.end_tokens(tokens, how, at(when))).unwrap()
    };
    let nobody = TokenKey::new(user.key.shard, 99_999);
    assert_eq!(end(&[refresh.token.key, nobody], Ending::Rotated, 50), 1);
    assert_eq!(end(&[access.token.key, refresh.token.key], Ending::Revoked, 60), 1);
    assert_eq!(end(&[access.token.key, refresh.token.key], Ending::Rotated, 70), 0);
    let state = |token: &StoredToken| ground.find(token, ground.own(&client)).unwrap().token.state;
    assert_eq!(state(&refresh), TokenState::Ended { how: Ending::Rotated, at: at(50) });
    assert_eq!(state(&access), TokenState::Ended { how: Ending::Revoked, at: at(60) });
    assert_eq!(state(&kept), TokenState::Live);
}

pub fn a_live_token_may_expire_earlier_and_never_later(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let transaction = ground.transaction(&user, &client, "t:1", 10);
    let [access, refresh] = ground.pair(&transaction, 11);
    let ended = ground.access(&transaction, 12);
    store.change(|unit| unit.end_tokens(&[ended.token.key], Ending::Revoked, at(20))).unwrap();
    let shorten = |tokens: &[(TokenKey, Timestamp)]| {
        store.change(|unit| unit.shorten_tokens(tokens)).unwrap()
    };
    let expiry =
        |token: &StoredToken| ground.find(token, ground.own(&client)).unwrap().token.expires_at;
    let nobody = TokenKey::new(user.key.shard, 99_999);
    let to = |token: &StoredToken, when| (token.token.key, at(when));
    assert_eq!(shorten(&[to(&refresh, 50), to(&ended, 50), (nobody, at(50))]), 1);
    assert_eq!(shorten(&[to(&refresh, 60), to(&refresh, 50)]), 0);
    assert_eq!(expiry(&refresh), at(50));
    assert_eq!(expiry(&access), access.token.expires_at);
    assert_eq!(expiry(&ended), ended.token.expires_at);
}

/// I16, I20.
pub fn what_stands_above_a_token_shows(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let admin = ground.admin("admin", super::ground::LISTS);
    ground.link(&admin, &[&client]);
    let transaction = ground.transaction(&user, &client, "t:1", 10);
    let token = ground.access(&transaction, 11);
    let found = || ground.find(&token, ground.own(&client)).unwrap();
    let standing = || found().standing;
    assert!(standing().is_good());
    let (issuer, party) = (ground.issuer.key, PartyKey::Client(client.key));
    for status in PartyStatus::ALL {
        store.change(|unit| unit.set_issuer_status(issuer, status)).unwrap();
        assert_eq!(standing().issuer, status);
    }
    for status in PartyStatus::ALL {
        store.change(|unit| unit.set_party_status(party, status)).unwrap();
        assert_eq!(standing().client.client, status);
    }
    assert!(!standing().client.deserted);
    let suspended = PartyStatus::Suspended;
    store.change(|unit| unit.set_party_status(PartyKey::Admin(admin.key), suspended)).unwrap();
    assert!(standing().client.deserted);
    store.change(|unit| unit.set_user_status(user.key, UserStatus::Disabled)).unwrap();
    assert_eq!(standing().user, Some(UserStatus::Disabled));
    store.change(|unit| unit.end_transaction(transaction.key, at(20))).unwrap();
    assert_eq!(found().transaction.state, TransactionState::Ended { at: at(20) });
    assert_eq!(found().token.state, TokenState::Live, "what is above it is not its own end");
}

/// I08.
pub fn the_tokens_of_a_transaction_are_its_own(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    // The same start: only the number tells them apart.
    let [one, two, empty] =
        ["t:1", "t:2", "t:3"].map(|id| ground.transaction(&user, &client, id, 10));
    let (first, second) = (ground.pair(&one, 11), ground.pair(&two, 11));
    let of = |issuer, transactions: &[TransactionKey]| {
        let found = store.read(|r| r.tokens_of_transactions(issuer, transactions)).unwrap();
        let mut found: Vec<TokenKey> = found.into_iter().map(|token| token.key).collect();
        found.sort();
        found
    };
    let issuer = ground.issuer.key;
    let keys = |tokens: &[StoredToken]| tokens.iter().map(|t| t.token.key).collect::<Vec<_>>();
    assert_eq!(of(issuer, &[one.key]), keys(&first));
    assert_eq!(of(issuer, &[two.key, empty.key]), keys(&second));
    assert_eq!(of(issuer, &[one.key, two.key]), [keys(&first), keys(&second)].concat());
    assert!(of(issuer, &[empty.key]).is_empty());
    assert!(of(issuer, &[]).is_empty());
    let other = Ground::at(store, "https://other.example");
    assert!(of(other.issuer.key, &[one.key, two.key]).is_empty());
}

/// Backends may write many rows in another way than few.
pub fn many_tokens_are_kept_like_few(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let transaction = ground.transaction(&user, &client, "t:1", 10);
    let mut all = Vec::new();
    for number in 0..400 {
        let kind = if number % 2 == 0 { TokenKind::Access } else { TokenKind::Refresh };
        let mut token = ground.new_token(&transaction, kind, number);
        token.token.id = format_id(&format!("urn:{number}\t\\N \\. \"x\" \u{1f511}\r\n"));
        if number % 3 == 0 {
            token.token.state = TokenState::Ended { how: Ending::Rotated, at: at(number) };
        }
        if number % 5 == 0 {
            token.text = None;
        }
        if number % 7 == 0 {
            token.tag = None;
        }
        all.push(token);
    }
    ground.add(&all);
    assert_eq!(
        resting(&ground, &user, client.key),
        all.iter().map(without_tag).collect::<Vec<_>>()
    );
    for token in all.iter().filter(|token| token.tag.is_some()) {
        assert_eq!(ground.find(token, ground.own(&client)).unwrap().token, token.token);
    }
    ground.add(&[]);
}

fn format_id(text: &str) -> muster_domain::TokenId {
    muster_domain::TokenId::new(text).unwrap()
}

/// F16.
pub fn moments_of_any_age_are_kept(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let past_2038 = 4_102_444_800_000;
    for (number, moment) in [i64::MIN + 1, -1, 0, past_2038, i64::MAX - 1].into_iter().enumerate() {
        let id = format!("t:{number}");
        let transaction = ground.transaction(&user, &client, &id, moment);
        let token = ground.access(&transaction, moment);
        let found = ground.find(&token, ground.own(&client)).unwrap();
        assert_eq!(found.token, token.token);
        let listed = resting(&ground, &user, client.key);
        assert!(listed.contains(&without_tag(&token)), "{moment}");
    }
}

pub fn ended_texts_are_destroyed_and_live_ones_kept(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let transaction = ground.transaction(&user, &client, "t:1", 10);
    let new = |kind, expires| {
        let mut token = ground.new_token(&transaction, kind, 11);
        token.token.expires_at = at(expires);
        ground.add(std::slice::from_ref(&token));
        token
    };
    let live = new(TokenKind::Access, 1_001);
    let over = new(TokenKind::Access, 1_000);
    let [revoked, rotated] = [(); 2].map(|()| new(TokenKind::Refresh, 9_000));
    store.change(|u| u.end_tokens(&[revoked.token.key], Ending::Revoked, at(20))).unwrap();
    store.change(|u| u.end_tokens(&[rotated.token.key], Ending::Rotated, at(20))).unwrap();
    let redact = |limit| store.change(|unit| unit.redact_ended(at(1_000), limit)).unwrap();
    assert_eq!((redact(2), redact(2), redact(2)), (2, 1, 0));
    let texts: Vec<_> = resting(&ground, &user, client.key)
        .into_iter()
        .filter(|row| row.text.is_some())
        .map(|row| row.token.key)
        .collect();
    assert_eq!(texts, [live.token.key]);
    let found = ground.find(&over, ground.own(&client)).unwrap();
    assert_eq!(found.token, over.token, "the token itself stays");
}
