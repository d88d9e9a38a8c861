//! Rows of pushed authorization requests.

use diesel::prelude::*;
use muster_domain::{ClientKey, IssuerKey, LookupTag, PushedRequest, Timestamp};
use muster_store::StoreError;

use super::small;
use crate::schema::pushed_requests;

/// A row of `pushed_requests`.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = pushed_requests, treat_none_as_default_value = false)]
pub(crate) struct PushedRequestRow {
    expires_at: i64,
    issuer_seq: i32,
    client_seq: i32,
    lookup: Vec<u8>,
    parameters: String,
}

impl PushedRequestRow {
    pub(crate) fn of(request: &PushedRequest, tag: LookupTag) -> Result<Self, StoreError> {
        Ok(Self {
            expires_at: request.expires_at.millis(),
            issuer_seq: small(request.issuer.number())?,
            client_seq: small(request.client.number())?,
            lookup: tag.bytes().to_vec(),
            parameters: request.parameters.clone(),
        })
    }

    pub(crate) fn into_domain(self) -> PushedRequest {
        PushedRequest {
            issuer: IssuerKey::new(self.issuer_seq.into()),
            client: ClientKey::new(self.client_seq.into()),
            parameters: self.parameters,
            expires_at: Timestamp::from_millis(self.expires_at),
        }
    }
}
