//! What is asked of the store for somebody who does not exist, and for something that is not
//! the caller's, is as much as for nothing at all (T18, S41, D2): no time tells them apart.

use std::sync::Arc;

use muster_crypto::{Handle, HandleKind, OsRandomness};
use muster_domain::{ErrorCode, PartyStatus, Shard};
use muster_grants::{Method, Presented, RawRequest};

use crate::faulty::Switch;
use crate::faulty_within::FaultyWithin;
use crate::house::{Engine, House, READING, every_grant};

/// A house that counts what its store is asked for.
fn counting(engine: Engine) -> (House, Arc<Switch>) {
    let switch = Arc::new(Switch::default());
    let counts = Arc::clone(&switch);
    let house = House::over(engine, |inner| Arc::new(FaultyWithin { inner, switch: counts }));
    (house, switch)
}

fn unknown(kind: HandleKind) -> String {
    let shard = Shard::from_number(1).unwrap();
    Handle::generate(kind, shard, &OsRandomness).unwrap().expose().clone()
}

/// Who shows this secret under this id.
fn presented(id: &str, secret: &str) -> Presented {
    let pair = data_encoding::BASE64.encode(format!("{id}:{secret}").as_bytes());
    let header = vec![format!("Basic {pair}").into_bytes()];
    let raw = RawRequest {
        method: Method::Post,
        query: b"",
        body: b"grant_type=client_credentials",
        authorization: &header,
        dpop: &[],
    };
    muster_grants::parse(&raw, &READING).unwrap().presented
}

fn whoever_fails_costs_the_store_the_same(engine: Engine) {
    let (house, switch) = counting(engine);
    house.client("known", every_grant("a"));
    let stopped = house.client("stopped", every_grant("a"));
    house.set_client(&stopped, PartyStatus::Suspended);
    let cost = |id: &str, secret: &str| {
        let presented = presented(id, secret);
        loop {
            let mut told = None;
            let calls = switch.calls_of(|| told = house.caller(&presented).err());
            // On a busy machine the hashing thread may be overrun.
            if told != Some(ErrorCode::TemporarilyUnavailable) {
                assert_eq!(told, Some(ErrorCode::InvalidClient));
                return calls;
            }
        }
    };
    for secret in ["wrong", "a+b"] {
        let nobody = cost("nobody", secret);
        assert_eq!(nobody, 1, "one look, however the header is read");
        assert_eq!((cost("known", secret), cost("stopped", secret)), (nobody, nobody));
    }
    assert_eq!(cost("stopped", "stopped"), 1);
}

fn what_is_not_the_callers_costs_what_nothing_costs(engine: Engine) {
    let (house, switch) = counting(engine);
    let (app, user) = (house.client("app", every_grant("a")), house.user("alice"));
    house.client("thief", every_grant("a"));
    let held = house.family(&app, &user);
    let (access, refresh) = (held.access_token.expose(), held.refresh_token.unwrap());
    let others = [access.clone(), refresh.expose().clone()];
    let nobodys = [unknown(HandleKind::Access), unknown(HandleKind::Refresh)];
    for (others, nobodys) in others.iter().zip(&nobodys) {
        let asked = |text: &str| {
            switch.calls_of(|| assert!(house.introspect("thief", text).unwrap().is_none()))
        };
        assert_eq!(asked(others), asked(nobodys), "introspection");
        let exchanged = |text: &str| {
            switch.calls_of(|| {
                let refused = house.exchange("thief", text, "").unwrap_err();
                assert_eq!(refused, ErrorCode::InvalidRequest);
            })
        };
        assert_eq!(exchanged(others), exchanged(nobodys), "exchange");
        let refreshed = |text: &str| {
            switch.calls_of(|| {
                let refused = house.refresh("thief", text, "").unwrap_err();
                assert_eq!(refused, ErrorCode::InvalidGrant);
            })
        };
        assert_eq!(refreshed(others), refreshed(nobodys), "refresh");
    }
    let device = house.start_device("app").unwrap();
    let polled = |text: &str| {
        switch.calls_of(|| {
            assert_eq!(house.poll("thief", text).unwrap_err(), ErrorCode::InvalidGrant);
        })
    };
    let nobodys = polled(&unknown(HandleKind::DeviceCode));
    assert_eq!(polled(device.device_code.expose()), nobodys, "a poll");
}

#[test]
fn t18_whoever_fails_costs_the_store_the_same() {
    Engine::BOTH.into_iter().for_each(whoever_fails_costs_the_store_the_same);
}

#[test]
fn t18_what_is_not_the_callers_costs_the_store_what_nothing_costs() {
    Engine::BOTH.into_iter().for_each(what_is_not_the_callers_costs_what_nothing_costs);
}
