//! What authenticating a caller costs whose secret was verified before, in nanoseconds; for
//! the benchmarks.
//!
//! `warm_caller DATABASE_URL KEK_FILE ISSUER AUTHORIZATION ID`: first the read of this
//! caller's registration alone, which a public client's request needs as well; then the whole
//! of it, from the value of the header (base64, its readings) through that read to the proof.
//! By turns, so that both see the same machine.

use std::error::Error;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use muster_cli::{KeeperSettings, Premises};
use muster_client_auth::Identity;
use muster_crypto::{OsRandomness, SecretVerifier, VerifierSettings};
use muster_domain::{Clock, IssuerUrl, Randomness};
use muster_grants::{BasicReadings, FormParams, Presented};
use muster_server::clock::SystemClock;
use muster_store_diesel::PoolSettings;

const USAGE: &str = "warm_caller DATABASE_URL KEK_FILE ISSUER AUTHORIZATION ID";
const ROUNDS: u32 = 200;
const TIMES: u32 = 100;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, database, kek, issuer, authorization, id] = arguments.as_slice() else {
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
    let registered = || -> Result<(), Box<dyn Error>> {
        let found = premises.store.read(|reading| reading.find_caller(premises.issuer.key, id))?;
        found.map(drop).ok_or_else(|| "nobody has this id".into())
    };
    // The first time is hashed, and remembered.
    authenticate()?;
    let (mut read, mut whole) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..ROUNDS {
        read += lasting(&registered)?;
        whole += lasting(&authenticate)?;
    }
    let once = |all: Duration| (all / (ROUNDS * TIMES)).as_nanos();
    writeln!(std::io::stdout(), "{}\n{}", once(read), once(whole))?;
    Ok(())
}

/// How long it takes to do something many times.
fn lasting(work: &dyn Fn() -> Result<(), Box<dyn Error>>) -> Result<Duration, Box<dyn Error>> {
    let begun = Instant::now();
    for _ in 0..TIMES {
        work()?;
    }
    Ok(begun.elapsed())
}
