//! Connections that PostgreSQL has closed while nobody used them (F09): no caller hears of
//! them, and none of them is used twice.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use std::sync::{Arc, Barrier};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use muster_domain::samples;
use muster_store::{Sequence, Store};
use muster_store_diesel::{DatabaseUrl, PoolSettings, Scratch, open};
use muster_testkit::{TestServer, database_url};

const CONNECTIONS: usize = 4;

/// A store whose connections have all been made and have all been closed by the server.
fn with_broken_connections() -> (Scratch, Arc<dyn Store>) {
    let scratch = Scratch::postgres(&database_url(TestServer::Postgres)).unwrap();
    let connections = CONNECTIONS.try_into().unwrap();
    let settings = PoolSettings { connections, ..PoolSettings::default() };
    let store = open(scratch.url(), &settings).unwrap();
    let together = Barrier::new(CONNECTIONS);
    std::thread::scope(|scope| {
        for _ in 0..CONNECTIONS {
            scope.spawn(|| {
                store.read(|reading| {
                    together.wait();
                    reading.audit_end()
                })
            });
        }
    });
    let DatabaseUrl::Postgres(url) = scratch.url() else { unreachable!("it is PostgreSQL") };
    let closing = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()";
    PgConnection::establish(url).unwrap().batch_execute(closing).unwrap();
    (scratch, store)
}

#[test]
fn reading_goes_on_over_connections_that_the_server_closed() {
    let (_scratch, store) = with_broken_connections();
    // Neither statement has been prepared on them: the library does not notice by itself.
    for _ in 0..=CONNECTIONS {
        assert_eq!(store.read(|reading| reading.list_issuers()).unwrap(), []);
    }
}

#[test]
fn changing_goes_on_over_connections_that_the_server_closed() {
    let (_scratch, store) = with_broken_connections();
    let new = samples::issuer("https://a.example/oauth2").unwrap();
    store.change(|unit| unit.add_issuer(&new)).unwrap();
    let mut numbers = Vec::new();
    for _ in 0..=CONNECTIONS {
        let taken = store.change(|unit| unit.take_numbers(Sequence::Tokens, 1)).unwrap();
        assert!(!numbers.contains(&taken), "a unit ran twice");
        numbers.push(taken);
    }
    assert_eq!(store.read(|reading| reading.list_issuers()).unwrap().len(), 1);
}

#[test]
fn the_health_of_the_database_is_told_as_soon_as_a_connection_is_made_anew() {
    let (_scratch, store) = with_broken_connections();
    for _ in 0..CONNECTIONS {
        let _ = store.health();
    }
    assert!(store.health().is_ok(), "a broken connection was used again");
}
