//! State without HTTP: every grant, its races, its faults and its histories, on both engines.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so"
)]

mod alike;
mod asker;
mod chains;
mod cleaned;
mod faults;
mod faults_within;
mod faulty;
mod faulty_within;
mod grants;
mod histories;
mod house;
mod issuing;
mod keeping;
mod listed;
mod narrowing;
mod proofs;
mod proving;
mod races;
mod racing;
mod recorded;
mod tables;
mod trusted;
mod verbs;
