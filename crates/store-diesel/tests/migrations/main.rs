//! Migrations: there and back again on both engines, and a schema in the code that is the
//! one in the databases.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so")]

mod code;
mod columns;
mod served_names;
mod ways;
