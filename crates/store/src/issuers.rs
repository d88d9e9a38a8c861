//! Issuers: the tenants.

use muster_domain::{Issuer, IssuerKey, IssuerUrl, NewIssuer, PartyStatus};

use crate::StoreError;

/// Asking for issuers.
pub trait IssuersReading {
    /// The issuer with this URL.
    fn find_issuer(&mut self, url: &IssuerUrl) -> Result<Option<Issuer>, StoreError>;

    /// Every issuer, by URL.
    fn list_issuers(&mut self) -> Result<Vec<Issuer>, StoreError>;
}

/// Changing issuers.
pub trait IssuersWriting {
    /// Adds an issuer, approved.
    fn add_issuer(&mut self, issuer: &NewIssuer) -> Result<Issuer, StoreError>;

    /// Changes how it stands; whether there was such an issuer.
    fn set_issuer_status(
        &mut self,
        issuer: IssuerKey,
        status: PartyStatus,
    ) -> Result<bool, StoreError>;
}
