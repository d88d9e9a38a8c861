//! Trials of units: all of it happens, or nothing.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use muster_domain::{PartyStatus, UserStatus, samples};

use super::ground::{Ground, LISTS, at, is_conflict};
use crate::{PartyKey, Store, StoreError, Unit};

/// Changes a bit of everything.
fn change_much(ground: &Ground<'_>, unit: &mut dyn Unit) -> Result<(), StoreError> {
    let issuer = ground.issuer.key;
    unit.set_issuer_status(issuer, PartyStatus::Denied)?;
    let admin = unit.add_admin(&samples::admin(issuer, "new admin", LISTS).unwrap())?;
    let client = unit.add_client(&samples::client(issuer, "new client", "h").unwrap())?;
    unit.link(admin.key, client.key)?;
    let id = muster_domain::UserId::new("new user").unwrap();
    let user = unit.ensure_users(issuer, &[id], at(1))?.remove(0);
    unit.set_user_status(user.key, UserStatus::Disabled)?;
    unit.use_assertion(issuer, "new client", "jti", at(9))?;
    Ok(())
}

fn nothing_changed(ground: &Ground<'_>) {
    let store = ground.store;
    let issuer = ground.issuer.key;
    let id = muster_domain::UserId::new("new user").unwrap();
    let found = store.read(|reading| {
        let parties =
            (reading.find_party(issuer, "new admin")?, reading.find_party(issuer, "new client")?);
        Ok((parties, reading.find_user(issuer, &id)?, reading.list_issuers()?))
    });
    assert_eq!(found.unwrap(), ((None, None), None, vec![ground.issuer.clone()]));
}

pub fn a_failed_unit_leaves_nothing_behind(store: &dyn Store) {
    let ground = Ground::of(store);
    let failed = store.change(|unit| {
        change_much(&ground, unit)?;
        Err::<(), _>(StoreError::GivenUp { reason: "second thoughts".to_owned() })
    });
    let Err(StoreError::GivenUp { reason }) = failed else { panic!("{failed:?}") };
    assert_eq!(reason, "second thoughts");
    nothing_changed(&ground);
    store.change(|unit| change_much(&ground, unit)).unwrap();
    let all = store.read(|reading| reading.list_issuers()).unwrap();
    assert_eq!(all[0].status, PartyStatus::Denied);
}

pub fn a_unit_sees_what_it_wrote(store: &dyn Store) {
    let ground = Ground::of(store);
    let seen = store.change(|unit| {
        change_much(&ground, unit)?;
        let id = muster_domain::UserId::new("new user").unwrap();
        let user = unit.find_user(ground.issuer.key, &id)?;
        Ok((user.map(|user| user.status), unit.find_party(ground.issuer.key, "new client")?))
    });
    let (user, client) = seen.unwrap();
    assert_eq!(user, Some(UserStatus::Disabled));
    assert!(client.is_some());
}

pub fn a_conflict_spoils_its_own_unit_alone(store: &dyn Store) {
    let ground = Ground::of(store);
    let taken = ground.client("taken");
    let again = samples::client(ground.issuer.key, "taken", "h").unwrap();
    let failed = store.change(|unit| {
        change_much(&ground, unit)?;
        unit.add_client(&again)
    });
    assert!(is_conflict(&failed));
    nothing_changed(&ground);
    let party = PartyKey::Client(taken.key);
    assert!(store.change(|unit| unit.set_party_status(party, PartyStatus::Denied)).unwrap());
}

/// F31, F32.
pub fn a_panicking_unit_leaves_nothing_behind(store: &dyn Store) {
    let ground = Ground::of(store);
    for _ in 0..3 {
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            store.change(|unit| -> Result<(), StoreError> {
                change_much(&ground, unit)?;
                // Not `panic!`: no message, no backtrace in the test's output.
                std::panic::resume_unwind(Box::new("on purpose"))
            })
        }));
        assert!(panicked.is_err());
        nothing_changed(&ground);
    }
    store.change(|unit| change_much(&ground, unit)).unwrap();
    assert!(store.read(|r| r.find_party(ground.issuer.key, "new client")).unwrap().is_some());
}

pub fn a_reader_sees_whole_units(store: &dyn Store) {
    let ground = Ground::of(store);
    let [one, other] = ["one", "other"].map(|id| ground.client(id));
    let admin = ground.admin("admin", LISTS);
    ground.link(&admin, &[&one]);
    let page = crate::PartyPage { after: None, limit: 9 };
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for round in 0..40 {
                let (from, to) = if round % 2 == 0 { (&one, &other) } else { (&other, &one) };
                let moved = store.change(|unit| {
                    unit.unlink(admin.key, from.key)?;
                    unit.link(admin.key, to.key)
                });
                moved.unwrap();
            }
            done.store(true, Ordering::SeqCst);
        });
        loop {
            let last = done.load(Ordering::SeqCst);
            let seen = store.read(|reading| reading.list_clients_of(admin.key, &page)).unwrap();
            assert_eq!(seen.len(), 1, "never none and never both");
            if last {
                break;
            }
        }
    });
}

pub fn a_new_database_is_in_order(store: &dyn Store) {
    let health = store.health().unwrap();
    assert!(!health.engine.is_empty());
    assert!(health.schema_version.is_some());
    assert!(health.pending.is_empty() && health.unknown.is_empty(), "{health:?}");
}
