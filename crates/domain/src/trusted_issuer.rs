//! Somebody else's issuer whose assertions about users are believed (RFC 7523 2.1).

use crate::{IssuerKey, PartyStatus, Timestamp};

/// A trusted issuer as the keeper entered it. Only `Approved` is believed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TrustedIssuer {
    /// The issuer of ours that trusts it.
    pub issuer: IssuerKey,
    /// What stands in `iss` of its assertions, byte for byte.
    pub url: String,
    /// How it stands.
    pub status: PartyStatus,
    /// Its public keys, a JWK set as text.
    pub jwks: String,
    /// When it was entered.
    pub created_at: Timestamp,
}
