//! Running other programs: said aloud, checked, and never through a shell.
//!
//! A command line that failed is repeated in the failure, so that it can be copied and
//! tried by hand. It stands apart so that no tool forgets to look at an exit code.

use std::ffi::{OsStr, OsString};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::environment;
use crate::failure::{Failure, Outcome, While};
use crate::terminal::say;

/// One call of another program.
pub(crate) struct Program {
    command: Command,
}

impl Program {
    /// A program by name or path; it gets no standard input.
    pub(crate) fn new(name: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(name);
        command.stdin(Stdio::null());
        Self { command }
    }

    /// The cargo that runs these tools.
    pub(crate) fn cargo() -> Self {
        let mut program =
            Self::new(environment::variable("CARGO").unwrap_or_else(|| "cargo".to_owned()));
        if environment::is_ci() {
            // Nothing is compiled twice there; the incremental state would only cost disk.
            program.command.env("CARGO_INCREMENTAL", "0");
        }
        program
    }

    /// Adds one argument.
    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    /// Adds arguments.
    pub(crate) fn args<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(mut self, arguments: I) -> Self {
        self.command.args(arguments);
        self
    }

    /// Sets an environment variable.
    pub(crate) fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Sets several environment variables.
    pub(crate) fn envs(mut self, variables: &[(String, String)]) -> Self {
        self.command.envs(variables.iter().map(|(name, value)| (name, value)));
        self
    }

    /// Runs it in this folder.
    pub(crate) fn within(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// The command line as one would type it.
    pub(crate) fn line(&self) -> String {
        let words = std::iter::once(self.command.get_program()).chain(self.command.get_args());
        words.map(quoted).collect::<Vec<_>>().join(" ")
    }

    /// Says the command line, runs it with this terminal, and fails unless it succeeds.
    pub(crate) fn run(mut self) -> Outcome {
        say(format!("$ {}", self.line()));
        let status = self.command.status().doing(format!("could not start `{}`", self.line()))?;
        if status.success() {
            return Ok(());
        }
        Err(Failure::new(format!("`{}` failed ({status})", self.line())))
    }

    /// Says the command line and lets the program take this one's place, terminal and all.
    ///
    /// Ctrl-C then reaches one program alone, and its exit code is the answer.
    pub(crate) fn take_over(mut self) -> Outcome {
        say(format!("$ {}", self.line()));
        let line = self.line();
        let failed = self.command.stdin(Stdio::inherit()).exec();
        Err(Failure::new(format!("could not start `{line}`: {failed}")))
    }

    /// Runs it silently and gives back what it wrote; its complaints are in the failure.
    pub(crate) fn read(mut self) -> Outcome<String> {
        let output = self.command.output().doing(format!("could not start `{}`", self.line()))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let complaint = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Err(Failure::new(format!("`{}` failed ({}): {complaint}", self.line(), output.status)))
    }

    /// Whether it can be run and succeeds, silently.
    pub(crate) fn succeeds(self) -> bool {
        self.read().is_ok()
    }

    /// The command, for settings that few need.
    pub(crate) fn command_mut(&mut self) -> &mut Command {
        &mut self.command
    }

    /// The command itself, for those who keep the child.
    pub(crate) fn into_command(self) -> Command {
        self.command
    }
}

fn quoted(word: &OsStr) -> String {
    let text = OsString::from(word).to_string_lossy().into_owned();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@+%".contains(c);
    if !text.is_empty() && text.chars().all(plain) { text } else { format!("'{text}'") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_program_is_named_with_its_arguments() {
        let failure = Program::new("false").arg("two words").read().unwrap_err();
        assert!(failure.to_string().contains("`false 'two words'` failed"), "{failure}");
    }

    #[test]
    fn a_missing_program_is_a_failure_and_no_panic() {
        assert!(!Program::new("no-such-program-anywhere").succeeds());
    }
}
