//! What client authentication costs: a warm secret, and good clients under a flood of bad ones.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use super::figures::{Table, count, percentile, shown};
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
    let (busy, wrong) = flooded(&good, &filled.admin)?;
    table.told("wrong secrets meanwhile", wrong.to_string());
    table.told("a small listing, p99, under the flood", shown(percentile(&busy, 0.99)));
    let ratio = percentile(&busy, 0.99).as_secs_f64() / percentile(&quiet, 0.99).as_secs_f64();
    table.at_most("p99 under the flood over quiet", ratio, 4.0, " x");
    Ok(table)
}

/// The check alone; the row of the client is read with or without it.
fn warm(world: &World, table: &mut Table) -> Outcome {
    let (cold, warm) = world.secret_costs()?;
    table.told("a secret checked the first time", shown(Duration::from_nanos(cold)));
    let micros = Duration::from_nanos(warm).as_secs_f64() * 1e6;
    table.at_most("a secret checked again (warm)", micros, 50.0, " us");
    Ok(())
}

fn times(question: &Question) -> Outcome<Vec<Duration>> {
    (0..QUESTIONS).map(|_| question.ask().map(|reading| reading.whole)).collect()
}

/// The times of the good client while others guess at its secret.
fn flooded(good: &Question, admin: &str) -> Outcome<(Vec<Duration>, usize)> {
    let (over, wrong) = (AtomicBool::new(false), AtomicUsize::new(0));
    let guess = |attacker: usize| {
        let mut number = 0_usize;
        while !over.load(Ordering::Relaxed) {
            number += 1;
            let authorization = basic(admin, &format!("guess-{attacker}-{number}"));
            let question = Question { authorization, ..good.clone() };
            if question.status().is_ok() {
                wrong.fetch_add(1, Ordering::Relaxed);
            }
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
    let wrong = wrong.load(Ordering::Relaxed);
    if count(wrong) < 1.0 {
        return Err(Failure::new("the flood did not flow"));
    }
    Ok((measured, wrong))
}
