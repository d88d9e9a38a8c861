//! `cargo xtask databases`: the test databases for a command of one's own.
//!
//! Whoever works on one crate all day starts them once and calls `cargo test -p` as often
//! as wanted, instead of paying for their start with every `cargo xtask test`.

use crate::databases::{self, TestDatabases, Wanted};
use crate::failure::Outcome;
use crate::prerequisites::{self, Means};
use crate::program::Program;
use crate::terminal::{announce, say};
use crate::workspace;

/// What the reader asked for on the command line.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Leave the Citus cluster out: it takes the longest to start.
    #[arg(long)]
    no_citus: bool,
    /// Run this with the variables set, then stop the databases.
    #[arg(last = true)]
    command: Vec<String>,
}

/// Starts the databases and keeps them as long as they are wanted.
pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let root = workspace::root();
    let wanted = if arguments.no_citus {
        vec![Wanted::Postgres, Wanted::Mariadb]
    } else {
        Wanted::ALL.to_vec()
    };
    prerequisites::ensure(&databases::needs(&root, &wanted), Means::default())?;
    announce("starting the test databases");
    let databases = TestDatabases::start(&root, &wanted)?;
    for (name, url) in databases.variables() {
        say(format!("export {name}='{url}'"));
    }
    for sentence in databases.not_run() {
        say(format!("NOT STARTED: {sentence}"));
    }
    if let Some((program, rest)) = arguments.command.split_first() {
        return Program::new(program).args(rest).envs(databases.variables()).run();
    }
    say("Ctrl-C stops and removes them.");
    loop {
        std::thread::park();
    }
}
