//! `cargo xtask upstream`: people log in at a provider of others and come to the room
//! `upstream`.

use super::certificate::Certificate;
use super::provider::Provider;
use crate::failure::{Outcome, While};
use crate::prerequisites::{self, Build, Means, Need};
use crate::program::Program;
use crate::terminal::announce;
use crate::{node_packages, workspace};

/// Where the provider's program is.
const SOURCES: &str = "xtask/upstream";

/// Where its packages are, and the certificates of the run.
const MADE: &str = "target/upstream";

/// What the reader asked for on the command line.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// These tests alone, by a part of their names.
    filter: Option<String>,
}

/// Starts the provider and runs the tests that need it.
pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let root = workspace::root();
    let needs = [Need::CCompiler, Need::OpenSsl, Need::OpenSslProgram, Need::Node];
    let build = prerequisites::ensure(&needs, Means::default())?;
    announce("a provider of others: the packages");
    let made = root.join(MADE);
    node_packages::bring(&root.join(SOURCES), &made)?;
    let certificates = made.join("certificates");
    std::fs::create_dir_all(&certificates).doing("making a folder for certificates")?;
    let certificate = Certificate::new(&certificates)?;
    let provider = Provider::start(&made, &certificate)?;
    announce("people come from a provider of others");
    let mut tests = Program::cargo()
        .args(["test", "--locked", "--package", "muster-upstream", "--test", "real_provider"])
        .env("MUSTER_TEST_UPSTREAM", &provider.issuer)
        .env("MUSTER_TEST_UPSTREAM_AUTHORITY", &certificate.authority)
        .within(&root);
    if build == Build::Bundled {
        tests = tests.args(["--features", "bundled"]);
    }
    // One after the other: some of them change the provider's keys.
    tests.args(["--", "--ignored", "--test-threads", "1"]).args(&arguments.filter).run()
}
