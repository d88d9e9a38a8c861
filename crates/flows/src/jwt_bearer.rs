//! The JWT-bearer grant (RFC 7523 2.1): a token on somebody's word about a user.
//!
//! Believed are the issuers that the keeper has entered and approved, and the client itself
//! about the users that its registration names. No refresh token: the next assertion does
//! as well (RFC 7521 4.1).

use muster_crypto::{GrantClaims, GrantExpectation, VerifyingKeys, unverified_issuer};
use muster_domain::{
    Client, Entitlement, GrantName, PartyStatus, ScopeSet, User, UserId, UserStatus,
};
use muster_grants::JwtBearer;
use muster_policy::IssuePermit;
use muster_store::AssertionUse;

use crate::doing::Doing;
use crate::mint::{Account, Order, mint};
use crate::transactions::NewTransaction;
use crate::{FlowError, TokenAnswer};

/// Issues on an assertion.
pub(crate) fn carry_out(
    permit: &IssuePermit<JwtBearer>,
    doing: &Doing<'_>,
) -> Result<TokenAnswer, FlowError> {
    let (client, tools) = (permit.client(), doing.tools);
    let now = tools.clock.now();
    let (issuer, claims) = believed(permit, doing)?;
    let user = user(client, (&issuer, &claims), doing)?;
    let proven = doing.shown.verify(client, tools)?;
    let access = Entitlement {
        audience: permit.audience().to_vec(),
        key: proven.as_ref().map(|proven| proven.thumbprint().clone()),
        ..Entitlement::of_scopes(scopes(permit, &claims)?)
    };
    let shard = user.key.shard;
    let minted = mint(
        &Order {
            client,
            subject: user.id.as_str(),
            shard,
            now,
            access: &access,
            access_until: now.plus(permit.terms().access),
            refresh: None,
            identity: None,
            may_act: &client.registration.may_act,
        },
        tools,
    )?;
    let span = (now, permit.terms().access);
    let begun = NewTransaction::begin((Some(user.key), shard), access.scopes.clone(), span, tools)?;
    doing.once(proven.as_ref(), |unit| {
        // Another name space than that of client assertions: ids hold no controls.
        let party = format!("\u{1}grant\u{1}{issuer}");
        let used = unit.use_assertion(client.issuer, &party, &claims.jti, claims.expires_at)?;
        if used == AssertionUse::Replayed {
            return Ok(Err(FlowError::grant("the assertion was used before")));
        }
        let transaction = begun.store(unit, client)?;
        let account = Account {
            grant: GrantName::JwtBearer,
            transaction: &transaction,
            user: Some(&user.id),
        };
        minted.issue(unit, account, doing)?;
        Ok(Ok(()))
    })?;
    minted.into_answer()
}

/// Who says it, and what, if whoever it is may be believed.
fn believed(
    permit: &IssuePermit<JwtBearer>,
    doing: &Doing<'_>,
) -> Result<(String, GrantClaims), FlowError> {
    let tools = doing.tools;
    let text = permit.asked().assertion.expose();
    let issuer = unverified_issuer(text).ok_or(FlowError::grant("no assertion"))?;
    let keys = keys_of(&issuer, permit.client(), doing)?;
    let keys = VerifyingKeys::of_jwk_set(&keys)
        .map_err(|_| FlowError::grant("the keys of the assertion's issuer cannot be used"))?;
    let expectation = GrantExpectation { issuer: &issuer, audience: tools.issuer.url.as_str() };
    let claims = keys.grant_assertion(text, &expectation, tools.clock.now());
    let claims = claims.map_err(|rejected| {
        tracing::debug!(issuer, %rejected, "an assertion was rejected");
        FlowError::grant("the assertion was rejected")
    })?;
    Ok((issuer, claims))
}

/// The keys of whoever signs: the client's own, or a trusted issuer's (S58).
fn keys_of(issuer: &str, client: &Client, doing: &Doing<'_>) -> Result<String, FlowError> {
    if issuer == client.id.as_str() {
        let keys = client.credentials.jwks.clone();
        return keys.ok_or(FlowError::grant("the client has no keys"));
    }
    let tenant = client.issuer;
    let trusted = doing.tools.store.read(|reading| reading.find_trusted_issuer(tenant, issuer))?;
    trusted
        .filter(|trusted| trusted.status == PartyStatus::Approved)
        .map(|trusted| trusted.jwks)
        .ok_or(FlowError::grant("the assertion's issuer is not trusted"))
}

/// The user, who must be known and active (B99), and whom a client may speak for by itself
/// only if its registration says so.
fn user(
    client: &Client,
    (issuer, claims): (&str, &GrantClaims),
    doing: &Doing<'_>,
) -> Result<User, FlowError> {
    let refused = FlowError::grant("the user is unknown, disabled or not the client's to name");
    let named = &client.registration.assertion_users;
    let speaks_itself = issuer == client.id.as_str();
    if (speaks_itself || !named.is_empty()) && !named.contains(&claims.subject) {
        return Err(refused);
    }
    let Ok(id) = UserId::new(claims.subject.as_str()) else { return Err(refused) };
    let user = doing.tools.store.read(|reading| reading.find_user(client.issuer, &id))?;
    user.filter(|user| user.status == UserStatus::Active).ok_or(refused)
}

/// What is asked for, else what the assertion grants, else what is registered; never more
/// than the assertion or the registration allows.
fn scopes(permit: &IssuePermit<JwtBearer>, claims: &GrantClaims) -> Result<ScopeSet, FlowError> {
    let registered = &permit.client().registration.scopes;
    let granted = match &claims.scope {
        None => None,
        Some(text) => {
            Some(ScopeSet::parse(text).map_err(|_| FlowError::grant("a scope that is none"))?)
        }
    };
    let scopes = match (&permit.asked().scope, granted) {
        (Some(asked), Some(granted)) if !granted.covers_all(asked) => None,
        (Some(asked), _) => asked.narrowed_to(registered),
        (None, Some(granted)) => granted.narrowed_to(registered),
        (None, None) => Some(registered.clone()),
    };
    scopes.ok_or(FlowError::InvalidScope)
}
