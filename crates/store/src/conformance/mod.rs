//! The suite that every backend must pass; [`conformance!`](crate::conformance!) makes its tests.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so"
)]

mod ground;
mod suite;

#[doc(hidden)]
pub mod administers;
#[doc(hidden)]
pub mod assertions;
#[doc(hidden)]
pub mod audit;
#[doc(hidden)]
pub mod issuers;
#[doc(hidden)]
pub mod keys;
#[doc(hidden)]
pub mod listing;
#[doc(hidden)]
pub mod numbers;
#[doc(hidden)]
pub mod pages;
#[doc(hidden)]
pub mod parties;
#[doc(hidden)]
pub mod purge;
#[doc(hidden)]
pub mod reach;
#[doc(hidden)]
pub mod tokens;
#[doc(hidden)]
pub mod transactions;
#[doc(hidden)]
pub mod units;
#[doc(hidden)]
pub mod users;
