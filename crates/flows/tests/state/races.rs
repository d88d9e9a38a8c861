//! Races for refresh tokens, codes and device codes (T01, T02, B51, B81, I17, I18), and of
//! exchange against revocation. A million of them: `cargo run -p muster-flows --release
//! --example races -- --count 1000000`.

use std::sync::Barrier;

use muster_domain::{ErrorCode, Lifetime};

use crate::house::{Engine, House, every_grant, with_grace};
use crate::racing::{Prize, Runners};

/// What is raced for, and how many redemptions of it are tried on each engine.
const RACES: [(Prize, usize); 4] = [
    (Prize::Refresh, 4_608),
    (Prize::RefreshInGrace, 2_048),
    (Prize::Code, 3_584),
    (Prize::Device, 1_024),
];

fn one_lineage_lives(engine: Engine) {
    let house = House::new(engine);
    let (strict, mild) =
        (house.client("strict", every_grant("a")), house.client("mild", with_grace("a")));
    let user = house.user("alice");
    let mut tried = 0;
    for (prize, redemptions) in RACES {
        let client = if prize == Prize::RefreshInGrace { &mild } else { &strict };
        tried += Runners { house: &house, client, user: &user }.run(prize, redemptions);
    }
    assert!(tried >= 10_000, "{tried}");
}

#[test]
fn of_ten_thousand_simultaneous_redemptions_one_lineage_lives_on_sqlite() {
    one_lineage_lives(Engine::Sqlite);
}

#[test]
fn of_ten_thousand_simultaneous_redemptions_one_lineage_lives_on_postgres() {
    one_lineage_lives(Engine::Postgres);
}

fn one_of_many_polls_is_in_time(engine: Engine) {
    // S51, B80
    const POLLS: usize = 8;
    let mut house = House::new(engine);
    house.rulebook.lifetimes.device_interval = Lifetime::from_seconds(5);
    house.client("tv", every_grant("a"));
    for _ in 0..16 {
        let started = house.start_device("tv").unwrap();
        let code = started.device_code.expose();
        let barrier = Barrier::new(POLLS);
        let told: Vec<ErrorCode> = std::thread::scope(|scope| {
            let poll = || {
                barrier.wait();
                house.poll("tv", code).unwrap_err()
            };
            let threads: Vec<_> = (0..POLLS).map(|_| scope.spawn(poll)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let count = |wanted| told.iter().filter(|code| **code == wanted).count();
        assert_eq!(count(ErrorCode::AuthorizationPending), 1, "{told:?}");
        assert_eq!(count(ErrorCode::SlowDown), POLLS - 1, "{told:?}");
        // Five seconds more for each that came too early.
        let grown = Lifetime::from_seconds(5 * i64::try_from(POLLS).unwrap());
        assert_eq!(house.device_flow(&started).interval, grown);
        house.clock.turn(Lifetime::from_millis(grown.millis() - 1));
        assert_eq!(house.poll("tv", code).unwrap_err(), ErrorCode::SlowDown);
    }
}

#[test]
fn of_many_polls_at_once_one_is_in_time_on_sqlite() {
    one_of_many_polls_is_in_time(Engine::Sqlite);
}

#[test]
fn of_many_polls_at_once_one_is_in_time_on_postgres() {
    one_of_many_polls_is_in_time(Engine::Postgres);
}

fn no_child_outlives_its_parent(engine: Engine) {
    // S50, I18
    const THREADS: usize = 6;
    let house = House::new(engine);
    let (client, user) = (house.client("app", every_grant("a")), house.user("alice"));
    for _ in 0..60 {
        let parent = house.family(&client, &user);
        let access = parent.access_token.expose();
        let refresh = parent.refresh_token.as_ref().unwrap().expose();
        let barrier = Barrier::new(THREADS + 1);
        let children: Vec<String> = std::thread::scope(|scope| {
            let exchange = || {
                barrier.wait();
                let mut held = vec![access.clone()];
                for _ in 0..3 {
                    // Each child is exchanged again: grandchildren race, too.
                    match house.exchange("app", held.last().unwrap(), "") {
                        Ok(child) => held.push(child.access_token.expose().clone()),
                        Err(refused) => {
                            assert_eq!(refused, muster_domain::ErrorCode::InvalidRequest);
                            break;
                        }
                    }
                }
                held
            };
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(exchange)).collect();
            barrier.wait();
            house.revoke("app", refresh).unwrap();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        for child in children {
            assert!(!house.is_active("app", &child), "a child outlives its parent");
        }
    }
}

#[test]
fn no_child_outlives_its_parent_on_sqlite() {
    no_child_outlives_its_parent(Engine::Sqlite);
}

#[test]
fn no_child_outlives_its_parent_on_postgres() {
    no_child_outlives_its_parent(Engine::Postgres);
}
