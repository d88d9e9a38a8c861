//! What the programs say they did, as one table.
//!
//! A program says each deed when it is done, on a line of its own: the library with its
//! version, a tab, the deed. It ends with 0 if all went as expected, so a deed that failed
//! is the one that it did not get to say.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::Instant;

use crate::failure::{Failure, Outcome, While};
use crate::program::Program;
use crate::terminal::say;

const OK: &str = "ok";

/// One line of the table: language, library, deed, outcome.
type Row = [String; 4];

/// The table, and what went wrong.
#[derive(Debug, Default)]
pub(crate) struct Report {
    rows: Vec<Row>,
    failures: Vec<String>,
    grounds: Vec<&'static str>,
}

impl Report {
    /// What follows was done there.
    pub(crate) fn begin(&mut self, ground: &'static str) {
        self.grounds.push(ground);
    }

    /// A language that is not here.
    pub(crate) fn left_out(&mut self, language: &str, why: &str) {
        self.add(language, "-", why, "NOT RUN");
    }

    /// Runs a program and takes down what it says.
    pub(crate) fn listen_to(&mut self, language: &str, program: Program) -> Outcome {
        let line = program.line();
        say(format!("$ {line}"));
        let begun = Instant::now();
        let mut command = program.into_command();
        let mut child = command.stdout(Stdio::piped()).spawn().doing(format!("starting {line}"))?;
        let mut last = None;
        for said in child.stdout.take().map(BufReader::new).into_iter().flat_map(BufRead::lines) {
            let said = said.doing(format!("listening to {line}"))?;
            last = self.take_down(language, &said).or(last);
        }
        let status = child.wait().doing(format!("waiting for {line}"))?;
        let seconds = begun.elapsed().as_secs_f32();
        say(format!("-- {seconds:.1} s"));
        if status.success() && last.is_some() {
            return Ok(());
        }
        let why = if status.success() { "said nothing".to_owned() } else { status.to_string() };
        let last = last.unwrap_or_else(|| "the beginning".to_owned());
        self.add(language, "-", &format!("what comes after: {last}"), "FAILED");
        let ground = self.grounds.last().copied().unwrap_or("a service of its own");
        self.failures.push(format!("`{line}` failed on {ground} ({why})"));
        Ok(())
    }

    /// The deed, if this is one.
    fn take_down(&mut self, language: &str, said: &str) -> Option<String> {
        let Some((library, deed)) = said.split_once('\t') else {
            say(said);
            return None;
        };
        say(format!("{OK}  {library}: {deed}"));
        self.add(language, library, deed, OK);
        Some(deed.to_owned())
    }

    fn add(&mut self, language: &str, library: &str, deed: &str, outcome: &str) {
        let row = [language, library, deed, outcome].map(str::to_owned);
        // The same deed on another engine is told once, unless it went otherwise.
        if !self.rows.contains(&row) || outcome != OK {
            self.rows.push(row);
        }
    }

    /// The table.
    pub(crate) fn text(&self) -> String {
        let mut lines = vec![
            format!("\nOn {}:\n", self.grounds.join(", ")),
            "| language | client | what it did | |".to_owned(),
            "|---|---|---|---|".to_owned(),
        ];
        lines.extend(self.rows.iter().map(|row| format!("| {} |", row.join(" | "))));
        lines.join("\n")
    }

    /// Whether all went well.
    pub(crate) fn verdict(&self) -> Outcome {
        if self.failures.is_empty() {
            return Ok(());
        }
        Err(Failure::new(self.failures.join("\n")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(script: &str) -> Report {
        let mut report = Report::default();
        report.listen_to("sh", Program::new("sh").args(["-c", script])).unwrap();
        report
    }

    #[test]
    fn what_a_program_did_is_in_the_table() {
        let report = heard("printf 'tool 1\\tasked\\nchatter\\n'");
        assert!(report.text().ends_with("\n| sh | tool 1 | asked | ok |"), "{}", report.text());
        assert!(report.verdict().is_ok());
    }

    #[test]
    fn a_program_that_fails_or_does_nothing_fails_the_run() {
        let report = heard("printf 'tool 1\\tasked\\n'; exit 3");
        assert!(
            report.text().contains("| what comes after: asked | FAILED |"),
            "{}",
            report.text()
        );
        assert!(report.verdict().unwrap_err().to_string().contains("exit status: 3"));
        assert!(heard("true").verdict().unwrap_err().to_string().contains("said nothing"));
    }
}
