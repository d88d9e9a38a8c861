//! A flood of refusals must not fill the trail: of each kind so many are recorded a minute,
//! of all kinds together so many more; the rest is counted and recorded as a number.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use muster_audit::{Actor, Ending, Entry, Event};

/// Of one kind (event, client and address) so many are recorded a minute, one by one.
const OF_A_KIND: u64 = 10;
/// Of all kinds together.
const OF_ALL: u64 = 600;
/// So many kinds get a record of their own for what was left out; the others share one.
const KINDS_NAMED: usize = 20;
/// How long all that is counted.
const WINDOW: Duration = Duration::from_mins(1);

/// What was recorded in the minute at hand.
#[derive(Default)]
pub(crate) struct Flood {
    began: Option<Instant>,
    recorded: u64,
    kinds: HashMap<u64, Kind>,
    /// Left out, of kinds of which nothing was recorded.
    strangers: u64,
}

#[derive(Default)]
struct Kind {
    recorded: u64,
    left_out: u64,
    /// The last one that was left out.
    last: Option<Entry>,
}

impl Flood {
    /// The entry, if it is to be recorded by itself.
    pub(crate) fn admit(&mut self, kind: u64, entry: Entry, now: Instant) -> Option<Entry> {
        self.began.get_or_insert(now);
        let has_room = self.recorded < OF_ALL;
        if !has_room && !self.kinds.contains_key(&kind) {
            self.strangers = self.strangers.saturating_add(1);
            return None;
        }
        let of_kind = self.kinds.entry(kind).or_default();
        if has_room && of_kind.recorded < OF_A_KIND {
            of_kind.recorded = of_kind.recorded.saturating_add(1);
            self.recorded = self.recorded.saturating_add(1);
            return Some(entry);
        }
        of_kind.left_out = of_kind.left_out.saturating_add(1);
        of_kind.last = Some(entry);
        None
    }

    /// How long until the minute is over; `None`: nothing has begun.
    pub(crate) fn remaining(&self, now: Instant) -> Option<Duration> {
        self.began.map(|began| WINDOW.saturating_sub(now.duration_since(began)))
    }

    /// Ends the minute: what was left out, `lost` more included, in few records.
    pub(crate) fn close(&mut self, lost: u64) -> Vec<Entry> {
        let ended = std::mem::take(self);
        let mut kinds: Vec<Kind> =
            ended.kinds.into_values().filter(|kind| kind.left_out > 0).collect();
        kinds.sort_by_key(|kind| std::cmp::Reverse(kind.left_out));
        let others = kinds.split_off(kinds.len().min(KINDS_NAMED));
        let others = others.iter().fold(0_u64, |sum, kind| sum.saturating_add(kind.left_out));
        let rest = others.saturating_add(ended.strangers).saturating_add(lost);
        let named = kinds.into_iter().filter_map(|kind| {
            kind.last.map(|entry| entry.with_count("stands_for", kind.left_out))
        });
        let mut entries: Vec<Entry> = named.collect();
        if rest > 0 {
            let entry = Entry::new(Event::LimitHit, Ending::Refused).by(Actor::Service);
            let entry = entry.because("more refusals than the trail takes");
            entries.push(entry.with_count("stands_for", rest));
        }
        entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        Entry::new(Event::ClientAuthentication, Ending::Refused)
    }

    #[test]
    fn the_eleventh_of_a_kind_is_counted_and_the_minute_ends_with_its_number() {
        let (mut flood, now) = (Flood::default(), Instant::now());
        let recorded = (0..100).filter_map(|_| flood.admit(1, entry(), now)).count();
        assert_eq!(recorded, 10);
        assert!(flood.admit(2, entry(), now).is_some(), "another kind has a count of its own");
        assert_eq!(flood.remaining(now), Some(WINDOW));
        assert_eq!(flood.close(0), vec![entry().with_count("stands_for", 90)]);
        assert_eq!(flood.remaining(now), None);
        assert!(flood.admit(1, entry(), now).is_some(), "a new minute");
    }

    #[test]
    fn a_million_kinds_leave_a_bounded_number_of_records() {
        let (mut flood, now) = (Flood::default(), Instant::now());
        let recorded = (0..1_000_000).filter_map(|kind| flood.admit(kind, entry(), now)).count();
        assert_eq!(recorded, 600);
        assert!(flood.kinds.len() <= 600);
        let rest = Entry::new(Event::LimitHit, Ending::Refused).by(Actor::Service);
        let rest = rest.because("more refusals than the trail takes");
        assert_eq!(flood.close(7), vec![rest.with_count("stands_for", 999_407)]);
    }

    #[test]
    fn the_worst_kinds_are_named_and_none_is_lost() {
        let (mut flood, now) = (Flood::default(), Instant::now());
        for kind in 0..30_u64 {
            (0..20 + kind).for_each(|_| drop(flood.admit(kind, entry(), now)));
        }
        let closed = flood.close(0);
        assert_eq!(closed.len(), 21);
        assert_eq!(closed[0], entry().with_count("stands_for", 39));
        let rest = Entry::new(Event::LimitHit, Ending::Refused).by(Actor::Service);
        let rest = rest.because("more refusals than the trail takes");
        assert_eq!(closed[20], rest.with_count("stands_for", (10..20).sum()));
    }

    #[test]
    fn a_quiet_minute_ends_without_a_record() {
        let (mut flood, now) = (Flood::default(), Instant::now());
        assert!(flood.admit(1, entry(), now).is_some());
        assert_eq!(flood.close(0), Vec::new());
    }
}
