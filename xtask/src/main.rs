//! The tools of the house: `cargo xtask <command>`.
//!
//! One file a command, chosen in `command`; what they share (running programs, words for
//! the reader, private databases) stands beside them. A failure is printed as a sentence
//! and ends with exit code 1, a wrong command line with 2.

mod bench;
mod calendar;
mod ci;
mod clients;
mod command;
mod databases;
mod demo;
mod dev;
mod environment;
mod failure;
mod migrate;
mod muster;
mod pages;
mod prerequisites;
mod program;
mod reference;
mod schema;
mod servers;
mod terminal;
mod test;
mod tidy;
mod workspace;

fn main() -> std::process::ExitCode {
    command::run()
}
