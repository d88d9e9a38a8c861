//! `docs/reference/cli.md`, made from the command tree.

use std::fmt::Write as _;

use clap::Command;

use crate::exit::Exit;

/// The page.
pub(crate) fn cli_page(root: &Command) -> String {
    let mut page = String::from(
        "# Commands\n\nMade by `cargo xtask reference`; do not edit.\n\n\
         Every command takes `--config FILE` and `--json`.\n\n## Exit codes\n\n\
         | code | meaning |\n|---|---|\n",
    );
    for exit in Exit::ALL {
        let _ = writeln!(page, "| {} | {} |", exit.code(), exit.meaning());
    }
    describe(root, "", &mut page);
    page
}

fn describe(command: &Command, path: &str, page: &mut String) {
    let name = format!("{path} {}", command.get_name()).trim().to_owned();
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let _ = writeln!(page, "\n## {name}\n\n{about}");
    let mut arguments = command
        .get_arguments()
        .filter(|argument| !argument.is_global_set() && !argument.is_hide_set())
        .filter(|argument| !["help", "version"].contains(&argument.get_id().as_str()))
        .peekable();
    if arguments.peek().is_some() {
        page.push_str("\n| argument | |\n|---|---|\n");
    }
    for argument in arguments {
        let value = argument.get_id().as_str().to_uppercase();
        let takes = argument.get_action().takes_values();
        let shown = match argument.get_long() {
            Some(long) if takes => format!("--{long} {value}"),
            Some(long) => format!("--{long}"),
            None => value,
        };
        let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(page, "| `{shown}` | {help} |");
    }
    for inner in command.get_subcommands().filter(|inner| !inner.is_hide_set()) {
        describe(inner, &name, page);
    }
}
