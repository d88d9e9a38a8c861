//! The token service under load: each scenario on both engines by turns, service, load and
//! database on the same cores.
//!
//! Durable: PostgreSQL is told to wait for the disk, SQLite always does.

use std::time::Duration;

use super::engine::{Engine, engines};
use super::figures::{Table, count, mebibytes, median, percentile, shown};
use super::known_tool;
use super::load::{Script, Span, Tally, run};
use super::revocation::watch;
use super::scripts::{Introspecting, Issuing, Mixed, Refreshing};
use super::service::Memory;
use super::world::World;
use crate::failure::{Failure, Outcome};
use crate::terminal::say;

/// How the service is loaded.
#[derive(clap::Args, Clone, Copy, Debug)]
pub(crate) struct Load {
    /// Connections that ask at once.
    #[arg(long, default_value_t = 16)]
    pub(crate) connections: usize,
    /// Seconds of a round, after a warm-up of one.
    #[arg(long, default_value_t = 5)]
    pub(crate) seconds: u64,
    /// Rounds, both engines by turns.
    #[arg(long, default_value_t = 3)]
    pub(crate) rounds: usize,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scenario {
    Idle,
    Issue,
    Introspect,
    Refresh,
    Revoke,
    Mixed,
}

/// Tokens that are asked about by turns.
const TOKENS: usize = 64;
const WARM_UP: Duration = Duration::from_secs(1);

impl Scenario {
    /// Every one.
    pub(crate) const ALL: [Self; 6] =
        [Self::Idle, Self::Issue, Self::Introspect, Self::Refresh, Self::Revoke, Self::Mixed];

    /// The heading of its table.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Idle => "Start and rest",
            Self::Issue => "Client credentials, ES256",
            Self::Introspect => "Introspection",
            Self::Refresh => "Refresh with rotation",
            Self::Revoke => "Revocation and the very next request",
            Self::Mixed => "Mixed: 60 % introspect, 20 % issue, 15 % refresh, 5 % revoke",
        }
    }

    /// Answers a second that are wanted of SQLite and of PostgreSQL.
    const fn wanted(self) -> Option<[f64; 2]> {
        match self {
            Self::Issue => Some([5_000.0, 3_000.0]),
            Self::Introspect => Some([10_000.0, 6_000.0]),
            Self::Refresh => Some([2_500.0, 2_500.0]),
            Self::Idle | Self::Revoke | Self::Mixed => None,
        }
    }
}

/// Measures one scenario on both engines.
pub(crate) fn measure(world: &World, scenario: Scenario, load: Load) -> Outcome<Table> {
    let engines = engines(world, load.connections)?;
    let mut table = Table::new(scenario.title());
    let wanted = scenario.wanted();
    match scenario {
        Scenario::Idle => idle(world, engines, &mut table)?,
        Scenario::Revoke => revoke(&engines, load, &mut table)?,
        Scenario::Introspect => introspect(world, (&engines, wanted), load, &mut table)?,
        Scenario::Issue => {
            let scripts = |engine: &Engine| {
                Ok((0..load.connections).map(|_| Issuing::new(&engine.machine)).collect())
            };
            told(&engines, &rounds(&engines, load, scripts)?, wanted, &mut table);
        }
        Scenario::Refresh => {
            let scripts = |engine: &Engine| {
                let families = engine.machine.families(&engine.codes)?;
                let script = |family| Refreshing::new(&engine.machine, family);
                Ok(families.into_iter().map(script).collect())
            };
            told(&engines, &rounds(&engines, load, scripts)?, wanted, &mut table);
        }
        Scenario::Mixed => {
            let rounds = rounds(&engines, load, mixtures)?;
            told(&engines, &rounds, wanted, &mut table);
        }
    }
    Ok(table)
}

fn mixtures(engine: &Engine) -> Outcome<Vec<Mixed>> {
    let families = engine.machine.families(&engine.codes)?;
    let tokens = engine.machine.tokens(families.len())?;
    let pairs = families.into_iter().zip(tokens).enumerate();
    Ok(pairs.map(|(at, pair)| Mixed::new(&engine.machine, pair, at)).collect())
}

/// The rounds of each engine, by turns.
fn rounds<S: Script>(
    engines: &[Engine],
    load: Load,
    scripts: impl Fn(&Engine) -> Outcome<Vec<S>>,
) -> Outcome<Vec<Vec<Tally>>> {
    let span = Span { warm_up: WARM_UP, measured: Duration::from_secs(load.seconds) };
    let mut asking = engines.iter().map(&scripts).collect::<Outcome<Vec<Vec<S>>>>()?;
    let mut all: Vec<Vec<Tally>> = engines.iter().map(|_| Vec::new()).collect();
    for round in 1..=load.rounds {
        for ((engine, scripts), tallies) in engines.iter().zip(&mut asking).zip(&mut all) {
            let tally = run(engine.machine.address, scripts, span)?;
            say(format!(
                "round {round}, {}: {:.0}/s, p99 {}, wrong {}",
                engine.name,
                tally.rate(),
                shown(tally.percentile(0.99)),
                tally.wrong()
            ));
            tallies.push(tally);
        }
    }
    Ok(all)
}

/// The medians of the rounds.
fn told(engines: &[Engine], all: &[Vec<Tally>], wanted: Option<[f64; 2]>, table: &mut Table) {
    let wanted = wanted.map_or([None; 2], |both| both.map(Some));
    for ((engine, tallies), wanted) in engines.iter().zip(all).zip(wanted) {
        let name = engine.name;
        let middle = |figure: &dyn Fn(&Tally) -> f64| {
            median(&tallies.iter().map(figure).collect::<Vec<f64>>()).unwrap_or_default()
        };
        let rate = middle(&Tally::rate);
        match wanted {
            Some(wanted) => table.at_least(format!("{name}, right answers"), rate, wanted, "/s"),
            None => table.told(format!("{name}, right answers"), format!("{rate:.0}/s")),
        }
        let time = |part: f64| middle(&|tally| tally.percentile(part).as_secs_f64());
        let each = [0.5, 0.95, 0.99, 1.0].map(|part| shown(Duration::from_secs_f64(time(part))));
        table.told(format!("{name}, p50 / p95 / p99 / longest"), each.join(" / "));
        let wrong: Vec<String> = tallies.iter().map(Tally::wrong).collect();
        table.told(format!("{name}, other answers, by round"), wrong.join("; "));
    }
}

/// Introspection, with a target for its p99 and the figure of a known tool.
fn introspect(
    world: &World,
    (engines, wanted): (&[Engine], Option<[f64; 2]>),
    load: Load,
    table: &mut Table,
) -> Outcome {
    let tokens = engines.iter().map(|engine| engine.machine.tokens(TOKENS));
    let tokens: Vec<Vec<String>> = tokens.collect::<Outcome<_>>()?;
    let scripts = |engine: &Engine| {
        let own = engines.iter().zip(&tokens).find(|(one, _)| one.name == engine.name);
        let own = own.map(|(_, own)| own.as_slice()).unwrap_or_default();
        Ok((0..load.connections).map(|_| Introspecting::new(&engine.machine, own)).collect())
    };
    let all = rounds(engines, load, scripts)?;
    told(engines, &all, wanted, table);
    for ((engine, tallies), tokens) in engines.iter().zip(&all).zip(&tokens) {
        let times: Vec<f64> =
            tallies.iter().map(|tally| tally.percentile(0.99).as_secs_f64() * 1_000.0).collect();
        let p99 = median(&times).unwrap_or(f64::INFINITY);
        table.at_most(format!("{}, p99", engine.name), p99, 15.0, " ms");
        let span = Duration::from_secs(load.seconds);
        let place = (world.folder(), load.connections, span);
        let known = known_tool::introspections(&engine.machine, tokens, place)?;
        let known = known.map_or("NOT COMPARED".to_owned(), |rate| format!("{rate:.0}/s"));
        table.told(format!("{}, the same by wrk", engine.name), known);
    }
    Ok(())
}

/// Revocations that the next request did not see are a failure, not a figure.
fn revoke(engines: &[Engine], load: Load, table: &mut Table) -> Outcome {
    for engine in engines {
        let time = Duration::from_secs(load.seconds * u64::try_from(load.rounds).unwrap_or(1));
        let seen = watch(&engine.machine, (load.connections / 2, time))?;
        let (name, number) = (engine.name, seen.times.len());
        if number == 0 {
            return Err(Failure::new("nothing was revoked"));
        }
        table
            .told(format!("{name}, issued, asked about, revoked, asked about"), number.to_string());
        table.at_most(format!("{name}, still active afterwards"), count(seen.stale), 0.0, "");
        let rate = count(number) / seen.took.as_secs_f64();
        table.told(format!("{name}, such rounds of four requests"), format!("{rate:.0}/s"));
        let times = [0.5, 0.99].map(|part| shown(percentile(&seen.times, part)));
        table.told(format!("{name}, a revocation, p50 / p99"), times.join(" / "));
    }
    Ok(())
}

/// What a service takes that does nothing, and how soon it is ready.
fn idle(world: &World, engines: Vec<Engine>, table: &mut Table) -> Outcome {
    for engine in engines {
        let name = engine.name;
        let first = engine.service.ready_after.as_secs_f64() * 1_000.0;
        table.at_most(
            format!("{name}, the very first start, which makes keys"),
            first,
            150.0,
            " ms",
        );
        let held = mebibytes(Memory::of(engine.service.process())?.now);
        table.told(format!("{name}, memory after it"), format!("{held:.1} MiB"));
        engine.machine.tokens(1)?;
        let warm = mebibytes(Memory::of(engine.service.process())?.now);
        table.told(format!("{name}, memory after the first token"), format!("{warm:.1} MiB"));
        let service = engine.started_again(world)?;
        let ready = service.ready_after.as_secs_f64() * 1_000.0;
        table.at_most(format!("{name}, every other start, to ready"), ready, 150.0, " ms");
        let idle = mebibytes(Memory::of(service.process())?.now);
        table.at_most(format!("{name}, memory at rest"), idle, 20.0, " MiB");
    }
    Ok(())
}
