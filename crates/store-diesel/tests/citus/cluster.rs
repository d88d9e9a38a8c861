//! A schema of one's own on the cluster, spread by the statements of `deploy/citus.sql`.

use std::sync::Arc;
use std::time::Duration;

use diesel::prelude::*;
use muster_store::Store;
use muster_store_diesel::{PoolSettings, Scratch, open};
use muster_testkit::{TestServer, database_url};

/// A schema, gone when it is dropped.
pub(crate) struct Spread(Scratch);

impl Spread {
    /// With Muster's tables, each distributed one in so many pieces.
    pub(crate) fn new(pieces: u32) -> Self {
        Self(Scratch::citus(&database_url(TestServer::Citus), pieces).unwrap())
    }

    pub(crate) fn connect(&self) -> PgConnection {
        PgConnection::establish(&self.0.url_text()).unwrap()
    }

    pub(crate) fn open(&self) -> Arc<dyn Store> {
        // First statements over three servers on a busy machine take their time.
        let settings = PoolSettings {
            wait: Duration::from_secs(20),
            statement: Duration::from_secs(20),
            ..PoolSettings::default()
        };
        open(self.0.url(), &settings).unwrap()
    }
}

pub(crate) fn open_citus() -> (Spread, Arc<dyn Store>) {
    let spread = Spread::new(4);
    let store = spread.open();
    (spread, store)
}
