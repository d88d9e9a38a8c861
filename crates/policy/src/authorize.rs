//! Whether a client may ask a person for a code (RFC 6749 4.1.1), and for how much. Who the
//! person is and what they say comes later.

use muster_domain::{Client, ClientKind, GrantName, Lifetime, ScopeSet};
use muster_grants::{AuthorizationQuestion, Wishes};

use crate::{Denial, RedirectTarget, Rulebook, Terms};

/// A request that a person may be asked about.
#[derive(Clone, Debug)]
pub struct AuthorizePermit {
    client: Client,
    target: RedirectTarget,
    question: AuthorizationQuestion,
    scopes: ScopeSet,
    audience: Vec<String>,
    terms: Terms,
    code_lifetime: Lifetime,
}

impl AuthorizePermit {
    /// The client that asks.
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// Where the answer goes.
    pub const fn target(&self) -> &RedirectTarget {
        &self.target
    }

    /// What was asked.
    pub const fn question(&self) -> &AuthorizationQuestion {
        &self.question
    }

    /// The scopes that may be granted.
    pub const fn scopes(&self) -> &ScopeSet {
        &self.scopes
    }

    /// The audience that may be named.
    pub fn audience(&self) -> &[String] {
        &self.audience
    }

    /// How long what is granted lives.
    pub const fn terms(&self) -> &Terms {
        &self.terms
    }

    /// How long the code lives.
    pub const fn code_lifetime(&self) -> Lifetime {
        self.code_lifetime
    }
}

/// Decides by the client's registration.
pub fn permit_authorization(
    client: &Client,
    target: RedirectTarget,
    question: AuthorizationQuestion,
    rulebook: &Rulebook,
) -> Result<AuthorizePermit, Denial> {
    let registration = &client.registration;
    if !registration.grants.allow(GrantName::AuthorizationCode) {
        return Err(Denial::GrantNotRegistered);
    }
    if question.challenge.is_none() && needs_challenge(client) {
        return Err(Denial::ChallengeRequired);
    }
    let asked = question.scope.as_ref().unwrap_or(&registration.scopes);
    if registration.strict_scopes && !registration.scopes.covers_all(asked) {
        return Err(Denial::ScopeNotRegistered);
    }
    let scopes = asked.narrowed_to(&registration.scopes).ok_or(Denial::ScopeNotRegistered)?;
    let audience: Vec<String> =
        question.resources.iter().map(|one| one.as_str().to_owned()).collect();
    if !audience.iter().all(|name| registration.may_name(name, &client.id)) {
        return Err(Denial::TargetNotRegistered);
    }
    let terms = Terms::of(registration, &Wishes::default(), &rulebook.lifetimes);
    let (client, code_lifetime) = (client.clone(), rulebook.lifetimes.code);
    Ok(AuthorizePermit { client, target, question, scopes, audience, terms, code_lifetime })
}

/// A public client always does, every other unless its keeper has said otherwise.
fn needs_challenge(client: &Client) -> bool {
    match client.kind {
        ClientKind::Public => true,
        ClientKind::Confidential => !client.registration.codes_without_challenge,
    }
}

#[cfg(test)]
mod tests {
    use muster_domain::{ClientKey, CredentialVersion, GrantNames, IssuerKey, Timestamp, samples};
    use muster_grants::{Arrived, Method, RawRequest, parse_authorization};

    use super::*;
    use crate::redirect_target;

    const CHALLENGED: &str = "&code_challenge_method=S256&\
                              code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn client(kind: ClientKind) -> Client {
        let new = samples::client(IssuerKey::new(1), "c", "x").unwrap();
        let mut registration = new.registration;
        registration.redirect_uris = vec!["https://a/".to_owned()];
        registration.scopes = ScopeSet::parse("a b").unwrap();
        registration.grants = GrantNames::of(&[GrantName::AuthorizationCode]);
        Client {
            key: ClientKey::new(9),
            issuer: new.issuer,
            id: new.id,
            name: new.name,
            kind,
            status: new.status,
            credentials: new.credentials,
            version: CredentialVersion(1),
            registration,
            created_at: Timestamp::default(),
        }
    }

    fn decided(client: &Client, query: &str) -> Result<String, Denial> {
        let query = format!("client_id=c&response_type=code{query}");
        let raw = RawRequest {
            method: Method::Get,
            query: query.as_bytes(),
            body: &[],
            authorization: &[],
            dpop: &[],
        };
        let Arrived::Asking(request) = parse_authorization(&raw).unwrap() else {
            panic!("not pushed")
        };
        let target = redirect_target(&client.registration, None).unwrap();
        let question = request.question().unwrap();
        let permit = permit_authorization(client, target, question, &Rulebook::default())?;
        Ok(permit.scopes().to_string())
    }

    #[test]
    fn pkce_is_a_must_but_for_a_confidential_client_whose_keeper_says_otherwise() {
        // S17
        let (public, mut old) = (client(ClientKind::Public), client(ClientKind::Confidential));
        assert_eq!(decided(&public, ""), Err(Denial::ChallengeRequired));
        assert_eq!(decided(&old, ""), Err(Denial::ChallengeRequired));
        assert!(decided(&public, CHALLENGED).is_ok());
        old.registration.codes_without_challenge = true;
        assert!(decided(&old, "").is_ok());
        let careless = Client { registration: old.registration, ..public };
        assert_eq!(decided(&careless, ""), Err(Denial::ChallengeRequired));
    }

    #[test]
    fn a_client_gets_no_scope_and_no_audience_beyond_its_registration() {
        // S25, B47
        let mut client = client(ClientKind::Confidential);
        let ask = |client: &Client, rest: &str| decided(client, &[CHALLENGED, rest].concat());
        assert_eq!(ask(&client, ""), Ok("a b".to_owned()));
        assert_eq!(ask(&client, "&scope=b+c"), Ok("b".to_owned()));
        assert_eq!(ask(&client, "&scope=c"), Err(Denial::ScopeNotRegistered));
        assert_eq!(ask(&client, "&resource=urn:x"), Err(Denial::TargetNotRegistered));
        client.registration.strict_scopes = true;
        assert_eq!(ask(&client, "&scope=b+c"), Err(Denial::ScopeNotRegistered));
        client.registration.grants = GrantNames::of(&[GrantName::RefreshToken]);
        assert_eq!(ask(&client, ""), Err(Denial::GrantNotRegistered));
    }
}
