//! Deeds about admin clients.

use muster_audit::Event;
use muster_domain::Secret;
use muster_domain::{AdminClient, AdminId, AdminRights, Client, ClientId, NewAdmin, PartyStatus};
use muster_store::{Linked, PartyKey, PartyPage};

use crate::error::taken;
use crate::keeper::{admin_not_found, client_not_found};
use crate::new_id::presentable;
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

impl Right {
    /// Its name in the contract.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ListUsers => "list_users",
            Self::ListUsersOtherClients => "list_users_other_clients",
        }
    }

    const fn set(self, rights: AdminRights, given: bool) -> AdminRights {
        match self {
            Self::ListUsers => AdminRights { list_users: given, ..rights },
            Self::ListUsersOtherClients => {
                AdminRights { list_users_other_clients: given, ..rights }
            }
        }
    }
}

impl Keeper {
    /// Adds an admin client.
    pub fn add_admin(&self, draft: &AdminDraft) -> Result<(AdminClient, ShownSecret), DeedError> {
        let (credentials, secret) = self.credentials(&draft.proof)?;
        let new = NewAdmin {
            issuer: self.issuer.key,
            id: AdminId::new(presentable(&draft.id)?)?,
            name: draft.name.clone().unwrap_or_else(|| draft.id.clone()),
            email: draft.email.clone(),
            status: if draft.approved { PartyStatus::Approved } else { PartyStatus::Pending },
            rights: draft.rights,
            max_clients: draft.max_clients,
            credentials,
            created_at: self.clock.now(),
        };
        let entry = self
            .entry(Event::AdminAdded)
            .to_admin(&draft.id)
            .with_word("status", new.status.as_str())
            .with_flag(Right::ListUsers.as_str(), draft.rights.list_users)
            .with_flag(
                Right::ListUsersOtherClients.as_str(),
                draft.rights.list_users_other_clients,
            );
        let added = self.store.change(|unit| {
            let admin = unit.add_admin(&new)?;
            self.trail.append_in(unit, &entry)?;
            Ok(admin)
        });
        added.map(|admin| (admin, secret)).map_err(|error| taken(error, &draft.id))
    }

    /// The admin client with this id.
    pub fn find_admin(&self, id: &str) -> Result<AdminClient, DeedError> {
        let admin_id = AdminId::new(id).map_err(|_| admin_not_found(id))?;
        let found = self.store.read(|reading| reading.find_admin(self.issuer.key, &admin_id))?;
        found.ok_or_else(|| admin_not_found(id))
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

    /// Changes how an admin client stands; whether it stood otherwise before.
    pub fn set_admin_status(&self, id: &str, status: PartyStatus) -> Result<bool, DeedError> {
        let entry = self.entry(Event::of_admin(status)).to_admin(id);
        self.with_admin(id, |unit, admin| {
            if admin.status == status {
                return Ok(Ok(false));
            }
            if admin.status == PartyStatus::Revoked {
                return Ok(Err(DeedError::Revoked(id.to_owned())));
            }
            unit.set_party_status(PartyKey::Admin(admin.key), status)?;
            self.trail.append_in(unit, &entry)?;
            Ok(Ok(true))
        })?
    }

    /// Gives an admin client a right, or takes it; the rights it has now.
    pub fn set_admin_right(
        &self,
        id: &str,
        right: Right,
        given: bool,
    ) -> Result<AdminRights, DeedError> {
        let event = if given { Event::RightGiven } else { Event::RightTaken };
        let entry = self.entry(event).to_admin(id).with_word("right", right.as_str());
        self.with_admin(id, |unit, admin| {
            let rights = right.set(admin.rights, given);
            if rights != admin.rights {
                unit.set_admin_rights(admin.key, rights)?;
                self.trail.append_in(unit, &entry)?;
            }
            Ok(rights)
        })
    }

    /// Puts a client under an admin; whether it was not there before.
    pub fn link(&self, admin: &str, client: &str) -> Result<bool, DeedError> {
        let client_id = ClientId::new(client).map_err(|_| client_not_found(client))?;
        let entry = self.entry(Event::Linked).to_client(client).to_admin(admin);
        self.with_admin(admin, |unit, a| {
            let Some(c) = unit.find_client(self.issuer.key, &client_id)? else {
                return Ok(Err(client_not_found(client)));
            };
            Ok(match unit.link(a.key, c.key)? {
                Linked::Now => self.trail.append_in(unit, &entry).map(|()| Ok(true))?,
                Linked::Already => Ok(false),
                Linked::Full => Err(DeedError::Full(admin.to_owned())),
            })
        })?
    }

    /// Takes a client from an admin; whether it was there.
    pub fn unlink(&self, admin: &str, client: &str) -> Result<bool, DeedError> {
        let client_id = ClientId::new(client).map_err(|_| client_not_found(client))?;
        let entry = self.entry(Event::Unlinked).to_client(client).to_admin(admin);
        self.with_admin(admin, |unit, a| {
            let Some(c) = unit.find_client(self.issuer.key, &client_id)? else {
                return Ok(Err(client_not_found(client)));
            };
            let unlinked = unit.unlink(a.key, c.key)?;
            if unlinked {
                self.trail.append_in(unit, &entry)?;
            }
            Ok(Ok(unlinked))
        })?
    }

    /// Gives an admin client a new secret; the old one ends at once.
    pub fn rotate_admin_secret(&self, id: &str) -> Result<Secret<String>, DeedError> {
        let new = self.new_secret()?;
        let entry = self.entry(Event::SecretRotated).to_admin(id);
        let replaced = self.with_admin(id, |unit, admin| {
            new.replace(unit, (PartyKey::Admin(admin.key), &admin.credentials), &entry)
        })?;
        if replaced { Ok(new.secret) } else { Err(DeedError::NoSecret(id.to_owned())) }
    }
}
