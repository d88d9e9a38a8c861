//! The import of an OA4MP database at its worst: interrupted, full of holes, full of garbage,
//! and changed between two runs. Sources and targets are databases of the tests' own.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so"
)]

mod gaps;
mod garbage;
mod interrupted;
mod issuers;
mod keys;
mod many;
mod new;
mod old;
mod taking;
mod updates;
mod wire;
