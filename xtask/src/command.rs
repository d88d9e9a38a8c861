//! The commands of the tools and their dispatch.
//!
//! A hallway: each command's own arguments stand with its deed, only the list is here.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::terminal::say;
use crate::{
    bench, ci, clients, databases, demo, dev, migrate, reference, schema, servers, test, tidy,
};

/// The tools of the house.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", arg_required_else_help = true)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Show the main job on a small federation, then go on serving it.
    Demo(demo::Arguments),
    /// Run all tests, with private databases made and removed by the run.
    Test(test::Arguments),
    /// Run everything that gates a change.
    Ci(ci::Arguments),
    /// Let unchanged libraries of others verify tokens and speak to the service.
    Clients(clients::Arguments),
    /// Make, walk and try the steps of the database's schema.
    #[command(subcommand)]
    Migrate(migrate::MigrateCommand),
    /// Write docs/reference/schema.md: the tables of both engines side by side.
    Schema(schema::Arguments),
    /// Write docs/reference: commands, settings, HTTP.
    Reference(reference::Arguments),
    /// Serve a working copy: database, schema, sample clients, server.
    Dev(dev::Arguments),
    /// Measure Muster beside its floors.
    #[command(subcommand)]
    Bench(bench::BenchCommand),
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
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
        Command::Ci(arguments) => ci::run(&arguments),
        Command::Clients(arguments) => clients::run(&arguments),
        Command::Migrate(command) => migrate::run(&command),
        Command::Schema(arguments) => schema::run(&arguments),
        Command::Reference(arguments) => reference::run(&arguments),
        Command::Dev(arguments) => dev::run(&arguments),
        Command::Bench(command) => bench::run(&command),
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
