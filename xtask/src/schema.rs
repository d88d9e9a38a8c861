//! `cargo xtask schema`: the tables of both engines side by side, made out of databases.
//!
//! The types in `store-diesel/src/schema.rs` are written by hand, since each engine would
//! generate others; the tests of the migrations compare them with both databases. This
//! page is for people.

use crate::databases::{self, TestDatabases, Wanted};
use crate::failure::Outcome;
use crate::pages::{Page, write_or_check};
use crate::prerequisites::{self, Build, Means, Need};
use crate::program::Program;
use crate::workspace;

/// What the reader asked for on the command line.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Write nothing; fail if the page is out of date.
    #[arg(long)]
    check: bool,
}

/// Makes the page or compares it.
pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let root = workspace::root();
    let mut needs = Need::TO_BUILD.to_vec();
    needs.extend(databases::needs(&root, &[Wanted::Postgres]));
    let build = prerequisites::ensure(&needs, Means::default())?;
    let databases = TestDatabases::start(&root, &[Wanted::Postgres])?;
    let mut program = Program::cargo().args(["run", "--quiet", "--package", "muster-store-diesel"]);
    if build == Build::Bundled {
        program = program.args(["--features", "muster-store-diesel/bundled"]);
    }
    let text = program
        .args(["--features", "scratch", "--example", "schema", "--"])
        .arg(databases.url(Wanted::Postgres)?)
        .within(&root)
        .read()?;
    let page = Page { path: "docs/reference/schema.md", text };
    write_or_check(&root, &[page], arguments.check.then_some("cargo xtask schema"))
}
