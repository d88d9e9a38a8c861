//! Which single tokens a caller may ask about (RFC 7662), take back (RFC 7009), or begin a
//! device flow for (RFC 8628 3.1): the same rules' spirit for requests that are no grants.

use muster_client_auth::{AuthenticatedClient, Caller};
use muster_domain::{AuthMethod, GrantName, Reach, ScopeSet};

use crate::{Denial, Rulebook};

/// Why a caller may not ask about tokens at all.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum InspectDenial {
    /// A caller that proves nothing learns nothing (S40, B103): as if it had not
    /// authenticated.
    #[error("a public client may not introspect")]
    Unproved,
    /// The caller lacks a right.
    #[error(transparent)]
    Denied(#[from] Denial),
}

/// The tokens that a caller may introspect (decision D6).
pub fn introspection_reach(caller: &Caller) -> Result<Reach, InspectDenial> {
    match caller {
        Caller::Client(client) if client.method() == AuthMethod::None => {
            Err(InspectDenial::Unproved)
        }
        Caller::Client(client) => {
            let client = client.client();
            Ok(if client.registration.introspects_every_token {
                Reach::any_token(client.issuer, client.key)
            } else {
                Reach::meant_for(client.issuer, client.key)
            })
        }
        Caller::Admin(_) => Ok(admins_reach(caller)?),
    }
}

/// The tokens that a caller may revoke (decision D7): a client its own, an admin with the
/// right to list those of the clients that it administers.
pub fn revocation_reach(caller: &Caller) -> Result<Reach, Denial> {
    match caller {
        Caller::Client(client) => Ok(one_client(client)),
        Caller::Admin(_) => admins_reach(caller),
    }
}

/// A device flow that may begin.
#[derive(Clone, Debug)]
pub struct DevicePermit {
    client: AuthenticatedClient,
    scopes: ScopeSet,
    audience: Vec<String>,
    lifetimes: crate::Lifetimes,
}

impl DevicePermit {
    /// The client that runs on the device.
    pub const fn client(&self) -> &AuthenticatedClient {
        &self.client
    }

    /// The scopes that may be granted.
    pub const fn scopes(&self) -> &ScopeSet {
        &self.scopes
    }

    /// The audience that may be named.
    pub fn audience(&self) -> &[String] {
        &self.audience
    }

    /// How long the codes live, and how long the device waits between polls.
    pub const fn lifetimes(&self) -> &crate::Lifetimes {
        &self.lifetimes
    }
}

/// Whether a device flow may begin.
pub fn permit_device(
    caller: &Caller,
    scope: Option<&ScopeSet>,
    audience: Vec<String>,
    rulebook: &Rulebook,
) -> Result<DevicePermit, Denial> {
    let Caller::Client(client) = caller else { return Err(Denial::NotForAdmins) };
    let (registration, id) = (&client.client().registration, &client.client().id);
    if !registration.grants.allow(GrantName::DeviceCode) {
        return Err(Denial::GrantNotRegistered);
    }
    let asked = scope.unwrap_or(&registration.scopes);
    if registration.strict_scopes && !registration.scopes.covers_all(asked) {
        return Err(Denial::ScopeNotRegistered);
    }
    let scopes = asked.narrowed_to(&registration.scopes).ok_or(Denial::ScopeNotRegistered)?;
    if !audience.iter().all(|name| registration.may_name(name, id)) {
        return Err(Denial::TargetNotRegistered);
    }
    Ok(DevicePermit { client: client.clone(), scopes, audience, lifetimes: rulebook.lifetimes })
}

/// An admin's own clients, or every client with the privilege.
fn admins_reach(caller: &Caller) -> Result<Reach, Denial> {
    match caller {
        Caller::Admin(admin) if admin.admin().rights.list_users => {
            let admin = admin.admin();
            Ok(Reach::own_clients(admin.issuer, admin.key))
        }
        Caller::Admin(_) => Err(Denial::NoListingRight),
        Caller::Client(client) => Ok(one_client(client)),
    }
}

pub(crate) fn one_client(client: &AuthenticatedClient) -> Reach {
    Reach::one_client(client.client().issuer, client.client().key)
}
