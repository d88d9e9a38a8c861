//! How an authentication can fail. The reason is for log and audit; callers hear one word.

use muster_store::StoreError;

/// Why a caller is not who it says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reason {
    /// It showed nothing.
    NothingShown,
    /// Nobody has this id.
    Unknown,
    /// The secret is wrong.
    WrongSecret,
    /// The method is not registered for it.
    WrongMethod,
    /// The assertion is not acceptable.
    BadAssertion,
    /// The assertion was used before.
    Replayed,
    /// It is pending, denied, suspended or revoked.
    NotApproved,
    /// None of its admins is approved.
    Deserted,
}

impl Reason {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NothingShown => "nothing shown",
            Self::Unknown => "unknown id",
            Self::WrongSecret => "wrong secret",
            Self::WrongMethod => "method not registered",
            Self::BadAssertion => "bad assertion",
            Self::Replayed => "assertion replayed",
            Self::NotApproved => "not approved",
            Self::Deserted => "no approved admin",
        }
    }
}

/// Why there is no proof.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// The caller's fault: `invalid_client`.
    #[error("client authentication failed: {}", reason.as_str())]
    InvalidClient {
        /// Why.
        reason: Reason,
        /// The registered id that was claimed, if there is one.
        claimed: Option<String>,
    },
    /// Too many verifications wait; try again.
    #[error("too many client authentications at once")]
    Busy,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
