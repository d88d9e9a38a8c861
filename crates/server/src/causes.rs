//! Why a request came to nothing, from whichever room, and the refusal that says so.
//!
//! The rooms below know neither HTTP nor each other's errors; here they meet.

use muster_client_auth::AuthError;
use muster_client_auth::{Caller, Reason as AuthReason};
use muster_flows::FlowError;
use muster_grants::ParseError;
use muster_policy::{Denial, InspectDenial};
use muster_store::StoreError;

use crate::refusal::{NOT_THIS_GRANT, PublicWords, Refusal};

/// What the other endpoints' questions are called in the trail.
pub(crate) const INTROSPECTION: &str = "introspection";
/// RFC 7009.
pub(crate) const REVOCATION: &str = "revocation";
/// A token of others (RFC 7009 2.1).
const NOT_THIS_TOKEN: PublicWords = PublicWords::new("this client may not revoke this token");
/// RFC 8628 3.1.
pub(crate) const DEVICE_START: &str = "device_authorization";

/// Which step said no, and why.
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    /// The request is malformed.
    #[error(transparent)]
    Malformed(#[from] ParseError),
    /// The caller has failed too often.
    #[error("too many failed authentications: {reason}")]
    TooManyFailures {
        /// Which limit.
        reason: &'static str,
        /// When to try again, in seconds.
        retry_after: u64,
    },
    /// A caller that is who it says has asked too often.
    #[error("{reason}")]
    TooManyRequests {
        /// Who.
        caller: String,
        /// Which limit.
        reason: &'static str,
        /// When to try again, in seconds.
        retry_after: u64,
    },
    /// The caller did not prove who it is.
    #[error(transparent)]
    Authentication(#[from] AuthError),
    /// The caller may not.
    #[error("{denial}")]
    Denied {
        /// Who.
        caller: String,
        /// What was asked: a grant, or another endpoint's question.
        asked: &'static str,
        /// Why.
        denial: Denial,
    },
    /// What was asked cannot be done.
    #[error("{error}")]
    Flow {
        /// For whom.
        caller: String,
        /// What was asked: a grant, or another endpoint's question.
        asked: &'static str,
        /// Why.
        error: FlowError,
    },
}

impl Cause {
    /// A denial of policy.
    pub(crate) fn denied(caller: &str, asked: &'static str, denial: Denial) -> Self {
        Self::Denied { caller: caller.to_owned(), asked, denial }
    }

    /// A flow without an outcome.
    pub(crate) fn flow(caller: &str, asked: &'static str, error: FlowError) -> Self {
        Self::Flow { caller: caller.to_owned(), asked, error }
    }

    /// A caller that may not even ask: one that proves nothing is nobody (S40, B103).
    pub(crate) fn unseen(caller: &Caller, denial: InspectDenial) -> Self {
        match denial {
            InspectDenial::Unproved => Self::Authentication(AuthError::InvalidClient {
                reason: AuthReason::WrongMethod,
                claimed: Some(caller.id().to_owned()),
            }),
            InspectDenial::Denied(denial) => Self::denied(caller.id(), INTROSPECTION, denial),
        }
    }

    /// What is answered.
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::Malformed(error) => malformed(error),
            Self::TooManyFailures { reason, retry_after }
            | Self::TooManyRequests { reason, retry_after, .. } => {
                Refusal::TooManyRequests { retry_after: *retry_after, reason: (*reason).into() }
            }
            Self::Authentication(AuthError::InvalidClient { reason, .. }) => {
                Refusal::InvalidClient(reason.as_str().into())
            }
            Self::Authentication(AuthError::Busy) => {
                Refusal::Busy { retry_after: 1, reason: "the hashing queue is full".into() }
            }
            Self::Authentication(AuthError::Store(error)) => store(error),
            Self::Denied { denial, asked, .. } => denied(*denial, asked),
            Self::Flow { error, .. } => flow(error),
        }
    }

    /// What was asked, once that was known.
    pub(crate) const fn asked(&self) -> Option<&'static str> {
        match self {
            Self::Denied { asked, .. } | Self::Flow { asked, .. } => Some(asked),
            Self::Malformed(_)
            | Self::TooManyFailures { .. }
            | Self::TooManyRequests { .. }
            | Self::Authentication(_) => None,
        }
    }

    /// Whom the request claimed to come from, as far as that is a registered party.
    pub fn claimed(&self) -> Option<&str> {
        match self {
            Self::Malformed(_)
            | Self::TooManyFailures { .. }
            | Self::Authentication(AuthError::Busy | AuthError::Store(_)) => None,
            Self::Authentication(AuthError::InvalidClient { claimed, .. }) => claimed.as_deref(),
            Self::TooManyRequests { caller, .. }
            | Self::Denied { caller, .. }
            | Self::Flow { caller, .. } => Some(caller),
        }
    }
}

/// What is not for this client: a grant, or another endpoint.
fn not_for_it(asked: &str) -> PublicWords {
    PublicWords::new(match asked {
        INTROSPECTION => "this client may not use the introspection endpoint",
        REVOCATION => "this client may not use the revocation endpoint",
        DEVICE_START => "this client may not begin a device flow",
        _ => return NOT_THIS_GRANT,
    })
}

fn denied(denial: Denial, asked: &str) -> Refusal {
    match denial {
        Denial::ScopeNotRegistered => Refusal::InvalidScope(denial.to_string().into()),
        Denial::TargetNotRegistered => Refusal::InvalidTarget(denial.to_string().into()),
        Denial::NoListingRight
        | Denial::NotForClients
        | Denial::GrantNotRegistered
        | Denial::NotForAdmins
        | Denial::NotForPublicClients
        | Denial::Silence => {
            Refusal::UnauthorizedClient(not_for_it(asked), denial.to_string().into())
        }
    }
}

fn flow(error: &FlowError) -> Refusal {
    match error {
        FlowError::InvalidGrant { reason } => Refusal::InvalidGrant((*reason).into()),
        FlowError::InvalidExchange { reason } => Refusal::InvalidExchange((*reason).into()),
        FlowError::InvalidScope => Refusal::InvalidScope(error.to_string().into()),
        FlowError::InvalidTarget { reason } => Refusal::InvalidTarget((*reason).into()),
        FlowError::InvalidProof { reason } => Refusal::InvalidProof((*reason).into()),
        FlowError::OthersToken => {
            Refusal::UnauthorizedClient(NOT_THIS_TOKEN, error.to_string().into())
        }
        FlowError::AuthorizationPending => Refusal::AuthorizationPending,
        FlowError::SlowDown => Refusal::SlowDown,
        FlowError::ExpiredToken => Refusal::ExpiredToken,
        FlowError::AccessDenied => Refusal::AccessDenied,
        FlowError::NoSigningKey
        | FlowError::Signing(_)
        | FlowError::Sealing(_)
        | FlowError::Id(_) => Refusal::ServerError(error.to_string().into()),
        FlowError::Randomness(_) => Refusal::StoreUnavailable(error.to_string().into()),
        FlowError::Store(error) => store(error),
    }
}

fn malformed(error: &ParseError) -> Refusal {
    match error {
        ParseError::Authentication => Refusal::InvalidClient("a malformed header".into()),
        ParseError::UnsupportedGrant => Refusal::UnsupportedGrantType,
        ParseError::Method { allow } => Refusal::MethodNotAllowed((*allow).into()),
        ParseError::Repeated(name) => {
            Refusal::InvalidRequest(PublicWords::about(name, "is repeated"))
        }
        ParseError::Missing(name) => {
            Refusal::InvalidRequest(PublicWords::about(name, "is missing or empty"))
        }
        ParseError::Percent => {
            Refusal::invalid_request("a parameter is not percent-encoded correctly")
        }
        ParseError::Encoding => Refusal::invalid_request("a parameter is not UTF-8"),
        ParseError::Control => Refusal::invalid_request("a parameter holds a control character"),
        ParseError::TooMuch => Refusal::invalid_request("too many parameters, or one is too long"),
        ParseError::RepeatedOther => Refusal::invalid_request("a parameter is repeated"),
        ParseError::NotOneToken => Refusal::invalid_request(
            "exactly one of access_token and refresh_token is required, and not an empty one",
        ),
        ParseError::QueryOfPost => Refusal::invalid_request(
            "parameters belong into the body of a POST, not into its query",
        ),
        ParseError::SecretInQuery => {
            Refusal::invalid_request("a client secret does not belong into a query")
        }
        ParseError::TwoMethods => {
            Refusal::invalid_request("more than one way of client authentication is used")
        }
        ParseError::OtherClient => {
            Refusal::invalid_request("client_id is not the id that authenticates")
        }
        ParseError::AssertionType => Refusal::invalid_request(
            "client_assertion and client_assertion_type do not fit together",
        ),
        ParseError::Scope => Refusal::InvalidScope("it is malformed".into()),
        ParseError::Target => {
            Refusal::InvalidTarget("it is malformed, or there are too many".into())
        }
        ParseError::NotALifetime(name) => {
            Refusal::InvalidRequest(PublicWords::about(name, "is not a lifetime"))
        }
        ParseError::TokenType(name) => {
            Refusal::InvalidRequest(PublicWords::about(name, "names no known token type"))
        }
        ParseError::Proof => Refusal::InvalidProof("malformed".into()),
    }
}

/// A store that fails is out of reach, unless it is damaged: that is ours to mend.
pub fn store(error: &StoreError) -> Refusal {
    match error {
        StoreError::Unavailable { .. }
        | StoreError::GivenUp { .. }
        | StoreError::Conflict { .. } => Refusal::StoreUnavailable(error.to_string().into()),
        StoreError::Corrupt { .. } => Refusal::ServerError(error.to_string().into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_what_is_not_for_this_client() {
        let denied = |asked| Cause::denied("c", asked, Denial::NoListingRight).refusal();
        for (asked, words) in [
            ("token_info", "this client may not use this grant"),
            (INTROSPECTION, "this client may not use the introspection endpoint"),
            (REVOCATION, "this client may not use the revocation endpoint"),
            (DEVICE_START, "this client may not begin a device flow"),
        ] {
            assert_eq!(denied(asked).words(), words);
            assert_eq!(denied(asked).code(), muster_domain::ErrorCode::UnauthorizedClient);
        }
        let others = Cause::flow("c", REVOCATION, FlowError::OthersToken).refusal();
        assert_eq!(others.words(), "this client may not revoke this token");
    }
}
