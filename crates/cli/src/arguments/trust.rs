//! `muster trust`.

use std::path::PathBuf;

use clap::Subcommand;

#[derive(Subcommand, Debug)]
pub(crate) enum TrustCommand {
    /// Believe an issuer's assertions about users from now on.
    Add {
        /// What stands in `iss` of its assertions, byte for byte.
        url: String,
        /// Its public keys, a JWK set.
        #[arg(long, value_name = "FILE")]
        jwks: PathBuf,
    },
    /// List the issuers that are trusted, were, or wait.
    List,
    /// Believe it again.
    Approve {
        /// Its URL.
        url: String,
    },
    /// Believe it no more for the time being. What was issued stays.
    Suspend {
        /// Its URL.
        url: String,
    },
    /// Give it new keys; the old ones are believed no more.
    SetKeys {
        /// Its URL.
        url: String,
        /// Its public keys, a JWK set.
        #[arg(long, value_name = "FILE")]
        jwks: PathBuf,
    },
    /// Trust it no more.
    Remove {
        /// Its URL.
        url: String,
    },
}
