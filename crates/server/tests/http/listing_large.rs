//! A listing so long that it would show if the service held it in memory.

use std::io::{BufReader, Write};

use crate::crowd::Crowd;
use crate::house::{Engine, House};
use crate::wire::{self, Request};

/// About 900 bytes each: the best part of a gigabyte in one answer.
const TOKENS: i64 = 1_000_000;
/// What a build for tests may need above the target: its frames and buffers are bigger.
const DEBUG_ALLOWANCE: u64 = 8 * 1_024;
const NEEDLE: &[u8] = b"\"jti\":";

/// The most memory that a process ever had resident, in KiB.
fn peak(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("a peak");
    line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number")
}

/// Reads a listing without keeping it: how many tokens, and whether it ended as it should.
fn counted(house: &House, request: &Request) -> (i64, bool) {
    let mut stream = wire::connect(house.address);
    stream.write_all(&request.bytes(house.address)).expect("the request is taken");
    let mut reader = BufReader::with_capacity(1 << 16, stream);
    let (status, _) = wire::read_head(&mut reader).expect("an answer");
    assert_eq!(status, 200);
    let (mut tokens, mut end) = (0, Vec::new());
    let whole = wire::read_chunks(&mut reader, &mut |chunk| {
        // A needle may lie across two chunks.
        end.extend_from_slice(chunk);
        tokens += end.windows(NEEDLE.len()).filter(|part| *part == NEEDLE).count();
        end.drain(..end.len().saturating_sub(NEEDLE.len() - 1));
    });
    (i64::try_from(tokens).expect("a number"), whole && end.ends_with(b"]}]}"))
}

fn a_large_listing_costs_no_memory(engine: Engine, growth_mib: u64) {
    // T34
    let house = House::start(engine);
    let crowd = Crowd::plant(&house, TOKENS);
    // A small listing opens the connections and takes what every listing takes.
    let small = house.as_admin().form(&house.question()).send(house.address);
    assert_eq!(small.status, 200, "{}", small.text());
    let before = peak(house.process());
    assert_eq!(counted(&house, &crowd.question(&house)), (TOKENS, true));
    let growth = peak(house.process()) - before;
    let most = growth_mib * 1_024 + DEBUG_ALLOWANCE;
    assert!(growth <= most, "{growth} KiB more, at most {most}");
}

#[test]
fn a_user_of_a_million_tokens_is_listed_without_holding_them_on_sqlite() {
    a_large_listing_costs_no_memory(Engine::Sqlite, 32);
}

#[test]
fn a_user_of_a_million_tokens_is_listed_without_holding_them_on_postgres() {
    a_large_listing_costs_no_memory(Engine::Postgres, 16);
}
