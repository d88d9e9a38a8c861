//! `cargo xtask clients`: unchanged libraries of others verify what Muster issues and speak
//! to it over HTTP (`xtask/clients`).
//!
//! Their packages go into a folder of their own below `target`. A language that is missing
//! is named; with `--all` it is installed where that is allowed, and else a failure.

use std::path::Path;

use super::ground::{Engine, Ground};
use super::language::Language;
use super::registry;
use super::report::Report;
use crate::databases::{self, TestDatabases, Wanted};
use crate::failure::{Failure, Outcome};
use crate::muster::compile;
use crate::prerequisites::{self, Means, Need};
use crate::terminal::{announce, say};
use crate::workspace;

/// What the reader asked for on the command line.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Fail where a language is missing instead of naming it.
    #[arg(long)]
    all: bool,
    /// These languages alone; may be given several times.
    #[arg(long, value_name = "LANGUAGE")]
    only: Vec<Language>,
    /// The database below the service; may be given several times.
    #[arg(long, value_name = "ENGINE", default_values_t = [Engine::Sqlite])]
    engine: Vec<Engine>,
}

/// Runs what there is, and prints what was done.
pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let root = workspace::root();
    let mut report = Report::default();
    let languages = present(arguments, &mut report)?;
    let mut needs = Need::TO_BUILD.to_vec();
    needs.push(Need::OpenSslProgram);
    let wanted: &[Wanted] =
        if arguments.engine.contains(&Engine::Postgres) { &[Wanted::Postgres] } else { &[] };
    needs.extend(databases::needs(&root, wanted));
    let build = prerequisites::ensure(&needs, Means::default())?;
    compile(&root, build).run()?;
    for language in &languages {
        announce(format!("{}: the packages", language.name()));
        language.prepare(&root)?;
    }
    for language in &languages {
        for program in language.lone_programs(&root) {
            report.listen_to(language.name(), program)?;
        }
    }
    let databases = TestDatabases::start(&root, wanted)?;
    for &engine in &arguments.engine {
        on_engine(&root, engine, &databases, (&languages, &mut report))?;
    }
    say(report.text());
    report.verdict()
}

/// The languages that can be run here; what is left out is reported.
fn present(arguments: &Arguments, report: &mut Report) -> Outcome<Vec<Language>> {
    let chosen =
        if arguments.only.is_empty() { Language::ALL.to_vec() } else { arguments.only.clone() };
    if arguments.all {
        let needs: Vec<Need> = chosen.iter().flat_map(|one| one.needs()).copied().collect();
        prerequisites::ensure(&needs, Means::default())?;
        return Ok(chosen);
    }
    let (present, missing): (Vec<Language>, Vec<Language>) =
        chosen.into_iter().partition(|one| one.needs().iter().all(|need| need.is_met()));
    for language in missing {
        let lacking = language.needs().iter().filter(|need| !need.is_met());
        let names: Vec<&str> = lacking.map(|need| need.name()).collect();
        report.left_out(language.name(), &format!("there is no {}", names.join(", no ")));
    }
    if present.is_empty() {
        say(report.text());
        return Err(Failure::new("no language that clients are written in is on this machine"));
    }
    Ok(present)
}

/// A new service with its clients; each language has its turn, whatever became of the others.
fn on_engine(
    root: &Path,
    engine: Engine,
    databases: &TestDatabases,
    (languages, report): (&[Language], &mut Report),
) -> Outcome {
    announce(format!("clients of others, Muster on {}", engine.name()));
    let ground = Ground::start(root, engine, databases)?;
    let world = registry::fill(&ground)?;
    report.begin(engine.name());
    for language in languages {
        for program in language.programs(root, &world) {
            report.listen_to(language.name(), program)?;
        }
    }
    Ok(())
}
