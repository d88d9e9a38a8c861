//! Ready-made values for tests of the rooms above; behind the feature `samples`.

use crate::{
    AdminId, AdminRights, ClientId, ClientKind, Credentials, IssuerKey, IssuerUrl, NewAdmin,
    NewClient, NewIssuer, PartyStatus, Registration, StoredSecret, Timestamp,
};

/// An issuer at `url`, from the beginning of time.
pub fn issuer(url: &str) -> Option<NewIssuer> {
    Some(NewIssuer { url: IssuerUrl::new(url).ok()?, created_at: Timestamp::default() })
}

/// An approved confidential client whose secret's hash is `hash`.
pub fn client(issuer: IssuerKey, id: &str, hash: &str) -> Option<NewClient> {
    Some(NewClient {
        issuer,
        id: ClientId::new(id).ok()?,
        name: id.to_owned(),
        kind: ClientKind::Confidential,
        status: PartyStatus::Approved,
        credentials: Credentials::secret(StoredSecret::new(hash)),
        registration: Registration::default(),
        created_at: Timestamp::default(),
    })
}

/// An approved admin client with these rights.
pub fn admin(issuer: IssuerKey, id: &str, rights: AdminRights) -> Option<NewAdmin> {
    Some(NewAdmin {
        issuer,
        id: AdminId::new(id).ok()?,
        name: id.to_owned(),
        email: None,
        status: PartyStatus::Approved,
        rights,
        max_clients: None,
        credentials: Credentials::secret(StoredSecret::new("none")),
        created_at: Timestamp::default(),
    })
}
