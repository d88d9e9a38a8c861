//! `muster client`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{ClientOptions, Paging, Sure};

#[derive(Subcommand, Debug)]
pub(crate) enum ClientCommand {
    /// Add a client; its secret is shown once.
    Add(Box<ClientAdd>),
    /// Change what a client may do; what is not named stays as it is.
    Set(Box<ClientSet>),
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
    /// Deny a client what it waits for.
    Deny {
        /// Its id.
        id: String,
    },
    /// Suspend a client: none of its tokens is valid any more, until it is approved again.
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
        #[command(flatten)]
        sure: Sure,
    },
}

/// A client to be.
#[derive(Args, Debug)]
pub(crate) struct ClientAdd {
    /// Its id, often a URI.
    pub(crate) id: String,
    /// Its name for people.
    #[arg(long)]
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) options: ClientOptions,
    /// A public client: it has no secret.
    #[arg(long, conflicts_with = "jwks")]
    pub(crate) public: bool,
    /// Let it authenticate by its own keys (`private_key_jwt`): a JWK set with public keys.
    #[arg(long, value_name = "FILE")]
    pub(crate) jwks: Option<PathBuf>,
    /// Leave it to be approved later.
    #[arg(long)]
    pub(crate) pending: bool,
}

/// What is to change.
#[derive(Args, Debug)]
pub(crate) struct ClientSet {
    /// Its id.
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) options: ClientOptions,
    /// Empty a list, or let the server decide again; may be given several times.
    #[arg(long, value_name = "WHAT")]
    pub(crate) clear: Vec<Clearable>,
}

/// What can be emptied.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Clearable {
    /// Where its keeper can be reached.
    Email,
    /// Its home page.
    HomeUrl,
    /// Its redirect URIs.
    RedirectUris,
    /// The grants it may use.
    Grants,
    /// The audiences that its tokens may name.
    Audiences,
    /// The audiences that it is itself.
    Serves,
    /// The clients that may exchange its tokens.
    MayAct,
    /// The users it may speak for.
    SpeaksFor,
    /// Its lifetimes: the server's hold again.
    Lifetimes,
}
