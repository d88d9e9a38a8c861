//! Figures: medians of rounds, and tables of what was measured against a target.

use std::fmt::Write as _;
use std::time::Duration;

/// One table of the report.
pub(crate) struct Table {
    /// What was measured.
    pub(crate) title: String,
    lines: Vec<Line>,
}

struct Line {
    what: String,
    measured: String,
    target: String,
    verdict: Option<bool>,
}

impl Table {
    /// An empty table.
    pub(crate) fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), lines: Vec::new() }
    }

    /// A figure without a target.
    pub(crate) fn told(&mut self, what: impl Into<String>, measured: impl Into<String>) {
        let (what, measured) = (what.into(), measured.into());
        self.lines.push(Line { what, measured, target: String::new(), verdict: None });
    }

    /// A figure that should not be above `limit`.
    pub(crate) fn at_most(
        &mut self,
        what: impl Into<String>,
        measured: f64,
        limit: f64,
        unit: &str,
    ) {
        self.lines.push(Line {
            what: what.into(),
            measured: format!("{measured:.2}{unit}"),
            target: format!("<= {limit}{unit}"),
            verdict: Some(measured <= limit),
        });
    }

    /// A figure that should not be below `limit`.
    pub(crate) fn at_least(
        &mut self,
        what: impl Into<String>,
        measured: f64,
        limit: f64,
        unit: &str,
    ) {
        self.lines.push(Line {
            what: what.into(),
            measured: format!("{measured:.0}{unit}"),
            target: format!(">= {limit}{unit}"),
            verdict: Some(measured >= limit),
        });
    }

    /// As Markdown.
    pub(crate) fn text(&self) -> String {
        let mut text =
            format!("## {}\n\n| | measured | target | |\n|---|---|---|---|\n", self.title);
        for Line { what, measured, target, verdict } in &self.lines {
            let verdict = match verdict {
                Some(true) => "reached",
                Some(false) => "**missed**",
                None => "",
            };
            let _ = writeln!(text, "| {what} | {measured} | {target} | {verdict} |");
        }
        text
    }
}

/// The middle one; of an even number the upper of the two.
pub(crate) fn median<T: Copy + PartialOrd>(values: &[T]) -> Option<T> {
    let mut sorted = values.to_vec();
    sorted.sort_by(|one, other| one.partial_cmp(other).unwrap_or(std::cmp::Ordering::Equal));
    sorted.get(sorted.len() / 2).copied()
}

/// The value that this part of all values does not exceed.
pub(crate) fn percentile(values: &[Duration], part: f64) -> Duration {
    let mut sorted = values.to_vec();
    sorted.sort();
    let place = (part * count(sorted.len())).ceil().max(1.0);
    let place = (1..=sorted.len()).take_while(|&at| count(at) <= place).last().unwrap_or(1);
    sorted.get(place - 1).copied().unwrap_or_default()
}

/// A number of things as a figure.
pub(crate) fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::INFINITY, f64::from)
}

/// Kibibytes as mebibytes.
pub(crate) fn mebibytes(kibibytes: u64) -> f64 {
    u32::try_from(kibibytes).map_or(f64::INFINITY, f64::from) / 1024.0
}

/// Seconds with two places, or milliseconds when it is short.
pub(crate) fn shown(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds >= 1.0 { format!("{seconds:.2} s") } else { format!("{:.2} ms", seconds * 1_000.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_and_the_percentile_near_the_end() {
        assert_eq!(median(&[5, 1, 3]), Some(3));
        assert_eq!(median::<u8>(&[]), None);
        let times: Vec<Duration> = (1..=100).map(Duration::from_millis).collect();
        assert_eq!(percentile(&times, 0.99), Duration::from_millis(99));
        assert_eq!(percentile(&times, 1.0), Duration::from_millis(100));
        assert_eq!(percentile(&[Duration::from_secs(1)], 0.5), Duration::from_secs(1));
    }

    #[test]
    fn a_missed_target_is_said_to_be_missed() {
        let mut table = Table::new("t");
        table.at_most("a", 1.5, 1.0, " x");
        assert!(table.text().contains("| a | 1.50 x | <= 1 x | **missed** |"));
        table.at_least("b", 4_999.0, 5_000.0, "/s");
        assert!(table.text().contains("| b | 4999/s | >= 5000/s | **missed** |"));
    }
}
