//! How a flow can end without an outcome.

use muster_store::StoreError;

/// Why a permitted request came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// The presented token is not acceptable (RFC 6749 5.2 `invalid_grant`). The reason is
    /// for the log alone; the caller hears the same for every one of them.
    #[error("the presented token is not acceptable: {reason}")]
    InvalidGrant {
        /// Which of the reasons.
        reason: &'static str,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
