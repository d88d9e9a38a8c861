//! Moments on a page: by the calendar, in UTC, for people and for machines.

use std::fmt;

use muster_domain::Timestamp;

use crate::Catalogue;

const SECOND: i64 = 1_000;
const DAY: i64 = 86_400_000;

/// The last moment that can be written: 9999-12-31T23:59:59Z. `<time>` knows no later year
/// that every browser reads.
const LAST: i64 = 253_402_300_799_000;

/// A moment, ready to be put into `<time>`.
pub(crate) struct Moment {
    /// For `datetime`, such as `2027-01-15T08:00:00Z`.
    pub(crate) machine: String,
    /// For people, in their language.
    pub(crate) people: String,
}

/// A moment taken apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Civil {
    pub(crate) year: i64,
    /// From 1.
    pub(crate) month: i64,
    /// From 1.
    pub(crate) day: i64,
    pub(crate) hour: i64,
    pub(crate) minute: i64,
    pub(crate) second: i64,
}

/// How a moment is written on a page in these words.
pub(crate) fn moment(at: Timestamp, words: &Catalogue) -> Moment {
    let civil = Civil::of(at);
    Moment { machine: civil.to_string(), people: (words.moment)(civil) }
}

impl Civil {
    fn of(at: Timestamp) -> Self {
        let millis = at.millis().clamp(0, LAST);
        let (year, month, day) = date(millis.div_euclid(DAY));
        let seconds = millis.rem_euclid(DAY).div_euclid(SECOND);
        let (hour, minute) = (seconds.div_euclid(3_600), seconds.rem_euclid(3_600).div_euclid(60));
        Self { year, month, day, hour, minute, second: seconds.rem_euclid(60) }
    }
}

impl fmt::Display for Civil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, month, day, hour, minute, second } = self;
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

/// The date of a day since 1970: year by year within 400, whose days are always as many.
fn date(days: i64) -> (i64, i64, i64) {
    const CYCLE: i64 = 146_097;
    let mut year = 1970_i64.saturating_add(days.div_euclid(CYCLE).saturating_mul(400));
    let mut left = days.rem_euclid(CYCLE);
    while left >= days_of(year) {
        left = left.saturating_sub(days_of(year));
        year = year.saturating_add(1);
    }
    let february = if is_leap(year) { 29 } else { 28 };
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if left < length {
            break;
        }
        left = left.saturating_sub(length);
        month += 1;
    }
    (year, month, left.saturating_add(1))
}

const fn days_of(year: i64) -> i64 {
    if is_leap(year) { 366 } else { 365 }
}

const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_by_the_calendar() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (1_800_000_000_999, "2027-01-15T08:00:00Z"),
            (951_782_400_000, "2000-02-29T00:00:00Z"),
            (1_709_251_199_000, "2024-02-29T23:59:59Z"),
            (4_107_542_399_000, "2100-02-28T23:59:59Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00Z"),
            (i64::MAX, "9999-12-31T23:59:59Z"),
            (i64::MIN, "1970-01-01T00:00:00Z"),
        ] {
            let moment = moment(Timestamp::from_millis(millis), &Catalogue::ENGLISH);
            assert_eq!(moment.machine, text);
        }
    }

    #[test]
    fn people_read_the_month_by_its_name() {
        let moment = moment(Timestamp::from_millis(1_800_000_000_000), &Catalogue::ENGLISH);
        assert_eq!(moment.people, "15 January 2027, 08:00 UTC");
    }
}
