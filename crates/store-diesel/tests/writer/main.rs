//! The one writer: what was acknowledged is on disk, whatever happens to others of its group,
//! to the file or the connection, or to the disk (F05, F08).
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so")]

mod ground;
mod groups;
mod postgres;
mod sqlite;
