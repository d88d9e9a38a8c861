//! Trials of reaches over single tokens: those that a client holds or that are meant for it,
//! and those of a client that may introspect every one (decision D6).

use muster_domain::{Client, Entitlement, PartyStatus, Reach, Registration, TokenKind, User};

use super::ground::{Ground, at};
use crate::{PartyKey, Store, StoredToken};

const fn meant(ground: &Ground<'_>, client: &Client) -> Reach {
    Reach::meant_for(ground.issuer.key, client.key)
}

const fn exchangeable(ground: &Ground<'_>, client: &Client) -> Reach {
    Reach::exchangeable_by(ground.issuer.key, client.key)
}

const fn any(ground: &Ground<'_>, client: &Client) -> Reach {
    Reach::any_token(ground.issuer.key, client.key)
}

/// A token of `holder` for this audience.
fn token_for(ground: &Ground<'_>, holder: &Client, audience: &[&str]) -> StoredToken {
    let user = ground.user("alice");
    let number = ground.number(crate::Sequence::Transactions);
    let transaction = ground.transaction(&user, holder, &format!("t:{number}"), 10);
    let audience = audience.iter().map(|name| (*name).to_owned()).collect();
    let entitlement = Entitlement { audience, ..Entitlement::default() };
    ground.issue(&transaction, TokenKind::Access, entitlement)
}

fn serving(ground: &Ground<'_>, id: &str, serves: &[&str]) -> Client {
    let serves = serves.iter().map(|name| (*name).to_owned()).collect();
    ground.registered(id, Registration { serves, ..Registration::default() })
}

/// I14, D6.
pub fn a_token_is_meant_for_its_holder_and_for_what_its_audience_names(store: &dyn Store) {
    let ground = Ground::of(store);
    let holder = ground.client("holder");
    let named = ground.client("named");
    let server = serving(&ground, "server", &["https://se.example", "https://se2.example"]);
    let stranger = serving(&ground, "stranger", &["https://other.example", "holder"]);
    let to_named = token_for(&ground, &holder, &["https://a.example", "named"]);
    let to_server = token_for(&ground, &holder, &["https://se2.example"]);
    let to_nobody = token_for(&ground, &holder, &[]);
    let found = |token: &StoredToken, client: &Client| {
        let found = ground.find(token, meant(&ground, client));
        assert!(found.as_ref().is_none_or(|found| found.client_id == holder.id));
        found.is_some()
    };
    for token in [&to_named, &to_server, &to_nobody] {
        assert!(found(token, &holder));
        assert!(!found(token, &stranger));
    }
    assert!(found(&to_named, &named) && !found(&to_named, &server));
    assert!(found(&to_server, &server) && !found(&to_server, &named));
    assert!(!found(&to_nobody, &named) && !found(&to_nobody, &server));
    // An imported token is meant for its holder alone.
    let transaction = ground.transaction(&ground.user("alice"), &holder, "t:imported", 10);
    let imported = ground.access(&transaction, 11);
    assert!(found(&imported, &holder) && !found(&imported, &server));
}

/// RFC 8693 4.4.
pub fn whoever_may_act_reaches_a_token_to_exchange_it_and_not_otherwise(store: &dyn Store) {
    let ground = Ground::of(store);
    let may_act = vec!["robot".to_owned()];
    let holder = ground.registered("holder", Registration { may_act, ..Registration::default() });
    let [robot, other] = ["robot", "other"].map(|id| ground.client(id));
    let token = token_for(&ground, &holder, &["other"]);
    assert_eq!(ground.find(&token, meant(&ground, &robot)), None);
    assert!(ground.find(&token, exchangeable(&ground, &robot)).is_some());
    for reach in [meant(&ground, &other), exchangeable(&ground, &other)] {
        assert!(ground.find(&token, reach).is_some(), "its audience names it");
    }
    assert!(ground.find(&token, exchangeable(&ground, &holder)).is_some());
    // It is the holder that says who may act, not the one who would like to.
    let of_robot = token_for(&ground, &robot, &[]);
    assert_eq!(ground.find(&of_robot, exchangeable(&ground, &holder)), None);
}

/// I16.
pub fn a_client_reaches_nothing_while_it_is_not_approved(store: &dyn Store) {
    let ground = Ground::of(store);
    let registration = Registration { introspects_every_token: true, ..Registration::default() };
    let reader = ground.registered("reader", registration);
    let holder = ground.client("holder");
    let tokens = [token_for(&ground, &holder, &["reader"]), token_for(&ground, &reader, &[])];
    let reaches = [meant(&ground, &reader), exchangeable(&ground, &reader), any(&ground, &reader)];
    for status in PartyStatus::ALL {
        let party = PartyKey::Client(reader.key);
        store.change(|unit| unit.set_party_status(party, status)).unwrap();
        for (token, reach) in tokens.iter().flat_map(|t| reaches.iter().map(move |r| (t, *r))) {
            let found = ground.find(token, reach).is_some();
            assert_eq!(found, status == PartyStatus::Approved, "{status:?} {reach:?}");
        }
    }
}

/// I11, D6.
pub fn a_right_to_every_token_ends_at_the_issuer(store: &dyn Store) {
    let (here, there) = (Ground::of(store), Ground::at(store, "https://other.example"));
    let registration = Registration { introspects_every_token: true, ..Registration::default() };
    let reader = here.registered("reader", registration);
    let plain = here.client("plain");
    let [ours, theirs] =
        [&here, &there].map(|ground| token_for(ground, &ground.client("holder"), &["reader"]));
    assert!(here.find(&ours, any(&here, &reader)).is_some());
    assert_eq!(here.find(&theirs, any(&here, &reader)), None);
    assert_eq!(here.find(&ours, any(&here, &plain)), None, "it has no such right");
    // A key of one issuer is nobody's at another.
    for reach in [any(&there, &reader), meant(&there, &reader), exchangeable(&there, &reader)] {
        assert_eq!(there.find(&theirs, reach), None);
    }
}

/// I05.
pub fn a_reach_over_single_tokens_lists_nothing(store: &dyn Store) {
    let ground = Ground::of(store);
    let registration = Registration { introspects_every_token: true, ..Registration::default() };
    let reader = ground.registered("reader", registration);
    let user: User = ground.user("alice");
    ground.access(&ground.transaction(&user, &reader, "t:1", 10), 11);
    for reach in [meant(&ground, &reader), exchangeable(&ground, &reader), any(&ground, &reader)] {
        let listed = store.list(|reading| reading.listed_clients(user.key, reach, None, 9));
        assert!(listed.unwrap().is_empty());
        for client in [None, Some(reader.key)] {
            assert!(!store.list(|reading| reading.reach_holds(reach, client)).unwrap());
        }
        assert_eq!(store.list(|reading| reading.user_standing(reach, user.key)).unwrap(), None);
    }
    assert_eq!(store.read(|r| r.find_user_by_key(user.key)).unwrap().unwrap().created_at, at(1));
}
