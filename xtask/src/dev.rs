//! `cargo xtask dev`: a working copy that serves, with a database and clients to play with.
//!
//! It stays in `muster-data/dev` between calls; remove the folder to begin anew.

use std::path::Path;

use crate::failure::{Outcome, While};
use crate::muster::{compile, muster};
use crate::prerequisites::{self, Build, Means, Need};
use crate::program::Program;
use crate::terminal::{announce, say};
use crate::workspace;

/// What the reader asked for on the command line.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// The port to serve at; health and metrics are at the next one.
    #[arg(long, default_value_t = 9080, value_parser = clap::value_parser!(u16).range(1..65_535))]
    port: u16,
    /// Use this database instead of an embedded one.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
}

const FOLDER: &str = "muster-data/dev";
const SETTINGS: &str = "muster-data/dev/muster.toml";
const ADMIN: &str = "dev:admin";
const CLIENT: &str = "dev:client";

/// Makes what is missing, then serves until Ctrl-C.
pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let root = workspace::root();
    let build = prerequisites::ensure(&Need::TO_BUILD, Means::default())?;
    announce("building Muster (some minutes the first time)");
    compile(&root, build).run()?;
    write_settings(&root, arguments)?;
    let keeper = |words: &[&str]| tell(&root, build, words);
    if !root.join(FOLDER).join("muster.kek").exists() && arguments.database.is_some() {
        keeper(&["keys", "new-kek", "muster-data/dev/muster.kek"]).run()?;
    }
    keeper(&["migrate", "run"]).run()?;
    if !keeper(&["admin", "show", ADMIN]).succeeds() {
        announce("two clients to play with; their secrets are shown once");
        keeper(&["client", "add", CLIENT, "--name", "A client"]).run()?;
        keeper(&["admin", "add", ADMIN, "--name", "An admin", "--list-users"]).run()?;
        keeper(&["admin", "link", ADMIN, CLIENT]).run()?;
    }
    announce("serving until Ctrl-C");
    say(format!("http://localhost:{}/oauth2/.well-known/openid-configuration", arguments.port));
    keeper(&["serve"]).take_over()
}

fn tell(root: &Path, build: Build, words: &[&str]) -> Program {
    muster(root, build).args(words).args(["--config", SETTINGS])
}

/// The settings file; an old one is replaced, since port and database come from the call.
fn write_settings(root: &Path, arguments: &Arguments) -> Outcome {
    let Arguments { port, database } = arguments;
    let url = database.as_deref().unwrap_or("sqlite:muster-data/dev/muster.db");
    let keys = if database.is_some() {
        format!("\n[keys]\nkek_file = \"{FOLDER}/muster.kek\"\n")
    } else {
        String::new()
    };
    let text = format!(
        "# Written by `cargo xtask dev`.\n[http]\nlisten = \"127.0.0.1:{port}\"\n\n\
         [management]\nlisten = \"127.0.0.1:{}\"\n\n\
         [issuer]\nurl = \"http://localhost:{port}/oauth2\"\n\n\
         [database]\nurl = \"{url}\"\n{keys}",
        port.saturating_add(1)
    );
    let file = root.join(SETTINGS);
    std::fs::create_dir_all(root.join(FOLDER)).doing(format!("making {FOLDER}"))?;
    std::fs::write(&file, text).doing(format!("writing {}", file.display()))
}
