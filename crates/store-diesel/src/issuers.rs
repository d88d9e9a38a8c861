//! Issuers on both engines.

use diesel::prelude::*;
use muster_domain::{Issuer, IssuerKey, IssuerUrl, NewIssuer, PartyStatus};
use muster_store::{IssuersReading, IssuersWriting, NumbersWriting, Sequence, StoreError};

use crate::error::store_error;
use crate::rows::{party_status, party_status_number, small};
use crate::schema::issuers;
use crate::session::Session;

type Row = (i32, i16, String);

fn issuer((seq, status, url): Row) -> Result<Issuer, StoreError> {
    Ok(Issuer {
        key: IssuerKey::new(seq.into()),
        url: IssuerUrl::new(url).map_err(|e| StoreError::corrupt(e.to_string()))?,
        status: party_status(status)?,
    })
}

macro_rules! issuers {
    ($connection:ty) => {
        impl IssuersReading for Session<'_, $connection> {
            fn find_issuer(&mut self, url: &IssuerUrl) -> Result<Option<Issuer>, StoreError> {
                issuers::table
                    .filter(issuers::url.eq(url.as_str()))
                    .select((issuers::seq, issuers::status, issuers::url))
                    .first::<Row>(&mut *self.connection)
                    .optional()
                    .map_err(store_error)?
                    .map(issuer)
                    .transpose()
            }

            fn list_issuers(&mut self) -> Result<Vec<Issuer>, StoreError> {
                issuers::table
                    .order(issuers::url)
                    .select((issuers::seq, issuers::status, issuers::url))
                    .load::<Row>(&mut *self.connection)
                    .map_err(store_error)?
                    .into_iter()
                    .map(issuer)
                    .collect()
            }
        }

        impl IssuersWriting for Session<'_, $connection> {
            fn add_issuer(&mut self, new: &NewIssuer) -> Result<Issuer, StoreError> {
                let seq = self.take_numbers(Sequence::Issuers, 1)?.start;
                let status = PartyStatus::Approved;
                diesel::insert_into(issuers::table)
                    .values((
                        issuers::seq.eq(small(seq)?),
                        issuers::status.eq(party_status_number(status)),
                        issuers::created_at.eq(new.created_at.millis()),
                        issuers::url.eq(new.url.as_str()),
                    ))
                    .execute(&mut *self.connection)
                    .map_err(store_error)?;
                Ok(Issuer { key: IssuerKey::new(seq), url: new.url.clone(), status })
            }

            fn set_issuer_status(
                &mut self,
                issuer: IssuerKey,
                status: PartyStatus,
            ) -> Result<bool, StoreError> {
                let changed = diesel::update(issuers::table.find(small(issuer.number())?))
                    .set(issuers::status.eq(party_status_number(status)))
                    .execute(&mut *self.connection)
                    .map_err(store_error)?;
                Ok(changed > 0)
            }
        }
    };
}

issuers!(diesel::PgConnection);
issuers!(diesel::SqliteConnection);
