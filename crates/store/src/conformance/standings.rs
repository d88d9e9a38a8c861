//! Trials of what stands above a token that is about to be made (I16).

use muster_domain::{ClientKey, PartyStatus, Registration, UserKey, UserStatus};

use super::ground::{Ground, LISTS};
use crate::{FoundStanding, PartyKey, Store};

fn find(ground: &Ground<'_>, client: ClientKey, user: Option<UserKey>) -> Option<FoundStanding> {
    let issuer = ground.issuer.key;
    ground.store.read(|reading| reading.find_standing(issuer, client, user)).unwrap()
}

pub fn issuer_client_and_user_stand_as_they_are(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let found = || find(&ground, client.key, Some(user.key)).unwrap();
    assert!(found().standing.is_good());
    assert_eq!((found().client_id, found().user_id), (client.id.clone(), Some(user.id.clone())));
    let own = find(&ground, client.key, None).unwrap();
    assert_eq!((own.standing.user, own.user_id), (None, None));
    for status in PartyStatus::ALL {
        let party = PartyKey::Client(client.key);
        store.change(|unit| unit.set_party_status(party, status)).unwrap();
        assert_eq!(found().standing.client.client, status);
        store.change(|unit| unit.set_issuer_status(ground.issuer.key, status)).unwrap();
        assert_eq!(found().standing.issuer, status);
    }
    store.change(|unit| unit.set_user_status(user.key, UserStatus::Disabled)).unwrap();
    assert_eq!(found().standing.user, Some(UserStatus::Disabled));
}

/// B34.
pub fn a_client_is_deserted_when_it_has_admins_and_none_is_approved(store: &dyn Store) {
    let ground = Ground::of(store);
    let client = ground.client("client");
    let admins = ["one", "two"].map(|id| ground.admin(id, LISTS));
    let deserted = || find(&ground, client.key, None).unwrap().standing.client.deserted;
    assert!(!deserted(), "it has no admin");
    let suspend = |key, status| {
        store.change(|unit| unit.set_party_status(PartyKey::Admin(key), status)).unwrap();
    };
    suspend(admins[1].key, PartyStatus::Suspended);
    ground.link(&admins[0], &[&client]);
    ground.link(&admins[1], &[&client]);
    assert!(!deserted(), "one is approved");
    suspend(admins[0].key, PartyStatus::Revoked);
    assert!(deserted());
}

/// I11, I12, I13.
pub fn whoever_is_gone_or_of_another_issuer_stands_nowhere(store: &dyn Store) {
    let (ground, other) = (Ground::of(store), Ground::at(store, "https://other.example"));
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let stranger = other.user("alice");
    assert_eq!(find(&ground, ClientKey::new(99_999), None), None);
    assert_eq!(find(&other, client.key, None), None);
    assert_eq!(find(&ground, client.key, Some(stranger.key)), None);
    store.change(|unit| unit.remove_user(user.key)).unwrap();
    assert_eq!(find(&ground, client.key, Some(user.key)), None);
    assert!(find(&ground, client.key, None).is_some());
}

/// B67: by its id, or by what it serves.
pub fn an_audience_names_clients_by_their_id_or_by_what_they_serve(store: &dyn Store) {
    let (ground, other) = (Ground::of(store), Ground::at(store, "https://other.example"));
    let (one, two, stranger) = (ground.client("one"), ground.client("two"), other.client("one"));
    let serve = |client: ClientKey, names: &[&str]| {
        let serves = names.iter().map(|&name| name.to_owned()).collect();
        let registration = Registration { serves, ..Registration::default() };
        store.change(|unit| unit.set_registration(client, &registration)).unwrap();
    };
    let statuses = |name: &str| {
        let issuer = ground.issuer.key;
        let found = store.read(|reading| reading.standings_of_audience(issuer, name)).unwrap();
        found.iter().map(|standing| standing.client.client).collect::<Vec<_>>()
    };
    let (good, stopped) = (PartyStatus::Approved, PartyStatus::Suspended);
    assert_eq!(statuses("one"), [good], "of its own issuer");
    assert_eq!(statuses("https://api.example"), []);
    // A name that no audience can have is served by nobody; twice the same is once.
    let (long, api) = ("x".repeat(9_000), "https://api.example");
    serve(one.key, &[api, "https://\u{e9}.example", &long, api]);
    serve(stranger.key, &[api]);
    store.change(|unit| unit.set_party_status(PartyKey::Client(one.key), stopped)).unwrap();
    assert_eq!(statuses(api), [stopped]);
    assert_eq!(statuses("https://\u{e9}.example"), [stopped]);
    for name in ["https://API.example", "https://api.example/", "", "\0", &long] {
        assert_eq!(statuses(name), [], "{name:?}");
    }
    serve(two.key, &[api, "one"]);
    let both = |name: &str| (statuses(name).contains(&good), statuses(name).contains(&stopped));
    assert_eq!((both(api), both("one")), ((true, true), (true, true)));
    serve(one.key, &[]);
    assert_eq!(statuses(api), [good]);
    store.change(|unit| unit.revoke_client(two.key, super::ground::at(9))).unwrap();
    assert_eq!(statuses(api), [PartyStatus::Revoked]);
    while store.change(|unit| unit.purge_client(two.key, 10)).unwrap() {}
    assert_eq!(statuses(api), []);
}
