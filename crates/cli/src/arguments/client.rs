//! `muster client`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{Paging, Sure};

#[derive(Subcommand, Debug)]
pub(crate) enum ClientCommand {
    /// Add a client; its secret is shown once.
    Add(Box<ClientAdd>),
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
    /// Where its keeper can be reached.
    #[arg(long)]
    pub(crate) email: Option<String>,
    /// Its home page.
    #[arg(long, value_name = "URL")]
    pub(crate) home_url: Option<String>,
    /// A redirect URI; may be given several times.
    #[arg(long = "redirect-uri", value_name = "URI")]
    pub(crate) redirect_uris: Vec<String>,
    /// The scopes it may ask for, separated by spaces.
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) scopes: String,
    /// An audience that its tokens may name; may be given several times.
    #[arg(long = "audience", value_name = "AUDIENCE")]
    pub(crate) audiences: Vec<String>,
    /// The form of its access tokens.
    #[arg(long, default_value = "rfc9068")]
    pub(crate) profile: ProfileName,
    /// Lifetime of its access tokens; the server's if it is not given.
    #[arg(long, value_name = "SECONDS", value_parser = seconds(1))]
    pub(crate) access_lifetime: Option<i64>,
    /// The longest lifetime of an access token that it may wish for.
    #[arg(long, value_name = "SECONDS", value_parser = seconds(1))]
    pub(crate) access_lifetime_max: Option<i64>,
    /// Lifetime of its refresh tokens; 0: it gets none.
    #[arg(long, value_name = "SECONDS", value_parser = seconds(0))]
    pub(crate) refresh_lifetime: Option<i64>,
    /// The longest lifetime of a refresh token that it may wish for.
    #[arg(long, value_name = "SECONDS", value_parser = seconds(0))]
    pub(crate) refresh_lifetime_max: Option<i64>,
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

/// Ten years: whoever wants more means milliseconds.
const LONGEST: i64 = 10 * 366 * 86_400;

fn seconds(least: i64) -> clap::builder::RangedI64ValueParser {
    clap::value_parser!(i64).range(least..=LONGEST)
}

/// The form of access tokens.
#[derive(ValueEnum, Clone, Copy, Debug)]
pub(crate) enum ProfileName {
    /// Random text.
    Opaque,
    /// JWT by RFC 9068.
    Rfc9068,
    /// WLCG Common JWT Profile 1.0.
    Wlcg,
    /// SciTokens 2.0.
    Scitokens,
}
