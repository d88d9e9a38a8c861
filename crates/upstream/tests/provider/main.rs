//! A provider that can be made to do wrong, and what becomes of the people who come from it:
//! real HTTP on loopback, one story a test.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so"
)]

mod arriving;
mod documents;
mod fake;
mod keys;
mod rig;
mod strays;
mod tokens;
mod waiting;
