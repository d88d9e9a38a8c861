//! The commands that are no noun of their own, and what several of them take.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use muster_audit::Checkpoint;

use super::{
    AdminCommand, ClientCommand, DeviceCommand, ImportCommand, IssuerCommand, KeysCommand,
    TrustCommand, UserCommand,
};

/// An OAuth 2.0 token service that can account for every token.
#[derive(Parser, Debug)]
#[command(name = "muster", version, disable_help_subcommand = true, max_term_width = 100)]
pub(crate) struct Arguments {
    /// The settings file (TOML); the environment (`MUSTER__SECTION__KEY`) goes on top of it.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// The issuer to work in, where there are several; the configured one if it is not given.
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) issuer: Option<String>,
    /// Speak JSON, for scripts.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Serve until told to stop.
    Serve,
    /// Show the main job on a small federation of its own, then go on serving it.
    Demo(DemoOptions),
    /// Bring data over.
    #[command(subcommand)]
    Import(ImportCommand),
    /// Look after admin clients.
    #[command(subcommand)]
    Admin(AdminCommand),
    /// Look after clients.
    #[command(subcommand)]
    Client(ClientCommand),
    /// Look after users, and end what they hold.
    #[command(subcommand)]
    User(UserCommand),
    /// Decide about devices in a person's name (RFC 8628).
    #[command(subcommand)]
    Device(DeviceCommand),
    /// Look after issuers whose assertions about users are believed (RFC 7523).
    #[command(subcommand)]
    Trust(TrustCommand),
    /// Look after virtual issuers beside the configured one.
    #[command(subcommand)]
    Issuer(IssuerCommand),
    /// Look after keys: the key-encryption key and the keys that sign.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Look at the settings.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Look at the audit trail.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Look after the database's schema.
    #[command(subcommand)]
    Migrate(MigrateCommand),
    /// Say what is wrong here and what to do.
    Doctor,
    /// Print completions for a shell.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
    /// Print a page of the reference.
    #[command(hide = true)]
    Reference {
        /// `cli`, `settings` or `http-api`.
        page: String,
    },
}

/// How the demo runs.
#[derive(Args, Clone, PartialEq, Eq, Debug)]
pub struct DemoOptions {
    /// The port to serve at; a free one is taken if it is not given.
    #[arg(long)]
    pub port: Option<u16>,
    /// End after the main job instead of serving on.
    #[arg(long)]
    pub exit: bool,
}

/// A part of a list.
#[derive(Args, Clone, Debug)]
pub(crate) struct Paging {
    /// Begin after this id.
    #[arg(long, value_name = "ID")]
    pub(crate) after: Option<String>,
    /// At most so many.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=10_000))]
    pub(crate) limit: i64,
}

#[derive(Subcommand, Debug)]
pub(crate) enum ConfigCommand {
    /// Print the resolved settings, secrets masked.
    Show,
    /// Say what is wrong with the settings.
    Check,
}

#[derive(Subcommand, Debug)]
pub(crate) enum AuditCommand {
    /// Walk the trail and name the first bad record.
    Verify {
        /// A checkpoint from the log: the trail must still hold it.
        #[arg(long, value_name = "NUMBER-HASH")]
        checkpoint: Option<Checkpoint>,
    },
    /// Print the last records.
    Tail {
        /// How many.
        #[arg(long, short = 'n', default_value_t = 20)]
        lines: u32,
    },
}

#[derive(Subcommand, Debug)]
pub(crate) enum MigrateCommand {
    /// Take every step that is missing.
    Run,
    /// Take the newest step back; what only it could hold is lost.
    Revert(Sure),
    /// Take the newest step back and again; what only it could hold is lost.
    Redo(Sure),
    /// Say which steps are missing.
    Status,
}

/// For deeds that lose data.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Sure {
    /// Do not ask.
    #[arg(long)]
    pub(crate) yes: bool,
}
