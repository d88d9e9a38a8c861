//! Secrets of clients: one thread that runs argon2, a memory of successes, a bounded queue.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

mod busy;
mod crowd;
mod gate;
mod memory;
mod stored;
mod verifying;
