//! Deeds about ordinary clients.

use muster_audit::Event;
use muster_domain::{
    AdminClient, Client, ClientId, ClientKind, NewClient, PartyStatus, Registration, Secret,
};
use muster_store::{PartyKey, PartyPage};

use crate::error::taken;
use crate::keeper::client_not_found;
use crate::new_id::presentable;
use crate::registration::check_registration;
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
        let kind = match draft.proof {
            Proof::Nothing => ClientKind::Public,
            Proof::GeneratedSecret | Proof::KeySet(_) => ClientKind::Confidential,
        };
        check_registration(kind, &draft.registration)?;
        let (credentials, secret) = self.credentials(&draft.proof)?;
        let new = NewClient {
            issuer: self.issuer.key,
            id: ClientId::new(presentable(&draft.id)?)?,
            name: draft.name.clone().unwrap_or_else(|| draft.id.clone()),
            kind,
            status: if draft.approved { PartyStatus::Approved } else { PartyStatus::Pending },
            credentials,
            registration: draft.registration.clone(),
            created_at: self.clock.now(),
        };
        let entry = self
            .entry(Event::ClientAdded)
            .to_client(&draft.id)
            .with_word("status", new.status.as_str());
        let added = self.store.change(|unit| {
            let client = unit.add_client(&new)?;
            self.trail.append_in(unit, &entry)?;
            Ok(client)
        });
        added.map(|client| (client, secret)).map_err(|error| taken(error, &draft.id))
    }

    /// The client with this id.
    pub fn find_client(&self, id: &str) -> Result<Client, DeedError> {
        let client_id = ClientId::new(id).map_err(|_| client_not_found(id))?;
        let found = self.store.read(|reading| reading.find_client(self.issuer.key, &client_id))?;
        found.ok_or_else(|| client_not_found(id))
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

    /// Changes what a client registered besides its name and credentials; the client as it is
    /// now. Tokens that it holds stay as they were issued.
    pub fn change_client(
        &self,
        id: &str,
        change: &dyn Fn(&mut Registration),
    ) -> Result<Client, DeedError> {
        let entry = self.entry(Event::ClientChanged).to_client(id);
        self.with_client(id, |unit, mut client| {
            let before = client.registration.clone();
            change(&mut client.registration);
            if let Err(error) = check_registration(client.kind, &client.registration) {
                return Ok(Err(error));
            }
            if client.registration != before {
                unit.set_registration(client.key, &client.registration)?;
                self.trail.append_in(unit, &entry)?;
            }
            Ok(Ok(client))
        })?
    }

    /// Changes how a client stands; whether it stood otherwise before.
    pub fn set_client_status(&self, id: &str, status: PartyStatus) -> Result<bool, DeedError> {
        let entry = self.entry(Event::of_client(status)).to_client(id);
        self.with_client(id, |unit, client| {
            if client.status == status {
                return Ok(Ok(false));
            }
            if client.status == PartyStatus::Revoked {
                return Ok(Err(DeedError::Revoked(id.to_owned())));
            }
            unit.set_party_status(PartyKey::Client(client.key), status)?;
            self.trail.append_in(unit, &entry)?;
            Ok(Ok(true))
        })?
    }

    /// Gives a client a new secret; the old one ends at once.
    pub fn rotate_client_secret(&self, id: &str) -> Result<Secret<String>, DeedError> {
        let new = self.new_secret()?;
        let entry = self.entry(Event::SecretRotated).to_client(id);
        let replaced = self.with_client(id, |unit, client| {
            new.replace(unit, (PartyKey::Client(client.key), &client.credentials), &entry)
        })?;
        if replaced { Ok(new.secret) } else { Err(DeedError::NoSecret(id.to_owned())) }
    }

    /// Ends a client at once, then deletes all that it held, in steps, at last the client
    /// itself. `step` is told after each. A removal that was interrupted is finished by
    /// calling this again.
    pub fn remove_client(&self, id: &str, step: &mut dyn FnMut()) -> Result<(), DeedError> {
        let now = self.clock.now();
        let revoked = self.entry(Event::ClientRevoked).to_client(id);
        let removed = self.entry(Event::ClientRemoved).to_client(id);
        let client = self.with_client(id, |unit, client| {
            if client.status != PartyStatus::Revoked {
                unit.revoke_client(client.key, now)?;
                self.trail.append_in(unit, &revoked)?;
            }
            Ok(client.key)
        })?;
        let mut is_left = true;
        while is_left {
            is_left = self.store.change(|unit| {
                let is_left = unit.purge_client(client, USERS_AT_ONCE)?;
                if !is_left {
                    self.trail.append_in(unit, &removed)?;
                }
                Ok(is_left)
            })?;
            step();
        }
        Ok(())
    }
}
