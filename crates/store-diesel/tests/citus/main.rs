//! The same store on PostgreSQL with Citus, where the rows of users are spread over
//! workers by `shard` (decision 0003).
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

mod cluster;
#[path = "../overhearing/mod.rs"]
mod overhearing;
mod spread;

/// The whole suite, names of the tests beginning with `citus`.
mod citus {
    muster_store::conformance!(super::cluster::open_citus);
}
