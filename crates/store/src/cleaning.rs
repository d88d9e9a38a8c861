//! Clean-up: what ended long ago is deleted in small batches by one process at a time.
//!
//! Validity never depends on it (past failure 59): everything that is deleted was refused
//! before, and is unknown afterwards, which is the same answer (invariant I24).

use muster_domain::Timestamp;

use crate::StoreError;

/// What one batch deleted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Cleaned {
    /// Tokens.
    pub tokens: usize,
    /// Transactions that had no token left.
    pub transactions: usize,
    /// Authorization codes.
    pub codes: usize,
    /// Device flows.
    pub device_flows: usize,
}

/// Cleaning up.
pub trait CleaningWriting {
    /// Takes or renews a lease until `until`, if nobody else holds it at `now`.
    fn take_lease(
        &mut self,
        name: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Deletes at most `limit` rows of each kind that ended at or before `ended_before`:
    /// tokens that expired or were revoked by then (a rotated one only when it would have
    /// expired, so that its reuse is noticed until then), codes and device flows that
    /// expired by then, and transactions that began by then, have no token, no code and no
    /// child left.
    fn clean(&mut self, ended_before: Timestamp, limit: i64) -> Result<Cleaned, StoreError>;
}
