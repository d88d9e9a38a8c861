//! Rows of trusted issuers.

use diesel::prelude::*;
use muster_domain::{IssuerKey, Timestamp, TrustedIssuer};
use muster_store::StoreError;

use super::{party_status, party_status_number, small};
use crate::schema::trusted_issuers;

/// A row of `trusted_issuers`.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = trusted_issuers, treat_none_as_default_value = false)]
pub(crate) struct TrustedIssuerRow {
    issuer_seq: i32,
    url: String,
    status: i16,
    jwks: String,
    created_at: i64,
}

impl TrustedIssuerRow {
    pub(crate) fn of(trusted: &TrustedIssuer) -> Result<Self, StoreError> {
        Ok(Self {
            issuer_seq: small(trusted.issuer.number())?,
            url: trusted.url.clone(),
            status: party_status_number(trusted.status),
            jwks: trusted.jwks.clone(),
            created_at: trusted.created_at.millis(),
        })
    }

    pub(crate) fn into_domain(self) -> Result<TrustedIssuer, StoreError> {
        Ok(TrustedIssuer {
            issuer: IssuerKey::new(self.issuer_seq.into()),
            url: self.url,
            status: party_status(self.status)?,
            jwks: self.jwks,
            created_at: Timestamp::from_millis(self.created_at),
        })
    }
}
