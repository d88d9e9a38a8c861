//! Pushed authorization requests on both engines. Spending one deletes its row: of any number
//! of simultaneous uses one finds it (RFC 9126 2.2).

use diesel::prelude::*;
use muster_domain::{IssuerKey, LookupTag, PushedRequest};
use muster_store::{PushedRequestsReading, PushedRequestsWriting, StoreError};

use crate::error::store_error;
use crate::rows::{PushedRequestRow, small};
use crate::schema::pushed_requests;
use crate::session::Session;

macro_rules! pushed_requests {
    ($connection:ty) => {
        impl PushedRequestsReading for Session<'_, $connection> {
            fn find_pushed_request(
                &mut self,
                issuer: IssuerKey,
                tag: LookupTag,
            ) -> Result<Option<PushedRequest>, StoreError> {
                let row: Option<PushedRequestRow> = pushed_requests::table
                    .find((small(issuer.number())?, tag.bytes().as_slice()))
                    .select(PushedRequestRow::as_select())
                    .first(&mut *self.connection)
                    .optional()
                    .map_err(store_error)?;
                Ok(row.map(PushedRequestRow::into_domain))
            }
        }

        impl PushedRequestsWriting for Session<'_, $connection> {
            fn add_pushed_request(
                &mut self,
                request: &PushedRequest,
                tag: LookupTag,
            ) -> Result<(), StoreError> {
                diesel::insert_into(pushed_requests::table)
                    .values(PushedRequestRow::of(request, tag)?)
                    .execute(&mut *self.connection)
                    .map(drop)
                    .map_err(store_error)
            }

            fn spend_pushed_request(
                &mut self,
                issuer: IssuerKey,
                tag: LookupTag,
            ) -> Result<bool, StoreError> {
                let key = (small(issuer.number())?, tag.bytes().as_slice());
                diesel::delete(pushed_requests::table.find(key))
                    .execute(&mut *self.connection)
                    .map(|spent| spent > 0)
                    .map_err(store_error)
            }
        }
    };
}

pushed_requests!(diesel::PgConnection);
pushed_requests!(diesel::SqliteConnection);
