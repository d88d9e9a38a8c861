//! Randomness as a parameter: the operating system's in service, a seeded one in tests.
//!
//! A failing source ends the request (fault F27); there is no weaker fallback.

/// A source of unpredictable bytes.
pub trait Randomness: Send + Sync {
    /// Fills `bytes` whole, or fails.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomnessFailed>;
}

/// The source gave no bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the operating system gave no random bytes")]
pub struct RandomnessFailed;
