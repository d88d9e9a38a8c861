//! The commands of the tools and their dispatch.
//!
//! A hallway: each command's own arguments stand with its deed, only the list is here.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::terminal::say;
use crate::{databases, servers, test, tidy};

/// The tools of the house.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", arg_required_else_help = true)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run all tests, with private databases made and removed by the run.
    Test(test::Arguments),
    /// Check the rules of the house that clippy cannot know.
    Tidy,
    /// Start the test databases and run a command with their variables, or wait for Ctrl-C.
    Databases(servers::Arguments),
    /// (internal) Clear a scratch folder away when standard input ends.
    #[command(hide = true)]
    WatchOver {
        /// The folder.
        folder: PathBuf,
    },
}

/// Reads the command line and does what it says.
pub(crate) fn run() -> ExitCode {
    let done = match CommandLine::parse().command {
        Command::Test(arguments) => test::run(&arguments),
        Command::Tidy => tidy::run(),
        Command::Databases(arguments) => servers::run(&arguments),
        Command::WatchOver { folder } => databases::watch_over(&folder),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            say(format!("\nxtask: {failure}"));
            ExitCode::FAILURE
        }
    }
}
