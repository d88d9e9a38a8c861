//! `docs/reference/cli.md`, made from the command tree.

use std::fmt::Write as _;

use clap::{Arg, Command};

use crate::exit::Exit;

/// The members of the answers in JSON; a command's words are joined by `_`.
const JSON_ANSWERS: [(&str, &str); 30] = [
    (
        "admin_add admin_show admin_list",
        "id name email status list_users list_users_other_clients max_clients methods created_at \
         secret* clients*",
    ),
    ("admin_approve admin_deny admin_suspend", "id status changed"),
    ("admin_grant admin_revoke-right", "id list_users list_users_other_clients"),
    ("admin_link admin_unlink", "admin client changed"),
    ("admin_rotate-secret client_rotate-secret", "id secret"),
    (
        "client_add client_set client_show client_list",
        "id name kind status methods grants scopes strict_scopes redirect_uris audiences serves \
         introspects_every_token may_act speaks_for dpop profile access_lifetime \
         access_lifetime_max refresh_lifetime refresh_lifetime_max refresh_grace created_at \
         secret* admins*",
    ),
    ("client_approve client_deny client_suspend", "id status changed"),
    ("client_remove", "id removed"),
    ("user_add", "id changed"),
    ("user_show", "id status created_at"),
    ("user_disable user_enable", "id status changed"),
    ("user_remove", "id removed"),
    ("user_revoke", "id client ended"),
    ("device_approve device_deny", "user_code approved"),
    ("trust_add trust_list", "url status kids created_at"),
    ("trust_approve trust_suspend issuer_approve issuer_suspend", "url status changed"),
    ("trust_set-keys", "url changed"),
    ("trust_remove", "url removed"),
    ("issuer_add issuer_list", "url status"),
    ("keys_new-kek", "file id"),
    ("keys_list", "kid algorithm state public_jwk created_at published_until"),
    ("keys_rotate", "current next retired withdrawn"),
    ("keys_retire", "kid retired"),
    ("keys_import", "keys signs"),
    (
        "config_show",
        "http management issuer database keys client_auth token_info tokens retention audit \
         telemetry",
    ),
    ("config_check", "problems warnings"),
    ("audit_verify", "ok records* checkpoint* record* fault*"),
    ("migrate_run migrate_revert migrate_redo", "steps"),
    ("migrate_status", "engine version pending unknown"),
    ("doctor", "ok lines"),
];

/// The page.
pub(crate) fn cli_page(root: &Command) -> String {
    let mut page = String::from(
        "# Commands\n\nMade by `cargo xtask reference`; do not edit.\n\n\
         Every command takes `--config FILE`, `--issuer URL` and `--json`.\n\n## Exit codes\n\n\
         | code | meaning |\n|---|---|\n",
    );
    for exit in Exit::ALL {
        let _ = writeln!(page, "| {} | {} |", exit.code(), exit.meaning());
    }
    page.push_str(
        "\n## Answers in JSON\n\nWith `--json` a command prints one line of JSON; members may \
         be added, none is taken away.\nA list is an array of objects.\nMoments are milliseconds since 1970, lifetimes seconds.\n`*` marks a member that \
         is not always there.\nWhat went wrong is said on the standard error, in words.\n\n\
         | command | members |\n|---|---|\n",
    );
    for (commands, members) in JSON_ANSWERS {
        let quoted = |list: &str| {
            list.split(' ')
                .map(|word| format!("`{}`", word.replace('_', " ")))
                .collect::<Vec<_>>()
                .join(", ")
        };
        let members = members.split(' ').map(|member| format!("`{member}`")).collect::<Vec<_>>();
        let _ = writeln!(page, "| {} | {} |", quoted(commands), members.join(", "));
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
        let named = argument.get_value_names().and_then(<[_]>::first);
        let value =
            named.map_or_else(|| argument.get_id().as_str().to_uppercase(), ToString::to_string);
        let takes = argument.get_action().takes_values();
        let shown = match argument.get_long() {
            Some(long) if takes => format!("--{long} {value}"),
            Some(long) => format!("--{long}"),
            None => value,
        };
        let _ = writeln!(page, "| `{shown}` | {} |", help(argument));
    }
    for inner in command.get_subcommands().filter(|inner| !inner.is_hide_set()) {
        describe(inner, &name, page);
    }
}

/// The help text, with what may be said and what is meant when nothing is.
fn help(argument: &Arg) -> String {
    let mut help = argument.get_help().map(ToString::to_string).unwrap_or_default();
    let values = argument.get_possible_values();
    if argument.get_action().takes_values() && !values.is_empty() {
        let names: Vec<_> = values.iter().map(|value| format!("`{}`", value.get_name())).collect();
        let _ = write!(help, "; one of {}", names.join(", "));
    }
    let default = argument.get_default_values().iter().map(|value| value.to_string_lossy());
    let default = default.collect::<Vec<_>>().join(" ");
    if argument.get_action().takes_values() && !default.is_empty() {
        let _ = write!(help, "; `{default}` if it is not given");
    }
    help
}
