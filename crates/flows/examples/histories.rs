//! As many recorded operations as are asked for, in histories of one family each, checked for
//! linearizability on both engines (T05, testing 6.4):
//! `cargo run -p muster-flows --release --example histories -- --count 1000000`.
//!
//! PostgreSQL is the one that tests are given (`cargo xtask databases`); what SQLite keeps
//! goes to the folder for temporary files (`TMPDIR`).
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test by command: it says so when it cannot go on"
)]
#![expect(dead_code, reason = "the house of the tests has more verbs than histories need")]

#[path = "../tests/state/asker.rs"]
mod asker;
#[path = "../tests/state/house.rs"]
mod house;
#[path = "../tests/state/listed.rs"]
mod listed;
#[path = "../tests/state/recorded.rs"]
mod recorded;
#[path = "../tests/state/verbs.rs"]
mod verbs;

use house::{Engine, House, every_grant};
use recorded::every_history_is_explained;

/// Operations of one family.
const OPERATIONS: u64 = 48;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let count = match words.as_slice() {
        [] => Some(20_000),
        [flag, count] if flag == "--count" => count.parse::<u64>().ok(),
        _ => None,
    };
    let Some(count) = count else { panic!("usage: histories [--count N]") };
    let families = count.div_ceil(OPERATIONS * 2);
    for engine in Engine::BOTH {
        let began = std::time::Instant::now();
        let house = House::new(engine);
        let client = house.client("app", every_grant("a"));
        let operations = every_history_is_explained(&house, &client, 0..families);
        let seconds = began.elapsed().as_secs();
        println!(
            "{engine:?}: {operations} operations in {families} families, each explained, {seconds} s"
        );
    }
}
