#![doc = include_str!("../README.md")]

mod administers;
mod assertions;
mod audit;
mod backend;
mod data_keys;
mod error;
mod issuers;
mod listing;
pub mod migrate;
mod numbers;
mod open;
mod parties_reading;
mod parties_writing;
mod purge;
mod rows;
mod schema;
#[cfg(feature = "scratch")]
mod scratch;
mod session;
mod signing_keys;
mod tokens;
mod transactions;
mod users;

pub use open::{DatabaseUrl, InvalidDatabaseUrl, OpenError, PoolSettings, open};
#[cfg(feature = "scratch")]
pub use scratch::Scratch;
