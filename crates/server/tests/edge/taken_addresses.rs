//! Addresses that cannot be listened at: which one, of which listener, and what to do; and
//! nothing is made before that is known.

use std::net::{SocketAddr, TcpListener};
use std::process::Command;

use muster_server::service::Listeners;
use muster_server::settings::{self, Environment};
use muster_testkit::Folder;

const BY_CHANCE: &str = "127.0.0.1:0";

fn taken() -> (TcpListener, String) {
    let listener = TcpListener::bind(BY_CHANCE).unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address.to_string())
}

fn complaint(http: &str, management: &str) -> String {
    let pairs = [("MUSTER__HTTP__LISTEN", http), ("MUSTER__MANAGEMENT__LISTEN", management)];
    let pairs = pairs.into_iter().map(|(name, value)| (name.into(), value.into()));
    let settings = settings::load(None, &Environment::of(pairs)).unwrap();
    Listeners::take(&settings).unwrap_err().to_string()
}

#[test]
fn the_listener_and_its_address_are_named() {
    let (_held, address) = taken();
    let said = complaint(&address, BY_CHANCE);
    assert!(said.starts_with(&format!("cannot listen at {address} (http.listen): ")), "{said}");
    assert!(said.ends_with("stop it, or set http.listen to another port"), "{said}");
    let said = complaint(BY_CHANCE, &address);
    assert!(said.starts_with(&format!("cannot listen at {address} (management.listen)")), "{said}");
    // TEST-NET-3 (RFC 5737): nobody's.
    let said = complaint("203.0.113.7:9080", BY_CHANCE);
    assert!(said.ends_with("set http.listen to an address of this machine"), "{said}");
}

#[test]
fn nobody_is_kept_waiting_at_an_address_that_is_only_taken() {
    let pairs = [("MUSTER__HTTP__LISTEN", BY_CHANCE), ("MUSTER__MANAGEMENT__LISTEN", BY_CHANCE)];
    let pairs = pairs.into_iter().map(|(name, value)| (name.into(), value.into()));
    let settings = settings::load(None, &Environment::of(pairs)).unwrap();
    let listeners = Listeners::take(&settings).unwrap();
    let address: SocketAddr = listeners.address().unwrap();
    assert!(std::net::TcpStream::connect(address).is_err());
}

#[test]
fn a_service_that_cannot_listen_makes_neither_schema_nor_keys() {
    let (_held, address) = taken();
    let folder = Folder::new("taken");
    let database = format!("sqlite:{}", folder.file("data/muster.db").display());
    let told = Command::new(env!("CARGO_BIN_EXE_muster"))
        .args(["--config", "/dev/null", "serve"])
        .env("MUSTER__HTTP__LISTEN", BY_CHANCE)
        .env("MUSTER__MANAGEMENT__LISTEN", &address)
        .env("MUSTER__DATABASE__URL", database)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&told.stderr);
    assert_eq!(told.status.code(), Some(5), "{said}");
    assert!(said.contains(&format!("cannot listen at {address} (management.listen)")), "{said}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
