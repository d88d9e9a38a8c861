//! Trusted issuers on both engines (RFC 7523 2.1).

use diesel::prelude::*;
use muster_domain::{IssuerKey, PartyStatus, TrustedIssuer};
use muster_store::{StoreError, TrustedIssuersReading, TrustedIssuersWriting};

use crate::error::store_error;
use crate::rows::{TrustedIssuerRow, party_status_number, small};
use crate::schema::trusted_issuers;
use crate::session::Session;

macro_rules! trusted_issuers {
    ($connection:ty) => {
        impl TrustedIssuersReading for Session<'_, $connection> {
            fn find_trusted_issuer(
                &mut self,
                issuer: IssuerKey,
                url: &str,
            ) -> Result<Option<TrustedIssuer>, StoreError> {
                // PostgreSQL refuses a NUL; nobody's URL has one.
                if url.contains('\0') {
                    return Ok(None);
                }
                trusted_issuers::table
                    .find((small(issuer.number())?, url))
                    .select(TrustedIssuerRow::as_select())
                    .first(&mut *self.connection)
                    .optional()
                    .map_err(store_error)?
                    .map(TrustedIssuerRow::into_domain)
                    .transpose()
            }

            fn list_trusted_issuers(
                &mut self,
                issuer: IssuerKey,
            ) -> Result<Vec<TrustedIssuer>, StoreError> {
                trusted_issuers::table
                    .filter(trusted_issuers::issuer_seq.eq(small(issuer.number())?))
                    .order(trusted_issuers::url)
                    .select(TrustedIssuerRow::as_select())
                    .load(&mut *self.connection)
                    .map_err(store_error)?
                    .into_iter()
                    .map(TrustedIssuerRow::into_domain)
                    .collect()
            }
        }

        impl TrustedIssuersWriting for Session<'_, $connection> {
            fn add_trusted_issuer(&mut self, trusted: &TrustedIssuer) -> Result<(), StoreError> {
                diesel::insert_into(trusted_issuers::table)
                    .values(TrustedIssuerRow::of(trusted)?)
                    .execute(&mut *self.connection)
                    .map(drop)
                    .map_err(store_error)
            }

            fn set_trusted_issuer_status(
                &mut self,
                issuer: IssuerKey,
                url: &str,
                status: PartyStatus,
            ) -> Result<bool, StoreError> {
                diesel::update(trusted_issuers::table.find((small(issuer.number())?, url)))
                    .set(trusted_issuers::status.eq(party_status_number(status)))
                    .execute(&mut *self.connection)
                    .map(|changed| changed > 0)
                    .map_err(store_error)
            }

            fn set_trusted_issuer_keys(
                &mut self,
                issuer: IssuerKey,
                url: &str,
                jwks: &str,
            ) -> Result<bool, StoreError> {
                diesel::update(trusted_issuers::table.find((small(issuer.number())?, url)))
                    .set(trusted_issuers::jwks.eq(jwks))
                    .execute(&mut *self.connection)
                    .map(|changed| changed > 0)
                    .map_err(store_error)
            }

            fn remove_trusted_issuer(
                &mut self,
                issuer: IssuerKey,
                url: &str,
            ) -> Result<bool, StoreError> {
                diesel::delete(trusted_issuers::table.find((small(issuer.number())?, url)))
                    .execute(&mut *self.connection)
                    .map(|removed| removed > 0)
                    .map_err(store_error)
            }
        }
    };
}

trusted_issuers!(diesel::PgConnection);
trusted_issuers!(diesel::SqliteConnection);
