//! Trials of a listing's clients and transactions.

use muster_domain::{
    Client, ClientId, Ending, ListedTransaction, PartyStatus, Reach, Timestamp, TransactionState,
    User, UserKey, UserStatus,
};

use super::ground::{Ground, LISTS, LISTS_ALL, at};
use crate::{PartyKey, Store, TokenRange, TransactionPlace};

pub fn clients_come_by_the_bytes_of_their_id_in_pages(store: &dyn Store) {
    let ground = Ground::of(store);
    let (user, admin) = (ground.user("alice"), ground.admin("admin", LISTS_ALL));
    let ids = ["localhost:b", "B", "a", "a b", "a/b", "ä", "a:b"];
    for id in ids {
        ground.transaction(&user, &ground.client(id), &format!("t:{id}"), 10);
    }
    let reach = Reach::every_client(ground.issuer.key, admin.key);
    let page = |after: Option<&str>, limit| {
        let after = after.map(|id| ClientId::new(id).unwrap());
        let page = store.list(|r| r.listed_clients(user.key, reach, after.as_ref(), limit));
        page.unwrap().into_iter().map(|client| client.id.as_str().to_owned()).collect::<Vec<_>>()
    };
    let mut sorted = ids;
    sorted.sort_unstable();
    assert_eq!(page(None, 100), sorted);
    for size in 1..=8 {
        let mut all: Vec<String> = Vec::new();
        loop {
            let next = page(all.last().map(String::as_str), size);
            if next.is_empty() {
                break;
            }
            all.extend(next);
        }
        assert_eq!(all, sorted, "pages of {size}");
    }
}

pub fn a_client_shows_how_it_stands(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let admin = ground.admin("admin", LISTS);
    ground.link(&admin, &[&client]);
    ground.transaction(&user, &client, "t:1", 10);
    let reach = Reach::own_clients(ground.issuer.key, admin.key);
    let standing = || {
        let page = store.list(|reading| reading.listed_clients(user.key, reach, None, 10));
        let mut page = page.unwrap();
        assert_eq!((page.len(), page[0].key), (1, client.key));
        page.remove(0).standing
    };
    assert!(standing().is_good());
    for status in PartyStatus::ALL {
        let party = PartyKey::Client(client.key);
        store.change(|unit| unit.set_party_status(party, status)).unwrap();
        assert_eq!((standing().client, standing().deserted), (status, false));
    }
    let party = PartyKey::Admin(admin.key);
    store.change(|unit| unit.set_party_status(party, PartyStatus::Revoked)).unwrap();
    assert!(standing().deserted);
}

fn page_of_transactions(
    store: &dyn Store,
    user: &User,
    client: &Client,
    after: Option<&ListedTransaction>,
    limit: i64,
) -> Vec<ListedTransaction> {
    let place =
        after.map(|last| TransactionPlace { started_at: last.started_at, id: last.id.clone() });
    let page = store
        .list(|reading| reading.listed_transactions(user.key, client.key, place.as_ref(), limit));
    page.unwrap()
}

pub fn transactions_come_by_start_and_name_in_pages(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let other = ground.client("other");
    // Several of one start, whose names are not in the order in which they came.
    let mut places =
        vec![(30, "t:b"), (30, "t:a"), (30, "t:B"), (30, "t:a/"), (-10, "t:z"), (10, "t:y")];
    for (started, id) in &places {
        ground.transaction(&user, &client, id, *started);
    }
    ground.transaction(&user, &other, "t:other", 20);
    ground.transaction(&ground.user("bob"), &client, "t:bob", 20);
    places.sort_unstable();
    let expected: Vec<_> =
        places.iter().map(|(at, id)| (at.to_owned(), (*id).to_owned())).collect();
    for size in 1..=7 {
        let mut all: Vec<ListedTransaction> = Vec::new();
        loop {
            let page = page_of_transactions(store, &user, &client, all.last(), size);
            if page.is_empty() {
                break;
            }
            all.extend(page);
        }
        let found: Vec<_> =
            all.iter().map(|t| (t.started_at.millis(), t.id.as_str().to_owned())).collect();
        assert_eq!(found, expected, "pages of {size}");
    }
}

pub fn a_transaction_without_tokens_is_listed(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let begun = ground.transaction(&user, &client, "t:begun", 10);
    let ended = ground.transaction(&user, &client, "t:ended", 20);
    store.change(|unit| unit.end_transaction(ended.key, at(25))).unwrap();
    let page = page_of_transactions(store, &user, &client, None, 10);
    assert_eq!(page.len(), 2);
    assert_eq!((page[0].key, &page[0].id), (begun.key, &begun.id));
    assert_eq!(page[0].state, TransactionState::Open);
    assert_eq!((page[1].key, page[1].state), (ended.key, TransactionState::Ended { at: at(25) }));
    let clients = store.list(|r| r.listed_clients(user.key, ground.own(&client), None, 10));
    assert_eq!(clients.unwrap().len(), 1);
}

/// I11, I20: one issuer's user and standing say nothing about another's.
pub fn issuer_and_user_stand_apart_from_other_issuers(store: &dyn Store) {
    let (here, there) = (Ground::of(store), Ground::at(store, "https://other.example"));
    let (alice, other_alice) = (here.user("alice"), there.user("alice"));
    let reach = |ground: &Ground<'_>, admin: &str| {
        Reach::own_clients(ground.issuer.key, ground.admin(admin, LISTS).key)
    };
    let (reach, other_reach) = (reach(&here, "one"), reach(&there, "two"));
    let stands = |reach, user: UserKey| store.list(|r| r.user_standing(reach, user)).unwrap();
    let good = Some((PartyStatus::Approved, UserStatus::Active));
    assert_eq!(stands(reach, alice.key), good);
    assert_eq!(stands(other_reach, alice.key), None);
    assert_eq!(stands(reach, other_alice.key), None);
    store.change(|unit| unit.set_issuer_status(here.issuer.key, PartyStatus::Suspended)).unwrap();
    store.change(|unit| unit.set_user_status(alice.key, UserStatus::Disabled)).unwrap();
    assert_eq!(stands(reach, alice.key), Some((PartyStatus::Suspended, UserStatus::Disabled)));
    assert_eq!(stands(other_reach, other_alice.key), good);
    store.change(|unit| unit.remove_user(alice.key)).unwrap();
    assert_eq!(stands(reach, alice.key), None);
}

/// The contract lists every token that is retained.
pub fn ended_and_expired_tokens_are_listed(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let transaction = ground.transaction(&user, &client, "t:1", 10);
    let pairs = [11, 12, 13].map(|issued| ground.pair(&transaction, issued));
    let [access, refresh] = [&pairs[0][0], &pairs[1][1]].map(|token| token.token.key);
    store.change(|unit| unit.end_tokens(&[access], Ending::Revoked, at(20))).unwrap();
    store.change(|unit| unit.end_tokens(&[refresh], Ending::Rotated, at(20))).unwrap();
    let range = TokenRange {
        after: None,
        first: (Timestamp::from_millis(10), transaction.key.number),
        last: (Timestamp::from_millis(10), transaction.key.number),
        limit: 100,
    };
    let mut listed = 0;
    let visited = store.list(|reading| {
        reading.visit_tokens(user.key, client.key, &range, &mut |_| {
            listed += 1;
            std::ops::ControlFlow::Continue(())
        })
    });
    assert_eq!((visited.unwrap(), listed), (6, 6));
}
