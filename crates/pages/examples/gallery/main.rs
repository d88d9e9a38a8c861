//! Writes every page in every state into a folder, for looking and for `cargo xtask browser`.
//!
//! `NAME.html` is a page, `NAME.csp` its policy; the stylesheet lies beside them, and the
//! pages name it so that they can be opened from the folder.

mod states;

use std::path::PathBuf;
use std::process::ExitCode;

use muster_pages::Stylesheet;
use states::{Texts, states};

fn main() -> ExitCode {
    let Some(folder) = std::env::args().nth(1).map(PathBuf::from) else {
        return told("usage: gallery FOLDER");
    };
    match write(&folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => told(&failure.to_string()),
    }
}

fn write(folder: &std::path::Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let stylesheet = Stylesheet::new();
    std::fs::write(folder.join(&stylesheet.name), stylesheet.text)?;
    let own_path = format!("href=\"/{}\"", stylesheet.name);
    let beside = format!("href=\"{}\"", stylesheet.name);
    for state in states(&Texts::sample()) {
        let html = state.html.replace(&own_path, &beside);
        std::fs::write(folder.join(format!("{}.html", state.name)), html)?;
        std::fs::write(folder.join(format!("{}.csp", state.name)), state.policy.header())?;
    }
    Ok(())
}

#[expect(clippy::print_stderr, reason = "a tool that is run by hand")]
fn told(what: &str) -> ExitCode {
    eprintln!("{what}");
    ExitCode::FAILURE
}
