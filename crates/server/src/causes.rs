//! Why a request came to nothing, from whichever room, and the refusal that says so.
//!
//! The rooms below know neither HTTP nor each other's errors; here they meet.

use muster_client_auth::AuthError;
use muster_flows::FlowError;
use muster_grants::ParseError;
use muster_policy::Denial;
use muster_store::StoreError;

use crate::refusal::{PublicWords, Refusal};

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
        /// Why.
        denial: Denial,
    },
    /// What was asked cannot be done.
    #[error("{error}")]
    Flow {
        /// For whom.
        caller: String,
        /// Why.
        error: FlowError,
    },
}

impl Cause {
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
            Self::Authentication(AuthError::Store(error))
            | Self::Flow { error: FlowError::Store(error), .. } => store(error),
            Self::Denied { denial, .. } => Refusal::UnauthorizedClient(denial.to_string().into()),
            Self::Flow { error: FlowError::InvalidGrant { reason }, .. } => {
                Refusal::InvalidGrant((*reason).into())
            }
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
