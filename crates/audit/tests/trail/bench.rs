//! What the tests work with: a trail on paper instead of in a database, and keys.

use std::sync::Arc;

use muster_audit::{Checkpoint, Entry, Fault, Trail, Verified, verify_pages};
use muster_crypto::{Kek, KeyRing};
use muster_domain::{DataKeyId, Timestamp};
use muster_store::{AuditLink, AuditRecord, AuditWriting, RecordMaker, StoreError};
use muster_testkit::{CountingRandomness, Folder, HandClock};

pub(crate) fn clock() -> Arc<HandClock> {
    HandClock::shared(1_800_000_000_000)
}

pub(crate) fn keys() -> Arc<KeyRing> {
    keys_from(1)
}

/// Another house's keys.
pub(crate) fn keys_from(seed: u64) -> Arc<KeyRing> {
    let randomness = CountingRandomness::seeded(seed);
    let folder = Folder::new("keys");
    let kek = Kek::create(&folder.file("kek"), &randomness).unwrap();
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
    fn append_audit(&mut self, make: RecordMaker) -> Result<(), StoreError> {
        let record = make(&self.end);
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
