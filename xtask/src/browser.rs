//! `cargo xtask browser`: the pages in a real browser (`xtask/browser`).
//!
//! Chromium and Node.js come from Debian, the libraries from npm by their lock file, into
//! `target/browser`; the pages are written there by the gallery of `muster-pages`. What is
//! asked of them stands in `*.test.mjs`. A file that ends in `.server.test.mjs` gets the
//! real service as well, as `MUSTER_BIN`.

use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome, While};
use crate::muster::compile;
use crate::prerequisites::{self, Means, Need};
use crate::program::Program;
use crate::terminal::{announce, say};
use crate::{environment, workspace};

/// What the reader asked for on the command line.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Only the files whose names hold one of these words.
    words: Vec<String>,
}

/// Where the tests are.
const SOURCES: &str = "xtask/browser";

/// Where everything is that a run makes.
const MADE: &str = "target/browser";

/// The end of the name of a file of tests.
const TESTS: &str = ".test.mjs";

/// The end of the name where the tests need the service.
const SERVER_TESTS: &str = ".server.test.mjs";

/// Opens the pages and lets the tests look at them.
pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let root = workspace::root();
    let tests = chosen(&names(&root.join(SOURCES))?, &arguments.words);
    if tests.is_empty() {
        return Err(Failure::new(format!("no file of {SOURCES} has such a name")));
    }
    let with_server = tests.iter().any(|name| name.ends_with(SERVER_TESTS));
    let mut needs = vec![Need::Node, Need::Chromium];
    if with_server {
        needs.extend(Need::TO_BUILD);
    }
    let build = prerequisites::ensure(&needs, Means::default())?;
    if with_server {
        compile(&root, build).run()?;
    }
    let made = root.join(MADE);
    announce("the libraries and the pages");
    let program = bring_program(&root, &made)?;
    let gallery = write_gallery(&root, &made)?;
    let pictures = empty_folder(&made.join("pictures"))?;

    announce("looking");
    let chromium = environment::find_program("chromium")
        .ok_or_else(|| Failure::new("chromium was installed and is not found"))?;
    let looked = Program::new("node")
        // One file at a time: each has a browser of its own, and browsers are big.
        .args(["--test", "--test-concurrency=1", "--test-reporter=spec"])
        .args(&tests)
        .env("CHROMIUM", chromium)
        .env("GALLERY", gallery)
        .env("PICTURES", &pictures)
        .env("MUSTER_BIN", root.join("target/debug/muster"))
        .within(&program)
        .run();
    say(format!("pictures: {}", pictures.display()));
    looked
}

/// The files of tests, in order.
fn names(folder: &Path) -> Outcome<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).doing(format!("reading {}", folder.display()))? {
        let name = entry.doing(format!("reading {}", folder.display()))?.file_name();
        names.push(name.to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

fn chosen(names: &[String], words: &[String]) -> Vec<String> {
    let is_meant =
        |name: &&String| words.is_empty() || words.iter().any(|word| name.contains(&**word));
    names.iter().filter(|name| name.ends_with(TESTS)).filter(is_meant).cloned().collect()
}

/// Packages are looked for beside the file that imports them, so the files are taken along.
fn bring_program(root: &Path, made: &Path) -> Outcome<PathBuf> {
    let program = made.join("program");
    std::fs::create_dir_all(&program).doing("making a folder for the tests")?;
    // A file that is gone must not be tested any more.
    for name in names(&program)?.iter().filter(|name| name.ends_with(TESTS)) {
        std::fs::remove_file(program.join(name)).doing(format!("removing {name}"))?;
    }
    copy_files(&root.join(SOURCES), &program)?;
    copy_files(&root.join(SOURCES).join("lib"), &empty_folder(&program.join("lib"))?)?;
    Program::new("npm")
        // None of the packages has to run anything; Chromium is there already.
        .args(["ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"])
        .within(&program)
        .run()?;
    Ok(program)
}

fn copy_files(from: &Path, to: &Path) -> Outcome {
    for name in names(from)? {
        let file = from.join(&name);
        if file.is_file() {
            std::fs::copy(&file, to.join(&name)).doing(format!("copying {}", file.display()))?;
        }
    }
    Ok(())
}

fn write_gallery(root: &Path, made: &Path) -> Outcome<PathBuf> {
    let gallery = empty_folder(&made.join("gallery"))?;
    Program::cargo()
        .args(["run", "--quiet", "--package", "muster-pages", "--example", "gallery", "--"])
        .arg(&gallery)
        .within(root)
        .run()?;
    Ok(gallery)
}

/// What was there of the run before must not be looked at again.
fn empty_folder(folder: &Path) -> Outcome<PathBuf> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).doing(format!("emptying {}", folder.display()))?;
    }
    std::fs::create_dir_all(folder).doing(format!("making {}", folder.display()))?;
    Ok(folder.to_path_buf())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_word_every_test_is_run_and_nothing_else() {
        let names = ["gallery.test.mjs", "lib", "log_in.server.test.mjs", "package.json"];
        let names = names.map(str::to_owned);
        assert_eq!(chosen(&names, &[]), ["gallery.test.mjs", "log_in.server.test.mjs"]);
        assert_eq!(chosen(&names, &["server".to_owned()]), ["log_in.server.test.mjs"]);
    }
}
