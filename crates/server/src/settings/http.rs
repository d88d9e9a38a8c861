//! The public listener: where it listens, whom it trusts, what a request may cost.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::thread::available_parallelism;
use std::time::Duration;

use super::definition::section;
use super::resolved::Resolving;
use crate::blocking::BlockingLimits;
use crate::edge::{Limits, TrustedProxies};
use crate::shutdown::Patience;

section! {
    /// The public listener.
    "http" RawHttp {
        /// Where it listens: an address and a port.
        listen: String = "127.0.0.1:9080".to_owned();
        /// Proxies whose X-Forwarded-For and X-Request-Id count: addresses or networks.
        /// They are also exempt from `connections_per_peer`.
        trusted_proxies: Vec<String> = Vec::new();
        /// Threads that serve connections; 0 takes one for each core.
        workers: u64 = 0;
        /// Threads for work that blocks: the database, cryptography, listings. More than
        /// `token_info.listings_at_once`.
        blocking_threads: u64 = 16;
        /// Milliseconds that a request waits for such a thread before it is answered 503.
        blocking_wait_ms: u64 = 250;
        /// Open connections, all in all.
        connections: u64 = 1_024;
        /// Open connections of one peer address (IPv6: one network of 64 bits).
        connections_per_peer: u64 = 64;
        /// Bytes of a request's head; more is answered 431.
        head_bytes: u64 = 32 * 1_024;
        /// Fields of a request's head; more is answered 431.
        headers: u64 = 64;
        /// Bytes of a path with its query; more is answered 414.
        target_bytes: u64 = 16 * 1_024;
        /// Bytes of a request's body; more is answered 413.
        body_bytes: u64 = 16 * 1_024;
        /// Seconds in which a head must arrive.
        head_seconds: u64 = 5;
        /// Seconds in which a whole request must arrive.
        request_seconds: u64 = 10;
        /// Seconds that a connection may be idle between two requests.
        idle_seconds: u64 = 15;
        /// Bytes a second that a body must arrive with, once it has been arriving for
        /// `body_rate_grace_seconds`.
        body_rate: u64 = 1_024;
        /// Seconds after which `body_rate` counts.
        body_rate_grace_seconds: u64 = 3;
        /// Seconds after which a reader that takes nothing of its answer is cut. One that
        /// is slow, and takes something, is not.
        write_stall_seconds: u64 = 15;
        /// Seconds between a stop's announcement (readiness off) and no new connections.
        drain_seconds: u64 = 2;
        /// Seconds that requests under way may take to end at a stop.
        finish_seconds: u64 = 20;
    }
}

/// The public listener, resolved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Http {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Whose word about clients counts.
    pub proxies: TrustedProxies,
    /// Threads that serve connections.
    pub workers: NonZeroUsize,
    /// Threads for work that blocks.
    pub blocking: BlockingLimits,
    /// What a request may cost.
    pub limits: Limits,
    /// How long a stop may take.
    pub patience: Patience,
}

impl RawHttp {
    pub(super) fn resolve(&self, resolving: &mut Resolving<'_>) -> Http {
        let proxies = self.trusted_proxies.iter().filter_map(|range| {
            let right = "addresses or networks such as 192.0.2.7, 10.0.0.0/8 or fd00::/8";
            resolving.parsed("trusted_proxies", range, right)
        });
        let proxies = TrustedProxies::new(proxies.collect());
        Http {
            listen: resolving.address("listen", &self.listen),
            proxies,
            workers: self.workers(resolving),
            blocking: BlockingLimits {
                threads: resolving.within("blocking_threads", self.blocking_threads, 1..=512),
                wait: Duration::from_millis(self.blocking_wait_ms),
            },
            limits: self.limits(resolving),
            patience: Patience {
                drain: resolving.seconds("drain_seconds", self.drain_seconds, 0..=600),
                finish: resolving.seconds("finish_seconds", self.finish_seconds, 1..=600),
            },
        }
    }

    fn workers(&self, resolving: &mut Resolving<'_>) -> NonZeroUsize {
        let one_a_core = || available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let workers = resolving.within("workers", self.workers, 0..=256);
        NonZeroUsize::new(workers).unwrap_or_else(one_a_core)
    }

    fn limits(&self, resolving: &mut Resolving<'_>) -> Limits {
        let most = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        Limits {
            connections: resolving.within("connections", self.connections, 1..=100_000),
            connections_per_peer: resolving.within(
                "connections_per_peer",
                self.connections_per_peer,
                1..=100_000,
            ),
            head_bytes: resolving.within(
                "head_bytes",
                self.head_bytes,
                1_024..=most(Limits::HEAD_BYTES_MOST),
            ),
            headers: resolving.within("headers", self.headers, 8..=most(Limits::HEADERS_MOST)),
            target_bytes: resolving.within(
                "target_bytes",
                self.target_bytes,
                256..=self.head_bytes,
            ),
            body_bytes: resolving.within(
                "body_bytes",
                self.body_bytes,
                1_024..=most(Limits::BODY_BYTES_MOST),
            ),
            head: resolving.seconds("head_seconds", self.head_seconds, 1..=600),
            request: resolving.seconds("request_seconds", self.request_seconds, 1..=600),
            idle: resolving.seconds("idle_seconds", self.idle_seconds, 1..=3_600),
            body_rate: self.body_rate,
            body_rate_grace: resolving.seconds(
                "body_rate_grace_seconds",
                self.body_rate_grace_seconds,
                0..=600,
            ),
            write_stall: resolving.seconds(
                "write_stall_seconds",
                self.write_stall_seconds,
                1..=600,
            ),
        }
    }
}
