//! Moments for people: UTC, to the minute.

use muster_domain::Timestamp;

const MINUTE: i64 = 60_000;
const DAY: i64 = 86_400_000;

/// A moment as it is shown in tables, such as `2027-01-15 08:00`.
pub(crate) fn shown(at: Timestamp) -> String {
    let days = at.millis().div_euclid(DAY);
    let minutes = at.millis().rem_euclid(DAY).div_euclid(MINUTE);
    let (year, month, day) = date(days);
    let (hour, minute) = (minutes.div_euclid(60), minutes.rem_euclid(60));
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}")
}

/// The date of a day since 1970, in the proleptic Gregorian calendar. Years begin in March,
/// so that the leap day is the last one; eras have 400 years.
const fn date(days: i64) -> (i64, i64, i64) {
    let since = days.saturating_add(719_468);
    let era = since.div_euclid(146_097);
    let day_of_era = since.rem_euclid(146_097);
    let leaps = day_of_era / 1_460 - day_of_era / 36_524 + day_of_era / 146_096;
    let year_of_era = (day_of_era - leaps) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_shown_by_the_calendar() {
        for (millis, text) in [
            (0, "1970-01-01 00:00"),
            (1_800_000_000_000, "2027-01-15 08:00"),
            (951_782_400_000, "2000-02-29 00:00"),
            (4_107_542_340_000, "2100-02-28 23:59"),
            (4_107_542_400_000, "2100-03-01 00:00"),
            (-60_000, "1969-12-31 23:59"),
        ] {
            assert_eq!(shown(Timestamp::from_millis(millis)), text);
        }
    }
}
