//! Assertions already used: each `jti` of a client counts once (RFC 7523 3, past failure 24).

use muster_domain::{IssuerKey, Lifetime, Timestamp};

use crate::StoreError;

/// How long a used assertion is remembered beyond its expiry: the clocks of processes differ,
/// and any of them may be set, so that one still takes what another holds for expired (F16,
/// F17).
pub const ASSERTIONS_REMEMBERED: Lifetime = Lifetime::from_days(1);

/// Whether an assertion was fresh.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AssertionUse {
    /// Never seen before; it is noted now.
    Fresh,
    /// Used before.
    Replayed,
}

/// Noting assertions.
pub trait AssertionsWriting {
    /// Notes the `jti` of a party's assertion until it expires. Of any number of
    /// simultaneous uses exactly one is fresh.
    fn use_assertion(
        &mut self,
        issuer: IssuerKey,
        party: &str,
        jti: &str,
        expires_at: Timestamp,
    ) -> Result<AssertionUse, StoreError>;

    /// Forgets those that had expired [`ASSERTIONS_REMEMBERED`] ago; at most `limit`. How many.
    fn forget_assertions(&mut self, now: Timestamp, limit: i64) -> Result<usize, StoreError>;
}
