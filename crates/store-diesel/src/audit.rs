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
use crate::kept::{Keep as _, found_its_row};
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
    /// `end` is where the trail ended when it was last seen, which saves asking. Where it
    /// ends now.
    fn record(
        &mut self,
        makers: &[RecordMaker],
        end: Option<AuditLink>,
    ) -> Result<Option<AuditLink>, StoreError>;
}

/// The one row of `audit_end`, and what goes before it.
trait TrailEnd {
    /// Where the trail ends, held until the commit.
    fn hold_end(&mut self) -> Result<AuditLink, StoreError>;
    /// Holds the end and moves it, if it is there.
    fn move_end(&mut self, from: &AuditLink, to: &AuditLink) -> Result<bool, StoreError>;
    fn add_records(&mut self, records: &[AuditRecord]) -> Result<(), StoreError>;
}

/// The records that follow this end, and the end after them.
fn continued(makers: &[RecordMaker], mut end: AuditLink) -> (Vec<AuditRecord>, AuditLink) {
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
    (records, end)
}

/// A record to be written.
#[derive(Insertable)]
#[diesel(table_name = audit)]
pub(crate) struct NewRow<'a> {
    pub(crate) number: i64,
    pub(crate) at: i64,
    pub(crate) event: &'a str,
    pub(crate) body: &'a str,
    pub(crate) previous: &'a [u8],
    pub(crate) hash: &'a [u8],
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
            fn record(
                &mut self,
                makers: &[RecordMaker],
                end: Option<AuditLink>,
            ) -> Result<Option<AuditLink>, StoreError> {
                if makers.is_empty() {
                    return Ok(end);
                }
                if let Some(end) = end {
                    let (records, continued) = continued(makers, end.clone());
                    if self.move_end(&end, &continued)? {
                        return self.add_records(&records).map(|()| Some(continued));
                    }
                    // Another process has recorded something meanwhile.
                }
                let end = self.hold_end()?;
                let (records, continued) = continued(makers, end.clone());
                self.move_end(&end, &continued)?;
                self.add_records(&records).map(|()| Some(continued))
            }
        }

        impl TrailEnd for $connection {
            fn hold_end(&mut self) -> Result<AuditLink, StoreError> {
                diesel::update(audit_end::table.find(1))
                    .set(audit_end::next.eq(audit_end::next))
                    .returning((audit_end::next, audit_end::last_at, audit_end::last_hash))
                    .kept()
                    .get_result::<End>(self)
                    .map_err(store_error)
                    .and_then(link)
            }

            fn move_end(&mut self, from: &AuditLink, to: &AuditLink) -> Result<bool, StoreError> {
                found_its_row(
                    diesel::update(
                        audit_end::table
                            .find(1)
                            .filter(audit_end::next.eq(from.next))
                            .filter(audit_end::last_hash.eq(from.last_hash.as_slice())),
                    )
                    .set((
                        audit_end::next.eq(to.next),
                        audit_end::last_at.eq(to.last_at.millis()),
                        audit_end::last_hash.eq(to.last_hash.as_slice()),
                    ))
                    .returning(audit_end::next)
                    .kept()
                    .get_result::<i64>(self),
                )
            }

            fn add_records(&mut self, records: &[AuditRecord]) -> Result<(), StoreError> {
                let rows: Vec<NewRow<'_>> = records.iter().map(NewRow::of).collect();
                self.insert_records(&rows).map_err(store_error)
            }
        }
    };
}

audit!(diesel::PgConnection);
audit!(diesel::SqliteConnection);
