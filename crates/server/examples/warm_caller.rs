//! What authenticating a caller costs whose secret was verified before, in nanoseconds; for
//! the benchmarks.
//!
//! `warm_caller DATABASE_URL KEK_FILE ISSUER AUTHORIZATION`: the whole of it, from the value
//! of the header (base64, its readings) through the reads of issuer and party to the proof.

use std::error::Error;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use muster_cli::{KeeperSettings, Premises};
use muster_client_auth::Identity;
use muster_crypto::{OsRandomness, SecretVerifier, VerifierSettings};
use muster_domain::{Clock, IssuerUrl, Randomness};
use muster_grants::{BasicReadings, FormParams, Presented};
use muster_server::clock::SystemClock;
use muster_store_diesel::PoolSettings;

const USAGE: &str = "warm_caller DATABASE_URL KEK_FILE ISSUER AUTHORIZATION";
const TIMES: u32 = 20_000;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, database, kek, issuer, authorization] = arguments.as_slice() else {
        return Err(USAGE.into());
    };
    let settings = KeeperSettings {
        database: database.parse()?,
        pool: PoolSettings::default(),
        kek_file: Some(PathBuf::from(kek)),
        issuer: IssuerUrl::new(issuer.as_str())?,
        audit_file: None,
        token_longest: muster_domain::Lifetime::from_days(1),
        family: muster_domain::Lifetime::from_days(365),
    };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let randomness: Arc<dyn Randomness> = Arc::new(OsRandomness);
    let premises = Premises::open(&settings, &clock, &randomness)?;
    let keys = Arc::clone(&premises.keys);
    let verifier =
        SecretVerifier::start(keys, Arc::clone(&clock), randomness, VerifierSettings::default())?;
    let identity = Identity {
        store: Arc::clone(&premises.store),
        verifier: Arc::new(verifier),
        clock,
        issuer: premises.issuer.clone(),
        on_upgrade: Arc::new(|_, _| Ok(())),
    };
    let form = FormParams::parse(b"")?;
    let headers = [authorization.as_bytes().to_vec()];
    let authenticate = || -> Result<(), Box<dyn Error>> {
        let presented = Presented::parse(&form, &headers, BasicReadings::All, false)?;
        identity.authenticate(&presented)?;
        Ok(())
    };
    // The first time is hashed, and remembered.
    authenticate()?;
    let begun = Instant::now();
    for _ in 0..TIMES {
        authenticate()?;
    }
    writeln!(std::io::stdout(), "{}", (begun.elapsed() / TIMES).as_nanos())?;
    Ok(())
}
