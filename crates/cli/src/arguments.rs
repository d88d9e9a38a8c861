//! The command tree. Help texts are documentation: `docs/reference/cli.md` is made of them.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// An OAuth 2.0 token service that can account for every token.
#[derive(Parser, Debug)]
#[command(name = "muster", version, disable_help_subcommand = true, max_term_width = 100)]
pub(crate) struct Arguments {
    /// The settings file (TOML); the environment (`MUSTER__SECTION__KEY`) goes on top of it.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
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
    /// Look after keys.
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

#[derive(Subcommand, Debug)]
pub(crate) enum ImportCommand {
    /// Bring an OA4MP database over; the source is only read, and the run can be repeated.
    Oa4mp(ImportOptions),
}

#[derive(Args, Debug)]
pub(crate) struct ImportOptions {
    /// The OA4MP database: postgres://... or mysql://...
    #[arg(long, value_name = "URL")]
    pub(crate) from: String,
    /// The database to fill; the configured one if it is not given.
    #[arg(long, value_name = "URL")]
    pub(crate) to: Option<String>,
    /// OA4MP's signing keys, a JWK set.
    #[arg(long, value_name = "FILE")]
    pub(crate) keys: Option<PathBuf>,
    /// Go on signing with these keys.
    #[arg(long, requires = "keys")]
    pub(crate) keep_signing: bool,
    /// The issuer that the imported tokens belong to; the configured one if it is not given.
    #[arg(long, value_name = "URL")]
    pub(crate) issuer: Option<String>,
    /// The source's schema (PostgreSQL).
    #[arg(long, default_value = "oa4mp")]
    pub(crate) schema: String,
    /// What all table names of the source begin with.
    #[arg(long, default_value = "")]
    pub(crate) prefix: String,
    /// Read and report, write nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Write the report as JSON into this file.
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
}

#[derive(Subcommand, Debug)]
pub(crate) enum AdminCommand {
    /// Add an admin client; its secret is shown once.
    Add {
        /// Its id, often a URI.
        id: String,
        /// Its name for people.
        #[arg(long)]
        name: Option<String>,
        /// Where its keeper can be reached.
        #[arg(long)]
        email: Option<String>,
        /// Give it the right to list users' tokens.
        #[arg(long)]
        list_users: bool,
        /// Give it the right to list them at every client.
        #[arg(long, requires = "list_users")]
        list_users_other_clients: bool,
        /// The most clients it may administer.
        #[arg(long)]
        max_clients: Option<i32>,
        /// Let it authenticate by its own keys: a JWK set with public keys.
        #[arg(long, value_name = "FILE")]
        jwks: Option<PathBuf>,
        /// Leave it to be approved later.
        #[arg(long)]
        pending: bool,
    },
    /// Show an admin client and its clients.
    Show {
        /// Its id.
        id: String,
    },
    /// List admin clients.
    List(Paging),
    /// Approve an admin client.
    Approve {
        /// Its id.
        id: String,
    },
    /// Suspend an admin client: from the next request on it is refused.
    Suspend {
        /// Its id.
        id: String,
    },
    /// Give an admin client a right.
    Grant {
        /// Its id.
        id: String,
        /// Which right.
        right: RightName,
    },
    /// Take a right from an admin client.
    RevokeRight {
        /// Its id.
        id: String,
        /// Which right.
        right: RightName,
    },
    /// Put a client under an admin client.
    Link {
        /// The admin's id.
        admin: String,
        /// The client's id.
        client: String,
    },
    /// Take a client from an admin client.
    Unlink {
        /// The admin's id.
        admin: String,
        /// The client's id.
        client: String,
    },
    /// Give an admin client a new secret, shown once; the old one ends.
    RotateSecret {
        /// Its id.
        id: String,
    },
}

#[derive(ValueEnum, Clone, Copy, Debug)]
pub(crate) enum RightName {
    /// May list users' tokens at its own clients.
    ListUsers,
    /// May list them at every client.
    ListUsersOtherClients,
}

#[derive(Subcommand, Debug)]
pub(crate) enum ClientCommand {
    /// Add a client; its secret is shown once.
    Add {
        /// Its id, often a URI.
        id: String,
        /// Its name for people.
        #[arg(long)]
        name: Option<String>,
        /// A redirect URI; may be given several times.
        #[arg(long = "redirect-uri", value_name = "URI")]
        redirect_uris: Vec<String>,
        /// The scopes it may ask for, separated by spaces.
        #[arg(long, default_value = "")]
        scopes: String,
        /// A public client: it has no secret.
        #[arg(long, conflicts_with = "jwks")]
        public: bool,
        /// Let it authenticate by its own keys: a JWK set with public keys.
        #[arg(long, value_name = "FILE")]
        jwks: Option<PathBuf>,
        /// Leave it to be approved later.
        #[arg(long)]
        pending: bool,
    },
    /// Show a client and its admins.
    Show {
        /// Its id.
        id: String,
    },
    /// List clients.
    List(Paging),
    /// Approve a client.
    Approve {
        /// Its id.
        id: String,
    },
    /// Suspend a client: none of its tokens is valid any more.
    Suspend {
        /// Its id.
        id: String,
    },
    /// Give a client a new secret, shown once; the old one ends.
    RotateSecret {
        /// Its id.
        id: String,
    },
    /// End a client and delete all its tokens.
    Remove {
        /// Its id.
        id: String,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
}

/// A part of a list.
#[derive(Args, Clone, Debug)]
pub(crate) struct Paging {
    /// Begin after this id.
    #[arg(long, value_name = "ID")]
    pub(crate) after: Option<String>,
    /// At most so many.
    #[arg(long, default_value_t = 100)]
    pub(crate) limit: i64,
}

#[derive(Subcommand, Debug)]
pub(crate) enum KeysCommand {
    /// Make a key-encryption key in a new file with mode 0600.
    NewKek {
        /// The file.
        file: PathBuf,
    },
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
    Verify,
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
    /// Take the newest step back.
    Revert,
    /// Take the newest step back and again.
    Redo,
    /// Say which steps are missing.
    Status,
}
