//! What can be measured, and how big.

use clap::Subcommand;

use super::figures::Table;
use super::scenario::{self, Load, Scenario};
use super::world::World;
use super::{authentication, import, listing, report};
use crate::failure::{Failure, Outcome};
use crate::terminal::{announce, say};

/// What is to be measured.
#[derive(Subcommand, Debug)]
pub(crate) enum BenchCommand {
    /// The listing of one user's tokens, the import and authentication; writes docs/performance.md.
    Listing(Size),
    /// Start to ready and memory at rest; writes its table into docs/performance.md, as do
    /// those that follow.
    Idle(Load),
    /// Tokens by client credentials, signed with ES256.
    Issue(Load),
    /// Introspections, beside `wrk` where it is installed.
    Introspect(Load),
    /// Refreshes with rotation, each connection its own family.
    Refresh(Load),
    /// Revocations, and whether the very next request sees them.
    Revoke(Load),
    /// Everything at once.
    Mixed(Load),
    /// All of the six above, one after the other.
    Service(Load),
}

/// How big, and how often.
#[derive(clap::Args, Debug)]
pub(crate) struct Size {
    /// The user's tokens.
    #[arg(long, default_value_t = 1_000_000)]
    pub(crate) tokens: u64,
    /// Other users' tokens; ten times as many are measured after it.
    #[arg(long, default_value_t = 200_000)]
    pub(crate) foreign: u64,
    /// Transactions of the old database that is imported.
    #[arg(long, default_value_t = 1_000_000)]
    pub(crate) transactions: u64,
    /// Rounds of floor and Muster by turns.
    #[arg(long, default_value_t = 5)]
    pub(crate) rounds: usize,
    /// One part alone; nothing is written then.
    #[arg(long)]
    only: Option<Part>,
}

/// The parts of the measurement.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// The listing from PostgreSQL.
    Postgres,
    /// The listing from SQLite.
    Sqlite,
    /// The import from OA4MP.
    Import,
    /// Client authentication.
    Authentication,
}

impl Part {
    const ALL: [Self; 4] = [Self::Postgres, Self::Sqlite, Self::Import, Self::Authentication];
}

/// Measures.
pub(crate) fn run(command: &BenchCommand) -> Outcome {
    let (load, scenario) = match command {
        BenchCommand::Listing(size) => return all_of_listing(size),
        BenchCommand::Service(load) => return under_load(&Scenario::ALL, *load),
        BenchCommand::Idle(load) => (load, Scenario::Idle),
        BenchCommand::Issue(load) => (load, Scenario::Issue),
        BenchCommand::Introspect(load) => (load, Scenario::Introspect),
        BenchCommand::Refresh(load) => (load, Scenario::Refresh),
        BenchCommand::Revoke(load) => (load, Scenario::Revoke),
        BenchCommand::Mixed(load) => (load, Scenario::Mixed),
    };
    under_load(&[scenario], *load)
}

/// Each scenario's table is printed and put into the page.
fn under_load(scenarios: &[Scenario], load: Load) -> Outcome {
    let world = World::new()?;
    for &scenario in scenarios {
        announce(scenario.title());
        let table = scenario::measure(&world, scenario, load)?;
        say(table.text());
        report::put(&table, load)?;
    }
    Ok(())
}

fn all_of_listing(size: &Size) -> Outcome {
    let world = World::new()?;
    let mut tables: Vec<Table> = Vec::new();
    let parts = size.only.map_or_else(|| Part::ALL.to_vec(), |part| vec![part]);
    let mut failures = Vec::new();
    for part in parts {
        announce(format!("{part:?}"));
        // One part that fails takes nothing from the others.
        match measured(&world, size, part) {
            Ok(measured) => {
                say(measured.text());
                tables.push(measured);
            }
            Err(failure) => failures.push(format!("{part:?}: {failure}")),
        }
    }
    if size.only.is_none() {
        report::write(&tables, size)?;
    }
    if failures.is_empty() { Ok(()) } else { Err(Failure::new(failures.join("\n"))) }
}

fn measured(world: &World, size: &Size, part: Part) -> Outcome<Table> {
    match part {
        Part::Postgres => listing::from_postgres(world, size),
        Part::Sqlite => listing::from_sqlite(world, size),
        Part::Import => import::measure(world, size.transactions),
        Part::Authentication => authentication::measure(world),
    }
}
