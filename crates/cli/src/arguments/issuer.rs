//! `muster issuer`.

use clap::Subcommand;

#[derive(Subcommand, Debug)]
pub(crate) enum IssuerCommand {
    /// Add a virtual issuer with keys of its own; services serve it from their next start on.
    Add {
        /// Its URL, on the configured issuer's host.
        url: String,
    },
    /// List the issuers.
    List,
    /// Approve an issuer.
    Approve {
        /// Its URL.
        url: String,
    },
    /// Suspend an issuer: none of its tokens is valid any more, until it is approved again.
    Suspend {
        /// Its URL.
        url: String,
    },
}
