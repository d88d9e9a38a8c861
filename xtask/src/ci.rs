//! `cargo xtask ci`: everything that gates a change, in the order in which it fails fastest.
//!
//! What the machines of continuous integration run is what a person runs before a push.

use std::time::Instant;

use crate::failure::{Failure, Outcome};
use crate::muster::muster;
use crate::prerequisites::{self, Build, Means, Need};
use crate::program::Program;
use crate::terminal::{announce, say};
use crate::{databases, tidy, workspace};

/// What the reader asked for on the command line.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Leave out the tests that need the Citus cluster.
    #[arg(long)]
    without_citus: bool,
}

/// Runs every check; the first that fails ends it.
pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let root = workspace::root();
    if !arguments.without_citus {
        // A change is not let through because its tests could not run.
        databases::citus_can_start(&root).map_err(|why| Failure::new(without_citus(&why)))?;
    }
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
    // The README's two commands; only that no test may be left out unless that was asked for.
    let test: &[&str] =
        if arguments.without_citus { &["xtask", "test"] } else { &["xtask", "test", "--all"] };
    step("the README's test command", || cargo(test).run())?;
    step("the README's demo", || cargo(&["xtask", "demo", "--exit"]).run())?;
    // By a process of its own: the steps before have built this program anew, and what starts
    // the databases starts itself.
    step("clients of others", || {
        let both = ["--engine", "sqlite", "--engine", "postgres"];
        cargo(&["xtask", "clients", "--all"]).args(both).run()
    })?;
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

/// The tests of the cluster cannot run, and the way out.
fn without_citus(why: &str) -> String {
    format!(
        "the tests of the Citus cluster cannot run here: {why}.\n\
         Put the archive there, or go without these tests: cargo xtask ci --without-citus"
    )
}

fn step(name: &str, work: impl FnOnce() -> Outcome) -> Outcome {
    announce(name);
    let begun = Instant::now();
    work()?;
    say(format!("-- {name}: {} s", begun.elapsed().as_secs()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_lacks_the_archive_is_told_why_and_how_to_go_on_without_it() {
        let told = without_citus("there is no archive");
        assert!(told.contains("cannot run here: there is no archive."));
        assert!(told.ends_with("cargo xtask ci --without-citus"));
    }
}
