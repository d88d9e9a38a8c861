//! An authorization code (RFC 6749 4.1.2): short-lived, bound to its client, its redirect
//! URI and its PKCE challenge, and good for one redemption.

use crate::{Entitlement, Timestamp, TransactionKey};

/// Where a code is in its life. Expiry is a question asked of the clock.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CodeState {
    /// Handed out, not yet redeemed.
    Issued,
    /// Redeemed; whoever shows it again has stolen it or been robbed (RFC 6749 10.5).
    Redeemed {
        /// When.
        at: Timestamp,
    },
}

/// How many times strangers may show a code before it is dead (standards S07): one that
/// burns at the first could be burned by anybody, one that never does could be tried for ever.
pub const STRANGERS_TRIES: i16 = 3;

/// A code as the store knows it, without its text. There is one for each transaction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AuthorizationCode {
    /// The transaction that it begins.
    pub transaction: TransactionKey,
    /// When it was handed out.
    pub issued_at: Timestamp,
    /// The first moment at which it is no longer good.
    pub expires_at: Timestamp,
    /// Where it is in its life.
    pub state: CodeState,
    /// How often other clients have shown it.
    pub strangers: i16,
    /// What its tokens will entitle to.
    pub entitlement: Entitlement,
    /// The redirect URI of the authorization request, if it named one (RFC 6749 4.1.3).
    pub redirect_uri: Option<String>,
    /// The S256 code challenge (RFC 7636 4.2), if there was one.
    pub challenge: Option<String>,
    /// The `nonce` for the ID token (OpenID Connect Core 3.1.2.1).
    pub nonce: Option<String>,
}
