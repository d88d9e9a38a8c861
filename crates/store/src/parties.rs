//! Parties: clients and admin clients, and who administers whom.
//!
//! They share one name space within an issuer, because a client authentication names
//! only an id (RFC 6749 2.3).

use muster_domain::{
    AdminClient, AdminId, AdminKey, AdminRights, Client, ClientId, ClientKey, ClientStanding,
    CredentialVersion, Credentials, IssuerKey, NewAdmin, NewClient, PartyStatus, Registration,
    StoredSecret, Timestamp,
};

use crate::StoreError;

/// Whoever an id names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Party {
    /// An ordinary client, and whether it has admins of whom none is approved.
    Client(Box<Client>, ClientStanding),
    /// An admin client.
    Admin(Box<AdminClient>),
}

/// The key of a party.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PartyKey {
    /// A client.
    Client(ClientKey),
    /// An admin client.
    Admin(AdminKey),
}

/// A page of a list ordered by id.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PartyPage<'a> {
    /// Begin after this id; `None`: at the beginning.
    pub after: Option<&'a str>,
    /// At most so many.
    pub limit: i64,
}

/// Whether a link was made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Linked {
    /// It was made just now.
    Now,
    /// It was there before.
    Already,
    /// The admin has reached the most clients it may administer.
    Full,
}

/// Asking for parties.
pub trait PartiesReading {
    /// Whoever this id names within the issuer.
    fn find_party(&mut self, issuer: IssuerKey, id: &str) -> Result<Option<Party>, StoreError>;

    /// The same as long as the issuer is approved. One statement: it stands before every
    /// request.
    fn find_caller(&mut self, issuer: IssuerKey, id: &str) -> Result<Option<Party>, StoreError>;

    /// The client with this id.
    fn find_client(
        &mut self,
        issuer: IssuerKey,
        id: &ClientId,
    ) -> Result<Option<Client>, StoreError>;

    /// The admin with this id.
    fn find_admin(
        &mut self,
        issuer: IssuerKey,
        id: &AdminId,
    ) -> Result<Option<AdminClient>, StoreError>;

    /// Clients by id.
    fn list_clients(
        &mut self,
        issuer: IssuerKey,
        page: &PartyPage<'_>,
    ) -> Result<Vec<Client>, StoreError>;

    /// Admins by id.
    fn list_admins(
        &mut self,
        issuer: IssuerKey,
        page: &PartyPage<'_>,
    ) -> Result<Vec<AdminClient>, StoreError>;
}

/// Changing parties. Every change counts up the row's version.
pub trait PartiesWriting {
    /// Adds a client; `Conflict` when a client or an admin has the id.
    fn add_client(&mut self, client: &NewClient) -> Result<Client, StoreError>;

    /// Adds an admin; `Conflict` when a client or an admin has the id.
    fn add_admin(&mut self, admin: &NewAdmin) -> Result<AdminClient, StoreError>;

    /// Changes how a party stands; whether there was such a party.
    fn set_party_status(
        &mut self,
        party: PartyKey,
        status: PartyStatus,
    ) -> Result<bool, StoreError>;

    /// Changes what an admin may do; whether there was such an admin.
    fn set_admin_rights(
        &mut self,
        admin: AdminKey,
        rights: AdminRights,
    ) -> Result<bool, StoreError>;

    /// Changes what a client registered besides its name and credentials; whether there was
    /// such a client.
    fn set_registration(
        &mut self,
        client: ClientKey,
        registration: &Registration,
    ) -> Result<bool, StoreError>;

    /// Gives a party new credentials; whether there was such a party.
    fn set_credentials(
        &mut self,
        party: PartyKey,
        credentials: &Credentials,
    ) -> Result<bool, StoreError>;

    /// Replaces a secret's hash by a better one, if nothing was changed since `version`.
    fn upgrade_secret(
        &mut self,
        party: PartyKey,
        version: CredentialVersion,
        secret: &StoredSecret,
    ) -> Result<bool, StoreError>;

    /// Ends a client: from now on it is revoked and its id stays taken.
    /// What it held goes with [`PartiesWriting::purge_client`].
    fn revoke_client(&mut self, client: ClientKey, at: Timestamp) -> Result<bool, StoreError>;

    /// Deletes up to `users` users' worth of a revoked client's transactions and tokens,
    /// at last the client itself; whether anything is left. Afterwards the id is free, and
    /// whoever gets it has none of the old tokens (invariant I13).
    fn purge_client(&mut self, client: ClientKey, users: i64) -> Result<bool, StoreError>;
}

/// Asking who administers whom.
pub trait AdministersReading {
    /// The clients that an admin administers, by id.
    fn list_clients_of(
        &mut self,
        admin: AdminKey,
        page: &PartyPage<'_>,
    ) -> Result<Vec<Client>, StoreError>;

    /// The admins of a client, by id.
    fn list_admins_of(&mut self, client: ClientKey) -> Result<Vec<AdminClient>, StoreError>;
}

/// Changing who administers whom.
pub trait AdministersWriting {
    /// Puts a client under an admin of the same issuer.
    fn link(&mut self, admin: AdminKey, client: ClientKey) -> Result<Linked, StoreError>;

    /// Takes a client from an admin; whether it was there.
    fn unlink(&mut self, admin: AdminKey, client: ClientKey) -> Result<bool, StoreError>;
}
