#![doc = include_str!("../README.md")]

mod carry_out;
mod error;
mod listing;
mod outcome;
mod published_keys;
mod seed;
mod token_info;
mod tools;

pub use carry_out::carry_out;
pub use error::FlowError;
pub use listing::{EndedTexts, ListingCursor, ListingSink, Progress, ShowTokens, ShownToken};
pub use outcome::{Outcome, PlannedListing};
pub use published_keys::PublishedKeys;
pub use seed::{Flow, Planted, Seed, SeedError, Sprout};
pub use tools::Tools;
