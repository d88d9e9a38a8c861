//! How a deed can fail, by culprit, in words that say what to do.

use muster_audit::FileError;
use muster_crypto::{KekError, KeyRingError, PrivateKeyError};
use muster_domain::{InvalidId, RandomnessFailed};
use muster_store::StoreError;

/// Why a deed was not done. Nothing is changed then.
#[derive(Debug, thiserror::Error)]
pub enum DeedError {
    /// There is nobody with this id.
    #[error("there is no {what} with the id `{id}`; see: muster {what} list")]
    NotFound {
        /// `admin`, `client` or `issuer`.
        what: &'static str,
        /// The id.
        id: String,
    },
    /// There is no such user.
    #[error(
        "there is no user with the id `{0}` in this issuer; ids are compared byte for byte (a user \
         who was never seen can be entered: muster user add)"
    )]
    NoUser(String),
    /// The user is disabled.
    #[error("the user `{0}` is disabled; if that is over: muster user enable")]
    UserDisabled(String),
    /// No device waits.
    #[error("no device waits under this user code: it is mistyped, has expired or was decided")]
    NoDevice,
    /// There is no such trusted issuer.
    #[error("the issuer `{0}` is not trusted; see: muster trust list")]
    NotTrusted(String),
    /// It is there already.
    #[error("{what} is there already; see: muster {see}")]
    There {
        /// What.
        what: String,
        /// The command that shows it.
        see: &'static str,
    },
    /// The URL cannot be an issuer's.
    #[error("the issuer URL `{url}` cannot be used: {reason}")]
    IssuerUrl {
        /// The URL.
        url: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The registration says what cannot be.
    #[error("this cannot be registered: {0}")]
    Registration(&'static str),
    /// The id is taken.
    #[error("a client or an admin has the id `{0}` already; choose another one")]
    Taken(String),
    /// The admin administers as many clients as it may.
    #[error(
        "the admin `{0}` administers as many clients as it may (--max-clients); take one from it \
         first: muster admin unlink"
    )]
    Full(String),
    /// The party was ended for good.
    #[error("`{0}` was revoked, which is for good; add it anew when its removal is done")]
    Revoked(String),
    /// The party has no secret that could be replaced.
    #[error("`{0}` has no secret: it is a public client, or it authenticates by keys of its own")]
    NoSecret(String),
    /// The id cannot be.
    #[error(transparent)]
    Id(#[from] InvalidId),
    /// A client could never say this id.
    #[error("the id {0:?} holds control characters, which no client can send; choose another one")]
    Unpresentable(String),
    /// The key set cannot be used.
    #[error("the key set cannot be used: {0}")]
    KeySet(String),
    /// The redirect URI cannot be used.
    #[error("the redirect URI `{uri}` cannot be used: {reason}")]
    RedirectUri {
        /// The URI.
        uri: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// There is no such key.
    #[error("there is no signing key `{0}`; see: muster keys list")]
    NoKey(String),
    /// The key signs.
    #[error("the key `{0}` signs; let another one sign first: muster keys rotate")]
    KeySigns(String),
    /// A signing key could not be made, opened or sealed.
    #[error("a signing key cannot be used: {0}")]
    SigningKey(#[from] PrivateKeyError),
    /// No random bytes.
    #[error(transparent)]
    Randomness(#[from] RandomnessFailed),
    /// The key-encryption key cannot be used.
    #[error(transparent)]
    Kek(#[from] KekError),
    /// The key ring cannot be opened.
    #[error(transparent)]
    KeyRing(#[from] KeyRingError),
    /// The audit file cannot be used.
    #[error(transparent)]
    Audit(#[from] FileError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A conflict while adding means that the id is taken.
pub(crate) fn taken(error: StoreError, id: &str) -> DeedError {
    match error {
        StoreError::Conflict { .. } => DeedError::Taken(id.to_owned()),
        StoreError::Unavailable { .. }
        | StoreError::Corrupt { .. }
        | StoreError::GivenUp { .. } => DeedError::Store(error),
    }
}
