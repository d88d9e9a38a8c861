//! A schema of one's own on the cluster, spread by the statements of `deploy/citus.sql`.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use muster_store::Store;
use muster_store_diesel::migrate::{Direction, migrate};
use muster_store_diesel::{DatabaseUrl, PoolSettings, open};
use muster_testkit::{TestServer, database_url};

const SPREAD: &str = include_str!("../../../../deploy/citus.sql");

/// A schema, gone when it is dropped.
pub(crate) struct Spread {
    name: String,
    pub(crate) url: String,
}

impl Spread {
    /// With Muster's tables, each distributed one in so many pieces.
    pub(crate) fn new(pieces: u32) -> Self {
        let name = format!("muster_{:016x}", RandomState::new().build_hasher().finish());
        let server = database_url(TestServer::Citus);
        let options = format!("-c search_path={name} -c citus.shard_count={pieces}");
        let options = options.replace(' ', "%20").replace('=', "%3D");
        let url = format!("{server}?options={options}");
        let spread = Self { name, url };
        let mut connection = PgConnection::establish(&server).unwrap();
        connection.batch_execute(&format!("CREATE SCHEMA {}", spread.name)).unwrap();
        migrate(&DatabaseUrl::Postgres(spread.url.clone()), Direction::Up).unwrap();
        spread.connect().batch_execute(SPREAD).unwrap();
        spread
    }

    pub(crate) fn connect(&self) -> PgConnection {
        PgConnection::establish(&self.url).unwrap()
    }

    pub(crate) fn open(&self) -> Arc<dyn Store> {
        // First statements over three servers on a busy machine take their time.
        let settings = PoolSettings {
            wait: Duration::from_secs(20),
            statement: Duration::from_secs(20),
            ..PoolSettings::default()
        };
        open(&DatabaseUrl::Postgres(self.url.clone()), &settings).unwrap()
    }
}

impl Drop for Spread {
    fn drop(&mut self) {
        let dropped =
            PgConnection::establish(&database_url(TestServer::Citus)).map(|mut server| {
                server.batch_execute(&format!("DROP SCHEMA IF EXISTS {} CASCADE", self.name))
            });
        assert!(matches!(dropped, Ok(Ok(()))) || std::thread::panicking(), "{dropped:?}");
    }
}

pub(crate) fn open_citus() -> (Spread, Arc<dyn Store>) {
    let spread = Spread::new(4);
    let store = spread.open();
    (spread, store)
}
