//! What client authentication costs: a warm secret, and good clients under a flood of bad ones.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use super::figures::{Table, percentile, shown};
use super::listing::question;
use super::reader::{Question, basic};
use super::service::Service;
use super::world::World;
use crate::failure::{Failure, Outcome};

const QUESTIONS: usize = 2_000;
const ATTACKERS: usize = 4;

/// Measures with a listing of two hundred tokens.
pub(crate) fn measure(world: &World) -> Outcome<Table> {
    let target = world.on_postgres("authentication")?;
    let filled = world.fill_own(&target, 200)?;
    let service = Service::start(&world.binary, &target)?;
    let good = question(&service, &filled);
    good.ask()?;
    let mut table = Table::new("Client authentication");
    warm(world, &mut table)?;

    let quiet = times(&good)?;
    table.told("a small listing, p50, quiet", shown(percentile(&quiet, 0.5)));
    table.told("a small listing, p99, quiet", shown(percentile(&quiet, 0.99)));
    let (busy, guesses) = flooded(&good, &filled.admin)?;
    table.told("wrong secrets meanwhile, verified and refused (401)", guesses.refused.to_string());
    table.told(
        "wrong secrets meanwhile, put off unverified (429, 503)",
        guesses.put_off.to_string(),
    );
    table.told("a small listing, p99, under the flood", shown(percentile(&busy, 0.99)));
    let ratio = percentile(&busy, 0.99).as_secs_f64() / percentile(&quiet, 0.99).as_secs_f64();
    table.at_most("p99 under the flood over quiet", ratio, 4.0, " x");
    Ok(table)
}

/// The check of the secret alone, and the whole of authenticating with it on both engines.
/// The registration has to be read for whoever asks, however it authenticates; what is above
/// that is what Basic authentication adds.
fn warm(world: &World, table: &mut Table) -> Outcome {
    let (cold, warm) = world.secret_costs()?;
    table.told("a secret checked the first time", shown(Duration::from_nanos(cold)));
    table.told("a secret checked again, the check alone", format!("{:.2} us", micros(warm)));
    let engines = [
        ("SQLite", world.on_sqlite("warm_sqlite")?),
        ("PostgreSQL", world.on_postgres("warm_postgres")?),
    ];
    for (engine, target) in engines {
        let filled = world.fill_own(&target, 200)?;
        let (read, whole) = world.caller_cost(&target, &filled)?;
        table.told(
            format!("{engine}, a caller's registration read"),
            format!("{:.2} us", micros(read)),
        );
        table.told(
            format!("{engine}, a caller authenticated again, that reading included"),
            format!("{:.2} us", micros(whole)),
        );
        table.at_most(
            format!("{engine}, what Basic authentication adds to the reading"),
            micros(whole.saturating_sub(read)),
            50.0,
            " us",
        );
    }
    Ok(())
}

fn micros(nanoseconds: u64) -> f64 {
    Duration::from_nanos(nanoseconds).as_secs_f64() * 1e6
}

fn times(question: &Question) -> Outcome<Vec<Duration>> {
    (0..QUESTIONS).map(|_| question.ask().map(|reading| reading.whole)).collect()
}

/// What became of the guesses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Guesses {
    /// Verified, and answered 401: each cost a hash.
    refused: usize,
    /// Answered 429 or 503: they cost next to nothing.
    put_off: usize,
}

/// The times of the good client while others guess at its secret.
fn flooded(good: &Question, admin: &str) -> Outcome<(Vec<Duration>, Guesses)> {
    let over = AtomicBool::new(false);
    let (refused, put_off, other) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    let guess = |attacker: usize| {
        let mut number = 0_usize;
        while !over.load(Ordering::Relaxed) {
            number += 1;
            let authorization = basic(admin, &format!("guess-{attacker}-{number}"));
            let question = Question { authorization, ..good.clone() };
            let counter = match question.status() {
                Ok(401) => &refused,
                Ok(429 | 503) => &put_off,
                Ok(_) | Err(_) => &other,
            };
            counter.fetch_add(1, Ordering::Relaxed);
        }
    };
    let measured = std::thread::scope(|scope| {
        for attacker in 0..ATTACKERS {
            let guess = &guess;
            scope.spawn(move || guess(attacker));
        }
        let measured = times(good);
        over.store(true, Ordering::Relaxed);
        measured
    })?;
    let [refused, put_off, other] =
        [refused, put_off, other].map(|counter| counter.load(Ordering::Relaxed));
    if other > 0 {
        return Err(Failure::new(format!(
            "{other} guesses were answered otherwise, or not at all"
        )));
    }
    if refused == 0 {
        return Err(Failure::new("the flood did not flow"));
    }
    Ok((measured, Guesses { refused, put_off }))
}
