//! `muster admin`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::Paging;

#[derive(Subcommand, Debug)]
pub(crate) enum AdminCommand {
    /// Add an admin client; its secret is shown once.
    Add(AdminAdd),
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
    /// Deny an admin client what it waits for.
    Deny {
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

/// An admin client to be.
#[derive(Args, Debug)]
pub(crate) struct AdminAdd {
    /// Its id, often a URI.
    pub(crate) id: String,
    /// Its name for people.
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Where its keeper can be reached.
    #[arg(long)]
    pub(crate) email: Option<String>,
    /// Give it the right to list users' tokens.
    #[arg(long)]
    pub(crate) list_users: bool,
    /// Give it the right to list them at every client.
    #[arg(long, requires = "list_users")]
    pub(crate) list_users_other_clients: bool,
    /// The most clients it may administer.
    #[arg(long, value_parser = clap::value_parser!(i32).range(0..))]
    pub(crate) max_clients: Option<i32>,
    /// Let it authenticate by its own keys: a JWK set with public keys.
    #[arg(long, value_name = "FILE")]
    pub(crate) jwks: Option<PathBuf>,
    /// Leave it to be approved later.
    #[arg(long)]
    pub(crate) pending: bool,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
pub(crate) enum RightName {
    /// May list users' tokens at its own clients.
    #[value(alias = "list_users")]
    ListUsers,
    /// May list them at every client.
    #[value(alias = "list_users_other_clients")]
    ListUsersOtherClients,
}
