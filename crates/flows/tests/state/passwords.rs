//! Who somebody is by their password: the same cost and the same answer for everybody else.

use muster_crypto::NewPassword;
use muster_domain::{Secret, User, UserStatus};
use muster_flows::{FlowError, verify_password};

use crate::house::{Engine, House};

const GOOD: &str = "correct horse";

/// A user with this password.
fn account(house: &House, id: &str) -> User {
    let user = house.user(id);
    let password = NewPassword::chosen(Secret::from(GOOD), &user.id).unwrap();
    let stored = password.store(&*house.tools.randomness).unwrap();
    let now = house.tools.clock.now();
    house.store().change(|unit| unit.set_password(user.key, &stored, now)).unwrap();
    user
}

/// Who came in, and how many slow hashes it cost.
fn tried(house: &House, name: &str, password: &str) -> (Option<User>, u64) {
    let before = house.verifier().hashed();
    let told = loop {
        let secret = Secret::from(password);
        match verify_password(name, &secret, (&house.tools, house.verifier())) {
            Err(FlowError::Busy) => std::thread::yield_now(),
            told => break told.unwrap(),
        }
    };
    (told, house.verifier().hashed() - before)
}

/// T18.
#[test]
fn t18_whoever_does_not_come_in_costs_one_hash_like_whoever_does() {
    for engine in Engine::BOTH {
        let house = House::new(engine);
        let alice = account(&house, "alice");
        let gone = account(&house, "gone");
        house.store().change(|unit| unit.set_user_status(gone.key, UserStatus::Disabled)).unwrap();
        house.user("federated");
        let generated = house.tools.keys.store_generated(&Secret::from(GOOD));
        let odd = house.user("odd");
        let now = house.tools.clock.now();
        house.store().change(|unit| unit.set_password(odd.key, &generated, now)).unwrap();
        assert_eq!(tried(&house, "alice", GOOD), (Some(alice.clone()), 1), "{engine:?}");
        let (endless, nul) = ("p".repeat(100_000), "ali\0ce");
        for (name, password) in [
            ("alice", "correct hors"),
            ("alice", ""),
            ("alice", &endless),
            ("Alice", GOOD),
            ("nobody", GOOD),
            ("", GOOD),
            (nul, GOOD),
            (&endless, GOOD),
            ("gone", GOOD),
            ("gone", "wrong password"),
            ("federated", GOOD),
            ("federated", ""),
            ("odd", GOOD),
        ] {
            assert_eq!(tried(&house, name, password), (None, 1), "{engine:?}: {name:.9}");
        }
    }
}

#[test]
fn a_right_password_is_not_remembered() {
    let house = House::new(Engine::Sqlite);
    let alice = account(&house, "alice");
    for _ in 0..3 {
        assert_eq!(tried(&house, "alice", GOOD), (Some(alice.clone()), 1), "a hash each time");
    }
    house.store().change(|unit| unit.remove_password(alice.key)).unwrap();
    assert_eq!(tried(&house, "alice", GOOD), (None, 1));
}

#[test]
fn a_user_of_another_issuer_does_not_come_in_here() {
    let house = House::new(Engine::Sqlite);
    account(&house, "alice");
    let other = muster_domain::samples::issuer("https://b.example/oauth2").unwrap();
    let issuer = house.store().change(|unit| unit.add_issuer(&other)).unwrap();
    let tools = muster_flows::Tools { issuer, ..house.tools.clone() };
    let told = verify_password("alice", &Secret::from(GOOD), (&tools, house.verifier()));
    assert_eq!(told.unwrap(), None);
}

#[test]
fn the_longest_password_that_may_be_chosen_opens() {
    let house = House::new(Engine::Sqlite);
    let user = house.user("alice");
    let longest = "\u{e4}".repeat(muster_crypto::PASSWORD_LIMIT / 2);
    let password = NewPassword::chosen(Secret::from(longest.as_str()), &user.id).unwrap();
    let stored = password.store(&*house.tools.randomness).unwrap();
    let now = house.tools.clock.now();
    house.store().change(|unit| unit.set_password(user.key, &stored, now)).unwrap();
    assert_eq!(tried(&house, "alice", &longest), (Some(user), 1));
    assert_eq!(tried(&house, "alice", &longest.replacen('\u{e4}', "a", 2)), (None, 1));
}
