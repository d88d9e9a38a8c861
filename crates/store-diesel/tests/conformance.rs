//! The conformance suite on both engines.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use std::sync::Arc;

use muster_store::Store;
use muster_store_diesel::{PoolSettings, Scratch, open};
use muster_testkit::{TestServer, database_url};

fn opened(scratch: Scratch) -> (Scratch, Arc<dyn Store>) {
    let store = open(scratch.url(), &PoolSettings::default()).unwrap();
    (scratch, store)
}

fn open_sqlite() -> (Scratch, Arc<dyn Store>) {
    opened(Scratch::sqlite().unwrap())
}

fn open_postgres() -> (Scratch, Arc<dyn Store>) {
    opened(Scratch::postgres(&database_url(TestServer::Postgres)).unwrap())
}

mod sqlite {
    muster_store::conformance!(super::open_sqlite);
}

mod postgres {
    muster_store::conformance!(super::open_postgres);
}
