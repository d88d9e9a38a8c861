//! `muster user`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use muster_domain::ClaimValue;

use super::Sure;
use super::claim::claim;

#[derive(Subcommand, Debug)]
pub(crate) enum UserCommand {
    /// Enter a user who was never seen here.
    Add(Box<UserAdd>),
    /// Change what is known of a user; what is not named stays as it is.
    Set(Box<UserSet>),
    /// Give a user a password, or another one: asked for twice at a terminal, else read from
    /// the standard input. Their sessions end.
    Passwd(UserPasswd),
    /// Show a user: how it stands, what is known of it, its sessions, and what it has allowed.
    Show {
        /// Its id.
        id: String,
    },
    /// Disable a user: its sessions end, and from the next request on none of its tokens is good,
    /// until it is enabled.
    Disable {
        /// Its id.
        id: String,
    },
    /// Enable a user again, and with it those of its tokens that have not expired.
    Enable {
        /// Its id.
        id: String,
    },
    /// Delete a user with all its tokens, sessions and its password; whoever comes back under the
    /// id has none of them.
    Remove {
        /// Its id.
        id: String,
        #[command(flatten)]
        sure: Sure,
    },
    /// End all that a user holds, for good: tokens, sessions, and what it has allowed; it may
    /// begin anew.
    Revoke {
        /// Its id.
        id: String,
        /// At this client only, and what was exchanged out of it; sessions stay.
        #[arg(long, value_name = "ID")]
        client: Option<String>,
    },
}

/// A user to be.
#[derive(Args, Debug)]
pub(crate) struct UserAdd {
    /// Its id within the issuer, byte for byte.
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) password: PasswordSource,
    #[command(flatten)]
    pub(crate) known: KnownOptions,
}

/// Whose what is known changes.
#[derive(Args, Debug)]
pub(crate) struct UserSet {
    /// Its id.
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) known: KnownOptions,
    /// A claim that is known no more; may be given several times.
    #[arg(long, value_name = "CLAIM")]
    pub(crate) clear: Vec<String>,
}

/// Whose password changes.
#[derive(Args, Debug)]
pub(crate) struct UserPasswd {
    /// Its id.
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) from: PasswordSource,
    /// Take the password away; they come in by another door, if at all.
    #[arg(long, conflicts_with_all = ["password_file", "password_stdin"])]
    pub(crate) remove: bool,
}

/// Where a password comes from: never from the command line, which everybody on the host sees.
#[derive(Args, Debug)]
pub(crate) struct PasswordSource {
    /// A file with the password; one end of line is no part of it.
    #[arg(long, value_name = "FILE", conflicts_with = "password_stdin")]
    pub(crate) password_file: Option<PathBuf>,
    /// Read the password from the standard input; one end of line is no part of it.
    #[arg(long)]
    pub(crate) password_stdin: bool,
}

/// What is known of a user, and told to clients as far as their scopes go.
#[derive(Args, Debug)]
pub(crate) struct KnownOptions {
    /// Its name for people (the claim `name`).
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Its mail address (the claim `email`).
    #[arg(long, value_name = "MAIL")]
    pub(crate) email: Option<String>,
    /// A claim; `true`, `false` and a JSON list of texts are what they are, everything else is a
    /// text; may be given several times.
    #[arg(long = "claim", value_name = "NAME=VALUE", value_parser = claim)]
    pub(crate) claims: Vec<(String, ClaimValue)>,
}
