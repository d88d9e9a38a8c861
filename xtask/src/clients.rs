//! `cargo xtask clients`: unchanged libraries of others verify what Muster issues and speak
//! to it over HTTP (`xtask/clients`).
//!
//! Their packages go into a folder of their own below `target`. A language that is missing
//! is named, and is a failure with `--all`.

use std::path::Path;

use crate::environment;
use crate::failure::{Failure, Outcome};
use crate::muster::compile;
use crate::prerequisites::{self, Means, Need};
use crate::program::Program;
use crate::terminal::{announce, say};
use crate::workspace;

/// What the reader asked for on the command line.
#[derive(clap::Args, Debug, Default)]
pub(crate) struct Arguments {
    /// Fail where a language is missing instead of naming it.
    #[arg(long)]
    all: bool,
}

const PYTHON: &str = "target/clients/python";
/// The binary, where `compile` leaves it.
const MUSTER: &str = "target/debug/muster";
const SCRIPTS: [&str; 2] = ["verify_demo.py", "inquire_demo.py"];

/// Runs what there is.
pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let root = workspace::root();
    if environment::find_program("python3").is_none() {
        let said = "python: NOT RUN, there is no python3";
        if arguments.all {
            return Err(Failure::new(said));
        }
        say(said);
        return Ok(());
    }
    let build = prerequisites::ensure(&Need::TO_BUILD, Means::default())?;
    compile(&root, build).run()?;
    announce("Python: PyJWT, Authlib, and curl");
    python(&root)
}

fn python(root: &Path) -> Outcome {
    let interpreter = root.join(PYTHON).join("bin/python");
    if !interpreter.exists() {
        Program::new("python3").args(["-m", "venv", PYTHON]).within(root).run()?;
    }
    Program::new(&interpreter)
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
        .args(["--requirement", "xtask/clients/python/requirements.txt"])
        .within(root)
        .run()?;
    SCRIPTS.iter().try_for_each(|script| {
        let script = format!("xtask/clients/python/{script}");
        Program::new(&interpreter).args([script.as_str(), MUSTER]).within(root).run()
    })
}
