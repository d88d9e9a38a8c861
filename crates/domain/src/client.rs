//! An ordinary OAuth client as it is registered (RFC 7591 2).

use crate::{
    ClientId, ClientKey, CredentialVersion, Credentials, GrantNames, IssuerKey, Lifetime,
    PartyStatus, ScopeSet, Timestamp,
};

/// Whether a client can keep a secret (RFC 6749 2.1).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ClientKind {
    /// It can: it proves who it is at each request.
    Confidential,
    /// It cannot: PKCE always.
    Public,
}

/// The form of the access tokens that a client gets.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum AccessTokenProfile {
    /// Random text that means nothing outside.
    Opaque,
    /// JWT by RFC 9068.
    #[default]
    Rfc9068,
    /// WLCG Common JWT Profile 1.0.
    Wlcg,
    /// SciTokens 2.0.
    SciTokens,
}

impl AccessTokenProfile {
    /// Every profile.
    pub const ALL: [Self; 4] = [Self::Opaque, Self::Rfc9068, Self::Wlcg, Self::SciTokens];

    /// Its name in settings and registrations.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opaque => "opaque",
            Self::Rfc9068 => "rfc9068",
            Self::Wlcg => "wlcg",
            Self::SciTokens => "scitokens",
        }
    }
}

/// What a client registered besides its name and credentials.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Registration {
    /// Its home page.
    pub home_url: Option<String>,
    /// Where its keeper can be reached.
    pub email: Option<String>,
    /// Its redirect URIs, compared byte for byte.
    pub redirect_uris: Vec<String>,
    /// The grants it may use (RFC 7591 2).
    pub grants: GrantNames,
    /// The scopes it may ask for.
    pub scopes: ScopeSet,
    /// Whether scopes outside `scopes` are refused rather than dropped.
    pub strict_scopes: bool,
    /// The audiences its tokens may name.
    pub audiences: Vec<String>,
    /// The audiences that it is itself, beside its own id: as a resource server it may
    /// introspect and exchange what was issued for them (decision D6).
    pub serves: Vec<String>,
    /// Whether it may introspect every token of the issuer.
    pub introspects_every_token: bool,
    /// Clients, besides those that a token is meant for, that may exchange this client's
    /// tokens (RFC 8693 4.4, `may_act`).
    pub may_act: Vec<String>,
    /// Whether its tokens are always bound to a key (RFC 9449 5.2, `dpop_bound_access_tokens`).
    pub binds_tokens: bool,
    /// The form of its access tokens.
    pub profile: AccessTokenProfile,
    /// Lifetime of its access tokens; `None`: the server's.
    pub access_lifetime: Option<Lifetime>,
    /// The longest access-token lifetime it may wish for.
    pub access_lifetime_max: Option<Lifetime>,
    /// Lifetime of its refresh tokens: `None`: the server's; zero: it gets none.
    pub refresh_lifetime: Option<Lifetime>,
    /// The longest refresh-token lifetime it may wish for.
    pub refresh_lifetime_max: Option<Lifetime>,
    /// How long a rotated refresh token still yields the same successor (decision D4).
    pub refresh_grace: Lifetime,
    /// Users it may speak for by RFC 7523 assertion; empty: none.
    pub assertion_users: Vec<String>,
}

impl Registration {
    /// Whether tokens of the client that registered this as `own` may name this audience: one
    /// that it may name, or the client itself by its id or by what it serves.
    pub fn may_name(&self, audience: &str, own: &ClientId) -> bool {
        let is_in = |names: &[String]| names.iter().any(|name| name == audience);
        is_in(&self.audiences) || is_in(&self.serves) || own.as_str() == audience
    }
}

/// A client as the store knows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Client {
    /// Its key.
    pub key: ClientKey,
    /// The issuer it belongs to.
    pub issuer: IssuerKey,
    /// Its public name.
    pub id: ClientId,
    /// Its name for people.
    pub name: String,
    /// Whether it can keep a secret.
    pub kind: ClientKind,
    /// How it stands.
    pub status: PartyStatus,
    /// What it proves itself with.
    pub credentials: Credentials,
    /// Counts its changes.
    pub version: CredentialVersion,
    /// The rest of its registration.
    pub registration: Registration,
    /// When it was registered.
    pub created_at: Timestamp,
}

/// A client to be added.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewClient {
    /// The issuer it belongs to.
    pub issuer: IssuerKey,
    /// Its public name.
    pub id: ClientId,
    /// Its name for people.
    pub name: String,
    /// Whether it can keep a secret.
    pub kind: ClientKind,
    /// How it stands at first.
    pub status: PartyStatus,
    /// What it proves itself with.
    pub credentials: Credentials,
    /// The rest of its registration.
    pub registration: Registration,
    /// When it was registered.
    pub created_at: Timestamp,
}
