//! What only the binary can provide: settings, the service, the demo.

use std::io::{self, BufRead};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use muster_domain::{Clock, IssuerUrl, Lifetime, Randomness};
use muster_store_diesel::{DatabaseUrl, PoolSettings};
use serde_json::Value;

use crate::{DemoOptions, Failure, Output};

/// The settings that the keeper's commands need.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeeperSettings {
    /// Where the database is.
    pub database: DatabaseUrl,
    /// How many connections, and how long to wait.
    pub pool: PoolSettings,
    /// The file of the key-encryption key; `None`: beside an embedded database.
    pub kek_file: Option<PathBuf>,
    /// The issuer identifier.
    pub issuer: IssuerUrl,
    /// The file of the audit trail; `None`: in the database.
    pub audit_file: Option<PathBuf>,
    /// The longest that anything signed lives: so long a retired key stays published.
    pub token_longest: Lifetime,
    /// How long a family may be refreshed; an imported one from its import on.
    pub family: Lifetime,
}

/// The binary around the terminal.
pub trait Host {
    /// The resolved settings of a settings file, or of none.
    fn settings(&self, file: Option<&Path>) -> Result<KeeperSettings, Failure>;

    /// The addresses that the service will listen at, each with its setting's name.
    fn listeners(&self, file: Option<&Path>) -> Result<Vec<(&'static str, SocketAddr)>, Failure>;

    /// Serves until it is told to stop.
    fn serve(&self, file: Option<&Path>) -> Result<(), Failure>;

    /// Shows the main job on a federation of its own.
    fn demo(&self, options: &DemoOptions, output: &mut Output<'_>) -> Result<(), Failure>;

    /// The resolved settings as TOML, secrets masked.
    fn config_show(&self, file: Option<&Path>) -> Result<String, Failure>;

    /// The same for scripts, an object of sections.
    fn config_values(&self, file: Option<&Path>) -> Result<Value, Failure>;

    /// What is wrong with the settings, one problem a line; none: nothing is.
    fn config_check(&self, file: Option<&Path>) -> Result<Vec<String>, Failure>;

    /// What is odd about the settings though it may be meant, one oddity a line.
    fn config_warnings(&self, file: Option<&Path>) -> Result<Vec<String>, Failure>;

    /// A page of `docs/reference`: `settings` or `http-api`.
    fn reference(&self, page: &str) -> Result<String, Failure>;

    /// What the person at the terminal answers to a question; a line.
    fn answer(&self) -> io::Result<String> {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line)?;
        Ok(line)
    }

    /// What time it is.
    fn clock(&self) -> Arc<dyn Clock>;

    /// Where secrets come from.
    fn randomness(&self) -> Arc<dyn Randomness>;
}
