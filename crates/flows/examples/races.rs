//! As many simultaneous redemptions as are asked for, on both engines (T01, T02):
//! `cargo run -p muster-flows --release --example races -- --count 1000000`.
//!
//! PostgreSQL is the one that tests are given (`cargo xtask databases`); what SQLite keeps
//! goes to the folder for temporary files (`TMPDIR`).
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test by command: it says so when it cannot go on"
)]
#![expect(dead_code, reason = "the house of the tests has more verbs than races need")]

#[path = "../tests/state/asker.rs"]
mod asker;
#[path = "../tests/state/house.rs"]
mod house;
#[path = "../tests/state/racing.rs"]
mod racing;
#[path = "../tests/state/verbs.rs"]
mod verbs;

use house::{Engine, House, every_grant, with_grace};
use racing::{Prize, Runners};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let count = match words.as_slice() {
        [] => Some(20_000),
        [flag, count] if flag == "--count" => count.parse::<usize>().ok(),
        _ => None,
    };
    let Some(count) = count else { panic!("usage: races [--count N]") };
    let prizes = [Prize::Refresh, Prize::RefreshInGrace, Prize::Code, Prize::Device];
    for engine in Engine::BOTH {
        let house = House::new(engine);
        let (strict, mild) =
            (house.client("strict", every_grant("a")), house.client("mild", with_grace("a")));
        let user = house.user("alice");
        for prize in prizes {
            let began = std::time::Instant::now();
            let client = if prize == Prize::RefreshInGrace { &mild } else { &strict };
            let runners = Runners { house: &house, client, user: &user };
            let tried = runners.run(prize, count.div_ceil(Engine::BOTH.len() * prizes.len()));
            let seconds = began.elapsed().as_secs();
            println!("{engine:?} {prize:?}: {tried} redemptions, one lineage each, {seconds} s");
        }
    }
}
