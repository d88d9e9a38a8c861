//! Trials of reaches: what they let see, and how long they hold.

use muster_domain::{
    AdminClient, AdminKey, ClientKey, PartyStatus, Reach, TokenKind, User, UserKey,
};

use super::ground::{Ground, LISTS, LISTS_ALL, NOTHING};
use crate::{PartyKey, PresentedToken, Store, StoredToken};

const fn own(ground: &Ground<'_>, admin: &AdminClient) -> Reach {
    Reach::own_clients(ground.issuer.key, admin.key)
}

const fn every(ground: &Ground<'_>, admin: &AdminClient) -> Reach {
    Reach::every_client(ground.issuer.key, admin.key)
}

fn shown(store: &dyn Store, user: UserKey, reach: Reach) -> Vec<String> {
    let clients = store.list(|reading| reading.listed_clients(user, reach, None, 1_000));
    clients.unwrap().into_iter().map(|client| client.id.as_str().to_owned()).collect()
}

/// I03, I10.
pub fn an_admin_finds_tokens_of_its_clients_of_this_moment(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let [one, other] = ["one", "other"].map(|id| ground.admin(id, LISTS));
    let transaction = ground.transaction(&user, &client, "t:1", 10);
    let known = ground.access(&transaction, 11);
    let mut textless = ground.new_token(&transaction, TokenKind::Access, 11);
    (textless.tag, textless.text) = (None, None);
    ground.add(std::slice::from_ref(&textless));
    let found = |admin: &AdminClient| {
        let verified = PresentedToken::Verified { id: textless.token.id.clone() };
        let reach = own(&ground, admin);
        let by_id = ground.find_presented(&verified, TokenKind::Access, reach).is_some();
        assert_eq!(ground.find(&known, reach).is_some(), by_id);
        by_id
    };
    assert_eq!((found(&one), found(&other)), (false, false));
    ground.link(&one, &[&client]);
    assert_eq!((found(&one), found(&other)), (true, false));
    let moved = store.change(|unit| {
        unit.unlink(one.key, client.key)?;
        unit.link(other.key, client.key)
    });
    moved.unwrap();
    assert_eq!((found(&one), found(&other)), (false, true));
}

/// I11.
pub fn every_client_means_every_client_of_one_issuer(store: &dyn Store) {
    let (here, there) = (Ground::of(store), Ground::at(store, "https://other.example"));
    let planted = |ground: &Ground<'_>| -> (AdminClient, User, StoredToken) {
        let (client, user) = (ground.client("client"), ground.user("alice"));
        let transaction = ground.transaction(&user, &client, "t:1", 10);
        (ground.admin("admin", LISTS_ALL), user, ground.access(&transaction, 11))
    };
    let (admin, user, token) = planted(&here);
    let (other_admin, other_user, other_token) = planted(&there);
    let (reach, other_reach) = (every(&here, &admin), every(&there, &other_admin));
    assert!(here.find(&token, reach).is_some());
    assert!(there.find(&other_token, other_reach).is_some());
    assert_eq!(here.find(&other_token, reach), None);
    assert_eq!(there.find(&token, other_reach), None);
    assert_eq!(shown(store, user.key, reach), ["client"]);
    assert!(shown(store, user.key, other_reach).is_empty());
    assert!(shown(store, other_user.key, reach).is_empty());
}

pub fn one_client_finds_its_own_tokens_alone(store: &dyn Store) {
    let ground = Ground::of(store);
    let user = ground.user("alice");
    let [one, other] = ["one", "other"].map(|id| ground.client(id));
    let token = ground.access(&ground.transaction(&user, &one, "t:1", 10), 11);
    ground.access(&ground.transaction(&user, &other, "t:2", 10), 11);
    assert!(ground.find(&token, ground.own(&one)).is_some());
    assert_eq!(ground.find(&token, ground.own(&other)), None);
    assert_eq!(shown(store, user.key, ground.own(&one)), ["one"]);
    assert_eq!(shown(store, user.key, ground.own(&other)), ["other"]);
}

/// I02.
pub fn a_listing_shows_the_clients_in_reach_alone(store: &dyn Store) {
    let ground = Ground::of(store);
    let (alice, bob) = (ground.user("alice"), ground.user("bob"));
    let [a, b, c, idle] = ["a", "b", "c", "idle"].map(|id| ground.client(id));
    let admin = ground.admin("admin", LISTS);
    ground.link(&admin, &[&a, &b, &idle]);
    for (number, (user, client)) in
        [(&alice, &a), (&alice, &c), (&alice, &a), (&bob, &b)].into_iter().enumerate()
    {
        ground.transaction(user, client, &format!("t:{number}"), 10);
    }
    let reach = own(&ground, &admin);
    assert_eq!(shown(store, alice.key, reach), ["a"]);
    assert_eq!(shown(store, bob.key, reach), ["b"]);
    ground.link(&admin, &[&c]);
    assert_eq!(shown(store, alice.key, reach), ["a", "c"]);
}

/// I06.
pub fn disjoint_admins_together_see_what_the_privileged_one_sees(store: &dyn Store) {
    let ground = Ground::of(store);
    let user = ground.user("alice");
    let all = ground.admin("all", LISTS_ALL);
    let halves = ["even", "odd"].map(|id| ground.admin(id, LISTS));
    for number in 0..9 {
        let client = ground.client(&format!("client {number}"));
        ground.link(&halves[number % 2], &[&client]);
        ground.transaction(&user, &client, &format!("t:{number}"), 10);
    }
    let [even, odd] = halves.map(|admin| shown(store, user.key, own(&ground, &admin)));
    assert!(even.iter().all(|client| !odd.contains(client)));
    let mut union = [even, odd].concat();
    union.sort();
    assert_eq!(shown(store, user.key, every(&ground, &all)), union);
    assert_eq!(union.len(), 9);
}

/// I05, B126.
pub fn an_admin_without_clients_lists_nothing(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let token = ground.access(&ground.transaction(&user, &client, "t:1", 10), 11);
    let admin = ground.admin("admin", LISTS_ALL);
    assert!(shown(store, user.key, own(&ground, &admin)).is_empty());
    assert_eq!(ground.find(&token, own(&ground, &admin)), None);
    let nobody = Reach::own_clients(ground.issuer.key, AdminKey::new(99_999));
    assert!(shown(store, user.key, nobody).is_empty());
    assert_eq!(ground.find(&token, nobody), None);
    let no_client = Reach::one_client(ground.issuer.key, ClientKey::new(99_999));
    assert!(shown(store, user.key, no_client).is_empty());
    assert_eq!(ground.find(&token, no_client), None);
}

fn holds(store: &dyn Store, reach: Reach, client: Option<ClientKey>) -> bool {
    store.list(|reading| reading.reach_holds(reach, client)).unwrap()
}

/// I07.
pub fn a_right_holds_until_it_is_taken_away(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, other) = (ground.client("client"), ground.client("other"));
    let admin = ground.admin("admin", LISTS);
    ground.link(&admin, &[&client]);
    let reach = own(&ground, &admin);
    assert!(holds(store, reach, None));
    assert!(holds(store, reach, Some(client.key)));
    assert!(!holds(store, reach, Some(other.key)), "not its client");
    for status in PartyStatus::ALL {
        let party = PartyKey::Admin(admin.key);
        store.change(|unit| unit.set_party_status(party, status)).unwrap();
        assert_eq!(holds(store, reach, None), status == PartyStatus::Approved);
        assert_eq!(holds(store, reach, Some(client.key)), status == PartyStatus::Approved);
    }
    let party = PartyKey::Admin(admin.key);
    store.change(|unit| unit.set_party_status(party, PartyStatus::Approved)).unwrap();
    store.change(|unit| unit.unlink(admin.key, client.key)).unwrap();
    assert!(holds(store, reach, None));
    assert!(!holds(store, reach, Some(client.key)));
    store.change(|unit| unit.set_admin_rights(admin.key, NOTHING)).unwrap();
    assert!(!holds(store, reach, None));
    assert!(!holds(store, Reach::own_clients(ground.issuer.key, AdminKey::new(99_999)), None));
}

/// I07.
pub fn a_reach_over_every_client_needs_the_right_to_it(store: &dyn Store) {
    let ground = Ground::of(store);
    let client = ground.client("client");
    let admin = ground.admin("admin", LISTS_ALL);
    let reach = every(&ground, &admin);
    assert!(holds(store, reach, None) && holds(store, reach, Some(client.key)));
    let others_alone = muster_domain::AdminRights { list_users: false, ..LISTS_ALL };
    for rights in [LISTS, NOTHING, others_alone] {
        store.change(|unit| unit.set_admin_rights(admin.key, rights)).unwrap();
        assert!(!holds(store, reach, None), "{rights:?}");
        assert!(!holds(store, reach, Some(client.key)), "{rights:?}");
    }
    store.change(|unit| unit.set_admin_rights(admin.key, LISTS_ALL)).unwrap();
    assert!(holds(store, reach, None));
    let party = PartyKey::Admin(admin.key);
    store.change(|unit| unit.set_party_status(party, PartyStatus::Suspended)).unwrap();
    assert!(!holds(store, reach, None));
}

pub fn a_clients_own_reach_holds_while_it_is_approved(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, other) = (ground.client("client"), ground.client("other"));
    let reach = ground.own(&client);
    assert!(!holds(store, reach, Some(other.key)));
    for status in PartyStatus::ALL {
        let party = PartyKey::Client(client.key);
        store.change(|unit| unit.set_party_status(party, status)).unwrap();
        assert_eq!(holds(store, reach, None), status == PartyStatus::Approved);
        assert_eq!(holds(store, reach, Some(client.key)), status == PartyStatus::Approved);
    }
}
