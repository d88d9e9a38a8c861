//! A panic anywhere in the process stands in the audit trail.

use std::sync::Arc;
use std::time::Duration;

use muster_cli::{KeeperSettings, Premises};
use muster_crypto::{Kek, OsRandomness};
use muster_domain::{Clock, IssuerUrl, Randomness};
use muster_server::clock::SystemClock;
use muster_server::recorder::Recorder;
use muster_server::telemetry::witness_panics;
use muster_store_diesel::{PoolSettings, Scratch};
use muster_testkit::Folder;

use crate::logs;

const ISSUER: &str = "https://issuer.example/oauth2";

#[test]
fn a_panic_is_recorded_with_its_place_and_without_what_it_was_about() {
    // F31, T13
    logs::start();
    let (scratch, folder) = (Scratch::sqlite().unwrap(), Folder::new("panics"));
    let kek = folder.file("kek");
    Kek::create(&kek, &OsRandomness).unwrap();
    let settings = KeeperSettings {
        database: scratch.url().clone(),
        pool: PoolSettings::default(),
        kek_file: Some(kek),
        issuer: IssuerUrl::new(ISSUER).unwrap(),
        audit_file: None,
        token_longest: muster_domain::Lifetime::from_days(1),
        family: muster_domain::Lifetime::from_days(365),
    };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let randomness: Arc<dyn Randomness> = Arc::new(OsRandomness);
    let premises = Premises::open(&settings, &clock, &randomness).unwrap();
    let recorder = Recorder::begin(&premises.trail, &premises.store).unwrap();
    witness_panics(&recorder);
    for secret in [None, Some("s3cr3t")] {
        let thread = std::thread::spawn(move || match secret {
            None => panic!("as if by a defect"),
            Some(secret) => panic!("about {secret}"),
        });
        assert!(thread.join().is_err());
    }
    recorder.flush(Duration::from_secs(20));
    let records = premises.store.read(|reading| reading.list_audit(1, 1_000)).unwrap();
    let told: Vec<&str> = records
        .iter()
        .filter(|record| record.event == "panicked" && record.body.contains("edge/panics.rs"))
        .map(|record| record.body.as_str())
        .collect();
    assert_eq!(told.len(), 2, "{records:?}");
    assert!(told[0].contains("as if by a defect"));
    assert!(told.iter().all(|body| !body.contains("s3cr3t")), "{told:?}");
}
