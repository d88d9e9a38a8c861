//! The listing of one user with very many tokens, beside the engine's own client.

use std::time::Duration;

use super::command::Size;
use super::figures::{Table, mebibytes, median, shown};
use super::floor::{psql_copy, sqlite_json};
use super::reader::{Question, Reading, basic, encoded};
use super::service::{Memory, Service};
use super::world::{Filled, Target, World, psql};
use crate::failure::{Failure, Outcome};
use crate::terminal::say;

const GRANT: &str = "urn:oa4mp:params:oauth:grant-type:token-info";

/// What an engine must reach.
struct Targets {
    /// Muster's time over the floor's.
    ratio: f64,
    /// Mebibytes above idle.
    memory: f64,
}

/// Medians of some rounds.
struct Rounds {
    floor: Duration,
    whole: Duration,
    first_byte: Duration,
    bytes: usize,
    idle: u64,
    peak: u64,
}

/// From PostgreSQL, with what a token takes at rest.
pub(crate) fn from_postgres(world: &World, size: &Size) -> Outcome<Table> {
    let target = world.on_postgres("bench")?;
    let floor = || psql_copy(&target.url);
    let analyse = || psql(&target.url, "VACUUM ANALYZE").map(|_| ());
    let mut table = Table::new(format!("{} tokens from PostgreSQL", size.tokens));
    let targets = Targets { ratio: 1.0, memory: 16.0 };
    measure((world, &target, size), (&floor, &analyse), &targets, &mut table)?;
    let bytes = psql(
        &target.url,
        "SELECT round(sum(pg_total_relation_size(relid)) / (SELECT count(*) FROM tokens)) \
         FROM pg_stat_user_tables",
    )?;
    table.told("bytes at rest, everything, for each token (PostgreSQL)", bytes);
    Ok(table)
}

/// From SQLite.
pub(crate) fn from_sqlite(world: &World, size: &Size) -> Outcome<Table> {
    let target = world.on_sqlite("bench_sqlite")?;
    let file = world.sqlite_file("bench_sqlite");
    let floor = || sqlite_json(&file);
    let mut table = Table::new(format!("{} tokens from SQLite", size.tokens));
    let targets = Targets { ratio: 0.7, memory: 32.0 };
    measure((world, &target, size), (&floor, &|| Ok(())), &targets, &mut table)?;
    let tokens = size.tokens + size.foreign * 10;
    let bytes = std::fs::metadata(&file).map_or(0, |data| data.len());
    table.told(
        "bytes at rest, everything, for each token (SQLite)",
        (bytes / tokens.max(1)).to_string(),
    );
    Ok(table)
}

fn measure(
    (world, target, size): (&World, &Target, &Size),
    (floor, settle): (&dyn Fn() -> Outcome<Duration>, &dyn Fn() -> Outcome),
    targets: &Targets,
    table: &mut Table,
) -> Outcome {
    let filled = world.fill_own(target, size.tokens)?;
    world.fill_foreign(target, 0, size.foreign)?;
    settle()?;
    let first = rounds((world, target, size.rounds), &filled, floor)?;
    told(&first, targets, table);
    world.fill_foreign(target, size.foreign, size.foreign * 9)?;
    settle()?;
    let second = rounds((world, target, size.rounds), &filled, floor)?;
    table.told("with ten times as many rows of others", shown(second.whole));
    let cost = second.whole.as_secs_f64() / first.whole.as_secs_f64();
    table.at_most("cost against invisible rows", cost, 1.1, " x");
    Ok(())
}

fn told(rounds: &Rounds, targets: &Targets, table: &mut Table) {
    let ratio = rounds.whole.as_secs_f64() / rounds.floor.as_secs_f64();
    table.told("floor, median", shown(rounds.floor));
    table.told("Muster, median", shown(rounds.whole));
    table.told("bytes of JSON on the wire", rounds.bytes.to_string());
    table.at_most("Muster over floor", ratio, targets.ratio, " x");
    table.told("memory when idle", format!("{:.1} MiB", mebibytes(rounds.idle)));
    let above = mebibytes(rounds.peak.saturating_sub(rounds.idle));
    table.at_most("peak memory above idle", above, targets.memory, " MiB");
    let first_byte = rounds.first_byte.as_secs_f64() * 1_000.0;
    table.at_most("first byte, median", first_byte, 10.0, " ms");
}

fn rounds(
    (world, target, count): (&World, &Target, usize),
    filled: &Filled,
    floor: &dyn Fn() -> Outcome<Duration>,
) -> Outcome<Rounds> {
    let service = Service::start(&world.binary, target)?;
    let question = question(&service, filled);
    // The first answer warms caches on both sides; what is idle is measured after it, since a
    // service that has never answered has not even loaded its own program.
    floor()?;
    let warm = small(&question);
    warm.status()?;
    let idle = Memory::of(service.process())?.now;
    Memory::forget_peak(service.process())?;
    let (mut floors, mut readings): (Vec<Duration>, Vec<Reading>) = (Vec::new(), Vec::new());
    for round in 1..=count {
        floors.push(floor()?);
        let reading = question.ask()?;
        say(format!(
            "round {round}: floor {}, Muster {}",
            floors.last().map_or_else(String::new, |&time| shown(time)),
            shown(reading.whole)
        ));
        readings.push(reading);
    }
    let peak = Memory::of(service.process())?.peak;
    let nothing = || Failure::new("no round was measured");
    let whole: Vec<Duration> = readings.iter().map(|reading| reading.whole).collect();
    let first: Vec<Duration> = readings.iter().map(|reading| reading.first_byte).collect();
    Ok(Rounds {
        floor: median(&floors).ok_or_else(nothing)?,
        whole: median(&whole).ok_or_else(nothing)?,
        first_byte: median(&first).ok_or_else(nothing)?,
        bytes: readings.last().map_or(0, |reading| reading.bytes),
        idle,
        peak,
    })
}

/// The same admin's question about a token that does not exist: it warms the way in.
fn small(question: &Question) -> Question {
    let body = format!("grant_type={}&access_token=unknown", encoded(GRANT));
    Question { body, ..question.clone() }
}

pub(crate) fn question(service: &Service, filled: &Filled) -> Question {
    Question {
        address: service.address,
        authorization: basic(&filled.admin, &filled.secret),
        body: format!("grant_type={}&access_token={}", encoded(GRANT), encoded(&filled.token)),
    }
}
