//! `muster import`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

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
    /// Go on signing with OA4MP's default key of each issuer, from --keys or from its tables.
    #[arg(long)]
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
