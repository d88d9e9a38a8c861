//! What the stories of the writer share.

use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use muster_domain::{DataKeyId, Timestamp};
use muster_store::{Store, StoreError, StoredDataKey, Unit};
use muster_store_diesel::{PoolSettings, Scratch, open};
use muster_testkit::{TestServer, database_url};

pub(crate) const WRITERS: i64 = 8;

/// Patient: how long a busy machine takes to connect is not what is tried here.
pub(crate) fn settings() -> PoolSettings {
    PoolSettings { wait: Duration::from_secs(10), ..PoolSettings::default() }
}

pub(crate) fn opened(scratch: &Scratch) -> Arc<dyn Store> {
    open(scratch.url(), &settings()).unwrap()
}

/// An empty database on the test run's server.
pub(crate) fn on_postgres() -> Scratch {
    Scratch::postgres(&database_url(TestServer::Postgres)).unwrap()
}

/// A row of some size that stands for a change.
pub(crate) fn row(number: i64) -> StoredDataKey {
    StoredDataKey {
        id: DataKeyId::new(number),
        purpose: 1,
        kek_id: "kek".to_owned(),
        wrapped: vec![7; 3_000],
        created_at: Timestamp::from_millis(number),
    }
}

pub(crate) fn add(unit: &mut dyn Unit, number: i64) -> Result<(), StoreError> {
    unit.add_data_key(&row(number))
}

/// The numbers of all rows in the file, seen by a store that was opened just now.
pub(crate) fn kept(scratch: &Scratch) -> Vec<i64> {
    let keys = opened(scratch).read(|reading| reading.list_data_keys()).unwrap();
    keys.iter().map(|key| key.id.number()).collect()
}

pub(crate) fn is_unavailable<T>(outcome: &Result<T, StoreError>) -> bool {
    matches!(outcome, Err(StoreError::Unavailable { .. }))
}

/// Does `work` on every writer's thread at once; what they say was acknowledged, in order.
pub(crate) fn acknowledged(work: impl Fn(i64) -> Vec<i64> + Sync) -> Vec<i64> {
    let start = Barrier::new(usize::try_from(WRITERS).unwrap());
    let mut all = thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (start, work) = (&start, &work);
                scope.spawn(move || {
                    start.wait();
                    work(writer)
                })
            })
            .collect();
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect::<Vec<_>>()
    });
    all.sort_unstable();
    all
}
