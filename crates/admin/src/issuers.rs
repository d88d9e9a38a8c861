//! The issuer that is configured: there from the first start on.

use muster_domain::{Issuer, IssuerUrl, NewIssuer, Timestamp};
use muster_store::Store;

use crate::DeedError;

/// The issuer with this URL, added if it is new.
pub fn ensure_issuer(
    store: &dyn Store,
    url: &IssuerUrl,
    now: Timestamp,
) -> Result<Issuer, DeedError> {
    if let Some(issuer) = store.read(|reading| reading.find_issuer(url))? {
        return Ok(issuer);
    }
    let new = NewIssuer { url: url.clone(), created_at: now };
    Ok(store.change(|unit| match unit.find_issuer(url)? {
        Some(issuer) => Ok(issuer),
        None => unit.add_issuer(&new),
    })?)
}
