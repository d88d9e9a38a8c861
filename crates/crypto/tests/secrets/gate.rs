//! A verifier whose hashing thread can be stopped: it draws a salt for each secret that is
//! to be stored, and the source of that salt keeps it waiting.
//!
//! While it stands still, whatever needs argon2 is answered `Busy`, and what is answered
//! otherwise needed none. So tests see who hashes, without measuring time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use muster_crypto::{
    Kek, KeyRing, OsRandomness, SecretVerifier, Verification, VerifierSettings, WrappedKey,
};
use muster_domain::{
    CredentialVersion, DataKeyId, Lifetime, Randomness, RandomnessFailed, Secret, StoredSecret,
    Timestamp,
};
use muster_testkit::{CountingRandomness, Folder, HandClock};

pub(crate) const ID: &str = "https://client.example/a";
pub(crate) const RIGHT: &str = "correct horse battery staple";
pub(crate) const WRONG: &str = "incorrect horse";
pub(crate) const FIRST: CredentialVersion = CredentialVersion(1);

/// Randomness that waits while it is closed, and says that somebody waits.
#[derive(Default)]
pub(crate) struct Gate {
    state: Mutex<GateState>,
    changed: Condvar,
    draws: AtomicUsize,
    source: CountingRandomness,
}

#[derive(Default)]
struct GateState {
    closed: bool,
    waiting: bool,
}

impl Gate {
    fn set(&self, closed: bool) {
        self.state.lock().unwrap().closed = closed;
        self.changed.notify_all();
    }

    fn somebody_waits(&self) -> bool {
        self.state.lock().unwrap().waiting
    }

    fn waits_for_somebody(&self) -> bool {
        let state = self.state.lock().unwrap();
        state.closed && !state.waiting
    }

    /// How often somebody drew.
    pub(crate) fn draws(&self) -> usize {
        self.draws.load(Ordering::SeqCst)
    }
}

impl Randomness for Gate {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomnessFailed> {
        self.draws.fetch_add(1, Ordering::SeqCst);
        let mut state = self.state.lock().unwrap();
        state.waiting = state.closed;
        let mut state = self.changed.wait_while(state, |state| state.closed).unwrap();
        state.waiting = false;
        self.source.fill(bytes)
    }
}

/// A verifier with its surroundings.
pub(crate) struct Bench {
    pub(crate) keys: Arc<KeyRing>,
    pub(crate) clock: Arc<HandClock>,
    pub(crate) gate: Arc<Gate>,
    pub(crate) verifier: Arc<SecretVerifier>,
}

/// Nobody may wait in the queue: while the thread hashes, all others are told `Busy` at once.
pub(crate) const NO_QUEUE: VerifierSettings = VerifierSettings {
    queue: 0,
    wait: Duration::from_mins(1),
    remembered: 100,
    remembered_for: Lifetime::from_seconds(60),
};

/// Many may wait, for long.
pub(crate) const LONG_QUEUE: VerifierSettings = VerifierSettings { queue: 100, ..NO_QUEUE };

impl Bench {
    pub(crate) fn new(settings: VerifierSettings) -> Self {
        let keys = Arc::new(ring());
        let clock = HandClock::shared(1_800_000_000_000);
        let gate = Arc::new(Gate::default());
        let verifier =
            SecretVerifier::start(keys.clone(), clock.clone(), gate.clone(), settings).unwrap();
        Self { keys, clock, gate, verifier: Arc::new(verifier) }
    }

    /// Verifies, again and again while the thread is between two jobs.
    pub(crate) fn verify(
        &self,
        id: &str,
        stored: Option<(&StoredSecret, CredentialVersion)>,
        presented: &str,
    ) -> Verification {
        loop {
            let verification = self.verify_once(id, stored, presented);
            if !is_busy(&verification) {
                return verification;
            }
            std::thread::yield_now();
        }
    }

    pub(crate) fn verify_once(
        &self,
        id: &str,
        stored: Option<(&StoredSecret, CredentialVersion)>,
        presented: &str,
    ) -> Verification {
        self.verifier.verify(id, stored, &Secret::from(presented))
    }

    /// What is kept of a secret that somebody chose.
    pub(crate) fn store(&self, secret: &str) -> StoredSecret {
        loop {
            if let Some(stored) = self.verifier.store_chosen(&Secret::from(secret)) {
                return stored;
            }
            std::thread::yield_now();
        }
    }

    /// What is kept of a secret, when making it takes the hashing thread so long.
    pub(crate) fn stored_by_a_thread_that_takes(&self, long: Duration) -> Option<StoredSecret> {
        self.gate.set(true);
        let storing = loop {
            let verifier = self.verifier.clone();
            let storing = std::thread::spawn(move || verifier.store_chosen(&Secret::from(RIGHT)));
            while !self.gate.somebody_waits() && !storing.is_finished() {
                std::thread::yield_now();
            }
            // Else its turn did not come in time: that may happen to anybody.
            if !storing.is_finished() {
                break storing;
            }
        };
        let began = std::time::Instant::now();
        while began.elapsed() < long {
            std::thread::yield_now();
        }
        self.gate.set(false);
        storing.join().unwrap()
    }

    /// Stops the hashing thread while `story` is told.
    pub(crate) fn while_hashing_stands_still<T>(&self, story: impl FnOnce() -> T) -> T {
        self.gate.set(true);
        // What keeps it busy: somebody stores a secret.
        let blocked = std::thread::spawn({
            let (verifier, gate) = (self.verifier.clone(), self.gate.clone());
            move || {
                while gate.waits_for_somebody() {
                    let _ = verifier.store_chosen(&Secret::from("whatever"));
                }
            }
        });
        while !self.gate.somebody_waits() {
            std::thread::yield_now();
        }
        let told = story();
        self.gate.set(false);
        blocked.join().unwrap();
        told
    }
}

/// A ring with a key for each purpose.
pub(crate) fn ring() -> KeyRing {
    let folder = Folder::new("kek");
    let kek = Kek::create(&folder.file("kek"), &OsRandomness).unwrap();
    let mut number = 0;
    let stored: Vec<WrappedKey> =
        KeyRing::missing_keys(&kek, &[], (Timestamp::default(), &OsRandomness), || {
            number += 1;
            DataKeyId::new(number)
        })
        .unwrap();
    KeyRing::open(&kek, &stored).unwrap()
}

pub(crate) const fn is_right(verification: &Verification) -> bool {
    matches!(verification, Verification::Right { upgrade: None })
}

pub(crate) const fn is_wrong(verification: &Verification) -> bool {
    matches!(verification, Verification::Wrong)
}

pub(crate) const fn is_busy(verification: &Verification) -> bool {
    matches!(verification, Verification::Busy)
}
