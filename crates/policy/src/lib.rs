#![doc = include_str!("../README.md")]

mod permit;
mod rulebook;
mod rules;
mod verdict;

pub use permit::{ListingPermit, Permit, permit};
pub use rulebook::Rulebook;
pub use verdict::{Denial, Verdict};
