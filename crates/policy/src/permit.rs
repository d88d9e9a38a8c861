//! A permit: what the caller may do, and how far it reaches.
//!
//! It is made here alone:
//!
//! ```compile_fail
//! let forged = muster_policy::Permit { caller: todo!(), deed: todo!(), reasons: vec![] };
//! ```

use muster_client_auth::{AuthenticatedClient, Caller};
use muster_domain::Reach;
use muster_grants::{
    AuthorizationCode, ClientCredentials, DeviceCode, Grant, JwtBearer, RefreshToken,
    TokenExchange, TokenInfo, Wishes,
};

use crate::inspect::one_client;
use crate::rules::{Case, RULES, asked_audience};
use crate::verdict::decide;
use crate::{Denial, IssuePermit, Rulebook, Terms};

/// A request that may be carried out.
#[derive(Clone, Debug)]
pub struct Permit {
    caller: Caller,
    deed: Deed,
    reasons: Vec<&'static str>,
}

/// What may be done.
#[derive(Clone, Debug)]
pub enum Deed {
    /// List a user's tokens.
    List(ListingPermit),
    /// Redeem a code.
    RedeemCode(Box<IssuePermit<AuthorizationCode>>),
    /// Use a refresh token up for its successor.
    Refresh(Box<IssuePermit<RefreshToken>>),
    /// Issue to the client itself.
    IssueToClient(Box<IssuePermit<ClientCredentials>>),
    /// Exchange a token.
    Exchange(Box<IssuePermit<TokenExchange>>),
    /// Answer a device's poll.
    PollDevice(Box<IssuePermit<DeviceCode>>),
    /// Issue on an assertion about a user.
    BelieveAssertion(Box<IssuePermit<JwtBearer>>),
}

/// A listing that may be made, and its two reaches.
#[derive(Clone, Debug)]
pub struct ListingPermit {
    asked: TokenInfo,
    token_reach: Reach,
    listing_reach: Reach,
}

/// Decides whether and how far.
pub fn permit(caller: Caller, grant: Grant, rulebook: &Rulebook) -> Result<Permit, Denial> {
    let case = Case { caller: &caller, grant: &grant, rulebook };
    let reasons = decide(RULES.iter().map(|rule| rule(&case)))?;
    let deed = match (grant, &caller) {
        (Grant::TokenInfo(asked), _) => {
            let (token_reach, listing_reach) = reaches(&caller);
            Deed::List(ListingPermit { asked, token_reach, listing_reach })
        }
        (grant, Caller::Client(client)) => issuing(grant, client, rulebook)?,
        // The rules have refused it before.
        (_, Caller::Admin(_)) => return Err(Denial::NotForAdmins),
    };
    Ok(Permit { caller, deed, reasons })
}

/// The permit of a grant that issues.
fn issuing(
    grant: Grant,
    client: &AuthenticatedClient,
    rulebook: &Rulebook,
) -> Result<Deed, Denial> {
    let audience = asked_audience(&grant);
    let own = one_client(client);
    let issue = Issuing { client, rulebook, audience, own };
    Ok(match grant {
        // A listing is permitted above, and issues nothing.
        Grant::TokenInfo(_) => return Err(Denial::Silence),
        Grant::AuthorizationCode(asked) => {
            let wishes = asked.wishes;
            Deed::RedeemCode(Box::new(issue.permit(asked, wishes)))
        }
        Grant::RefreshToken(asked) => {
            let wishes = asked.wishes;
            Deed::Refresh(Box::new(issue.permit(asked, wishes)))
        }
        Grant::ClientCredentials(asked) => {
            let wishes = asked.wishes;
            Deed::IssueToClient(Box::new(issue.permit(asked, wishes)))
        }
        Grant::TokenExchange(asked) => {
            let wishes = asked.wishes;
            let mut permit = issue.permit(asked, wishes);
            permit.token_reach = Reach::exchangeable_by(own.issuer(), client.client().key);
            Deed::Exchange(Box::new(permit))
        }
        Grant::DeviceCode(asked) => {
            let wishes = asked.wishes;
            Deed::PollDevice(Box::new(issue.permit(asked, wishes)))
        }
        Grant::JwtBearer(asked) => {
            let wishes = asked.wishes;
            Deed::BelieveAssertion(Box::new(issue.permit(asked, wishes)))
        }
    })
}

/// What the permits of all issuing grants have in common.
struct Issuing<'a> {
    client: &'a AuthenticatedClient,
    rulebook: &'a Rulebook,
    audience: Vec<String>,
    own: Reach,
}

impl Issuing<'_> {
    fn permit<G>(self, asked: G, wishes: Wishes) -> IssuePermit<G> {
        let registration = &self.client.client().registration;
        IssuePermit {
            asked,
            holder: self.client.clone(),
            terms: Terms::of(registration, &wishes, &self.rulebook.lifetimes),
            audience: self.audience,
            token_reach: self.own,
        }
    }
}

/// Where the presented token must be found, and what the listing covers. Also an admin
/// that may list every client presents a token of its own ones (invariant I03).
fn reaches(caller: &Caller) -> (Reach, Reach) {
    match caller {
        Caller::Admin(admin) => {
            let admin = admin.admin();
            let own = Reach::own_clients(admin.issuer, admin.key);
            if admin.rights.list_users && admin.rights.list_users_other_clients {
                (own, Reach::every_client(admin.issuer, admin.key))
            } else {
                (own, own)
            }
        }
        Caller::Client(client) => {
            let own = Reach::one_client(client.client().issuer, client.client().key);
            (own, own)
        }
    }
}

impl Permit {
    /// Who may.
    pub const fn caller(&self) -> &Caller {
        &self.caller
    }

    /// What may be done.
    pub const fn deed(&self) -> &Deed {
        &self.deed
    }

    /// The listing that may be made, if that is what was asked.
    pub const fn listing(&self) -> Option<&ListingPermit> {
        match &self.deed {
            Deed::List(listing) => Some(listing),
            Deed::RedeemCode(_)
            | Deed::Refresh(_)
            | Deed::IssueToClient(_)
            | Deed::Exchange(_)
            | Deed::PollDevice(_)
            | Deed::BelieveAssertion(_) => None,
        }
    }

    /// Why it is permitted, for the audit trail.
    pub fn reasons(&self) -> &[&'static str] {
        &self.reasons
    }
}

impl ListingPermit {
    /// The presented token.
    pub const fn asked(&self) -> &TokenInfo {
        &self.asked
    }

    /// Where the presented token must be found.
    pub const fn token_reach(&self) -> Reach {
        self.token_reach
    }

    /// What the listing covers.
    pub const fn listing_reach(&self) -> Reach {
        self.listing_reach
    }
}

#[cfg(test)]
mod tests {
    use muster_client_auth::{AuthenticatedAdmin, AuthenticatedClient};
    use muster_domain::{
        AdminClient, AdminKey, AdminRights, Client, ClientKey, CredentialVersion, IssuerKey,
        ReachedClients, Secret, Timestamp, TokenKind, samples,
    };

    use super::*;

    fn asked() -> Grant {
        Grant::TokenInfo(TokenInfo { kind: TokenKind::Access, text: Secret::from("t") })
    }

    fn admin(list_users: bool, list_users_other_clients: bool) -> Caller {
        let rights = AdminRights { list_users, list_users_other_clients };
        let new = samples::admin(IssuerKey::new(1), "a", rights).unwrap();
        Caller::Admin(AuthenticatedAdmin::sample(AdminClient {
            key: AdminKey::new(7),
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

    fn client() -> Caller {
        let new = samples::client(IssuerKey::new(1), "c", "x").unwrap();
        Caller::Client(AuthenticatedClient::sample(Client {
            key: ClientKey::new(9),
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

    fn reached(
        caller: Caller,
        rulebook: Rulebook,
    ) -> Result<(ReachedClients, ReachedClients), Denial> {
        let permit = permit(caller, asked(), &rulebook)?;
        let listing = permit.listing().unwrap();
        Ok((listing.token_reach().clients(), listing.listing_reach().clients()))
    }

    #[test]
    fn an_admin_with_list_users_reaches_its_own_clients() {
        let own = ReachedClients::Of(AdminKey::new(7));
        assert_eq!(reached(admin(true, false), Rulebook::default()), Ok((own, own)));
    }

    #[test]
    fn the_privilege_widens_the_listing_and_not_the_presented_token() {
        // I03
        let by = AdminKey::new(7);
        let expected = (ReachedClients::Of(by), ReachedClients::Every { by });
        assert_eq!(reached(admin(true, true), Rulebook::default()), Ok(expected));
    }

    #[test]
    fn without_list_users_an_admin_is_denied_whatever_else_it_may() {
        // B110
        for others in [false, true] {
            assert_eq!(
                reached(admin(false, others), Rulebook::default()),
                Err(Denial::NoListingRight)
            );
        }
    }

    #[test]
    fn an_ordinary_client_is_denied_unless_the_keeper_lets_it_list_its_own() {
        // B125
        assert_eq!(reached(client(), Rulebook::default()), Err(Denial::NotForClients));
        let own = ReachedClients::One(ClientKey::new(9));
        let rulebook = Rulebook { clients_may_list_own: true, ..Rulebook::default() };
        assert_eq!(reached(client(), rulebook), Ok((own, own)));
    }
}
