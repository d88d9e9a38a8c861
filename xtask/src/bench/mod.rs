//! `cargo xtask bench`: Muster beside its floors in one run, as ratios.
//!
//! Never a test: figures depend on the machine, so they are printed and written down with
//! the machine's name, and a person judges them. `listing` tells the story, `world` makes the
//! databases, `service` runs Muster, `floor` and `reader` are the two sides of a round.

mod authentication;
mod command;
mod figures;
mod floor;
mod import;
mod listing;
mod old_database;
mod reader;
mod report;
mod service;
mod world;

pub(crate) use command::{BenchCommand, run};
