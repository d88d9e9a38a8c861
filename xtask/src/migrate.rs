//! `cargo xtask migrate`: the schema's steps, made, walked and tried on both engines.
//!
//! Walking is `muster migrate`, which reads the settings as the server does; here it is
//! asked no questions, since a working copy's database is made to be remade.

use std::path::Path;

use clap::Subcommand;

use crate::databases::{self, TestDatabases, Wanted};
use crate::failure::{Failure, Outcome, While};
use crate::muster::{compile, muster};
use crate::prerequisites::{self, Build, Means, Need};
use crate::program::Program;
use crate::terminal::{announce, say};
use crate::{calendar, workspace};

/// The folders of the two engines.
const ENGINES: [&str; 2] = ["postgres", "sqlite"];

/// What is to be done with the schema.
#[derive(Subcommand, Debug)]
pub(crate) enum MigrateCommand {
    /// Make a new, empty step for both engines.
    New {
        /// Its name: small letters and underscores.
        name: String,
    },
    /// Walk every step that is missing.
    Run(Walk),
    /// Take the newest step back; what only it holds is lost.
    Revert(Walk),
    /// Take the newest step back and walk it again; what only it holds is lost.
    Redo(Walk),
    /// Say which steps were walked.
    Status(Walk),
    /// Walk up, down and up again on private databases of both engines.
    Check,
}

/// Whose schema.
#[derive(clap::Args, Debug)]
pub(crate) struct Walk {
    /// The database's URL (`postgres://..`, `sqlite:FILE`); that of the settings if not given.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// The settings file.
    #[arg(long, value_name = "FILE")]
    config: Option<String>,
}

/// Does it.
pub(crate) fn run(command: &MigrateCommand) -> Outcome {
    let root = workspace::root();
    match command {
        MigrateCommand::New { name } => new_step(&root, name),
        MigrateCommand::Run(walk) => walk_with(&root, &["run"], walk),
        MigrateCommand::Revert(walk) => walk_with(&root, &["revert", "--yes"], walk),
        MigrateCommand::Redo(walk) => walk_with(&root, &["redo", "--yes"], walk),
        MigrateCommand::Status(walk) => walk_with(&root, &["status"], walk),
        MigrateCommand::Check => check(&root),
    }
}

fn walk_with(root: &Path, words: &[&str], walk: &Walk) -> Outcome {
    let build = prerequisites::ensure(&Need::TO_BUILD, Means::default())?;
    compile(root, build).run()?;
    let mut program = muster(root, build).arg("migrate").args(words);
    if let Some(file) = &walk.config {
        program = program.args(["--config", file]);
    }
    if let Some(url) = &walk.database {
        program = program.env("MUSTER__DATABASE__URL", url);
    }
    program.take_over()
}

fn new_step(root: &Path, name: &str) -> Outcome {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.is_empty() || !name.chars().all(plain) {
        return Err(Failure::new(format!(
            "`{name}` cannot name a step; use small letters, digits and underscores, \
             such as `add_client_notes`"
        )));
    }
    let steps = steps(root)?;
    if let Some(same) = steps.iter().find(|step| step.split_once('_').is_some_and(|s| s.1 == name))
    {
        return Err(Failure::new(format!("there is a step {same} already; choose another name")));
    }
    let step = format!("{}_{name}", next_version(&calendar::today(), &steps));
    for engine in ENGINES {
        let folder = root.join("migrations").join(engine).join(&step);
        std::fs::create_dir_all(&folder).doing(format!("making {}", folder.display()))?;
        for (file, text) in
            [("up.sql", "-- What this step brings, and why.\n"), ("down.sql", "-- The way back.\n")]
        {
            let path = folder.join(file);
            std::fs::write(&path, text).doing(format!("writing {}", path.display()))?;
            say(path.strip_prefix(root).unwrap_or(&path).display().to_string());
        }
    }
    say("Write both, then: cargo xtask migrate check");
    Ok(())
}

/// The names of the steps, oldest first.
fn steps(root: &Path) -> Outcome<Vec<String>> {
    let folder = root.join("migrations").join("postgres");
    let entries = std::fs::read_dir(&folder).doing(format!("reading {}", folder.display()))?;
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    Ok(names)
}

/// A version after every other: the day and a number in it, or the newest step's day when
/// a clock is slow.
fn next_version(today: &str, steps: &[String]) -> String {
    let newest = steps.last().and_then(|step| step.split('_').next());
    let (day, number) = newest.and_then(|version| version.rsplit_once('-')).unwrap_or(("", "0"));
    if day < today {
        return format!("{today}-000001");
    }
    let number: u32 = number.parse().unwrap_or(0);
    format!("{day}-{:06}", number + 1)
}

fn check(root: &Path) -> Outcome {
    let mut needs = Need::TO_BUILD.to_vec();
    needs.extend(databases::needs(root, &[Wanted::Postgres]));
    let build = prerequisites::ensure(&needs, Means::default())?;
    let databases = TestDatabases::start(root, &[Wanted::Postgres])?;
    announce("both engines, up, down and up again");
    let mut tests = Program::cargo().args(["test", "--quiet", "--package", "muster-store-diesel"]);
    if build == Build::Bundled {
        tests = tests.args(["--features", "muster-store-diesel/bundled"]);
    }
    tests
        .args(["--features", "scratch", "--test", "migrations"])
        .within(root)
        .envs(databases.variables())
        .run()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_step_comes_after_every_other() {
        let steps = |names: &[&str]| names.iter().map(|&n| n.to_owned()).collect::<Vec<_>>();
        let old = steps(&["2026-11-24-000001_a", "2026-11-24-000004_b"]);
        assert_eq!(next_version("2026-11-25", &old), "2026-11-25-000001");
        assert_eq!(next_version("2026-11-24", &old), "2026-11-24-000005");
        assert_eq!(next_version("2025-01-01", &old), "2026-11-24-000005");
        assert_eq!(next_version("2026-01-01", &[]), "2026-01-01-000001");
    }

    #[test]
    fn a_name_that_cannot_be_a_folder_everywhere_is_refused() {
        for name in ["", "Add", "a b", "../x", "a-b"] {
            assert!(new_step(Path::new("/nowhere"), name).is_err(), "{name}");
        }
    }
}
