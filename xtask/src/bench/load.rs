//! The load: some connections that ask one after another for a time, and what came of it.
//!
//! A closed loop: each connection asks again when it has its answer. Every answer is looked
//! at; one that is not what was asked for is counted apart and never as work done.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::connection::{Answer, Connection};
use super::figures::{count, percentile};
use crate::failure::{Failure, Outcome};

/// What one connection asks.
pub(crate) trait Script: Send {
    /// The next request.
    fn next(&mut self) -> Vec<u8>;

    /// Whether this answer is what the last request was for.
    fn takes(&mut self, answer: &Answer) -> bool;
}

/// How long is asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    /// Before anything counts.
    pub(crate) warm_up: Duration,
    /// While it counts.
    pub(crate) measured: Duration,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    /// The time of each right answer.
    times: Vec<Duration>,
    /// Answers that were not what was asked for, by status.
    wrong: BTreeMap<u16, usize>,
    /// How long it took.
    took: Duration,
}

impl Tally {
    /// Right answers a second.
    pub(crate) fn rate(&self) -> f64 {
        count(self.times.len()) / self.took.as_secs_f64().max(f64::MIN_POSITIVE)
    }

    /// The time that this part of the right answers does not exceed.
    pub(crate) fn percentile(&self, part: f64) -> Duration {
        percentile(&self.times, part)
    }

    /// Wrong answers: how many of which status.
    pub(crate) fn wrong(&self) -> String {
        let each: Vec<String> =
            self.wrong.iter().map(|(status, times)| format!("{times} x {status}")).collect();
        if each.is_empty() { "0".to_owned() } else { each.join(", ") }
    }

    fn add(&mut self, other: Self) {
        self.times.extend(other.times);
        for (status, times) in other.wrong {
            *self.wrong.entry(status).or_default() += times;
        }
        self.took = self.took.max(other.took);
    }
}

/// Runs every script on a connection of its own, all at once; the scripts come back as they
/// are then.
pub(crate) fn run<S: Script>(address: SocketAddr, scripts: &mut [S], span: Span) -> Outcome<Tally> {
    let begun = Instant::now();
    let tallies: Vec<Outcome<Tally>> = std::thread::scope(|scope| {
        let asking: Vec<_> = scripts
            .iter_mut()
            .map(|script| scope.spawn(move || one(address, script, (begun, span))))
            .collect();
        let joined = asking.into_iter().map(|thread| {
            thread.join().unwrap_or_else(|_| Err(Failure::new("a connection's thread failed")))
        });
        joined.collect()
    });
    let mut all = Tally::default();
    for tally in tallies {
        all.add(tally?);
    }
    Ok(all)
}

fn one<S: Script>(
    address: SocketAddr,
    script: &mut S,
    (begun, span): (Instant, Span),
) -> Outcome<Tally> {
    let mut connection = Connection::open(address)?;
    let mut tally = Tally::default();
    let (from, until) = (begun + span.warm_up, begun + span.warm_up + span.measured);
    loop {
        let request = script.next();
        let asked = Instant::now();
        if asked >= until {
            tally.took = asked.saturating_duration_since(from);
            return Ok(tally);
        }
        let answer = connection.ask(&request)?;
        let time = asked.elapsed();
        let right = script.takes(&answer);
        if asked < from {
            continue;
        }
        if right {
            tally.times.push(time);
        } else {
            *tally.wrong.entry(answer.status).or_default() += 1;
        }
    }
}
