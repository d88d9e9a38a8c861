//! `muster keys`.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

use super::Sure;

#[derive(Subcommand, Debug)]
pub(crate) enum KeysCommand {
    /// Make a key-encryption key in a new file with mode 0600.
    NewKek {
        /// The file.
        file: PathBuf,
    },
    /// List the issuer's signing keys; private halves are never shown.
    List,
    /// Let the next key sign, and make another next one.
    Rotate {
        /// What to sign with; as before if it is not given. Another one than the next key's
        /// signs at once, before verifiers could have fetched it.
        #[arg(long, value_name = "ALGORITHM")]
        algorithm: Option<SigningAlgorithm>,
    },
    /// Stop publishing a key at once: what it signed verifies no more.
    Retire {
        /// Its `kid`.
        kid: String,
        #[command(flatten)]
        sure: Sure,
    },
    /// Take keys over, a JWK set: published from now on.
    Import {
        /// The file.
        file: PathBuf,
        /// Sign with the first one that has a private half.
        #[arg(long)]
        sign: bool,
    },
}

/// What new keys can sign with (RFC 7518 3.1, RFC 8037).
#[derive(ValueEnum, Clone, Copy, Debug)]
pub(crate) enum SigningAlgorithm {
    #[value(name = "ES256", alias = "es256")]
    Es256,
    #[value(name = "RS256", alias = "rs256")]
    Rs256,
    #[value(name = "PS256", alias = "ps256")]
    Ps256,
    #[value(name = "EdDSA", alias = "eddsa")]
    EdDsa,
}
