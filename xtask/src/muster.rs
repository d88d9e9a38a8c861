//! Runs the house's own binary out of the working copy.
//!
//! Apart from the commands that need it, so that all of them build it in the same way and
//! nothing is compiled twice.

use std::path::Path;

use crate::prerequisites::Build;
use crate::program::Program;

/// `cargo run` of the binary; arguments for `muster` follow.
pub(crate) fn muster(root: &Path, build: Build) -> Program {
    Program::cargo()
        .args(["run", "--quiet", "--package", "muster-server", "--bin", "muster"])
        .args(build.cargo_arguments())
        .arg("--")
        .within(root)
}

/// `cargo build` of the binary, with cargo's own progress, before it is run.
pub(crate) fn compile(root: &Path, build: Build) -> Program {
    Program::cargo()
        .args(["build", "--package", "muster-server", "--bin", "muster"])
        .args(build.cargo_arguments())
        .within(root)
}
