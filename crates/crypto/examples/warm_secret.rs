//! What checking a secret costs the second time, in nanoseconds; for the benchmarks.

use std::error::Error;
use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

use muster_crypto::{Kek, KeyRing, OsRandomness, SecretVerifier, Verification, VerifierSettings};
use muster_domain::{CredentialVersion, DataKeyId, Secret, Timestamp};
use muster_testkit::{Folder, HandClock};

const CHECKS: u32 = 20_000;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Folder::new("warm");
    let kek = Kek::create(&folder.file("kek"), &OsRandomness)?;
    let mut numbers = 1..;
    let number = || DataKeyId::new(numbers.next().unwrap_or_default());
    let wrapped = KeyRing::missing_keys(&kek, &[], (Timestamp::default(), &OsRandomness), number)?;
    let keys = Arc::new(KeyRing::open(&kek, &wrapped)?);
    let verifier = SecretVerifier::start(
        keys,
        HandClock::shared(0),
        Arc::new(OsRandomness),
        VerifierSettings::default(),
    )?;
    let secret = Secret::new("correct horse battery staple".to_owned());
    let stored = verifier.store_chosen(&secret).ok_or("the hashing thread is gone")?;
    let check = || verifier.verify("admin", Some((&stored, CredentialVersion(1))), &secret);

    let cold = Instant::now();
    if !matches!(check(), Verification::Right { .. }) {
        return Err("the secret is not taken".into());
    }
    let cold = cold.elapsed();
    let warm = Instant::now();
    for _ in 0..CHECKS {
        if !matches!(check(), Verification::Right { .. }) {
            return Err("the secret is not taken again".into());
        }
    }
    writeln!(std::io::stdout(), "{}\n{}", cold.as_nanos(), (warm.elapsed() / CHECKS).as_nanos())?;
    Ok(())
}
