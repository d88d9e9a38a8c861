//! `docs/performance.md`: what was measured, on which machine, when.

use super::command::Size;
use super::figures::Table;
use super::scenario::Load;
use crate::calendar;
use crate::failure::{Outcome, While};
use crate::program::Program;
use crate::terminal::say;
use crate::workspace;

const PATH: &str = "docs/performance.md";

/// What `bench listing` writes stands above it, what the token service's benches write below.
const SERVICE: &str = "# The token service under load\n";

/// How what stands below is measured.
const PREFACE: &str = "
Written by `cargo xtask bench issue`, `introspect`, `refresh`, `revoke`, `mixed` and `idle`, or \
all of them by `bench service`. Service, load and database run on the same cores. Answers are \
durable: SQLite with `synchronous = FULL`, PostgreSQL with `fsync = on`. The load looks at every \
answer and counts as work done only what was asked for; `wrk` asks the same questions beside it.
";

/// Writes the part of the listing.
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
    let old = read()?;
    if let Some((_, service)) = old.split_once(SERVICE) {
        text.push('\n');
        text.push_str(SERVICE);
        text.push_str(service);
    }
    save(&text)
}

/// Puts one table of the token service into its place, and leaves everything else.
pub(crate) fn put(table: &Table, load: Load) -> Outcome {
    let said = format!(
        "\n* machine: {}\n* date: {}\n* {} connections that ask again when they are answered, \
         {} rounds of {} s on each engine by turns after a second of warm-up; medians\n",
        machine(),
        calendar::today(),
        load.connections,
        load.rounds,
        load.seconds
    );
    let section = format!("{}{said}", table.text());
    save(&with_section(&read()?, &table.title, &section))
}

/// The page with this section in the place of the one with the same title, or at its end.
fn with_section(page: &str, title: &str, section: &str) -> String {
    let (above, below) = page.split_once(SERVICE).unwrap_or((page, PREFACE));
    let heading = format!("\n## {title}\n");
    let (before, after) = match below.split_once(&heading) {
        None => (below, ""),
        Some((before, old)) => (before, old.find("\n## ").map_or("", |at| old.split_at(at).1)),
    };
    let join = |text: &str| text.trim_end().to_owned();
    let text =
        format!("{}\n\n{SERVICE}{}\n\n{}\n{after}", join(above), join(before), join(section));
    format!("{}\n", text.trim_end())
}

fn read() -> Outcome<String> {
    let path = workspace::root().join(PATH);
    std::fs::read_to_string(&path).doing(format!("reading {}", path.display()))
}

fn save(text: &str) -> Outcome {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_takes_the_place_of_its_elder_and_leaves_the_others() {
        let one = with_section("# What\n\n## L\n", "A", "## A\n\na1\n");
        let two = with_section(&one, "B", "## B\n\nb1\n");
        let three = with_section(&two, "A", "## A\n\na2\n");
        assert!(three.starts_with("# What\n\n## L\n\n# The token service under load\n\nWritten"));
        assert!(three.ends_with("\n\n## A\n\na2\n\n## B\n\nb1\n"), "{three}");
        assert_eq!(with_section(&three, "A", "## A\n\na2\n"), three);
    }
}
