//! Trials of device flows (RFC 8628).

use muster_domain::{DeviceFlow, DeviceState, Lifetime, Shard};

use super::ground::{Ground, at, is_conflict, tag, together};
use crate::Store;

fn by_user_code(ground: &Ground<'_>, number: i64) -> Option<DeviceFlow> {
    let issuer = ground.issuer.key;
    ground.store.read(|r| r.find_device_flow_of_user_code(issuer, tag(number))).unwrap()
}

pub fn a_device_flow_is_found_by_either_code(store: &dyn Store) {
    let (ground, other) = (Ground::of(store), Ground::at(store, "https://other.example"));
    let client = ground.client("client");
    let flow = ground.device_flow(&client, 1);
    let mut bare = ground.new_device_flow(&client);
    (bare.audience, bare.proof_key) = (Vec::new(), None);
    store.change(|unit| unit.add_device_flow(&bare, tag(3), tag(4))).unwrap();
    assert_eq!(ground.find_device_flow(&flow, 1).as_ref(), Some(&flow));
    assert_eq!(ground.find_device_flow(&bare, 3).as_ref(), Some(&bare));
    assert_eq!(
        (by_user_code(&ground, 2), by_user_code(&ground, 4)),
        (Some(flow.clone()), Some(bare))
    );
    // Neither code is taken for the other, and neither leads out of its issuer.
    assert_eq!((ground.find_device_flow(&flow, 2), by_user_code(&ground, 1)), (None, None));
    assert_eq!((other.find_device_flow(&flow, 1), by_user_code(&other, 2)), (None, None));
    let mut elsewhere = flow;
    elsewhere.key.shard =
        Shard::from_number((elsewhere.key.shard.number() + 1) % Shard::COUNT).unwrap();
    assert_eq!(ground.find_device_flow(&elsewhere, 1), None);
}

/// RFC 8628 6.1.
pub fn a_user_code_is_given_once_in_an_issuer_whatever_the_client(store: &dyn Store) {
    let (ground, other) = (Ground::of(store), Ground::at(store, "https://other.example"));
    let [one, two] = ["one", "two"].map(|id| ground.client(id));
    ground.device_flow(&one, 1);
    let taken = ground.new_device_flow(&two);
    assert!(is_conflict(&store.change(|unit| unit.add_device_flow(&taken, tag(9), tag(2)))));
    assert_eq!(ground.find_device_flow(&taken, 9), None);
    other.device_flow(&other.client("client"), 1);
}

/// S51.
pub fn a_poll_is_noted_with_the_interval_that_holds_from_then_on(store: &dyn Store) {
    let ground = Ground::of(store);
    let flow = ground.device_flow(&ground.client("client"), 1);
    let slower = Lifetime::from_seconds(10);
    store.change(|unit| unit.note_poll(flow.key, at(20), slower)).unwrap();
    let found = ground.find_device_flow(&flow, 1).unwrap();
    assert_eq!((found.polled_at, found.interval), (Some(at(20)), slower));
    assert_eq!(found.state, DeviceState::Pending);
}

/// S51, B80: each poll sees the one before it.
pub fn of_polls_at_once_each_sees_the_one_before(store: &dyn Store) {
    let ground = Ground::of(store);
    let flow = ground.device_flow(&ground.client("client"), 1);
    let longer = |interval: Lifetime| Lifetime::from_millis(interval.millis() + 1);
    together(8, |_| {
        let poll = |unit: &mut dyn crate::Unit| {
            let held = unit.hold_device_flow(flow.key)?.unwrap();
            unit.note_poll(flow.key, at(20), longer(held.interval))
        };
        store.change(poll).unwrap();
    });
    let found = ground.find_device_flow(&flow, 1).unwrap();
    assert_eq!(found.interval.millis(), flow.interval.millis() + 8);
    let nowhere = muster_domain::DeviceFlowKey::new(flow.key.shard, 99_999);
    assert_eq!(store.change(|unit| unit.hold_device_flow(nowhere)).unwrap(), None);
}

/// S52.
pub fn an_approved_device_is_redeemed_once(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let flow = ground.device_flow(&client, 1);
    let state = || ground.find_device_flow(&flow, 1).unwrap().state;
    let redeem = || store.change(|unit| unit.redeem_device(flow.key)).unwrap();
    let approve = |when| store.change(|u| u.approve_device(flow.key, user.key, at(when))).unwrap();
    let deny = || store.change(|unit| unit.deny_device(flow.key)).unwrap();
    assert!(!redeem(), "nobody has approved it");
    assert!(approve(20));
    assert!(!approve(30) && !deny(), "it is decided");
    assert_eq!(state(), DeviceState::Approved { user: user.key, at: at(20) });
    assert!(redeem());
    assert_eq!(state(), DeviceState::Redeemed);
    assert!(!redeem() && !approve(40) && !deny());
}

pub fn a_denied_device_gets_nothing(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    let flow = ground.device_flow(&client, 1);
    assert!(store.change(|unit| unit.deny_device(flow.key)).unwrap());
    assert!(!store.change(|unit| unit.approve_device(flow.key, user.key, at(20))).unwrap());
    assert!(!store.change(|unit| unit.redeem_device(flow.key)).unwrap());
    assert_eq!(ground.find_device_flow(&flow, 1).unwrap().state, DeviceState::Denied);
}

pub fn of_simultaneous_decisions_and_redemptions_one_wins(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, user) = (ground.client("client"), ground.user("alice"));
    for round in 0..5 {
        let flow = ground.device_flow(&client, round * 2);
        let decided = together(4, |number| {
            let decide = |unit: &mut dyn crate::Unit| match number % 2 {
                0 => unit.approve_device(flow.key, user.key, at(20)),
                _ => unit.deny_device(flow.key),
            };
            store.change(decide).unwrap()
        });
        assert_eq!(decided.iter().filter(|won| **won).count(), 1, "{decided:?}");
        let approved = decided.iter().position(|won| *won).unwrap() % 2 == 0;
        let won = together(4, |_| store.change(|unit| unit.redeem_device(flow.key)).unwrap());
        assert_eq!(won.iter().filter(|won| **won).count(), usize::from(approved), "{won:?}");
    }
}
