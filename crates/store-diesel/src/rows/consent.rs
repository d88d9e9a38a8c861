//! Rows of consents.

use diesel::prelude::*;
use muster_domain::{ClientKey, Consent, Timestamp, UserKey};
use muster_store::StoreError;

use super::entitlement::scopes_in;
use super::{shard, small};
use crate::schema::consents;

/// A row of `consents`.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = consents, treat_none_as_default_value = false)]
pub(crate) struct ConsentRow {
    user_seq: i64,
    given_at: i64,
    client_seq: i32,
    shard: i16,
    scopes: String,
}

impl ConsentRow {
    pub(crate) fn of(consent: &Consent) -> Result<Self, StoreError> {
        Ok(Self {
            user_seq: consent.user.number,
            given_at: consent.given_at.millis(),
            client_seq: small(consent.client.number())?,
            shard: consent.user.shard.number(),
            scopes: consent.scopes.to_string(),
        })
    }

    pub(crate) fn into_domain(self) -> Result<Consent, StoreError> {
        Ok(Consent {
            user: UserKey::new(shard(self.shard)?, self.user_seq),
            client: ClientKey::new(self.client_seq.into()),
            scopes: scopes_in(&self.scopes)?,
            given_at: Timestamp::from_millis(self.given_at),
        })
    }
}
