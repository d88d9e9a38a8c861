//! The audit trail on both engines.
//!
//! Units only say what is to be recorded; the records are made right before the commit. The
//! one row of `audit_end` is changed first, so that those who append wait for each other and
//! no number is given twice: being the last row that is locked, for a commit's time only.

use diesel::prelude::*;
use muster_domain::Timestamp;
use muster_store::{AuditLink, AuditReading, AuditRecord, AuditWriting, RecordMaker, StoreError};

use crate::backend::BulkInsert;
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

/// Writing the records of units that are about to be committed together.
pub(crate) trait Recording {
    fn record(&mut self, makers: Vec<RecordMaker>) -> Result<(), StoreError>;
}

/// A record to be written.
#[derive(Insertable)]
#[diesel(table_name = audit)]
pub(crate) struct NewRow<'a> {
    number: i64,
    at: i64,
    event: &'a str,
    body: &'a str,
    previous: &'a [u8],
    hash: &'a [u8],
}

impl<'a> NewRow<'a> {
    fn of(record: &'a AuditRecord) -> Self {
        Self {
            number: record.number,
            at: record.at.millis(),
            event: &record.event,
            body: &record.body,
            previous: &record.previous,
            hash: &record.hash,
        }
    }
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
            fn append_audit(&mut self, make: RecordMaker) -> Result<(), StoreError> {
                self.records.push(make);
                Ok(())
            }
        }

        impl Recording for $connection {
            fn record(&mut self, makers: Vec<RecordMaker>) -> Result<(), StoreError> {
                if makers.is_empty() {
                    return Ok(());
                }
                let count = i64::try_from(makers.len()).unwrap_or(i64::MAX);
                let end: End = diesel::update(audit_end::table.find(1))
                    .set(audit_end::next.eq(audit_end::next + count))
                    .returning((audit_end::next - count, audit_end::last_at, audit_end::last_hash))
                    .get_result(self)
                    .map_err(store_error)?;
                let mut end = link(end)?;
                let mut records = Vec::with_capacity(makers.len());
                for make in makers {
                    let record = make(&end);
                    end = AuditLink {
                        next: end.next.saturating_add(1),
                        last_at: record.at,
                        last_hash: record.hash,
                    };
                    records.push(record);
                }
                let rows: Vec<NewRow<'_>> = records.iter().map(NewRow::of).collect();
                self.insert_records(&rows).map_err(store_error)?;
                diesel::update(audit_end::table.find(1))
                    .set((
                        audit_end::last_at.eq(end.last_at.millis()),
                        audit_end::last_hash.eq(end.last_hash.as_slice()),
                    ))
                    .execute(self)
                    .map(drop)
                    .map_err(store_error)
            }
        }
    };
}

audit!(diesel::PgConnection);
audit!(diesel::SqliteConnection);
