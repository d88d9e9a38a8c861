//! `muster device`.

use muster_cli::{Exit, Premises};
use muster_crypto::CodeKind;
use muster_domain::{
    ClientId, DeviceFlow, DeviceFlowKey, DeviceState, Lifetime, LookupTag, ScopeSet, Shard,
    Timestamp,
};
use muster_store::Sequence;
use serde_json::json;

use crate::desk::{Desk, both};

const BEGUN: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// A flow that waits for ten minutes, under this user code.
fn waits(premises: &Premises, canonical: &str) -> (LookupTag, Shard) {
    let (issuer, id) = (&premises.issuer, ClientId::new("tv").unwrap());
    let shard = Shard::of_client(&issuer.url, &id);
    let device = premises.keys.code_tag(CodeKind::Device, canonical);
    let user = premises.keys.code_tag(CodeKind::User, canonical);
    let added = premises.store.change(|unit| {
        let number = unit.take_numbers(Sequence::DeviceFlows, 1)?.start;
        let flow = DeviceFlow {
            key: DeviceFlowKey::new(shard, number),
            issuer: issuer.key,
            client: unit.find_client(issuer.key, &id)?.unwrap().key,
            scopes: ScopeSet::default(),
            audience: Vec::new(),
            proof_key: None,
            started_at: BEGUN,
            expires_at: BEGUN.plus(Lifetime::from_seconds(600)),
            interval: Lifetime::from_seconds(5),
            polled_at: None,
            state: DeviceState::Pending,
        };
        unit.add_device_flow(&flow, device, user)
    });
    added.unwrap();
    (device, shard)
}

fn state(premises: &Premises, (tag, shard): (LookupTag, Shard)) -> DeviceState {
    let issuer = premises.issuer.key;
    let found = premises.store.read(|reading| reading.find_device_flow(issuer, tag, shard));
    found.unwrap().unwrap().state
}

/// S52, B91.
fn the_keeper_decides_once_and_in_time(desk: &Desk) {
    desk.muster(&["client", "add", "tv", "--public", "--grant", "device_code"]).done();
    desk.muster(&["user", "add", "alice"]).done();
    let premises = desk.premises();
    let [yes, no, late] = ["WDJBMJHT", "BCDFGHJK", "LMNPQRST"].map(|code| waits(&premises, code));
    let approve =
        |code: &str, user: &str| desk.muster(&["device", "approve", code, "--user", user]);
    approve("WDJB-MJHT", "mallory").fails(Exit::NotFound, "mallory");
    desk.muster(&["user", "disable", "alice"]).done();
    approve("WDJB-MJHT", "alice").fails(Exit::Failed, "is disabled");
    desk.muster(&["user", "enable", "alice"]).done();
    assert_eq!(state(&premises, yes), DeviceState::Pending);
    approve(" wdjb mjht", "alice").done();
    assert!(matches!(state(&premises, yes), DeviceState::Approved { at: BEGUN, .. }));
    approve("WDJB-MJHT", "alice").fails(Exit::NotFound, "was decided");
    desk.muster(&["device", "deny", "WDJB-MJHT"]).fails(Exit::NotFound, "was decided");
    let denied = desk.json(&["device", "deny", "BCDF-GHJK"]);
    assert_eq!(denied, json!({"user_code": "BCDF-GHJK", "approved": false}));
    assert_eq!(state(&premises, no), DeviceState::Denied);
    desk.turn_clock(600_000);
    approve("LMNP-QRST", "alice").fails(Exit::NotFound, "has expired");
    assert_eq!(state(&premises, late), DeviceState::Pending);
    approve("nonsense", "alice").fails(Exit::NotFound, "mistyped");
    let decided = desk.events().split_off(4);
    assert_eq!(decided, ["device_decided", "device_decided"]);
}
both!(
    the_keeper_decides_once_and_in_time_on_sqlite,
    the_keeper_decides_once_and_in_time_on_postgres,
    the_keeper_decides_once_and_in_time
);
