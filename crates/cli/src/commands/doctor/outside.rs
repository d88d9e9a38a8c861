//! What can be seen from outside: is the database there, the key file, the address?

use std::net::{SocketAddr, TcpListener};

use muster_crypto::{Kek, KekError};
use muster_store::StoreHealth;
use muster_store_diesel::DatabaseUrl;
use muster_store_diesel::migrate::status;

use super::line::Line;
use crate::KeeperSettings;
use crate::look::is_there;
use crate::premises::kek_path;

/// Whether the database answers, and whether its schema is this program's.
pub(crate) fn database(settings: &KeeperSettings) -> Vec<Line> {
    let shown = settings.database.to_string();
    if !is_there(&settings.database) {
        let words = format!("{shown} is not there yet");
        return vec![Line::odd("database", words, "nothing: the first start makes it")];
    }
    match status(&settings.database) {
        Err(error) => {
            let remedy = match &settings.database {
                DatabaseUrl::Postgres(_) => "start the server, or set database.url right",
                DatabaseUrl::Sqlite(_) => "look at the file's owner, or set database.url right",
            };
            vec![Line::bad("database", format!("{shown}: {error}"), remedy)]
        }
        Ok(health) => {
            let answers = Line::good("database", format!("{shown} answers ({})", health.engine));
            vec![answers, schema(settings, &health)]
        }
    }
}

fn schema(settings: &KeeperSettings, health: &StoreHealth) -> Line {
    if let Some(step) = health.unknown.first() {
        let words = format!("it has the step {step}, which this program does not know");
        return Line::bad("schema", words, "use the newer Muster that was here");
    }
    match health.pending.len() {
        0 => Line::good("schema", health.schema_version.clone().unwrap_or_default()),
        count if settings.database.is_embedded() => {
            let words = format!("{count} steps are missing");
            Line::odd("schema", words, "nothing: the next start takes them")
        }
        count => {
            let words = format!("{count} steps are missing");
            Line::bad("schema", words, "back the database up, then run: muster migrate run")
        }
    }
}

/// Whether the key-encryption key can be read.
pub(crate) fn key(settings: &KeeperSettings) -> Line {
    let Some(path) = kek_path(settings) else {
        let remedy = "run: muster keys new-kek FILE, and name the file in keys.kek_file";
        return Line::bad("key file", "keys.kek_file is not set", remedy);
    };
    let shown = path.display();
    if !path.exists() && !is_there(&settings.database) {
        let words = format!("{shown} is not there yet");
        return Line::odd("key file", words, "nothing: the first start makes it");
    }
    match Kek::load(&path) {
        Ok(kek) => Line::good("key file", format!("{shown} holds {}", kek.id())),
        Err(error) => {
            let remedy = match &error {
                KekError::Missing(_)
                | KekError::File { .. }
                | KekError::Malformed(_)
                | KekError::Exists(_) => {
                    "put the file back from your backup, or name the right one in keys.kek_file"
                }
                KekError::Open(_) => "close it to others; if they may have read it, make another",
                KekError::Randomness(_) => "see to the system's random numbers",
            };
            Line::bad("key file", error.to_string(), remedy)
        }
    }
}

/// Whether the service could listen.
pub(crate) fn listeners(addresses: &[(&'static str, SocketAddr)]) -> Vec<Line> {
    addresses
        .iter()
        .map(|(name, address)| match TcpListener::bind(address) {
            Ok(_) => Line::good("address", format!("{name} {address} is free")),
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => Line::odd(
                "address",
                format!("{name} {address} is taken"),
                format!("nothing, if the service runs; else set {name} to another one"),
            ),
            Err(error) => Line::bad(
                "address",
                format!("{name} {address}: {error}"),
                format!("set {name} to an address of this machine that you may use"),
            ),
        })
        .collect()
}
