//! Any caller, any question, any rulebook.

use muster_client_auth::{AuthenticatedAdmin, AuthenticatedClient, Caller};
use muster_domain::{
    AdminClient, AdminKey, AdminRights, Client, ClientKey, CredentialVersion, IssuerKey, Secret,
    Timestamp, TokenKind, samples,
};
use muster_grants::{Grant, TokenInfo};
use muster_policy::Rulebook;
use proptest::prelude::*;

pub(crate) const NO_RIGHTS: AdminRights =
    AdminRights { list_users: false, list_users_other_clients: false };
pub(crate) const MAY_LIST: AdminRights = AdminRights { list_users: true, ..NO_RIGHTS };
pub(crate) const MAY_LIST_OTHERS: AdminRights =
    AdminRights { list_users: true, list_users_other_clients: true };
/// Every set of rights that there is.
pub(crate) const ALL_RIGHTS: [AdminRights; 4] = [
    NO_RIGHTS,
    MAY_LIST,
    AdminRights { list_users: false, list_users_other_clients: true },
    MAY_LIST_OTHERS,
];

pub(crate) fn admin(issuer: i64, key: i64, rights: AdminRights) -> Caller {
    let new = samples::admin(IssuerKey::new(issuer), "admin", rights).unwrap();
    Caller::Admin(AuthenticatedAdmin::sample(AdminClient {
        key: AdminKey::new(key),
        issuer: new.issuer,
        id: new.id,
        name: new.name,
        email: new.email,
        status: new.status,
        rights,
        max_clients: None,
        credentials: new.credentials,
        version: CredentialVersion(1),
        created_at: Timestamp::default(),
    }))
}

pub(crate) fn client(issuer: i64, key: i64) -> Caller {
    let new = samples::client(IssuerKey::new(issuer), "client", "x").unwrap();
    Caller::Client(AuthenticatedClient::sample(Client {
        key: ClientKey::new(key),
        issuer: new.issuer,
        id: new.id,
        name: new.name,
        kind: new.kind,
        status: new.status,
        credentials: new.credentials,
        version: CredentialVersion(1),
        registration: new.registration,
        created_at: Timestamp::default(),
    }))
}

pub(crate) fn asked(kind: TokenKind, text: &str) -> Grant {
    Grant::TokenInfo(TokenInfo { kind, text: Secret::from(text) })
}

pub(crate) fn any_rights() -> impl Strategy<Value = AdminRights> {
    proptest::sample::select(&ALL_RIGHTS[..])
}

pub(crate) fn any_caller() -> impl Strategy<Value = Caller> {
    prop_oneof![
        (1..3_i64, 1..6_i64, any_rights())
            .prop_map(|(issuer, key, rights)| admin(issuer, key, rights)),
        (1..3_i64, 1..10_i64).prop_map(|(issuer, key)| client(issuer, key)),
    ]
}

pub(crate) fn any_question() -> impl Strategy<Value = Grant> {
    (any::<bool>(), ".{1,20}").prop_map(|(access, text)| {
        asked(if access { TokenKind::Access } else { TokenKind::Refresh }, &text)
    })
}

pub(crate) fn any_rulebook() -> impl Strategy<Value = Rulebook> {
    any::<bool>()
        .prop_map(|clients_may_list_own| Rulebook { clients_may_list_own, ..Rulebook::default() })
}
