//! The issuer that is configured: there from the first start on.

use muster_audit::{Actor, Ending, Entry, Event, Trail};
use muster_domain::{Issuer, IssuerUrl, NewIssuer, Timestamp};
use muster_store::{Store, StoreError};

use crate::DeedError;

/// The issuer with this URL, added if it is new.
pub fn ensure_issuer(
    store: &dyn Store,
    trail: &Trail,
    url: &IssuerUrl,
    now: Timestamp,
) -> Result<Issuer, DeedError> {
    let find = || store.read(|reading| reading.find_issuer(url));
    if let Some(issuer) = find()? {
        return Ok(issuer);
    }
    let new = NewIssuer { url: url.clone(), created_at: now };
    let entry =
        Entry::new(Event::IssuerAdded, Ending::Done).by(Actor::Service).in_issuer(url.as_str());
    let added = store.change(|unit| {
        let issuer = unit.add_issuer(&new)?;
        trail.append_in(unit, &entry)?;
        Ok(issuer)
    });
    match added {
        // Another process that starts now was faster.
        Err(error @ StoreError::Conflict { .. }) => find()?.ok_or(DeedError::Store(error)),
        added => Ok(added?),
    }
}
