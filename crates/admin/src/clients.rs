//! Deeds about ordinary clients.

use muster_audit::Event;
use muster_domain::{
    AdminClient, Client, ClientId, ClientKind, NewClient, PartyStatus, Registration,
};
use muster_store::{PartyKey, PartyPage};

use crate::admins::taken;
use crate::{DeedError, Keeper, Proof, ShownSecret};

/// Users whose holdings are deleted in one unit.
const USERS_AT_ONCE: i64 = 100;

/// A client to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClientDraft {
    /// Its id.
    pub id: String,
    /// Its name for people.
    pub name: Option<String>,
    /// How it will prove who it is; `Nothing` makes it public.
    pub proof: Proof,
    /// The rest of its registration.
    pub registration: Registration,
    /// Whether it is approved at once.
    pub approved: bool,
}

impl Keeper {
    /// Adds a client.
    pub fn add_client(&self, draft: &ClientDraft) -> Result<(Client, ShownSecret), DeedError> {
        let (credentials, secret) = self.credentials(&draft.proof)?;
        let kind = match draft.proof {
            Proof::Nothing => ClientKind::Public,
            Proof::GeneratedSecret | Proof::KeySet(_) => ClientKind::Confidential,
        };
        let new = NewClient {
            issuer: self.issuer.key,
            id: ClientId::new(draft.id.as_str())?,
            name: draft.name.clone().unwrap_or_else(|| draft.id.clone()),
            kind,
            status: if draft.approved { PartyStatus::Approved } else { PartyStatus::Pending },
            credentials,
            registration: draft.registration.clone(),
            created_at: self.clock.now(),
        };
        let entry = self.entry(Event::ClientAdded).to(&draft.id);
        let added = self.store.change(|unit| {
            let client = unit.add_client(&new)?;
            self.trail.append_in(unit, &entry)?;
            Ok(client)
        });
        added.map(|client| (client, secret)).map_err(|error| taken(error, &draft.id))
    }

    /// The client with this id.
    pub fn find_client(&self, id: &str) -> Result<Client, DeedError> {
        let not_found = || DeedError::NotFound { what: "client", id: id.to_owned() };
        let id = ClientId::new(id).map_err(|_| not_found())?;
        let found = self.store.read(|reading| reading.find_client(self.issuer.key, &id))?;
        found.ok_or_else(not_found)
    }

    /// Clients by id, a page of at most `limit`.
    pub fn list_clients(&self, page: &PartyPage<'_>) -> Result<Vec<Client>, DeedError> {
        Ok(self.store.read(|reading| reading.list_clients(self.issuer.key, page))?)
    }

    /// The admins of a client.
    pub fn admins_of(&self, id: &str) -> Result<Vec<AdminClient>, DeedError> {
        let client = self.find_client(id)?;
        Ok(self.store.read(|reading| reading.list_admins_of(client.key))?)
    }

    /// Changes how a client stands.
    pub fn set_client_status(&self, id: &str, status: PartyStatus) -> Result<(), DeedError> {
        let client = self.find_client(id)?;
        let entry = self.entry(Event::ClientStatus).to(id).with_word("status", status.as_str());
        self.store.change(|unit| {
            unit.set_party_status(PartyKey::Client(client.key), status)?;
            self.trail.append_in(unit, &entry)
        })?;
        Ok(())
    }

    /// Gives a client a new secret; the old one ends at once.
    pub fn rotate_client_secret(&self, id: &str) -> Result<ShownSecret, DeedError> {
        let client = self.find_client(id)?;
        self.rotate(PartyKey::Client(client.key), id)
    }

    /// Ends a client at once, then deletes all that it held, in steps. `step` is told after
    /// each. When it is interrupted it can be called again.
    pub fn remove_client(&self, id: &str, step: &mut dyn FnMut()) -> Result<(), DeedError> {
        let client = self.find_client(id)?;
        let entry = self.entry(Event::ClientRemoved).to(id);
        let now = self.clock.now();
        self.store.change(|unit| {
            unit.revoke_client(client.key, now)?;
            self.trail.append_in(unit, &entry)
        })?;
        while self.store.change(|unit| unit.purge_client(client.key, USERS_AT_ONCE))? {
            step();
        }
        Ok(())
    }
}
