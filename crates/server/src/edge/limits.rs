//! What a request may cost: sizes, times and numbers, each with its reason.
//!
//! They come from the settings of the section `http`; the defaults stand here, so that
//! the settings, the tests and the documentation speak of the same figures.

use std::time::Duration;

/// The limits of one listener.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Open connections, all in all: each may hold a head, a body and a task.
    pub connections: usize,
    /// Open connections of one peer address (IPv6: one /64), so that no single host
    /// takes all places. Trusted proxies are exempt: they stand for many.
    pub connections_per_peer: usize,
    /// Bytes of a request's head.
    pub head_bytes: usize,
    /// Fields of a request's head.
    pub headers: usize,
    /// Bytes of a request target (path and query).
    pub target_bytes: usize,
    /// Bytes of a request's body: a form with one or two tokens.
    pub body_bytes: usize,
    /// For a head to arrive, from its first byte (on a new connection: from its opening).
    pub head: Duration,
    /// For a whole request to arrive, from the same moment.
    pub request: Duration,
    /// Without any request between two of them.
    pub idle: Duration,
    /// Bytes a second that a body arrives with at least ...
    pub body_rate: u64,
    /// ... once it has been arriving for so long.
    pub body_rate_grace: Duration,
    /// Without a reader taking anything of an answer (T33).
    pub write_stall: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1_024,
            connections_per_peer: 64,
            head_bytes: 32 * 1_024,
            headers: 64,
            target_bytes: 16 * 1_024,
            body_bytes: 16 * 1_024,
            head: Duration::from_secs(5),
            request: Duration::from_secs(10),
            idle: Duration::from_secs(15),
            body_rate: 1_024,
            body_rate_grace: Duration::from_secs(3),
            write_stall: Duration::from_secs(15),
        }
    }
}

impl Limits {
    /// The most that `headers` may be set to: actix parses 96, two may be added here.
    pub const HEADERS_MOST: usize = 94;
    /// The most that `head_bytes` may be set to: actix takes 128 KiB.
    pub const HEAD_BYTES_MOST: usize = 96 * 1_024;
    /// The most that `body_bytes` may be set to: bodies are held in memory.
    pub const BODY_BYTES_MOST: usize = 1_024 * 1_024;
}
