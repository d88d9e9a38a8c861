//! Records what needs no answer to wait for it: refusals, limits, panics.
//!
//! They go through a bounded queue to a thread that appends them in groups, past the
//! `Flood`. What must be durable before it is answered does not come this way (I23).

use std::hash::{BuildHasher as _, Hash, RandomState};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::thread::Builder;
use std::time::{Duration, Instant};

use muster_audit::{Entry, Trail};
use muster_store::Store;

use crate::flood::Flood;

/// So many entries may wait.
const QUEUE: usize = 4_096;
/// So many are appended as one.
const GROUP: usize = 64;
/// How long a queue without a flood waits before it looks again.
const IDLE: Duration = Duration::from_hours(1);

/// The way to the thread that records. Clones lead to the same one, which ends with the
/// last of them.
#[derive(Clone)]
pub struct Recorder {
    queue: SyncSender<Message>,
    /// Entries that found the queue full.
    lost: Arc<AtomicU64>,
    /// Nobody outside can choose kinds that collide.
    hasher: RandomState,
}

enum Message {
    Entry(u64, Box<Entry>),
    /// Everything before this is to be recorded now.
    Flush(Sender<()>),
}

impl Recorder {
    /// Begins a thread that records into this trail.
    pub fn begin(trail: &Trail, store: &Arc<dyn Store>) -> io::Result<Self> {
        let (queue, entries) = sync_channel(QUEUE);
        let lost = Arc::new(AtomicU64::new(0));
        let desk = Desk {
            trail: trail.clone(),
            store: Arc::clone(store),
            flood: Flood::default(),
            lost: Arc::clone(&lost),
        };
        Builder::new().name("recorder".to_owned()).spawn(move || desk.work(&entries))?;
        Ok(Self { queue, lost, hasher: RandomState::new() })
    }

    /// Records an entry soon. Entries of the same `kind` are counted together.
    pub fn note(&self, kind: impl Hash, entry: Entry) {
        let message = Message::Entry(self.hasher.hash_one(kind), Box::new(entry));
        if self.queue.try_send(message).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Waits until everything that was noted is recorded, or for so long.
    pub fn flush(&self, patience: Duration) {
        let (done, is_done) = channel();
        if self.queue.try_send(Message::Flush(done)).is_ok() {
            let _ = is_done.recv_timeout(patience);
        }
    }
}

/// Where the thread sits.
struct Desk {
    trail: Trail,
    store: Arc<dyn Store>,
    flood: Flood,
    lost: Arc<AtomicU64>,
}

impl Desk {
    fn work(mut self, queue: &Receiver<Message>) {
        loop {
            let patience = self.flood.remaining(Instant::now()).unwrap_or(IDLE);
            match queue.recv_timeout(patience) {
                Ok(message) => self.take(message, queue),
                Err(RecvTimeoutError::Timeout) => self.close(),
                Err(RecvTimeoutError::Disconnected) => return self.close(),
            }
        }
    }

    /// Takes a message and those that wait behind it.
    fn take(&mut self, first: Message, queue: &Receiver<Message>) {
        if self.flood.remaining(Instant::now()) == Some(Duration::ZERO) {
            self.close();
        }
        let mut group = Vec::new();
        let mut flushed = Vec::new();
        for message in std::iter::once(first).chain(queue.try_iter().take(GROUP)) {
            match message {
                Message::Entry(kind, entry) => {
                    group.extend(self.flood.admit(kind, *entry, Instant::now()));
                }
                Message::Flush(done) => flushed.push(done),
            }
        }
        self.append(&group);
        if !flushed.is_empty() {
            self.close();
        }
        for done in flushed {
            // Whoever waited may have given up.
            let _ = done.send(());
        }
    }

    fn close(&mut self) {
        let lost = self.lost.swap(0, Ordering::Relaxed);
        let rest = self.flood.close(lost);
        self.append(&rest);
    }

    fn append(&self, entries: &[Entry]) {
        if entries.is_empty() {
            return;
        }
        if let Err(error) = self.trail.append_all(&*self.store, entries) {
            let count = u64::try_from(entries.len()).unwrap_or(u64::MAX);
            metrics::counter!("muster_audit_lost_total").increment(count);
            tracing::error!(%error, count, "records are not in the audit trail");
        }
    }
}
