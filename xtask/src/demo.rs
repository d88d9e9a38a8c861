//! `cargo xtask demo`: the README's first command, on a machine that may be quite empty.

use crate::failure::Outcome;
use crate::muster::{compile, muster};
use crate::prerequisites::{self, Means, Need};
use crate::terminal::announce;
use crate::workspace;

/// What the reader asked for on the command line.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// The port to serve at; a free one is taken if it is not given.
    #[arg(long)]
    port: Option<u16>,
    /// End after the main job instead of serving on.
    #[arg(long)]
    exit: bool,
    /// Install no packages, even as root on Debian or Ubuntu.
    #[arg(long)]
    no_install: bool,
    /// Build OpenSSL and libpq from source even where they are installed.
    #[arg(long)]
    bundled: bool,
}

/// Builds the binary and lets its demo have the terminal.
pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let root = workspace::root();
    let means = Means { no_install: arguments.no_install, bundled: arguments.bundled };
    let build = prerequisites::ensure(&Need::TO_BUILD, means)?;
    announce("building Muster (some minutes the first time)");
    compile(&root, build).run()?;
    let mut demo = muster(&root, build).arg("demo");
    if let Some(port) = arguments.port {
        demo = demo.args(["--port", &port.to_string()]);
    }
    if arguments.exit {
        demo = demo.arg("--exit");
    }
    demo.take_over()
}
