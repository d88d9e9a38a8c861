//! Query plans: what a listing and a token's lookup cost does not depend on the rows of
//! others (I25, decision 0004).
//!
//! The statements are the ones that the store really sends: they are overheard.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so")]

mod cleaning;
mod ground;
#[path = "../overhearing/mod.rs"]
mod overhearing;
mod questions;
