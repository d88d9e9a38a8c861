#![doc = include_str!("../README.md")]

mod administers;
mod assertions;
mod audit;
mod backend;
mod cleaning;
mod codes;
mod data_keys;
mod descent;
mod device_flows;
mod ending;
mod error;
mod issuers;
mod kept;
mod leases;
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
mod served_names;
mod session;
mod signing_keys;
mod surroundings;
mod tokens_reading;
mod tokens_writing;
mod transactions;
mod trusted_issuers;
mod users;

pub use open::{DatabaseUrl, InvalidDatabaseUrl, OpenError, PoolSettings, open};
#[cfg(feature = "scratch")]
pub use scratch::Scratch;
