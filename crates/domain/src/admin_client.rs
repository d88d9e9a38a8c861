//! An admin client: it administers other clients and may hold the right to list.

use crate::{AdminId, AdminKey, CredentialVersion, Credentials, IssuerKey, PartyStatus, Timestamp};

/// What an admin client may do beyond administering.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct AdminRights {
    /// May use the token-information grant.
    pub list_users: bool,
    /// Is not restricted to its own clients there. Worth nothing without `list_users`.
    pub list_users_other_clients: bool,
}

/// An admin client as the store knows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AdminClient {
    /// Its key.
    pub key: AdminKey,
    /// The issuer it belongs to.
    pub issuer: IssuerKey,
    /// Its public name.
    pub id: AdminId,
    /// Its name for people.
    pub name: String,
    /// Where its keeper can be reached.
    pub email: Option<String>,
    /// How it stands.
    pub status: PartyStatus,
    /// What it may do.
    pub rights: AdminRights,
    /// The most clients it may administer; `None`: no limit.
    pub max_clients: Option<i32>,
    /// What it proves itself with.
    pub credentials: Credentials,
    /// Counts its changes.
    pub version: CredentialVersion,
    /// When it was registered.
    pub created_at: Timestamp,
}

/// An admin client to be added.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewAdmin {
    /// The issuer it belongs to.
    pub issuer: IssuerKey,
    /// Its public name.
    pub id: AdminId,
    /// Its name for people.
    pub name: String,
    /// Where its keeper can be reached.
    pub email: Option<String>,
    /// How it stands at first.
    pub status: PartyStatus,
    /// What it may do.
    pub rights: AdminRights,
    /// The most clients it may administer; `None`: no limit.
    pub max_clients: Option<i32>,
    /// What it proves itself with.
    pub credentials: Credentials,
    /// When it was registered.
    pub created_at: Timestamp,
}
