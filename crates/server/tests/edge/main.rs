//! The edge over raw sockets: what it lets through, what it refuses, what it cuts.
//!
//! A tiny application stands behind the wall; the peers here say right and wrong things
//! byte by byte, which no HTTP library would.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, also in its helpers"
)]

mod answers;
mod bad_http;
mod crowds;
mod house;
mod logs;
mod management;
mod panics;
mod slow_peers;
mod stopping;
mod taken_addresses;
