//! `cargo xtask ci`: everything that gates a change, in the order in which it fails fastest.
//!
//! What the machines of continuous integration run is what a person runs before a push.

use std::time::Instant;

use crate::failure::Outcome;
use crate::muster::muster;
use crate::prerequisites::{self, Build, Means, Need};
use crate::program::Program;
use crate::terminal::{announce, say};
use crate::{clients, databases, tidy, workspace};

/// Runs every check; the first that fails ends it.
pub(crate) fn run() -> Outcome {
    let root = workspace::root();
    let mut needs = Need::TO_BUILD.to_vec();
    needs.extend(databases::needs(&root, &databases::Wanted::ALL));
    let build = prerequisites::ensure(&needs, Means::default())?;
    let cargo = |words: &[&str]| Program::cargo().args(words).within(&root);
    let features = |program: Program| match build {
        Build::System => program,
        Build::Bundled => program.args(["--features", "muster-server/bundled"]),
    };
    step("format", || cargo(&["fmt", "--all", "--check"]).run())?;
    step("tidy", tidy::run)?;
    step("lints", || {
        let clippy = cargo(&["clippy", "--locked", "--workspace", "--all-targets"]);
        features(clippy).args(["--", "--deny", "warnings"]).run()
    })?;
    step("documentation", || {
        let doc = cargo(&["doc", "--locked", "--workspace", "--no-deps"]);
        features(doc).env("RUSTDOCFLAGS", "--deny warnings").run()
    })?;
    // The README's two commands, word for word.
    step("the README's test command", || cargo(&["xtask", "test"]).run())?;
    step("the README's demo", || cargo(&["xtask", "demo", "--exit"]).run())?;
    step("clients of others", || clients::run(&clients::Arguments::default()))?;
    step("the pages made of the code", || {
        cargo(&["xtask", "reference", "--check"]).run()?;
        cargo(&["xtask", "schema", "--check"]).run()
    })?;
    step("the settings samples", || {
        ["local", "production"].iter().try_for_each(|name| {
            let file = format!("deploy/settings/{name}.toml");
            muster(&root, build).args(["config", "show", "--config", &file]).read().map(|_| ())
        })
    })
}

fn step(name: &str, work: impl FnOnce() -> Outcome) -> Outcome {
    announce(name);
    let begun = Instant::now();
    work()?;
    say(format!("-- {name}: {} s", begun.elapsed().as_secs()));
    Ok(())
}
