//! Deeds about admin clients.

use muster_audit::Event;
use muster_domain::{AdminClient, AdminId, AdminRights, Client, NewAdmin, PartyStatus};
use muster_store::{Linked, PartyKey, PartyPage, StoreError};

use crate::{DeedError, Keeper, Proof, ShownSecret};

/// An admin client to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AdminDraft {
    /// Its id.
    pub id: String,
    /// Its name for people.
    pub name: Option<String>,
    /// Where its keeper can be reached.
    pub email: Option<String>,
    /// What it may do.
    pub rights: AdminRights,
    /// The most clients it may administer.
    pub max_clients: Option<i32>,
    /// How it will prove who it is.
    pub proof: Proof,
    /// Whether it is approved at once.
    pub approved: bool,
}

/// A right of an admin client.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Right {
    /// `list_users`
    ListUsers,
    /// `list_users_other_clients`
    ListUsersOtherClients,
}

impl Keeper {
    /// Adds an admin client.
    pub fn add_admin(&self, draft: &AdminDraft) -> Result<(AdminClient, ShownSecret), DeedError> {
        let (credentials, secret) = self.credentials(&draft.proof)?;
        let new = NewAdmin {
            issuer: self.issuer.key,
            id: AdminId::new(draft.id.as_str())?,
            name: draft.name.clone().unwrap_or_else(|| draft.id.clone()),
            email: draft.email.clone(),
            status: if draft.approved { PartyStatus::Approved } else { PartyStatus::Pending },
            rights: draft.rights,
            max_clients: draft.max_clients,
            credentials,
            created_at: self.clock.now(),
        };
        let entry = self.entry(Event::AdminAdded).to(&draft.id);
        let added = self.store.change(|unit| {
            let admin = unit.add_admin(&new)?;
            self.trail.append_in(unit, &entry)?;
            Ok(admin)
        });
        added.map(|admin| (admin, secret)).map_err(|error| taken(error, &draft.id))
    }

    /// The admin client with this id.
    pub fn find_admin(&self, id: &str) -> Result<AdminClient, DeedError> {
        let not_found = || DeedError::NotFound { what: "admin", id: id.to_owned() };
        let id = AdminId::new(id).map_err(|_| not_found())?;
        let found = self.store.read(|reading| reading.find_admin(self.issuer.key, &id))?;
        found.ok_or_else(not_found)
    }

    /// Admin clients by id, a page of at most `limit`.
    pub fn list_admins(&self, page: &PartyPage<'_>) -> Result<Vec<AdminClient>, DeedError> {
        Ok(self.store.read(|reading| reading.list_admins(self.issuer.key, page))?)
    }

    /// The clients that an admin administers, a page of at most `limit`.
    pub fn clients_of(&self, id: &str, page: &PartyPage<'_>) -> Result<Vec<Client>, DeedError> {
        let admin = self.find_admin(id)?;
        Ok(self.store.read(|reading| reading.list_clients_of(admin.key, page))?)
    }

    /// Changes how an admin client stands.
    pub fn set_admin_status(&self, id: &str, status: PartyStatus) -> Result<(), DeedError> {
        let admin = self.find_admin(id)?;
        let entry = self.entry(Event::AdminStatus).to(id).with_word("status", status.as_str());
        self.store.change(|unit| {
            unit.set_party_status(PartyKey::Admin(admin.key), status)?;
            self.trail.append_in(unit, &entry)
        })?;
        Ok(())
    }

    /// Gives an admin client a right, or takes it.
    pub fn set_admin_right(
        &self,
        id: &str,
        right: Right,
        given: bool,
    ) -> Result<AdminRights, DeedError> {
        let admin = self.find_admin(id)?;
        let mut rights = admin.rights;
        let word = match right {
            Right::ListUsers => {
                rights.list_users = given;
                "list_users"
            }
            Right::ListUsersOtherClients => {
                rights.list_users_other_clients = given;
                "list_users_other_clients"
            }
        };
        let deed = if given { "granted" } else { "taken" };
        let entry = self.entry(Event::AdminRights).to(id).with_word("right", word);
        let entry = entry.with_word("deed", deed);
        self.store.change(|unit| {
            unit.set_admin_rights(admin.key, rights)?;
            self.trail.append_in(unit, &entry)
        })?;
        Ok(rights)
    }

    /// Puts a client under an admin; whether it was not there before.
    pub fn link(&self, admin: &str, client: &str) -> Result<bool, DeedError> {
        let (a, c) = (self.find_admin(admin)?, self.find_client(client)?);
        let entry = self.entry(Event::Linked).to(client).with_word("admin", admin);
        let linked = self.store.change(|unit| {
            let linked = unit.link(a.key, c.key)?;
            if linked == Linked::Now {
                self.trail.append_in(unit, &entry)?;
            }
            Ok(linked)
        })?;
        match linked {
            Linked::Now => Ok(true),
            Linked::Already => Ok(false),
            Linked::Full => Err(DeedError::Full(admin.to_owned())),
        }
    }

    /// Takes a client from an admin; whether it was there.
    pub fn unlink(&self, admin: &str, client: &str) -> Result<bool, DeedError> {
        let (a, c) = (self.find_admin(admin)?, self.find_client(client)?);
        let entry = self.entry(Event::Unlinked).to(client).with_word("admin", admin);
        Ok(self.store.change(|unit| {
            let unlinked = unit.unlink(a.key, c.key)?;
            if unlinked {
                self.trail.append_in(unit, &entry)?;
            }
            Ok(unlinked)
        })?)
    }

    /// Gives an admin client a new secret; the old one ends at once.
    pub fn rotate_admin_secret(&self, id: &str) -> Result<ShownSecret, DeedError> {
        let admin = self.find_admin(id)?;
        self.rotate(PartyKey::Admin(admin.key), id)
    }
}

/// A conflict while adding means that the id is taken.
pub(crate) fn taken(error: StoreError, id: &str) -> DeedError {
    match error {
        StoreError::Conflict { .. } => DeedError::Taken(id.to_owned()),
        StoreError::Unavailable { .. }
        | StoreError::Corrupt { .. }
        | StoreError::GivenUp { .. } => DeedError::Store(error),
    }
}
