//! How a flow can end without an outcome, by culprit. Reasons are for log and audit alone;
//! callers hear one fixed text for each case.

use muster_crypto::{PrivateKeyError, SealError};
use muster_domain::{ErrorCode, InvalidId, NothingLeft, RandomnessFailed};
use muster_store::StoreError;

/// Why a permitted request came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// The presented token, code or assertion is not acceptable (RFC 6749 5.2
    /// `invalid_grant`). The caller hears the same for every reason.
    #[error("the presented token is not acceptable: {reason}")]
    InvalidGrant {
        /// Which of the reasons.
        reason: &'static str,
    },
    /// A token to be exchanged is not acceptable (RFC 8693 2.2.2 `invalid_request`).
    #[error("the token to be exchanged is not acceptable: {reason}")]
    InvalidExchange {
        /// Which of the reasons.
        reason: &'static str,
    },
    /// More scopes than were granted (RFC 6749 6 `invalid_scope`).
    #[error("a scope was not granted")]
    InvalidScope,
    /// A resource or audience that is not acceptable (RFC 8707 2 `invalid_target`).
    #[error("a resource or audience is not acceptable: {reason}")]
    InvalidTarget {
        /// Which of the reasons.
        reason: &'static str,
    },
    /// The proof of possession is missing or not acceptable (RFC 9449 5).
    #[error("the proof of possession is not acceptable: {reason}")]
    InvalidProof {
        /// Which of the reasons.
        reason: &'static str,
    },
    /// The token is another client's (RFC 7009 2.1, decision D7).
    #[error("the token is another client's")]
    OthersToken,
    /// The person has not decided yet (RFC 8628 3.5).
    #[error("the device is not approved yet")]
    AuthorizationPending,
    /// The device polls too fast (RFC 8628 3.5).
    #[error("the device polls too fast")]
    SlowDown,
    /// The device's codes have expired (RFC 8628 3.5).
    #[error("the device code has expired")]
    ExpiredToken,
    /// The person said no (RFC 8628 3.5).
    #[error("the device was denied")]
    AccessDenied,
    /// The issuer has no key to sign with.
    #[error("the issuer has no signing key; run: muster keys rotate")]
    NoSigningKey,
    /// A token could not be signed.
    #[error("a token could not be signed: {0}")]
    Signing(#[from] PrivateKeyError),
    /// A token could not be sealed.
    #[error(transparent)]
    Sealing(#[from] SealError),
    /// There are no random bytes (F27).
    #[error(transparent)]
    Randomness(#[from] RandomnessFailed),
    /// A name of our own making that cannot be: the issuer's URL is too long.
    #[error(transparent)]
    Id(#[from] InvalidId),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl FlowError {
    /// `invalid_grant`, for this reason.
    pub(crate) const fn grant(reason: &'static str) -> Self {
        Self::InvalidGrant { reason }
    }

    /// The registration leaves nothing of what was granted (B57).
    pub(crate) const fn outgrown(nothing: NothingLeft) -> Self {
        Self::grant(match nothing {
            NothingLeft::Scopes => "the registration allows none of the scopes any more",
            NothingLeft::Audience => "the registration allows none of the audience any more",
        })
    }

    /// Whether a resource or audience is what is wrong.
    pub(crate) const fn is_target(&self) -> bool {
        matches!(self, Self::InvalidTarget { .. })
    }

    /// The code of the answer.
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::InvalidGrant { .. } => ErrorCode::InvalidGrant,
            Self::InvalidExchange { .. } => ErrorCode::InvalidRequest,
            Self::InvalidScope => ErrorCode::InvalidScope,
            Self::InvalidTarget { .. } => ErrorCode::InvalidTarget,
            Self::InvalidProof { .. } => ErrorCode::InvalidDpopProof,
            Self::OthersToken => ErrorCode::UnauthorizedClient,
            Self::AuthorizationPending => ErrorCode::AuthorizationPending,
            Self::SlowDown => ErrorCode::SlowDown,
            Self::ExpiredToken => ErrorCode::ExpiredToken,
            Self::AccessDenied => ErrorCode::AccessDenied,
            Self::NoSigningKey | Self::Signing(_) | Self::Sealing(_) | Self::Id(_) => {
                ErrorCode::ServerError
            }
            Self::Randomness(_) | Self::Store(_) => ErrorCode::TemporarilyUnavailable,
        }
    }
}
