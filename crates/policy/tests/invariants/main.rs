//! The invariants of permission, as far as they are pure: any caller, any question, any
//! rulebook, and a small world in which reaches are looked up.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

mod decision;
mod parties;
mod reach;
mod world;
