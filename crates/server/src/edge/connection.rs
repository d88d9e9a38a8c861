//! What the guard of a connection and the front of the application tell each other.
//!
//! One request at a time is on its way through a connection: the guard takes in the next
//! only when the answer to the last is written. So a refusal that the guard left here
//! belongs to the very request that the front sees next, and nobody else can forge one.

use std::cell::Cell;
use std::net::SocketAddr;
use std::task::Waker;

use tokio::time::Instant;

use super::Headway;
use crate::refusal::Refusal;

/// One connection; it lives on one thread.
pub(crate) struct Connection {
    peer: SocketAddr,
    turn: Cell<Turn>,
    refusal: Cell<Option<Refusal>>,
    reader: Cell<Option<Waker>>,
    headway: Headway,
}

/// Whose turn it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Turn {
    /// The peer's: to ask.
    Peer,
    /// Ours: to answer.
    Answer,
    /// Ours: the answer is made and must be written.
    Flush,
}

impl Connection {
    pub(crate) fn new(peer: SocketAddr) -> Self {
        Self {
            peer,
            turn: Cell::new(Turn::Peer),
            refusal: Cell::new(None),
            reader: Cell::new(None),
            headway: Headway::since(Instant::now()),
        }
    }

    pub(crate) const fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// When the peer last took something of an answer.
    pub(crate) const fn headway(&self) -> &Headway {
        &self.headway
    }

    /// A request goes to the front, or a refusal in its stead.
    pub(crate) fn asked(&self, refusal: Option<Refusal>) {
        self.refusal.set(refusal);
        self.turn.set(Turn::Answer);
    }

    /// The refusal in whose stead the present request came.
    pub(crate) fn take_refusal(&self) -> Option<Refusal> {
        self.refusal.take()
    }

    /// The answer is made, to its last byte.
    pub(crate) fn answered(&self) {
        self.turn.set(Turn::Flush);
        self.wake_reader();
    }

    /// Everything that was made is written.
    pub(crate) fn flushed(&self) {
        if self.turn.get() == Turn::Flush {
            self.turn.set(Turn::Peer);
            self.wake_reader();
        }
    }

    /// Whether the next request may be taken in; if not, `waker` is called when it may.
    pub(crate) fn is_peers_turn(&self, waker: &Waker) -> bool {
        if self.turn.get() == Turn::Peer {
            return true;
        }
        self.reader.set(Some(waker.clone()));
        false
    }

    fn wake_reader(&self) {
        if let Some(waker) = self.reader.take() {
            waker.wake();
        }
    }
}
