//! `docs/performance.md`: what was measured, on which machine, when.

use super::command::Size;
use super::figures::Table;
use crate::calendar;
use crate::failure::{Outcome, While};
use crate::program::Program;
use crate::terminal::say;
use crate::workspace;

const PATH: &str = "docs/performance.md";

/// Writes the page.
pub(crate) fn write(tables: &[Table], size: &Size) -> Outcome {
    let mut text = format!(
        "# What is measured\n\n\
         Written by `cargo xtask bench listing`; the figures are those of one machine on one day.\n\n\
         * machine: {}\n* date: {}\n* one user with {} tokens at 20 clients, texts of 700 bytes, \
         200 tokens a transaction\n* {} rounds of floor and Muster by turns; medians\n\n\
         The floors are the engines' own clients reading the same columns of the same rows in \
         the same order, thrown away: `psql -c \"COPY (..) TO STDOUT\"`, `sqlite3 -json`. Muster \
         opens the sealed texts, writes JSON and sends it over HTTP.\n",
        machine(),
        calendar::today(),
        size.tokens,
        size.rounds
    );
    for table in tables {
        text.push('\n');
        text.push_str(&table.text());
    }
    let path = workspace::root().join(PATH);
    std::fs::write(&path, text).doing(format!("writing {}", path.display()))?;
    say(format!("written: {PATH}"));
    Ok(())
}

fn machine() -> String {
    let cpus = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let model = std::fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
        let line = text.lines().find(|line| line.starts_with("model name"))?;
        Some(line.split_once(": ")?.1.trim().to_owned())
    });
    let system = Program::new("uname").args(["-s", "-r", "-m"]).read().unwrap_or_default();
    format!("{cpus} cores, {}, {}", model.unwrap_or_else(|| "unknown".to_owned()), system.trim())
}
