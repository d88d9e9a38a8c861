//! Who there is in the demo's federation: clients with the grants that they need, admins
//! with different rights.

use muster_admin::{AdminDraft, ClientDraft, DeedError, Keeper, Proof};
use muster_domain::{
    AccessTokenProfile, AdminRights, Client, GrantName, GrantNames, InvalidScope, Registration,
    ScopeSet,
};

use super::federation::LiveError;

/// Every scope that the demo's clients may ask for.
const SCOPES: &str = "profile storage.read:/ storage.modify:/";

/// A client with its secret.
pub(super) struct Party {
    pub(super) client: Client,
    pub(super) secret: Option<String>,
}

/// What a client of the demo is like.
pub(super) struct Kind<'a> {
    pub(super) grants: &'a [GrantName],
    pub(super) profile: AccessTokenProfile,
    pub(super) is_public: bool,
    /// For whom its tokens may be.
    pub(super) audiences: &'a [&'a str],
}

impl Kind<'_> {
    /// A client of people with JWTs: codes and refreshing.
    pub(super) const OF_PEOPLE: Self = Self {
        grants: &[GrantName::AuthorizationCode, GrantName::RefreshToken],
        profile: AccessTokenProfile::Rfc9068,
        is_public: false,
        audiences: &[],
    };
}

/// Registers a client.
pub(super) fn client(keeper: &Keeper, id: &str, kind: &Kind<'_>) -> Result<Party, LiveError> {
    let draft = ClientDraft {
        id: id.to_owned(),
        name: None,
        proof: if kind.is_public { Proof::Nothing } else { Proof::GeneratedSecret },
        registration: Registration {
            grants: GrantNames::of(kind.grants),
            scopes: scopes()?,
            profile: kind.profile,
            audiences: kind.audiences.iter().map(|&name| name.to_owned()).collect(),
            ..Registration::default()
        },
        approved: true,
    };
    let (client, secret) = keeper.add_client(&draft)?;
    Ok(Party { client, secret: secret.map(|secret| secret.expose().clone()) })
}

/// The scopes of the demo.
pub(super) fn scopes() -> Result<ScopeSet, InvalidScope> {
    ScopeSet::parse(SCOPES)
}

/// Registers an admin with its clients; its secret.
pub(super) fn admin(
    keeper: &Keeper,
    id: &str,
    rights: AdminRights,
    clients: &[&str],
) -> Result<String, DeedError> {
    let draft = AdminDraft {
        id: id.to_owned(),
        name: None,
        email: None,
        rights,
        max_clients: None,
        proof: Proof::GeneratedSecret,
        approved: true,
    };
    let (_, secret) = keeper.add_admin(&draft)?;
    for client in clients {
        keeper.link(id, client)?;
    }
    Ok(secret.map(|secret| secret.expose().clone()).unwrap_or_default())
}
