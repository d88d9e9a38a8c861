//! How a deed can fail, by culprit, in words that say what to do.

use muster_crypto::{KekError, KeyRingError};
use muster_domain::{InvalidId, RandomnessFailed};
use muster_store::StoreError;

/// Why a deed was not done. Nothing is changed then.
#[derive(Debug, thiserror::Error)]
pub enum DeedError {
    /// There is nobody with this id.
    #[error("there is no {what} with the id `{id}`; see: muster {what} list")]
    NotFound {
        /// `admin` or `client`.
        what: &'static str,
        /// The id.
        id: String,
    },
    /// The id is taken.
    #[error("a client or an admin has the id `{0}` already; choose another one")]
    Taken(String),
    /// The admin administers as many clients as it may.
    #[error("the admin `{0}` administers as many clients as it may; raise its --max-clients")]
    Full(String),
    /// The id cannot be.
    #[error(transparent)]
    Id(#[from] InvalidId),
    /// The key set cannot be used.
    #[error("the key set cannot be used: {0}")]
    KeySet(String),
    /// No random bytes.
    #[error(transparent)]
    Randomness(#[from] RandomnessFailed),
    /// The key-encryption key cannot be used.
    #[error(transparent)]
    Kek(#[from] KekError),
    /// The key ring cannot be opened.
    #[error(transparent)]
    KeyRing(#[from] KeyRingError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
