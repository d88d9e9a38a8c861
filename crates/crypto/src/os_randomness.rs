//! The operating system's randomness.

use muster_domain::{Randomness, RandomnessFailed};

/// `getrandom(2)` and its like.
#[derive(Clone, Copy, Default, Debug)]
pub struct OsRandomness;

impl Randomness for OsRandomness {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomnessFailed> {
        getrandom::fill(bytes).map_err(|_| RandomnessFailed)
    }
}
