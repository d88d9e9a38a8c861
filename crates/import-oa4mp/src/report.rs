//! What an import did: for each table what was taken and skipped, and why.
//!
//! Keys of rows that may be tokens themselves stand here under short pseudonyms.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value, json};

/// So many examples of each reason are listed.
const EXAMPLES: usize = 20;

/// What became of a row that was not left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Outcome {
    /// It is new.
    Taken,
    /// It was there and has ended, lost a right, or is to expire earlier, since.
    Updated,
    /// It was there and is equal, or more is stopped here than there.
    Unchanged,
}

/// One table.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TableReport {
    /// Rows that were read.
    pub read: u64,
    /// Things that are new.
    pub taken: u64,
    /// Things that were there and have ended since.
    pub updated: u64,
    /// Things that were there and equal.
    pub unchanged: u64,
    /// Rows that were left, by reason: how many, and some of their names.
    pub skipped: BTreeMap<String, (u64, Vec<String>)>,
}

impl TableReport {
    pub(crate) fn count(&mut self, outcome: Outcome, rows: u64) {
        let number = match outcome {
            Outcome::Taken => &mut self.taken,
            Outcome::Updated => &mut self.updated,
            Outcome::Unchanged => &mut self.unchanged,
        };
        *number = number.saturating_add(rows);
    }

    pub(crate) fn skip(&mut self, reason: &str, row: &str) {
        self.skip_many(reason, row, 1);
    }

    /// Leaves several rows that have one name together.
    pub(crate) fn skip_many(&mut self, reason: &str, row: &str, rows: u64) {
        if rows == 0 {
            return;
        }
        let (count, examples) = self.skipped.entry(reason.to_owned()).or_default();
        *count = count.saturating_add(rows);
        if examples.len() < EXAMPLES {
            examples.push(row.to_owned());
        }
    }

    fn skipped_count(&self) -> u64 {
        self.skipped.values().fold(0, |sum, (count, _)| sum.saturating_add(*count))
    }
}

/// The whole import.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Report {
    tables: BTreeMap<&'static str, TableReport>,
    notes: BTreeMap<String, (u64, Vec<String>)>,
    /// Whether nothing was written.
    pub dry_run: bool,
}

impl Report {
    pub(crate) fn new(dry_run: bool) -> Self {
        Self { dry_run, ..Self::default() }
    }

    pub(crate) fn table(&mut self, name: &'static str) -> &mut TableReport {
        self.tables.entry(name).or_default()
    }

    /// Something worth knowing about a row.
    pub(crate) fn note(&mut self, what: &str, row: &str) {
        let (count, examples) = self.notes.entry(what.to_owned()).or_default();
        *count = count.saturating_add(1);
        if examples.len() < EXAMPLES {
            examples.push(row.to_owned());
        }
    }

    /// What is said of one table.
    pub fn of_table(&self, name: &str) -> Option<&TableReport> {
        self.tables.get(name)
    }

    /// Whether nothing was new and nothing has changed.
    pub fn changed_nothing(&self) -> bool {
        self.tables.values().all(|table| table.taken == 0 && table.updated == 0)
    }

    /// For scripts.
    pub fn to_json(&self) -> Value {
        let reasons = |reasons: &BTreeMap<String, (u64, Vec<String>)>| {
            let list = reasons.iter().map(|(reason, (count, rows))| {
                json!({"reason": reason, "count": count, "examples": rows})
            });
            Value::Array(list.collect())
        };
        let tables: BTreeMap<&str, Value> = self
            .tables
            .iter()
            .map(|(name, table)| {
                let value = json!({
                    "read": table.read,
                    "taken": table.taken,
                    "updated": table.updated,
                    "unchanged": table.unchanged,
                    "skipped": reasons(&table.skipped),
                });
                (*name, value)
            })
            .collect();
        json!({"dry_run": self.dry_run, "tables": tables, "worth_knowing": reasons(&self.notes)})
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<24}{:>10}{:>10}{:>10}{:>11}{:>10}",
            "table", "read", "taken", "updated", "unchanged", "skipped"
        )?;
        for (name, table) in &self.tables {
            let TableReport { read, taken, updated, unchanged, .. } = table;
            let skipped = table.skipped_count();
            writeln!(
                f,
                "{name:<24}{read:>10}{taken:>10}{updated:>10}{unchanged:>11}{skipped:>10}"
            )?;
        }
        for (name, table) in &self.tables {
            for (reason, (count, rows)) in &table.skipped {
                writeln!(f, "skipped in {name}: {count} x {reason}: {}", rows.join(", "))?;
            }
        }
        for (what, (count, rows)) in &self.notes {
            writeln!(f, "worth knowing: {count} x {what}: {}", rows.join(", "))?;
        }
        if self.dry_run {
            writeln!(f, "This was a dry run: nothing was written.")?;
        }
        Ok(())
    }
}
