//! What only opened premises can tell: does the ring open, is the issuer known, is the
//! clock right, does the trail hold?

use muster_domain::{Clock, Timestamp};

use super::line::Line;
use crate::KeeperSettings;
use crate::commands::audit::walk;
use crate::look::{Looked, is_there};

/// Before this a clock is surely wrong: 2026-01-01.
const EARLIEST: Timestamp = Timestamp::from_millis(1_767_225_600_000);

/// After this, too: 2100-01-01.
const LATEST: Timestamp = Timestamp::from_millis(4_102_444_800_000);

/// Looks inside, without changing anything.
pub(crate) fn examine(settings: &KeeperSettings, clock: &dyn Clock) -> Vec<Line> {
    if !is_there(&settings.database) {
        return vec![year(clock.now())];
    }
    let looked = match Looked::at(settings) {
        Ok(looked) => looked,
        Err(error) => {
            let remedy = "mend what is said above first";
            return vec![Line::bad("key ring", error.to_string(), remedy), year(clock.now())];
        }
    };
    let (trail, last_at) = trail(settings, &looked);
    let clock = against_the_trail(last_at, clock.now());
    vec![Line::good("key ring", "opens"), issuer(settings, &looked), clock, trail]
}

fn issuer(settings: &KeeperSettings, looked: &Looked) -> Line {
    let url = settings.issuer.as_str();
    match looked.store.read(|reading| reading.list_issuers()) {
        Err(error) => Line::bad("issuer", error.to_string(), "see to the database"),
        Ok(issuers) if issuers.is_empty() => Line::odd(
            "issuer",
            format!("{url} is not there yet"),
            "nothing: the first start adds it",
        ),
        Ok(issuers) if issuers.iter().any(|issuer| issuer.url == settings.issuer) => {
            let others = issuers.iter().map(|issuer| issuer.url.as_str());
            let others: Vec<&str> = others.filter(|other| *other != url).collect();
            let besides = match others.as_slice() {
                [] => String::new(),
                others => format!("; the database holds {} besides", others.join(", ")),
            };
            Line::good("issuer", format!("{url}{besides}"))
        }
        Ok(issuers) => {
            let known: Vec<&str> = issuers.iter().map(|issuer| issuer.url.as_str()).collect();
            let words = format!("{url} is not known; the database holds {}", known.join(", "));
            Line::odd("issuer", words, "set issuer.url to the one that clients know")
        }
    }
}

fn year(now: Timestamp) -> Line {
    if (EARLIEST..LATEST).contains(&now) {
        Line::good("clock", "in a sane year, and not behind the last audit record")
    } else {
        Line::bad("clock", format!("it says {now} ms since 1970"), "set it right (NTP)")
    }
}

fn against_the_trail(last_at: Timestamp, now: Timestamp) -> Line {
    if now < last_at {
        let behind = last_at.since(now).millis();
        let words = format!("it is {behind} ms behind the last audit record");
        return Line::bad("clock", words, "set it right (NTP): tokens would live too long");
    }
    year(now)
}

/// How the trail stands, and its last record's time as far as it is known.
fn trail(settings: &KeeperSettings, looked: &Looked) -> (Line, Timestamp) {
    let about = "audit trail";
    if settings.audit_file.as_ref().is_some_and(|path| !path.exists()) {
        let words = "the file is not there yet";
        return (
            Line::odd(about, words, "nothing: the first start makes it"),
            Timestamp::default(),
        );
    }
    match walk(settings, looked, None) {
        Ok(Ok(verified)) => {
            let words = format!("{} records, each in its place", verified.records);
            (Line::good(about, words), verified.last_at)
        }
        Ok(Err(fault)) => {
            let remedy = "find out who touched it; see docs/operations/audit.md";
            (Line::bad(about, fault.to_string(), remedy), Timestamp::default())
        }
        Err(failure) => {
            let remedy = "look at the file or the database";
            (Line::bad(about, failure.words, remedy), Timestamp::default())
        }
    }
}
