//! The keeper: whoever sits at the terminal, with what deeds are done with.
//!
//! Every deed finds the party, changes it and appends its record in one unit, so that no
//! deed is done on stale knowledge and none goes unrecorded.

use std::sync::Arc;

use muster_audit::{Actor, Ending, Entry, Event, Trail};
use muster_crypto::KeyRing;
use muster_domain::{AdminClient, AdminId, Client, ClientId, Clock, Issuer, Randomness};
use muster_store::{Store, StoreError, Unit};

use crate::DeedError;

/// Does deeds.
#[derive(Clone)]
pub struct Keeper {
    /// Where they take effect.
    pub store: Arc<dyn Store>,
    /// What hashes secrets.
    pub keys: Arc<KeyRing>,
    /// Where they are recorded.
    pub trail: Trail,
    /// When they are done.
    pub clock: Arc<dyn Clock>,
    /// Where secrets come from.
    pub randomness: Arc<dyn Randomness>,
    /// In which issuer.
    pub issuer: Issuer,
}

impl Keeper {
    pub(crate) fn entry(&self, event: Event) -> Entry {
        Entry::new(event, Ending::Done).by(Actor::Keeper).in_issuer(self.issuer.url.as_str())
    }

    /// One unit about an admin client.
    pub(crate) fn with_admin<T>(
        &self,
        id: &str,
        mut deed: impl FnMut(&mut dyn Unit, AdminClient) -> Result<T, StoreError>,
    ) -> Result<T, DeedError> {
        let admin_id = AdminId::new(id).map_err(|_| admin_not_found(id))?;
        let done = self.store.change(|unit| {
            let found = unit.find_admin(self.issuer.key, &admin_id)?;
            found.map(|admin| deed(unit, admin)).transpose()
        })?;
        done.ok_or_else(|| admin_not_found(id))
    }

    /// One unit about a client.
    pub(crate) fn with_client<T>(
        &self,
        id: &str,
        mut deed: impl FnMut(&mut dyn Unit, Client) -> Result<T, StoreError>,
    ) -> Result<T, DeedError> {
        let client_id = ClientId::new(id).map_err(|_| client_not_found(id))?;
        let done = self.store.change(|unit| {
            let found = unit.find_client(self.issuer.key, &client_id)?;
            found.map(|client| deed(unit, client)).transpose()
        })?;
        done.ok_or_else(|| client_not_found(id))
    }
}

pub(crate) fn admin_not_found(id: &str) -> DeedError {
    DeedError::NotFound { what: "admin", id: id.to_owned() }
}

pub(crate) fn client_not_found(id: &str) -> DeedError {
    DeedError::NotFound { what: "client", id: id.to_owned() }
}
