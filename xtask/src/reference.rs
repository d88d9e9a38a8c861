//! `cargo xtask reference`: the reference pages, made out of the binary.

use crate::failure::Outcome;
use crate::muster::{compile, muster};
use crate::pages::{Page, write_or_check};
use crate::prerequisites::{self, Means, Need};
use crate::workspace;

/// What the reader asked for on the command line.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Write nothing; fail if a page is out of date.
    #[arg(long)]
    check: bool,
}

const PAGES: [(&str, &str); 3] = [
    ("cli", "docs/reference/cli.md"),
    ("settings", "docs/reference/settings.md"),
    ("http-api", "docs/reference/http-api.md"),
];

/// Makes the pages or compares them.
pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let root = workspace::root();
    let build = prerequisites::ensure(&Need::TO_BUILD, Means::default())?;
    compile(&root, build).run()?;
    let mut pages = Vec::new();
    for (name, path) in PAGES {
        pages.push(Page { path, text: muster(&root, build).args(["reference", name]).read()? });
    }
    // The defaults as a file, from the values themselves.
    let shown = muster(&root, build).args(["config", "show", "--config", "/dev/null"]).read()?;
    let text =
        format!("# Every setting with its default; made by `cargo xtask reference`.\n\n{shown}");
    pages.push(Page { path: "deploy/settings/default.toml", text });
    write_or_check(&root, &pages, arguments.check.then_some("cargo xtask reference"))
}
