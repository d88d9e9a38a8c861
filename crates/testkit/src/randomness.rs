//! Chance that is the same in every run, and chance that fails.

use std::sync::atomic::{AtomicU64, Ordering};

use muster_domain::{Randomness, RandomnessFailed};

/// Bytes of a counter: different each time, the same in every run.
#[derive(Debug, Default)]
pub struct CountingRandomness(AtomicU64);

impl CountingRandomness {
    /// Other bytes than those of another `seed`.
    pub const fn seeded(seed: u64) -> Self {
        // Far apart, so that two sources do not overlap.
        Self(AtomicU64::new(seed.wrapping_mul(1 << 32)))
    }
}

impl Randomness for CountingRandomness {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomnessFailed> {
        for part in bytes.chunks_mut(8) {
            let number = self.0.fetch_add(1, Ordering::Relaxed);
            // Spread out, so that ids made of the first bytes differ too.
            let spread = number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            for (byte, random) in part.iter_mut().zip(spread.to_be_bytes()) {
                *byte = random;
            }
        }
        Ok(())
    }
}

/// Bytes that no simple test tells from chance, the same in every run: `SplitMix64` (Steele,
/// Lea, Flood, 2014). For measuring what is made of chance; it keeps no secret.
#[derive(Debug)]
pub struct SeededRandomness(AtomicU64);

impl SeededRandomness {
    /// Other bytes than those of another `seed`.
    pub const fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed.wrapping_mul(0xD134_2543_DE82_EF95)))
    }
}

impl Randomness for SeededRandomness {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomnessFailed> {
        const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
        for part in bytes.chunks_mut(8) {
            let state = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            for (byte, random) in part.iter_mut().zip((mixed ^ (mixed >> 31)).to_be_bytes()) {
                *byte = random;
            }
        }
        Ok(())
    }
}

/// A source that gives nothing (fault F27).
#[derive(Clone, Copy, Debug)]
pub struct NoRandomness;

impl Randomness for NoRandomness {
    fn fill(&self, _: &mut [u8]) -> Result<(), RandomnessFailed> {
        Err(RandomnessFailed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_draws_differ_and_two_runs_do_not() {
        let draw = |source: &CountingRandomness| {
            let mut bytes = [0; 12];
            source.fill(&mut bytes).expect("a counter never fails");
            bytes
        };
        let (one, other) = (CountingRandomness::default(), CountingRandomness::default());
        let first = draw(&one);
        assert_eq!(first, draw(&other));
        assert_ne!(first, draw(&one));
    }
}
