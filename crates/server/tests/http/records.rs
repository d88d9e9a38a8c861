//! What the audit trail says of a house.

use std::time::{Duration, Instant};

use muster_store::AuditRecord;

use crate::house::{House, premises};

/// Every record, as soon as there is one of this event that holds these words: the end of
/// a listing is recorded after its last byte was sent.
pub(crate) fn records_with(house: &House, event: &str, words: &str) -> Vec<AuditRecord> {
    let premises = premises(&house.scratch, &house.kek, "https://issuer.example/oauth2");
    let began = Instant::now();
    loop {
        let records = premises.store.read(|reading| reading.list_audit(1, 1_000));
        let records = records.expect("records");
        if records.iter().any(|record| record.event == event && record.body.contains(words)) {
            return records;
        }
        assert!(began.elapsed() < Duration::from_secs(30), "no {event} with {words}");
        std::thread::park_timeout(Duration::from_millis(5));
    }
}
