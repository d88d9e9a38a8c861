//! A record as a line of a file: the record's body with two members more, `prev_hash` and
//! `hash`. The hash covers the body without them.

use data_encoding::HEXLOWER;
use muster_domain::Timestamp;
use muster_store::{AuditLink, AuditRecord};
use serde_json::Value;

/// The trail's end behind a record.
pub(crate) fn after(record: &AuditRecord) -> AuditLink {
    AuditLink { next: record.number.saturating_add(1), last_at: record.at, last_hash: record.hash }
}

/// The beginning of a trail.
pub(crate) fn beginning() -> AuditLink {
    AuditLink { next: 1, last_at: Timestamp::default(), last_hash: [0; 32] }
}

/// A record as one line of JSON, without its end of line.
pub fn line_of(record: &AuditRecord) -> String {
    let body = record.body.strip_suffix('}').unwrap_or(&record.body);
    let (previous, hash) = (HEXLOWER.encode(&record.previous), HEXLOWER.encode(&record.hash));
    format!("{body},\"prev_hash\":\"{previous}\",\"hash\":\"{hash}\"}}")
}

/// The record in a line; `None`: the line is none.
pub(crate) fn record_of(line: &str) -> Option<AuditRecord> {
    // A name that holds this text has its quotes escaped, so this finds the real place.
    let (body, links) = line.rsplit_once(",\"prev_hash\":\"")?;
    let (previous, hash) = links.strip_suffix("\"}")?.split_once("\",\"hash\":\"")?;
    let body = format!("{body}}}");
    let (number, at, event) = head_of(&body)?;
    let bytes = |hex: &str| HEXLOWER.decode(hex.as_bytes()).ok()?.try_into().ok();
    Some(AuditRecord { number, at, event, previous: bytes(previous)?, hash: bytes(hash)?, body })
}

/// Number, time and event as a body says them.
pub(crate) fn head_of(body: &str) -> Option<(i64, Timestamp, String)> {
    let members: Value = serde_json::from_str(body).ok()?;
    let number = members.get("seq")?.as_i64()?;
    let at = Timestamp::from_millis(members.get("ts")?.as_i64()?);
    Some((number, at, members.get("event")?.as_str()?.to_owned()))
}
