//! Issuers whose assertions about users are believed (RFC 7523 2.1).

use muster_domain::{IssuerKey, PartyStatus, TrustedIssuer};

use crate::StoreError;

/// Asking for trusted issuers.
pub trait TrustedIssuersReading {
    /// The one with this URL, whatever its status.
    fn find_trusted_issuer(
        &mut self,
        issuer: IssuerKey,
        url: &str,
    ) -> Result<Option<TrustedIssuer>, StoreError>;

    /// All of them, by URL.
    fn list_trusted_issuers(&mut self, issuer: IssuerKey)
    -> Result<Vec<TrustedIssuer>, StoreError>;
}

/// Changing trusted issuers.
pub trait TrustedIssuersWriting {
    /// Adds one; `Conflict` when it is there.
    fn add_trusted_issuer(&mut self, trusted: &TrustedIssuer) -> Result<(), StoreError>;

    /// Changes how one stands; whether it is there.
    fn set_trusted_issuer_status(
        &mut self,
        issuer: IssuerKey,
        url: &str,
        status: PartyStatus,
    ) -> Result<bool, StoreError>;

    /// Gives one new keys; whether it is there.
    fn set_trusted_issuer_keys(
        &mut self,
        issuer: IssuerKey,
        url: &str,
        jwks: &str,
    ) -> Result<bool, StoreError>;

    /// Takes one away; whether it was there.
    fn remove_trusted_issuer(&mut self, issuer: IssuerKey, url: &str) -> Result<bool, StoreError>;
}
