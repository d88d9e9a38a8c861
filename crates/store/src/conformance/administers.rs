//! Trials of who administers whom.

use muster_domain::{NewAdmin, PartyStatus, samples};

use super::ground::{Ground, LISTS, together};
use crate::{Linked, Party, PartyKey, PartyPage, Store};

const ALL: PartyPage<'static> = PartyPage { after: None, limit: 1_000 };

pub fn a_client_is_linked_once(store: &dyn Store) {
    let ground = Ground::of(store);
    let (admin, client) = (ground.admin("admin", LISTS), ground.client("client"));
    let link = || store.change(|unit| unit.link(admin.key, client.key)).unwrap();
    assert_eq!((link(), link()), (Linked::Now, Linked::Already));
    let clients = store.read(|reading| reading.list_clients_of(admin.key, &ALL)).unwrap();
    assert_eq!(clients, std::slice::from_ref(&client));
    let unlink = || store.change(|unit| unit.unlink(admin.key, client.key)).unwrap();
    assert_eq!((unlink(), unlink()), (true, false));
    let clients = store.read(|reading| reading.list_clients_of(admin.key, &ALL)).unwrap();
    assert!(clients.is_empty());
    assert_eq!(link(), Linked::Now);
}

pub fn an_admin_takes_no_more_clients_than_it_may(store: &dyn Store) {
    let ground = Ground::of(store);
    let new = samples::admin(ground.issuer.key, "admin", LISTS).unwrap();
    let new = NewAdmin { max_clients: Some(2), ..new };
    let admin = store.change(|unit| unit.add_admin(&new)).unwrap();
    let clients = ["a", "b", "c"].map(|id| ground.client(id));
    let link = |at: usize| store.change(|unit| unit.link(admin.key, clients[at].key)).unwrap();
    assert_eq!([link(0), link(1), link(2)], [Linked::Now, Linked::Now, Linked::Full]);
    assert_eq!(link(1), Linked::Already, "being full takes nothing away");
    assert!(store.change(|unit| unit.unlink(admin.key, clients[0].key)).unwrap());
    assert_eq!([link(2), link(0)], [Linked::Now, Linked::Full]);
}

pub fn of_simultaneous_links_one_takes_the_last_place(store: &dyn Store) {
    let ground = Ground::of(store);
    let new = samples::admin(ground.issuer.key, "admin", LISTS).unwrap();
    let new = NewAdmin { max_clients: Some(1), ..new };
    let admin = store.change(|unit| unit.add_admin(&new)).unwrap();
    let clients = ["a", "b", "c", "d", "e"].map(|id| ground.client(id));
    let linked = together(clients.len(), |at| {
        store.change(|unit| unit.link(admin.key, clients[at].key)).unwrap()
    });
    assert_eq!(linked.iter().filter(|linked| **linked == Linked::Now).count(), 1, "{linked:?}");
    assert_eq!(linked.iter().filter(|linked| **linked == Linked::Full).count(), 4, "{linked:?}");
}

pub fn an_admins_clients_come_in_pages_by_id(store: &dyn Store) {
    let ground = Ground::of(store);
    let (admin, other) = (ground.admin("admin", LISTS), ground.admin("other", LISTS));
    let [b, a, upper] = ["b", "a", "B"].map(|id| ground.client(id));
    ground.client("nobody's");
    ground.link(&admin, &[&b, &a, &upper]);
    ground.link(&other, &[&a]);
    let page = |after, limit| {
        let page = PartyPage { after, limit };
        store.read(|reading| reading.list_clients_of(admin.key, &page)).unwrap()
    };
    assert_eq!(page(None, 10), [upper.clone(), a.clone(), b.clone()]);
    assert_eq!(page(None, 1), [upper]);
    assert_eq!(page(Some("B"), 1), [a]);
    assert_eq!(page(Some("a"), 10), [b]);
    assert!(page(Some("b"), 10).is_empty());
}

pub fn a_clients_admins_come_by_id(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, other) = (ground.client("client"), ground.client("other"));
    let [z, a] = ["z", "a"].map(|id| ground.admin(id, LISTS));
    ground.link(&z, &[&client, &other]);
    ground.link(&a, &[&client]);
    let admins = |key| store.read(|reading| reading.list_admins_of(key)).unwrap();
    assert_eq!(admins(client.key), [a, z.clone()]);
    assert_eq!(admins(other.key), [z]);
}

/// B34.
pub fn a_client_without_an_approved_admin_is_deserted(store: &dyn Store) {
    let ground = Ground::of(store);
    let client = ground.client("client");
    let [one, two] = ["one", "two"].map(|id| ground.admin(id, LISTS));
    let deserted = || {
        let found = store.read(|reading| reading.find_party(client.issuer, "client")).unwrap();
        let Some(Party::Client(_, standing)) = found else { panic!("{found:?}") };
        standing.deserted
    };
    assert!(!deserted(), "a client that never had an admin is its own");
    ground.link(&one, &[&client]);
    ground.link(&two, &[&client]);
    let set = |admin, status| {
        store.change(|unit| unit.set_party_status(PartyKey::Admin(admin), status)).unwrap();
    };
    for status in PartyStatus::ALL.into_iter().filter(|status| *status != PartyStatus::Approved) {
        set(one.key, status);
        assert!(!deserted(), "the other one is approved");
        set(two.key, status);
        assert!(deserted(), "{status}");
        set(two.key, PartyStatus::Approved);
    }
    store.change(|unit| unit.unlink(two.key, client.key)).unwrap();
    assert!(deserted());
}
