//! What the holder of an access token is told of the person that it speaks for (OpenID Connect
//! Core 5.3).
//!
//! The token is found and judged as everywhere else; beyond that it must be meant for this
//! issuer (S23), speak for a person, hold the scope `openid`, and come with the proof of the
//! key that it is bound to (S65).

use muster_domain::{Claims, Reach, TokenKind, UserId};
use muster_grants::{ShownToken, TokenScheme};
use muster_policy::claims_for;
use muster_store::{FoundToken, StoreError};

use crate::introspect::is_good;
use crate::proof::{REPLAYED, ShownProof, fits};
use crate::{FlowError, Tools, presented};

/// What is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UserInfo {
    /// `sub`, as in the ID token (5.3.2).
    pub subject: UserId,
    /// What the scopes of the token tell.
    pub claims: Claims,
}

/// Why nothing is told.
#[derive(Debug, thiserror::Error)]
pub enum UserInfoError {
    /// The token opens nothing here (RFC 6750 3.1 `invalid_token`). The caller hears the same
    /// for every reason.
    #[error("the access token is not acceptable: {reason}")]
    InvalidToken {
        /// Which of the reasons.
        reason: &'static str,
    },
    /// It is good, and not for this (RFC 6750 3.1 `insufficient_scope`).
    #[error("the access token lacks the scope openid")]
    InsufficientScope,
    /// It could not be found out, or the proof is wrong.
    #[error(transparent)]
    Flow(#[from] FlowError),
}

impl From<StoreError> for UserInfoError {
    fn from(error: StoreError) -> Self {
        Self::Flow(error.into())
    }
}

/// Tells what the token that is shown lets its holder know.
pub fn userinfo(
    shown: &ShownToken,
    (reach, endpoint): (Reach, ShownProof<'_>),
    tools: &Tools,
) -> Result<UserInfo, UserInfoError> {
    let now = tools.clock.now();
    let found = presented::find(&shown.text, TokenKind::Access, reach, (tools, now))?;
    let found = found.ok_or_else(|| refused("unknown"))?;
    if !is_good(&found, now) {
        return Err(refused("expired or ended, or what stands above it is"));
    }
    if !is_meant_for_us(&found, endpoint.url, tools) {
        return Err(refused("meant for somebody else"));
    }
    prove(shown, &found, (endpoint, tools))?;
    let (Some(subject), Some(user)) = (found.user_id, found.token.user) else {
        return Err(refused("it speaks for a client"));
    };
    let scopes = &found.entitlement.scopes;
    if !scopes.holds("openid") {
        return Err(UserInfoError::InsufficientScope);
    }
    let known = tools.store.read(|reading| reading.find_claims(user))?;
    let reader = (&found.client_id, &tools.issuer.url);
    Ok(UserInfo { subject, claims: claims_for(scopes, reader, &known, &tools.claims) })
}

const fn refused(reason: &'static str) -> UserInfoError {
    UserInfoError::InvalidToken { reason }
}

/// Whether it names nobody in particular, or this issuer or endpoint: another resource server
/// that is shown a token learns no more of the person than the token says (S23).
fn is_meant_for_us(found: &FoundToken, endpoint: &str, tools: &Tools) -> bool {
    let audience = &found.entitlement.audience;
    let names_us = |name: &String| name == tools.issuer.url.as_str() || name == endpoint;
    audience.is_empty() || audience.iter().any(names_us)
}

/// A token that is bound comes with the proof of its key, and as such; one that is not comes by
/// itself (RFC 9449 7.1, 7.2).
fn prove(
    shown: &ShownToken,
    found: &FoundToken,
    (endpoint, tools): (ShownProof<'_>, &Tools),
) -> Result<(), UserInfoError> {
    let key = found.entitlement.key.as_ref();
    match (shown.scheme, key) {
        (TokenScheme::Bearer, None) => return Ok(()),
        (TokenScheme::Bearer, Some(_)) => {
            return Err(refused("bound, and shown as if it were not"));
        }
        (TokenScheme::Dpop, None) => return Err(refused("not bound, and shown as if it were")),
        (TokenScheme::Dpop, Some(_)) => {}
    }
    let proven = endpoint.verify_with(&shown.text, tools)?;
    fits(key, proven.as_ref())?;
    let spent = match &proven {
        None => true,
        Some(proven) => tools.store.change(|unit| proven.spend(unit, tools.issuer.key))?,
    };
    if spent { Ok(()) } else { Err(REPLAYED.into()) }
}
