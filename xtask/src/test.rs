//! `cargo xtask test`: every test of the house, on a machine that may be quite empty.
//!
//! The databases start while cargo compiles. Tests that need one are told by environment
//! variables; without a variable such a test fails, so nothing is skipped in silence. What
//! cannot be run here at all (Citus without its archive) is said at the end in plain words.

use std::path::Path;

use crate::databases::{self, TestDatabases, Wanted};
use crate::failure::{Failure, Outcome};
use crate::prerequisites::{self, Build, Means, Need};
use crate::program::Program;
use crate::terminal::{announce, say};
use crate::workspace;

/// What the reader asked for on the command line.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Start no databases; tests that need one fail and say so, so name others after `--`.
    #[arg(long)]
    no_databases: bool,
    /// Install no packages, even as root on Debian or Ubuntu.
    #[arg(long)]
    no_install: bool,
    /// Build OpenSSL and libpq from source even where they are installed.
    #[arg(long)]
    bundled: bool,
    /// Fail at the end when some tests could not run on this machine.
    #[arg(long)]
    all: bool,
    /// What `cargo test` is to be told instead of `--workspace`, such as `-p muster-policy`.
    #[arg(last = true)]
    cargo: Vec<String>,
}

/// The name of every test that needs the cluster contains this.
const CITUS_TESTS: &str = "citus";

/// The packages with a feature `bundled`: those that link a C library, and the server above.
const BUNDLING: [&str; 4] =
    ["muster-server", "muster-store-diesel", "muster-crypto", "muster-import-oa4mp"];

/// Runs the tests.
pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let root = workspace::root();
    let means = Means { no_install: arguments.no_install, bundled: arguments.bundled };
    let wanted: &[Wanted] = if arguments.no_databases { &[] } else { &Wanted::ALL };
    let mut needs = Need::TO_BUILD.to_vec();
    needs.extend(databases::needs(&root, wanted));
    let build = prerequisites::ensure(&needs, means)?;
    let mut selection = selection(&arguments.cargo, build);

    announce("compiling the tests while the databases start");
    let (compiled, databases) = std::thread::scope(|scope| {
        let databases = scope.spawn(|| TestDatabases::start(&root, wanted));
        let compiled = selection.cargo_test(&root, &["--no-run"]).run();
        (compiled, databases.join())
    });
    let databases = databases.map_err(|_| Failure::new("starting the databases panicked"))??;
    compiled?;

    announce("testing");
    if !databases.not_run().is_empty() {
        selection.leave_out(CITUS_TESTS);
    }
    let result = selection.cargo_test(&root, &["--no-fail-fast"]).envs(databases.variables()).run();
    for sentence in databases.not_run() {
        say(format!("NOT RUN: {sentence}"));
    }
    result?;
    complete(arguments.all, databases.not_run())
}

/// Whether what was run is enough.
fn complete(all: bool, not_run: &[String]) -> Outcome {
    match not_run.first() {
        Some(why) if all => Err(Failure::new(format!("not every test could run: {why}"))),
        Some(_) | None => Ok(()),
    }
}

/// Which tests are run: what goes to cargo, and after `--` what goes to the tests.
#[derive(Debug, PartialEq, Eq)]
struct Selection {
    to_cargo: Vec<String>,
    to_tests: Vec<String>,
}

fn selection(chosen: &[String], build: Build) -> Selection {
    let mut halves = chosen.splitn(2, |argument| argument == "--");
    let mut to_cargo = halves.next().unwrap_or_default().to_vec();
    let names_a_package = |argument: &String| {
        argument == "-p" || argument.starts_with("--package") || argument == "--workspace"
    };
    if !to_cargo.iter().any(names_a_package) {
        to_cargo.insert(0, "--workspace".to_owned());
    }
    if build == Build::Bundled {
        // A feature can only be named for a package that is chosen.
        let everything = to_cargo.iter().any(|argument| argument == "--workspace");
        let features: Vec<String> = BUNDLING
            .into_iter()
            .filter(|package| everything || to_cargo.iter().any(|argument| argument == package))
            .map(|package| format!("{package}/bundled"))
            .collect();
        to_cargo.extend(["--features".to_owned(), features.join(",")]);
    }
    Selection { to_cargo, to_tests: halves.next().unwrap_or_default().to_vec() }
}

impl Selection {
    fn leave_out(&mut self, tests: &str) {
        self.to_tests.extend(["--skip".to_owned(), tests.to_owned()]);
    }

    fn cargo_test(&self, root: &Path, more: &[&str]) -> Program {
        Program::cargo()
            .arg("test")
            .args(&self.to_cargo)
            .args(more)
            .arg("--")
            .args(&self.to_tests)
            .within(root)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn without_a_choice_the_whole_workspace_is_tested() {
        let selection = selection(&[], Build::System);
        assert_eq!(selection.to_cargo, ["--workspace"]);
    }

    #[test]
    fn a_chosen_package_takes_the_place_of_the_workspace() {
        let selection = selection(&words("-p xtask -- keeper"), Build::System);
        assert_eq!(selection.to_cargo, words("-p xtask"));
        assert_eq!(selection.to_tests, ["keeper"]);
    }

    #[test]
    fn the_bundled_build_is_asked_of_the_packages_that_are_tested() {
        let selection = selection(&words("-p muster-crypto"), Build::Bundled);
        assert_eq!(selection.to_cargo, words("-p muster-crypto --features muster-crypto/bundled"));
    }

    #[test]
    fn tests_that_were_left_out_are_a_failure_only_where_all_were_asked_for() {
        let lacking = ["there is no archive".to_owned()];
        assert!(complete(true, &[]).is_ok() && complete(false, &lacking).is_ok());
        assert!(complete(true, &lacking).unwrap_err().to_string().contains("no archive"));
    }

    #[test]
    fn tests_that_cannot_run_here_are_left_out_by_name() {
        let mut selection = selection(&words("--lib"), Build::System);
        selection.leave_out(CITUS_TESTS);
        assert_eq!(selection.to_cargo, ["--workspace", "--lib"]);
        assert_eq!(selection.to_tests, ["--skip", "citus"]);
    }
}
