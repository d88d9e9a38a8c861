//! The binary `muster`: the command line, handed to the keeper's terminal.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use muster_cli::{Output, run};
use muster_server::host::Binary;
use muster_server::settings::Environment;

fn main() -> ExitCode {
    let mut out = io::stdout();
    let is_terminal = out.is_terminal();
    let mut output = Output::new(&mut out, is_terminal);
    let binary = Binary::new(Environment::of_process());
    let mut complain = |words: &str| {
        // If even that cannot be written, the exit code still tells.
        let _ = writeln!(io::stderr(), "{words}");
    };
    let exit = run(std::env::args_os(), &binary, &mut output, &mut complain);
    ExitCode::from(exit.code())
}
