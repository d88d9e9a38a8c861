//! Verifying secrets of clients without letting argon2 onto the hot path.
//!
//! A success is remembered as a keyed tag, bound to the version of the client's row, for a
//! minute. Everything slow goes to one thread that owns its memory, through a bounded
//! queue: a flood of wrong secrets finds the queue full and costs no memory.
//!
//! A wrong secret costs one argon2 whatever is stored, and so does an unknown id, so that
//! neither the answer nor its time tells whether an id exists.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::Duration;

use hmac::Hmac;
use muster_domain::{
    Clock, CredentialVersion, Lifetime, Randomness, RandomnessFailed, Secret, StoredSecret,
    Timestamp,
};
use quick_cache::sync::Cache;
use sha2::Sha256;

use crate::key_ring::{KeyRing, mac, mac_key};
use crate::stored_secret::{SECRET_LIMIT, SecretFormat, SlowHash};

/// How a verification came out.
#[derive(Debug)]
pub enum Verification {
    /// The secret is right.
    Right {
        /// A better hash to keep instead, made at the first use of an imported secret.
        upgrade: Option<StoredSecret>,
    },
    /// It is wrong, or nobody has this id.
    Wrong,
    /// Too many wait; try again in a second.
    Busy,
}

/// Limits of the verifier.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct VerifierSettings {
    /// How many may wait for the hashing thread.
    pub queue: usize,
    /// How long one waits for its turn to begin.
    pub wait: Duration,
    /// How many successes are remembered.
    pub remembered: usize,
    /// For how long.
    pub remembered_for: Lifetime,
}

impl Default for VerifierSettings {
    fn default() -> Self {
        Self {
            // About what one thread hashes within `wait`: more would wait for nothing.
            queue: 8,
            wait: Duration::from_millis(250),
            remembered: 10_000,
            remembered_for: Lifetime::from_seconds(60),
        }
    }
}

/// How long the hashing thread keeps its memory for the next secret.
const MEMORY_KEPT: Duration = Duration::from_secs(2);

/// Verifies secrets.
pub struct SecretVerifier {
    keys: Arc<KeyRing>,
    clock: Arc<dyn Clock>,
    jobs: SyncSender<Job>,
    remembered: Cache<[u8; 32], Remembered>,
    /// Random and of this process alone: a tag means nothing to anybody else.
    tag_key: Hmac<Sha256>,
    settings: VerifierSettings,
    /// What the hashing thread has done so far.
    hashed: Arc<AtomicU64>,
}

#[derive(Clone, Copy)]
struct Remembered {
    version: CredentialVersion,
    at: Timestamp,
}

/// Work for the hashing thread.
struct Job {
    task: Task,
    presented: Secret<String>,
    answer: SyncSender<Told>,
    /// Dropped by an asker that has gone.
    asker: Arc<()>,
}

enum Task {
    Verify(StoredSecret),
    Store,
    Waste,
}

/// What an asker is told.
enum Told {
    /// Its turn has come.
    Begun,
    /// It is over.
    Over(Done),
}

enum Done {
    Matches(bool),
    Stored(Option<StoredSecret>),
    Wasted,
}

impl SecretVerifier {
    /// Starts the hashing thread. It ends with the verifier.
    pub fn start(
        keys: Arc<KeyRing>,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
        settings: VerifierSettings,
    ) -> Result<Self, RandomnessFailed> {
        let mut bytes = [0; 32];
        randomness.fill(&mut bytes)?;
        let (jobs, queue) = sync_channel(settings.queue);
        let hashed = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&hashed);
        thread::Builder::new()
            .name("hashing".to_owned())
            .spawn(move || hash_jobs(&queue, &count, &*randomness))
            .map_err(|_| RandomnessFailed)?;
        Ok(Self {
            keys,
            clock,
            jobs,
            remembered: Cache::new(settings.remembered),
            tag_key: mac_key(&Secret::new(bytes)),
            settings,
            hashed,
        })
    }

    /// How many secrets were hashed since the start, those of nobody among them.
    pub fn hashed(&self) -> u64 {
        self.hashed.load(Ordering::Relaxed)
    }

    /// Whether `presented` is the secret of `id`. `stored` is what is kept of it and the
    /// version of its row; `None`: nobody has this id.
    pub fn verify(
        &self,
        id: &str,
        stored: Option<(&StoredSecret, CredentialVersion)>,
        presented: &Secret<String>,
    ) -> Verification {
        if presented.expose().len() > SECRET_LIMIT {
            return self.waste(&Secret::new(String::new()));
        }
        let Some((stored, version)) = stored else { return self.waste(presented) };
        let tag = self.tag(id, stored, presented);
        if self.remembers(&tag, version) {
            return Verification::Right { upgrade: None };
        }
        let verification = match SecretFormat::of(stored) {
            Some(SecretFormat::Chosen) => self.verify_slowly(stored, presented),
            Some(SecretFormat::Generated)
                if self.keys.matches_keyed(stored, presented.expose()) =>
            {
                Verification::Right { upgrade: None }
            }
            Some(SecretFormat::Imported) if self.keys.matches_keyed(stored, presented.expose()) => {
                Verification::Right { upgrade: self.store_chosen(presented) }
            }
            Some(SecretFormat::Generated | SecretFormat::Imported) | None => self.waste(presented),
        };
        if matches!(verification, Verification::Right { upgrade: None }) {
            self.remembered.insert(tag, Remembered { version, at: self.clock.now() });
        }
        verification
    }

    /// The cost of a verification for nobody, as for an id that is not registered.
    pub fn waste(&self, presented: &Secret<String>) -> Verification {
        match self.ask(Task::Waste, presented) {
            Some(_) => Verification::Wrong,
            None => Verification::Busy,
        }
    }

    /// What is kept of a secret that somebody chose; `None` when too many wait.
    pub fn store_chosen(&self, secret: &Secret<String>) -> Option<StoredSecret> {
        match self.ask(Task::Store, secret) {
            Some(Done::Stored(stored)) => stored,
            Some(Done::Matches(_) | Done::Wasted) | None => None,
        }
    }

    fn verify_slowly(&self, stored: &StoredSecret, presented: &Secret<String>) -> Verification {
        match self.ask(Task::Verify(stored.clone()), presented) {
            Some(Done::Matches(true)) => Verification::Right { upgrade: None },
            Some(Done::Matches(false) | Done::Stored(_) | Done::Wasted) => Verification::Wrong,
            None => Verification::Busy,
        }
    }

    /// `None`: the queue is full, or the turn did not come in time.
    fn ask(&self, task: Task, presented: &Secret<String>) -> Option<Done> {
        // Room for both words, so that the thread never waits for an asker.
        let (answer, answers) = sync_channel(2);
        let asker = Arc::new(());
        let presented = presented.clone();
        let job = Job { task, presented, answer, asker: Arc::clone(&asker) };
        match self.jobs.try_send(job) {
            Ok(()) => done(answers.recv_timeout(self.settings.wait).ok()?, &answers),
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => None,
        }
    }

    fn remembers(&self, tag: &[u8; 32], version: CredentialVersion) -> bool {
        self.remembered.get(tag).is_some_and(|kept| {
            let age = self.clock.now().since(kept.at);
            kept.version == version
                && age <= self.settings.remembered_for
                && age >= Lifetime::from_millis(0)
        })
    }

    /// Bound to what is stored, and not to the id alone: another issuer may have a client of
    /// the same name, and its row the same version.
    fn tag(&self, id: &str, stored: &StoredSecret, presented: &Secret<String>) -> [u8; 32] {
        let stored = stored.as_str().as_bytes();
        let length = |bytes: &[u8]| u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes();
        let (first, second) = (length(id.as_bytes()), length(stored));
        let presented = presented.expose().as_bytes();
        mac(&self.tag_key, &[&first, id.as_bytes(), &second, stored, presented])
    }
}

/// What came of a job whose turn has come: that takes as long as it takes. On a machine that
/// is slow or busy one hash may take longer than anybody may wait for its turn, and whoever
/// were sent away then would be sent away for ever.
fn done(first: Told, answers: &Receiver<Told>) -> Option<Done> {
    match first {
        Told::Over(done) => Some(done),
        Told::Begun => match answers.recv().ok()? {
            Told::Over(done) => Some(done),
            Told::Begun => None,
        },
    }
}

/// The hashing thread: one job after the other, until the verifier is gone. Its 19 MiB are
/// there while there is work, and are given back by a quiet service.
fn hash_jobs(queue: &Receiver<Job>, hashed: &AtomicU64, randomness: &dyn Randomness) {
    while let Ok(first) = queue.recv() {
        let Ok(mut slow) = SlowHash::new() else { return };
        let mut next = Some(first);
        while let Some(job) = next {
            hash(&job, (&mut slow, hashed), randomness);
            next = queue.recv_timeout(MEMORY_KEPT).ok();
        }
    }
}

fn hash(job: &Job, (slow, hashed): (&mut SlowHash, &AtomicU64), randomness: &dyn Randomness) {
    if Arc::strong_count(&job.asker) == 1 {
        return;
    }
    // An asker that has gone meanwhile needs no answer.
    let _ = job.answer.try_send(Told::Begun);
    let presented = job.presented.expose();
    let done = match &job.task {
        Task::Verify(stored) => Done::Matches(slow.matches(stored, presented)),
        Task::Store => Done::Stored(slow.store(presented, randomness).ok()),
        Task::Waste => {
            slow.waste(presented);
            Done::Wasted
        }
    };
    // Before the answer, so that whoever has it finds it counted.
    hashed.fetch_add(1, Ordering::Relaxed);
    let _ = job.answer.try_send(Told::Over(done));
}
