//! Trials of accounts of an issuer's own.

use muster_domain::{StoredSecret, User, UserKey, UserStatus};

use super::ground::{Ground, at, together};
use crate::Store;

fn password(store: &dyn Store, user: &User) -> Option<String> {
    let found = store.read(|reading| reading.find_password(user.key)).unwrap();
    found.map(|password| password.as_str().to_owned())
}

fn set(store: &dyn Store, user: UserKey, text: &str) {
    let secret = StoredSecret::new(text);
    store.change(|unit| unit.set_password(user, &secret, at(20))).unwrap();
}

pub fn a_password_is_set_replaced_and_taken_away(store: &dyn Store) {
    let ground = Ground::of(store);
    let (alice, bob) = (ground.user("alice"), ground.user("bob"));
    assert_eq!(password(store, &alice), None, "nobody has one by themselves");
    set(store, alice.key, "$argon2id$one");
    set(store, bob.key, "$argon2id$his");
    set(store, alice.key, "$argon2id$two");
    assert_eq!(password(store, &alice).as_deref(), Some("$argon2id$two"));
    // It is of the account, and no matter of how somebody stands.
    store.change(|unit| unit.set_user_status(alice.key, UserStatus::Disabled)).unwrap();
    assert!(password(store, &alice).is_some());
    let remove = || store.change(|unit| unit.remove_password(alice.key)).unwrap();
    assert!(remove());
    assert!(!remove());
    assert_eq!(password(store, &alice), None);
    assert_eq!(password(store, &bob).as_deref(), Some("$argon2id$his"));
}

pub fn whoever_is_not_there_has_no_password(store: &dyn Store) {
    let ground = Ground::of(store);
    let user = ground.user("alice");
    let nobody = UserKey::new(user.key.shard, 99_999);
    set(store, nobody, "$argon2id$nobody");
    assert_eq!(store.read(|reading| reading.find_password(nobody)).unwrap(), None);
}

pub fn of_simultaneous_passwords_one_stays(store: &dyn Store) {
    let ground = Ground::of(store);
    let user = ground.user("alice");
    together(4, |number| set(store, user.key, &number.to_string()));
    let stays = password(store, &user).unwrap();
    assert!((0..4).any(|number| number.to_string() == stays), "{stays}");
}
