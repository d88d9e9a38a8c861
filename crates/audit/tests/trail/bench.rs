//! What the tests work with: a trail on paper instead of in a database, a clock to turn,
//! and a folder that goes away.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use muster_audit::{Checkpoint, Entry, Fault, Trail, Verified, verify_pages};
use muster_crypto::{Kek, KeyRing};
use muster_domain::{Clock, DataKeyId, Randomness, RandomnessFailed, Timestamp};
use muster_store::{AuditLink, AuditRecord, AuditWriting, StoreError};

/// A clock that stands where it was put.
pub(crate) struct Turned(pub(crate) AtomicI64);

impl Clock for Turned {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }
}

/// Bytes that are the same in every run.
struct Counting(AtomicU64);

impl Randomness for Counting {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomnessFailed> {
        for byte in bytes {
            *byte = self.0.fetch_add(7, Ordering::Relaxed).to_le_bytes()[0];
        }
        Ok(())
    }
}

/// A folder of the test's own.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let own = format!("muster-audit-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(own);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn clock() -> Arc<Turned> {
    Arc::new(Turned(AtomicI64::new(1_800_000_000_000)))
}

pub(crate) fn keys() -> Arc<KeyRing> {
    keys_from(1)
}

/// Another house's keys.
pub(crate) fn keys_from(seed: u64) -> Arc<KeyRing> {
    static NAMES: AtomicU64 = AtomicU64::new(0);
    let randomness = Counting(AtomicU64::new(seed));
    let name = NAMES.fetch_add(1, Ordering::Relaxed);
    let folder = Folder::new(&format!("keys-{name}"));
    let kek = Kek::create(&folder.0.join("kek"), &randomness).unwrap();
    let mut numbers = 1..;
    let number = || DataKeyId::new(numbers.next().unwrap());
    let wrapped = KeyRing::missing_keys(&kek, &[], (Timestamp::default(), &randomness), number);
    let wrapped = wrapped.unwrap();
    Arc::new(KeyRing::open(&kek, &wrapped).unwrap())
}

/// A trail on paper: what a database does, without one.
#[derive(Clone)]
pub(crate) struct Paper {
    pub(crate) records: Vec<AuditRecord>,
    pub(crate) end: AuditLink,
}

impl Paper {
    pub(crate) fn blank() -> Self {
        let end = AuditLink { next: 1, last_at: Timestamp::default(), last_hash: [0; 32] };
        Self { records: Vec::new(), end }
    }

    /// A trail of so many records.
    pub(crate) fn filled(keys: &Arc<KeyRing>, count: usize) -> Self {
        let trail = Trail::in_table(Arc::clone(keys), clock());
        let mut paper = Self::blank();
        for number in 0..count {
            trail.append_in(&mut paper, &entry(number)).unwrap();
        }
        paper
    }

    pub(crate) fn verify(
        &self,
        keys: &KeyRing,
        known: Option<&Checkpoint>,
    ) -> Result<Verified, Fault> {
        let mut pages = |from: i64, limit: i64| {
            let limit = usize::try_from(limit).unwrap();
            let page = self.records.iter().filter(|record| record.number >= from).take(limit);
            Ok(page.cloned().collect())
        };
        verify_pages(&self.end, &mut pages, (keys, known)).unwrap()
    }
}

impl AuditWriting for Paper {
    fn append_audit(
        &mut self,
        make: &mut dyn FnMut(&AuditLink) -> Result<AuditRecord, StoreError>,
    ) -> Result<(), StoreError> {
        let record = make(&self.end)?;
        self.end =
            AuditLink { next: record.number + 1, last_at: record.at, last_hash: record.hash };
        self.records.push(record);
        Ok(())
    }
}

/// One entry or another.
pub(crate) fn entry(number: usize) -> Entry {
    use muster_audit::{Actor, Ending, Event, Subject};
    let event = Event::ALL[number % Event::ALL.len()];
    let entry = Entry::new(event, Ending::Done).by(Actor::Keeper).to_client("demo:/client/1");
    entry.about(Subject::User(format!("user {number}"))).with_count("pages", 3)
}
