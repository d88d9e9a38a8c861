//! The audit trail on both engines.
//!
//! The one row of `audit_end` is changed first, so that units which append wait for each
//! other and no number is given twice.

use diesel::prelude::*;
use muster_domain::Timestamp;
use muster_store::{AuditLink, AuditReading, AuditRecord, AuditWriting, StoreError};

use crate::error::store_error;
use crate::rows::hash_bytes;
use crate::schema::{audit, audit_end};
use crate::session::Session;

type End = (i64, i64, Vec<u8>);
type Row = (i64, i64, String, String, Vec<u8>, Vec<u8>);

fn link((next, last_at, last_hash): End) -> Result<AuditLink, StoreError> {
    let last_hash = hash_bytes("the audit trail's end", &last_hash)?;
    Ok(AuditLink { next, last_at: Timestamp::from_millis(last_at), last_hash })
}

fn record((number, at, event, body, previous, hash): Row) -> Result<AuditRecord, StoreError> {
    Ok(AuditRecord {
        number,
        at: Timestamp::from_millis(at),
        event,
        body,
        previous: hash_bytes("an audit record's link", &previous)?,
        hash: hash_bytes("an audit record's hash", &hash)?,
    })
}

macro_rules! audit {
    ($connection:ty) => {
        impl AuditReading for Session<'_, $connection> {
            fn list_audit(
                &mut self,
                from: i64,
                limit: i64,
            ) -> Result<Vec<AuditRecord>, StoreError> {
                audit::table
                    .filter(audit::number.ge(from))
                    .order(audit::number)
                    .limit(limit)
                    .load::<Row>(&mut *self.connection)
                    .map_err(store_error)?
                    .into_iter()
                    .map(record)
                    .collect()
            }

            fn audit_end(&mut self) -> Result<AuditLink, StoreError> {
                audit_end::table
                    .find(1)
                    .select((audit_end::next, audit_end::last_at, audit_end::last_hash))
                    .first::<End>(&mut *self.connection)
                    .map_err(store_error)
                    .and_then(link)
            }
        }

        impl AuditWriting for Session<'_, $connection> {
            fn append_audit(
                &mut self,
                make: &mut dyn FnMut(&AuditLink) -> Result<AuditRecord, StoreError>,
            ) -> Result<(), StoreError> {
                let end: End = diesel::update(audit_end::table.find(1))
                    .set(audit_end::next.eq(audit_end::next + 1))
                    .returning((audit_end::next - 1, audit_end::last_at, audit_end::last_hash))
                    .get_result(&mut *self.connection)
                    .map_err(store_error)?;
                let new = make(&link(end)?)?;
                diesel::insert_into(audit::table)
                    .values((
                        audit::number.eq(new.number),
                        audit::at.eq(new.at.millis()),
                        audit::event.eq(&new.event),
                        audit::body.eq(&new.body),
                        audit::previous.eq(new.previous.as_slice()),
                        audit::hash.eq(new.hash.as_slice()),
                    ))
                    .execute(&mut *self.connection)
                    .map_err(store_error)?;
                diesel::update(audit_end::table.find(1))
                    .set((
                        audit_end::last_at.eq(new.at.millis()),
                        audit_end::last_hash.eq(new.hash.as_slice()),
                    ))
                    .execute(&mut *self.connection)
                    .map_err(store_error)?;
                Ok(())
            }
        }
    };
}

audit!(diesel::PgConnection);
audit!(diesel::SqliteConnection);
