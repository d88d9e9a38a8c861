//! `cargo xtask bench`: Muster beside its floors in one run, as ratios.
//!
//! Never a test: figures depend on the machine, so they are printed and written down with
//! the machine's name, and a person judges them. `listing` tells the story, `world` makes the
//! databases, `service` runs Muster, `floor` and `reader` are the two sides of a round.
//! `scenario` tells the story of the token service under load: `engine` is what is loaded,
//! `scripts` what is asked, `load` asks it over a `connection` each.

mod authentication;
mod command;
mod connection;
mod engine;
mod figures;
mod floor;
mod import;
mod known_tool;
mod listing;
mod load;
mod machine;
mod old_database;
mod reader;
mod report;
mod revocation;
mod scenario;
mod scripts;
mod service;
mod world;

pub(crate) use command::{BenchCommand, run};
