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
pub mod cleaning;
#[doc(hidden)]
pub mod codes;
#[doc(hidden)]
pub mod descent;
#[doc(hidden)]
pub mod device_flows;
#[doc(hidden)]
pub mod issuers;
#[doc(hidden)]
pub mod issuing;
#[doc(hidden)]
pub mod keys;
#[doc(hidden)]
pub mod listing;
#[doc(hidden)]
pub mod meant;
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
pub mod standings;
#[doc(hidden)]
pub mod tokens;
#[doc(hidden)]
pub mod transactions;
#[doc(hidden)]
pub mod trusted_issuers;
#[doc(hidden)]
pub mod units;
#[doc(hidden)]
pub mod users;
