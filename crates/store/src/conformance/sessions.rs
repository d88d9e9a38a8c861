//! Trials of people's sessions.

use muster_domain::{Door, Session, SessionKey, Shard, UserStatus};

use super::ground::{Ground, at, is_conflict, tag, together};
use crate::Store;

pub fn a_session_is_found_as_it_was_given(store: &dyn Store) {
    let ground = Ground::of(store);
    let user = ground.user("alice");
    for (number, door) in (1..).zip(Door::ALL) {
        let mut session = ground.new_session(&user);
        session.door = door;
        store.change(|unit| unit.add_session(&session, tag(number))).unwrap();
        let found = ground.find_session(&session, number).unwrap();
        assert_eq!((found.session, &found.user), (session, &user), "{door:?}");
    }
}

/// I11.
pub fn a_session_of_another_issuer_shard_or_hash_is_not_found(store: &dyn Store) {
    let (ground, other) = (Ground::of(store), Ground::at(store, "https://other.example"));
    let session = ground.session(&ground.user("alice"), 1);
    assert!(ground.find_session(&session, 1).is_some());
    assert_eq!(ground.find_session(&session, 2), None);
    assert_eq!(other.find_session(&session, 1), None);
    let mut elsewhere = session;
    let number = (session.key.shard.number() + 1) % Shard::COUNT;
    elsewhere.key.shard = Shard::from_number(number).unwrap();
    assert_eq!(ground.find_session(&elsewhere, 1), None);
}

/// Hashes are of 256 bits: two sessions of one shard never share one.
pub fn two_sessions_never_share_a_hash(store: &dyn Store) {
    let ground = Ground::of(store);
    let user = ground.user("alice");
    let session = ground.session(&user, 1);
    let twin = ground.new_session(&user);
    assert!(is_conflict(&store.change(|unit| unit.add_session(&twin, tag(1)))));
    assert_eq!(ground.find_session(&session, 1).unwrap().session, session);
}

pub fn a_sessions_use_is_noted_and_never_goes_back(store: &dyn Store) {
    let ground = Ground::of(store);
    let user = ground.user("alice");
    let (session, other) = (ground.session(&user, 1), ground.session(&user, 2));
    let touch = |key, when| store.change(|unit| unit.touch_session(key, at(when))).unwrap();
    let used = || ground.find_session(&session, 1).unwrap().session.used_at;
    for (when, expected) in [(500, 500), (400, 500), (500, 500), (501, 501)] {
        assert!(touch(session.key, when), "it is there");
        assert_eq!(used(), at(expected));
    }
    let touched = ground.find_session(&session, 1).unwrap().session;
    assert_eq!(touched, Session { used_at: at(501), ..session });
    assert_eq!(ground.find_session(&other, 2).unwrap().session, other);
    assert!(!touch(SessionKey::new(user.key.shard, 99_999), 600), "there is none");
    together(4, |number| touch(other.key, 700 + i64::try_from(number).unwrap()));
    assert_eq!(ground.find_session(&other, 2).unwrap().session.used_at, at(703));
}

pub fn one_session_of_a_user_ends_or_all_of_them(store: &dyn Store) {
    let ground = Ground::of(store);
    let (alice, bob) = (ground.user("alice"), ground.user("bob"));
    let hers = [1, 2, 3].map(|number| ground.session(&alice, number));
    let his = ground.session(&bob, 4);
    let left = || {
        let mut all = hers.iter().zip(1..).chain([(&his, 4)]);
        all.by_ref().filter(|(one, number)| ground.find_session(one, *number).is_some()).count()
    };
    let end = |key| store.change(|unit| unit.end_session(key)).unwrap();
    assert!(end(hers[0].key));
    assert!(!end(hers[0].key), "it has ended");
    assert_eq!((ground.find_session(&hers[0], 1), left()), (None, 3));
    let end_all = |user| store.change(|unit| unit.end_sessions_of_user(user)).unwrap();
    assert_eq!((end_all(alice.key), left()), (2, 1));
    assert_eq!(end_all(alice.key), 0);
    assert!(!store.change(|unit| unit.touch_session(hers[1].key, at(900))).unwrap());
    assert!(ground.find_session(&his, 4).is_some());
    // The hash is free again, and leads to the new one.
    let again = ground.session(&alice, 1);
    assert_eq!(ground.find_session(&again, 1).unwrap().session.key, again.key);
}

pub fn the_sessions_of_a_user_are_listed_as_they_began(store: &dyn Store) {
    let ground = Ground::of(store);
    let (alice, bob) = (ground.user("alice"), ground.user("bob"));
    let listed = |user| store.read(|reading| reading.list_sessions(user)).unwrap();
    assert_eq!(listed(alice.key), []);
    let hers = [(1, 30), (2, 10), (3, 20)].map(|(number, began)| {
        let session = ground.new_session(&alice);
        let session = Session { authenticated_at: at(began), ..session };
        store.change(|unit| unit.add_session(&session, tag(number))).unwrap();
        session
    });
    let his = ground.session(&bob, 4);
    assert_eq!(listed(alice.key), [hers[1], hers[2], hers[0]]);
    assert_eq!(listed(bob.key), [his]);
}

/// I16.
pub fn a_session_shows_how_its_person_stands(store: &dyn Store) {
    let ground = Ground::of(store);
    let user = ground.user("alice");
    let session = ground.session(&user, 1);
    for status in [UserStatus::Disabled, UserStatus::Active] {
        store.change(|unit| unit.set_user_status(user.key, status)).unwrap();
        assert_eq!(ground.find_session(&session, 1).unwrap().user.status, status);
    }
}

pub fn whoever_is_disabled_or_gone_gets_no_session(store: &dyn Store) {
    let ground = Ground::of(store);
    let user = ground.user("alice");
    let session = ground.new_session(&user);
    let add = || store.change(|unit| unit.add_session(&session, tag(1))).unwrap();
    store.change(|unit| unit.set_user_status(user.key, UserStatus::Disabled)).unwrap();
    add();
    store.change(|unit| unit.set_user_status(user.key, UserStatus::Active)).unwrap();
    assert_eq!(ground.find_session(&session, 1), None, "it was over when it began");
    store.change(|unit| unit.remove_user(user.key)).unwrap();
    add();
    assert_eq!(ground.find_session(&session, 1), None);
    assert!(!store.change(|unit| unit.end_session(session.key)).unwrap());
}

/// A login that is under way while somebody is disabled leaves no session to wake up with them.
pub fn of_logins_and_a_disabling_at_once_no_session_is_left(store: &dyn Store) {
    let ground = Ground::of(store);
    for round in 0..10_i64 {
        let user = ground.user(&format!("user {round}"));
        let first = round * 10;
        let sessions = [1, 2, 3].map(|_| ground.new_session(&user));
        together(4, |number| {
            let work = |unit: &mut dyn crate::Unit| {
                if let Some(session) = sessions.get(number) {
                    return unit.add_session(session, tag(first + i64::try_from(number).unwrap()));
                }
                unit.set_user_status(user.key, UserStatus::Disabled)?;
                unit.end_sessions_of_user(user.key).map(drop)
            };
            store.change(work).unwrap();
        });
        for (session, number) in sessions.iter().zip(first..) {
            assert_eq!(ground.find_session(session, number), None);
        }
    }
}
