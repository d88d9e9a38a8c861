//! A listing so long that it would show if the service held it in memory.

use crate::crowd::Crowd;
use crate::house::{Engine, House};

/// About 1.1 KB each, 110 MB in all, as T34 has it. A debug build lists a few thousand a
/// second; a million would take minutes.
const TOKENS: i64 = 100_000;
/// What an unoptimised build may need above the target: its frames and buffers are bigger.
const DEBUG_ALLOWANCE: u64 = 8 * 1_024;

/// The most memory that a process ever had resident, in KiB.
fn peak(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("a peak");
    line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number")
}

fn a_large_listing_costs_no_memory(engine: Engine, growth_mib: u64) {
    // T34
    let house = House::start(engine);
    let crowd = Crowd::plant(&house, TOKENS);
    // A small listing opens the connections and takes what every listing takes.
    let small = house.as_admin().form(&house.question()).send(house.address);
    assert_eq!(small.status, 200, "{}", small.text());
    let before = peak(house.process());
    let listing = crowd.question(&house).send(house.address);
    let growth = peak(house.process()) - before;
    assert!(listing.whole && listing.status == 200, "{}", listing.status);
    let named = listing.body.windows(6).filter(|part| part == b"\"jti\":").count();
    assert_eq!(i64::try_from(named), Ok(TOKENS));
    assert!(listing.body.ends_with(b"]}]}]}"), "the brackets are closed");
    let most = growth_mib * 1_024 + DEBUG_ALLOWANCE;
    assert!(growth <= most, "{growth} KiB more, at most {most}");
}

#[test]
fn a_user_of_very_many_tokens_is_listed_without_holding_them_on_sqlite() {
    a_large_listing_costs_no_memory(Engine::Sqlite, 32);
}

#[test]
fn a_user_of_very_many_tokens_is_listed_without_holding_them_on_postgres() {
    a_large_listing_costs_no_memory(Engine::Postgres, 16);
}
