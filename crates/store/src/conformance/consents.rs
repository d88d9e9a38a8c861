//! Trials of what people have allowed clients.

use muster_domain::{Client, Consent, ScopeSet, User, UserKey};

use super::ground::{Ground, at, together};
use crate::Store;

fn consent(user: &User, client: &Client, scopes: &str, given: i64) -> Consent {
    let scopes = ScopeSet::parse(scopes).unwrap();
    Consent { user: user.key, client: client.key, scopes, given_at: at(given) }
}

fn remember(store: &dyn Store, consent: &Consent) {
    store.change(|unit| unit.remember_consent(consent)).unwrap();
}

fn listed(store: &dyn Store, user: &User) -> Vec<Consent> {
    store.read(|reading| reading.list_consents(user.key)).unwrap()
}

pub fn a_consent_is_remembered_in_place_of_the_one_before(store: &dyn Store) {
    let ground = Ground::of(store);
    let [app, portal] = ["app", "portal"].map(|id| ground.client(id));
    let (alice, bob) = (ground.user("alice"), ground.user("bob"));
    let find = |user: &User, client: &Client| {
        store.read(|reading| reading.find_consent(user.key, client.key)).unwrap()
    };
    assert_eq!(find(&alice, &app), None);
    remember(store, &consent(&alice, &app, "openid", 10));
    let wider = consent(&alice, &app, "openid storage.read:/ profile", 20);
    remember(store, &wider);
    assert_eq!(find(&alice, &app), Some(wider));
    let nothing = consent(&alice, &app, "", 30);
    remember(store, &nothing);
    assert_eq!(find(&alice, &app), Some(nothing), "fewer scopes, too");
    assert_eq!((find(&alice, &portal), find(&bob, &app)), (None, None));
}

pub fn consents_are_listed_by_client(store: &dyn Store) {
    let ground = Ground::of(store);
    let clients = ["c", "a", "b"].map(|id| ground.client(id));
    let (alice, bob) = (ground.user("alice"), ground.user("bob"));
    assert_eq!(listed(store, &alice), []);
    let hers = [2, 0, 1].map(|number: usize| consent(&alice, &clients[number], "openid", 10));
    for one in &hers {
        remember(store, one);
    }
    remember(store, &consent(&bob, &clients[0], "email", 11));
    let [last, first, second] = hers;
    assert_eq!(listed(store, &alice), [first, second, last]);
    assert_eq!(listed(store, &bob), [consent(&bob, &clients[0], "email", 11)]);
}

pub fn consents_are_forgotten_for_one_client_or_all(store: &dyn Store) {
    let ground = Ground::of(store);
    let clients = ["a", "b", "c"].map(|id| ground.client(id));
    let (alice, bob) = (ground.user("alice"), ground.user("bob"));
    for (user, client) in
        [&alice, &bob].into_iter().flat_map(|u| clients.iter().map(move |c| (u, c)))
    {
        remember(store, &consent(user, client, "openid", 10));
    }
    let forget = |client: Option<&Client>| {
        let client = client.map(|client| client.key);
        store.change(|unit| unit.forget_consents(alice.key, client)).unwrap()
    };
    assert_eq!(forget(Some(&clients[1])), 1);
    assert_eq!(forget(Some(&clients[1])), 0);
    assert_eq!(listed(store, &alice).len(), 2);
    assert_eq!(forget(None), 2);
    assert_eq!((listed(store, &alice).len(), listed(store, &bob).len()), (0, 3));
}

pub fn of_simultaneous_consents_one_stays(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    together(4, |number| {
        let given = 10 + i64::try_from(number).unwrap();
        remember(store, &consent(&user, &client, &format!("scope:{given}"), given));
    });
    let stays = listed(store, &user);
    assert_eq!(stays.len(), 1);
    let scope = format!("scope:{}", stays[0].given_at.millis());
    assert_eq!(stays[0].scopes, ScopeSet::parse(&scope).unwrap(), "as a whole");
}

pub fn whoever_is_not_there_has_allowed_nothing(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let mut nobodys = consent(&user, &client, "openid", 10);
    nobodys.user = UserKey::new(user.key.shard, 99_999);
    remember(store, &nobodys);
    let found = store.read(|reading| reading.find_consent(nobodys.user, client.key));
    assert_eq!(found.unwrap(), None);
}
