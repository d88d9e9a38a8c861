//! Rows of clients and admin clients.

use diesel::prelude::*;
use muster_domain::{
    AdminClient, AdminId, AdminKey, AdminRights, AuthMethods, Client, ClientId, ClientKey,
    ClientKind, CredentialVersion, Credentials, IssuerKey, NewAdmin, NewClient, PartyStatus,
    StoredSecret, Timestamp,
};
use muster_store::StoreError;

use super::registration::{read_registration, registration_text};
use super::{from_number, small};
use crate::schema::{admins, clients};

/// A row of `admins`.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = admins, treat_none_as_default_value = false)]
pub(crate) struct AdminRow {
    pub(crate) seq: i32,
    issuer_seq: i32,
    status: i16,
    methods: i16,
    list_users: bool,
    list_users_other_clients: bool,
    max_clients: Option<i32>,
    version: i64,
    created_at: i64,
    id: String,
    name: String,
    email: Option<String>,
    secret: Option<String>,
    jwks: Option<String>,
}

/// A row of `clients`.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = clients, treat_none_as_default_value = false)]
pub(crate) struct ClientRow {
    pub(crate) seq: i32,
    issuer_seq: i32,
    kind: i16,
    status: i16,
    methods: i16,
    version: i64,
    created_at: i64,
    id: String,
    name: String,
    secret: Option<String>,
    jwks: Option<String>,
    registration: String,
}

impl AdminRow {
    pub(crate) fn of(seq: i64, new: &NewAdmin) -> Result<Self, StoreError> {
        Ok(Self {
            seq: small(seq)?,
            issuer_seq: small(new.issuer.number())?,
            status: party_status_number(new.status),
            methods: new.credentials.methods.bits(),
            list_users: new.rights.list_users,
            list_users_other_clients: new.rights.list_users_other_clients,
            max_clients: new.max_clients,
            version: 1,
            created_at: new.created_at.millis(),
            id: new.id.as_str().to_owned(),
            name: new.name.clone(),
            email: new.email.clone(),
            secret: secret_text(&new.credentials),
            jwks: new.credentials.jwks.clone(),
        })
    }

    pub(crate) fn into_domain(self) -> Result<AdminClient, StoreError> {
        Ok(AdminClient {
            key: AdminKey::new(self.seq.into()),
            issuer: IssuerKey::new(self.issuer_seq.into()),
            id: AdminId::new(self.id).map_err(|e| StoreError::corrupt(e.to_string()))?,
            name: self.name,
            email: self.email,
            status: party_status(self.status)?,
            rights: AdminRights {
                list_users: self.list_users,
                list_users_other_clients: self.list_users_other_clients,
            },
            max_clients: self.max_clients,
            credentials: credentials(self.methods, self.secret, self.jwks),
            version: CredentialVersion(self.version),
            created_at: Timestamp::from_millis(self.created_at),
        })
    }
}

impl ClientRow {
    pub(crate) fn of(seq: i64, new: &NewClient) -> Result<Self, StoreError> {
        Ok(Self {
            seq: small(seq)?,
            issuer_seq: small(new.issuer.number())?,
            kind: client_kind_number(new.kind),
            status: party_status_number(new.status),
            methods: new.credentials.methods.bits(),
            version: 1,
            created_at: new.created_at.millis(),
            id: new.id.as_str().to_owned(),
            name: new.name.clone(),
            secret: secret_text(&new.credentials),
            jwks: new.credentials.jwks.clone(),
            registration: registration_text(&new.registration)?,
        })
    }

    pub(crate) fn into_domain(self) -> Result<Client, StoreError> {
        Ok(Client {
            key: ClientKey::new(self.seq.into()),
            issuer: IssuerKey::new(self.issuer_seq.into()),
            id: ClientId::new(self.id).map_err(|e| StoreError::corrupt(e.to_string()))?,
            name: self.name,
            kind: client_kind(self.kind)?,
            status: party_status(self.status)?,
            credentials: credentials(self.methods, self.secret, self.jwks),
            version: CredentialVersion(self.version),
            registration: read_registration(&self.registration)?,
            created_at: Timestamp::from_millis(self.created_at),
        })
    }
}

fn credentials(methods: i16, secret: Option<String>, jwks: Option<String>) -> Credentials {
    Credentials {
        methods: AuthMethods::from_bits(methods),
        secret: secret.map(StoredSecret::new),
        jwks,
    }
}

fn secret_text(credentials: &Credentials) -> Option<String> {
    credentials.secret.as_ref().map(|secret| secret.as_str().to_owned())
}

/// The number of a status.
pub(crate) const fn party_status_number(status: PartyStatus) -> i16 {
    match status {
        PartyStatus::Pending => 0,
        PartyStatus::Approved => 1,
        PartyStatus::Denied => 2,
        PartyStatus::Suspended => 3,
        PartyStatus::Revoked => 4,
    }
}

/// The status with this number.
pub(crate) fn party_status(number: i16) -> Result<PartyStatus, StoreError> {
    let known = PartyStatus::ALL.into_iter().find(|s| party_status_number(*s) == number);
    from_number("status of a client or admin", number, known)
}

const fn client_kind_number(kind: ClientKind) -> i16 {
    match kind {
        ClientKind::Confidential => 0,
        ClientKind::Public => 1,
    }
}

fn client_kind(number: i16) -> Result<ClientKind, StoreError> {
    let known = [ClientKind::Confidential, ClientKind::Public]
        .into_iter()
        .find(|kind| client_kind_number(*kind) == number);
    from_number("kind of client", number, known)
}
