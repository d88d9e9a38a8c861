//! Why a request is malformed in itself. Parameters are named, values never echoed.

use muster_domain::ErrorCode;

/// What is wrong with a request.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ParseError {
    /// A `%` that is not followed by two hexadecimal digits.
    #[error("a parameter is not percent-encoded correctly")]
    Percent,
    /// Bytes that are no UTF-8.
    #[error("a parameter is not UTF-8")]
    Encoding,
    /// A control character, or one that reverses the reading direction.
    #[error("a parameter holds a control character")]
    Control,
    /// More parameters, or longer ones, than any grant has.
    #[error("too many parameters, or one is too long")]
    TooMuch,
    /// A parameter stands twice.
    #[error("the parameter {0} is repeated")]
    Repeated(&'static str),
    /// A parameter of no grant stands twice.
    #[error("a parameter is repeated")]
    RepeatedOther,
    /// A parameter is missing or empty.
    #[error("the parameter {0} is missing or empty")]
    Missing(&'static str),
    /// Not exactly one of the two tokens.
    #[error("exactly one of access_token and refresh_token is required, and not an empty one")]
    NotOneToken,
    /// Parameters stand in the query of a POST.
    #[error("parameters belong into the body of a POST, not into its query")]
    QueryOfPost,
    /// A secret in a URL.
    #[error("a client secret does not belong into a query")]
    SecretInQuery,
    /// More than one way to authenticate.
    #[error("more than one way of client authentication is used")]
    TwoMethods,
    /// The body names another client than the header.
    #[error("client_id is not the id that authenticates")]
    OtherClient,
    /// An assertion without its type, or of another type.
    #[error("client_assertion and client_assertion_type do not fit together")]
    AssertionType,
    /// A header that authenticates nobody.
    #[error("client authentication failed")]
    Authentication,
    /// A scope that is no list of words of printable ASCII, or too long a list (RFC 6749 3.3).
    #[error("the scope is malformed")]
    Scope,
    /// A resource or audience that cannot name one, or too many of them (RFC 8707 2).
    #[error("a resource is an absolute URI without a fragment, and there are at most 16 targets")]
    Target,
    /// A lifetime wished for that is none.
    #[error("the parameter {0} is not a lifetime")]
    NotALifetime(&'static str),
    /// A token type that is not exchanged here (RFC 8693 3).
    #[error("the parameter {0} names no token type that is known here")]
    TokenType(&'static str),
    /// More than one `DPoP` header, or one that can be no proof (RFC 9449 4.3).
    #[error("exactly one DPoP proof, a JWT, is expected")]
    Proof,
    /// No such grant here.
    #[error("this grant_type is not supported")]
    UnsupportedGrant,
    /// The grant is not served by this method.
    #[error("this grant is not served by this method")]
    Method {
        /// The methods that are.
        allow: &'static str,
    },
}

impl ParseError {
    /// The code of the answer.
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::Percent
            | Self::Encoding
            | Self::Control
            | Self::TooMuch
            | Self::Repeated(_)
            | Self::RepeatedOther
            | Self::Missing(_)
            | Self::NotOneToken
            | Self::QueryOfPost
            | Self::SecretInQuery
            | Self::TwoMethods
            | Self::OtherClient
            | Self::AssertionType
            | Self::NotALifetime(_)
            | Self::TokenType(_)
            | Self::Method { .. } => ErrorCode::InvalidRequest,
            Self::Authentication => ErrorCode::InvalidClient,
            Self::Scope => ErrorCode::InvalidScope,
            Self::Target => ErrorCode::InvalidTarget,
            Self::Proof => ErrorCode::InvalidDpopProof,
            Self::UnsupportedGrant => ErrorCode::UnsupportedGrantType,
        }
    }
}
