//! Flows without HTTP: a house with a database of its own, on both engines.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so"
)]

mod completeness;
mod house;
mod keys;
mod listing;
mod model;
mod reference;
mod suspended;
