//! The one match of what a caller shows against what is registered for it.

use std::sync::Arc;

use muster_crypto::{SecretVerifier, Verification};
use muster_domain::{
    AuthMethod, ClientStanding, Clock, CredentialVersion, Credentials, Issuer, PartyStatus, Secret,
};
use muster_grants::Presented;
use muster_store::{Party, PartyKey, Store, StoreError, Unit};

use crate::error::{AuthError, Reason};
use crate::{AuthenticatedAdmin, AuthenticatedClient, Caller};

/// What happens in the unit that replaces a secret's hash by a better one: told the unit
/// and the party's id.
pub type OnUpgrade = Arc<dyn Fn(&mut dyn Unit, &str) -> Result<(), StoreError> + Send + Sync>;

/// Verifies who asks.
#[derive(Clone)]
pub struct Identity {
    /// Where parties are registered.
    pub store: Arc<dyn Store>,
    /// What verifies secrets.
    pub verifier: Arc<SecretVerifier>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// The tenant that is asked.
    pub issuer: Issuer,
    /// Records that a hash was replaced.
    pub on_upgrade: OnUpgrade,
}

impl Identity {
    /// Verifies what a caller shows. Nothing but parties is looked up (invariant I01).
    pub fn authenticate(&self, presented: &Presented) -> Result<Caller, AuthError> {
        match presented {
            Presented::Basic(readings) => self.by_readings(readings),
            Presented::Post { id, secret } => self.by_secret(id, secret, AuthMethod::SecretPost),
            Presented::Assertion { id, assertion } => self.by_assertion(id.as_deref(), assertion),
            Presented::Nothing { id } => self.by_name_alone(id.as_deref()),
        }
    }

    /// Whoever an id names, as things stand now: a suspended tenant has no callers.
    pub(crate) fn find(&self, id: &str) -> Result<Option<Party>, AuthError> {
        Ok(self.store.read(|reading| reading.find_caller(self.issuer.key, id))?)
    }

    /// A public client names itself and proves nothing (RFC 6749 2.3.1).
    fn by_name_alone(&self, id: Option<&str>) -> Result<Caller, AuthError> {
        let Some(id) = id else { return Err(refused(Reason::NothingShown, None)) };
        let party = self.find(id)?;
        let named = match party {
            Some(party) if methods(&party).methods.allow(AuthMethod::None) => {
                proved(party, AuthMethod::None)
            }
            Some(_) => Err(refused(Reason::WrongMethod, Some(id))),
            None => Err(refused(Reason::Unknown, None)),
        };
        if named.is_err() {
            // The cost of a wrong secret, so that a quick answer tells nothing (B33, T18).
            let _ = self.waste(&Secret::new(String::new()));
        }
        named
    }

    /// One verification for nobody.
    pub(crate) fn waste(&self, secret: &Secret<String>) -> Result<(), AuthError> {
        match self.verifier.verify("", None, secret) {
            Verification::Busy => Err(AuthError::Busy),
            Verification::Wrong | Verification::Right { .. } => Ok(()),
        }
    }
}

/// The proof, if the party is in good standing.
pub(crate) fn proved(party: Party, method: AuthMethod) -> Result<Caller, AuthError> {
    if let Some(reason) = why_not(&party) {
        return Err(refused(reason, Some(id(&party))));
    }
    Ok(match party {
        Party::Admin(admin) => Caller::Admin(AuthenticatedAdmin::proved(*admin, method)),
        Party::Client(client, _) => Caller::Client(AuthenticatedClient::proved(client, method)),
    })
}

/// Why a party is not in good standing; `None`: it is.
pub(crate) fn why_not(party: &Party) -> Option<Reason> {
    match party {
        Party::Admin(admin) => {
            (admin.status != PartyStatus::Approved).then_some(Reason::NotApproved)
        }
        Party::Client(_, ClientStanding { client: PartyStatus::Approved, deserted }) => {
            deserted.then_some(Reason::Deserted)
        }
        Party::Client(_, ClientStanding { .. }) => Some(Reason::NotApproved),
    }
}

pub(crate) fn refused(reason: Reason, claimed: Option<&str>) -> AuthError {
    AuthError::InvalidClient { reason, claimed: claimed.map(ToOwned::to_owned) }
}

pub(crate) const fn methods(party: &Party) -> &Credentials {
    match party {
        Party::Client(client, _) => &client.credentials,
        Party::Admin(admin) => &admin.credentials,
    }
}

pub(crate) fn id(party: &Party) -> &str {
    match party {
        Party::Client(client, _) => client.id.as_str(),
        Party::Admin(admin) => admin.id.as_str(),
    }
}

pub(crate) const fn version(party: &Party) -> CredentialVersion {
    match party {
        Party::Client(client, _) => client.version,
        Party::Admin(admin) => admin.version,
    }
}

pub(crate) const fn key(party: &Party) -> PartyKey {
    match party {
        Party::Client(client, _) => PartyKey::Client(client.key),
        Party::Admin(admin) => PartyKey::Admin(admin.key),
    }
}

#[cfg(test)]
mod tests {
    use muster_domain::{
        AdminClient, AdminKey, AdminRights, Client, ClientKey, IssuerKey, Timestamp, samples,
    };

    use super::*;

    fn client(standing: ClientStanding) -> Party {
        let new = samples::client(IssuerKey::new(1), "client", "x").unwrap();
        let client = Client {
            key: ClientKey::new(9),
            issuer: new.issuer,
            id: new.id,
            name: new.name,
            kind: new.kind,
            status: standing.client,
            credentials: new.credentials,
            version: CredentialVersion(1),
            registration: new.registration,
            created_at: Timestamp::default(),
        };
        Party::Client(Box::new(client), standing)
    }

    fn admin(status: PartyStatus) -> Party {
        let rights = AdminRights { list_users: true, list_users_other_clients: true };
        let new = samples::admin(IssuerKey::new(1), "admin", rights).unwrap();
        Party::Admin(Box::new(AdminClient {
            key: AdminKey::new(7),
            issuer: new.issuer,
            id: new.id,
            name: new.name,
            email: new.email,
            status,
            rights,
            max_clients: None,
            credentials: new.credentials,
            version: CredentialVersion(1),
            created_at: Timestamp::default(),
        }))
    }

    fn reason(party: Party) -> Option<Reason> {
        match proved(party, AuthMethod::SecretBasic) {
            Ok(_) => None,
            Err(AuthError::InvalidClient { reason, .. }) => Some(reason),
            Err(AuthError::Busy | AuthError::Store(_)) => panic!("nobody was asked"),
        }
    }

    #[test]
    fn only_a_party_in_good_standing_becomes_a_caller_whatever_it_proves() {
        // I16, T08: the rows of the disabled matrix that are about the caller.
        let not_approved = Some(Reason::NotApproved);
        for (status, expected, deserted) in [
            (PartyStatus::Approved, None, Some(Reason::Deserted)),
            (PartyStatus::Pending, not_approved, not_approved),
            (PartyStatus::Denied, not_approved, not_approved),
            (PartyStatus::Suspended, not_approved, not_approved),
            (PartyStatus::Revoked, not_approved, not_approved),
        ] {
            let standing = |deserted| ClientStanding { client: status, deserted };
            assert_eq!(reason(admin(status)), expected, "admin {status}");
            assert_eq!(reason(client(standing(false))), expected, "client {status}");
            assert_eq!(reason(client(standing(true))), deserted, "deserted client {status}");
        }
    }
}
