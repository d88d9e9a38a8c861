//! Whether a revocation is seen by the very next request: a token is issued, asked about,
//! revoked, and asked about again at once on another connection.

use std::time::{Duration, Instant};

use super::connection::{Connection, member};
use super::machine::Machine;
use super::scripts::{is_active, is_inactive};
use crate::failure::{Failure, Outcome};

/// What was seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// The time of each revocation.
    pub(crate) times: Vec<Duration>,
    /// Revoked tokens that were called active.
    pub(crate) stale: usize,
    /// How long it took.
    pub(crate) took: Duration,
}

/// Revokes for so long with so many pairs of connections.
pub(crate) fn watch(machine: &Machine, (pairs, time): (usize, Duration)) -> Outcome<Seen> {
    let begun = Instant::now();
    let each: Vec<Outcome<Seen>> = std::thread::scope(|scope| {
        let watching: Vec<_> =
            (0..pairs).map(|_| scope.spawn(|| one(machine, begun + time))).collect();
        let joined = watching.into_iter().map(|thread| {
            thread.join().unwrap_or_else(|_| Err(Failure::new("a connection's thread failed")))
        });
        joined.collect()
    });
    let mut all = Seen { took: begun.elapsed(), ..Seen::default() };
    for seen in each {
        let seen = seen?;
        all.times.extend(seen.times);
        all.stale += seen.stale;
    }
    Ok(all)
}

fn one(machine: &Machine, until: Instant) -> Outcome<Seen> {
    let mut here = Connection::open(machine.address)?;
    let mut there = Connection::open(machine.address)?;
    let mut seen = Seen::default();
    while Instant::now() < until {
        let issued = here.ask(&machine.issue())?;
        let token = member(&issued.body, "access_token")
            .ok_or_else(|| Failure::new(format!("no token, but {}", issued.status)))?;
        let question = machine.introspect(token);
        if !is_active(&there.ask(&question)?) {
            return Err(Failure::new("a token was not good when it was new"));
        }
        let asked = Instant::now();
        let revoked = here.ask(&machine.revoke(token))?;
        seen.times.push(asked.elapsed());
        if revoked.status != 200 {
            return Err(Failure::new(format!("a revocation was answered {}", revoked.status)));
        }
        seen.stale += usize::from(!is_inactive(&there.ask(&question)?));
    }
    Ok(seen)
}
