//! Trials of pages of tokens: their order, and that no page loses or doubles a token.

use std::ops::ControlFlow;

use muster_domain::{Client, ElementKey, TokenId, TokenKey, TokenKind, Transaction, User};

use super::ground::{Ground, at};
use crate::{Moment, Sequence, Store, StoredToken, TokenPlace, TokenRange};

const fn place(row: &StoredToken) -> TokenPlace {
    TokenPlace {
        started_at: row.started_at,
        transaction: row.token.transaction.number,
        element_at: row.element_at,
        element: row.token.element.number(),
        kind: row.token.kind,
    }
}

fn page(store: &dyn Store, user: &User, client: &Client, range: &TokenRange) -> Vec<StoredToken> {
    let mut rows = Vec::new();
    let visited = store.list(|reading| {
        reading.visit_tokens(user.key, client.key, range, &mut |token| {
            rows.push(token);
            ControlFlow::Continue(())
        })
    });
    assert_eq!(usize::try_from(visited.unwrap()).unwrap(), rows.len());
    rows
}

const fn every(limit: i64) -> TokenRange {
    TokenRange {
        after: None,
        first: (at(i64::MIN), i64::MIN),
        last: (at(i64::MAX), i64::MAX),
        limit,
    }
}

/// Transactions of one start, elements of one moment, single tokens and pairs, and
/// tokens of others in between. What belongs to the user at the client, in its order.
fn crowd(ground: &Ground<'_>, user: &User, client: &Client) -> Vec<StoredToken> {
    let (other, bob) = (ground.client("other"), ground.user("bob"));
    let mut all = Vec::new();
    for (number, started) in [30, 10, 30, 20, 30].into_iter().enumerate() {
        let transaction = ground.transaction(user, client, &format!("t:{number}"), started);
        for issued in [50, 40, 50, 50] {
            all.extend(ground.pair(&transaction, issued));
        }
        all.push(ground.access(&transaction, 50));
        let alone = ground.new_token(&transaction, TokenKind::Refresh, 50);
        ground.add(std::slice::from_ref(&alone));
        all.push(alone);
        let strangers = [(user, &other, "o"), (&bob, client, "b")];
        for (user, client, name) in strangers {
            let id = format!("t:{name}{number}");
            ground.pair(&ground.transaction(user, client, &id, started), 50);
        }
    }
    all.sort_by_key(place);
    for row in &mut all {
        row.tag = None;
    }
    all
}

pub fn tokens_come_by_transaction_element_and_kind(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let expected = crowd(&ground, &user, &client);
    assert_eq!(page(store, &user, &client, &every(1_000)), expected);
}

pub fn pages_of_any_size_are_the_same_listing(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let expected = crowd(&ground, &user, &client);
    for size in [1, 2, 3, 7, 49, 50, 51] {
        let mut all: Vec<StoredToken> = Vec::new();
        loop {
            let range = TokenRange { after: all.last().map(place), ..every(size) };
            let next = page(store, &user, &client, &range);
            if next.is_empty() {
                break;
            }
            all.extend(next);
        }
        assert_eq!(all, expected, "pages of {size}");
    }
}

pub fn a_range_begins_and_ends_with_its_transactions(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let all = crowd(&ground, &user, &client);
    let mut ends: Vec<_> =
        all.iter().map(|row| (row.started_at, row.token.transaction.number)).collect();
    ends.dedup();
    assert_eq!(ends.len(), 5);
    for (from, first) in ends.iter().enumerate() {
        for last in &ends[from..] {
            let range = TokenRange { first: *first, last: *last, ..every(1_000) };
            let within = |row: &&StoredToken| {
                let end = (row.started_at, row.token.transaction.number);
                *first <= end && end <= *last
            };
            let expected: Vec<_> = all.iter().filter(within).cloned().collect();
            assert_eq!(page(store, &user, &client, &range), expected);
        }
    }
    let backwards = TokenRange { first: ends[3], last: ends[1], ..every(1_000) };
    assert!(page(store, &user, &client, &backwards).is_empty());
}

pub fn a_visit_may_end_early(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let all = crowd(&ground, &user, &client);
    for stop in [1, 5, 50] {
        let mut seen = Vec::new();
        let visited = store.list(|reading| {
            reading.visit_tokens(user.key, client.key, &every(1_000), &mut |token| {
                seen.push(token);
                if seen.len() == stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })
        });
        assert_eq!(usize::try_from(visited.unwrap()).unwrap(), stop);
        assert_eq!(seen, all[..stop]);
    }
    // The connection is in order afterwards.
    assert_eq!(page(store, &user, &client, &every(1_000)), all);
}

/// Pairs of one moment whose identifiers run against their numbers.
fn moment(
    ground: &Ground<'_>,
    transaction: &Transaction,
    user: &User,
) -> (Moment, Vec<StoredToken>) {
    let mut all = Vec::new();
    for letter in ["c", "B", "b", "a", "a/"] {
        let mut access = ground.new_token(transaction, TokenKind::Access, 50);
        let mut refresh = ground.new_token(transaction, TokenKind::Refresh, 51);
        access.token.id = TokenId::new(format!("urn:{letter}")).unwrap();
        refresh.token.element = access.token.element;
        refresh.element_at = access.element_at;
        all.extend([access, refresh]);
    }
    // A number of its own, and a refresh token as the earliest of its element.
    let mut late = ground.new_token(transaction, TokenKind::Refresh, 50);
    late.token.key = TokenKey::new(user.key.shard, ground.number(Sequence::Tokens));
    late.token.element = ElementKey::new(late.token.key.number);
    late.token.id = TokenId::new("urn:0").unwrap();
    all.push(late);
    ground.add(&all);
    let moment = Moment {
        user: user.key,
        client: transaction.client,
        started_at: transaction.started_at,
        transaction: transaction.key.number,
        element_at: at(50),
    };
    for row in &mut all {
        row.tag = None;
    }
    (moment, all)
}

pub fn a_crowded_moment_comes_by_identifier(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let [transaction, other] = ["t:1", "t:2"].map(|id| ground.transaction(&user, &client, id, 10));
    let (moment, _) = moment(&ground, &transaction, &user);
    ground.pair(&transaction, 49);
    ground.pair(&transaction, 51);
    ground.pair(&other, 50);
    let expected = ["urn:0", "urn:B", "urn:a", "urn:a/", "urn:b", "urn:c"];
    for size in [1, 2, 5, 6, 100] {
        let mut all: Vec<String> = Vec::new();
        loop {
            let after = all.last().map(String::as_str);
            let page = store.list(|r| r.first_tokens_of_moment(&moment, after, size)).unwrap();
            if page.is_empty() {
                break;
            }
            all.extend(page.into_iter().map(|row| row.token.id.as_str().to_owned()));
        }
        assert_eq!(all, expected, "pages of {size}");
    }
}

pub fn the_partners_of_a_moment_are_the_other_tokens(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let transaction = ground.transaction(&user, &client, "t:1", 10);
    let (moment, all) = moment(&ground, &transaction, &user);
    let partners = |elements: &[i64]| {
        let found = store.list(|reading| reading.partners_of_moment(&moment, elements));
        let mut found = found.unwrap();
        found.sort_by_key(|row| row.token.key);
        found
    };
    let element = |at: usize| all[at].token.element.number();
    assert_eq!(partners(&[element(0)]), [all[1].clone()]);
    assert_eq!(partners(&[element(8), element(2)]), [all[3].clone(), all[9].clone()]);
    assert!(partners(&[element(10)]).is_empty(), "it stands alone");
    assert!(partners(&[]).is_empty());
    let elsewhere = Moment { element_at: at(51), ..moment };
    let found = store.list(|reading| reading.partners_of_moment(&elsewhere, &[element(0)]));
    assert!(found.unwrap().is_empty());
}
