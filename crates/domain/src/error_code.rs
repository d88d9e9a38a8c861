//! The OAuth error codes, by RFC.
//!
//! Which HTTP status carries which code is the server's affair (`server/src/refusal.rs`).

/// What an error answer says in its `error` member.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ErrorCode {
    /// RFC 6749 5.2: the request is malformed in itself.
    InvalidRequest,
    /// RFC 6749 5.2: client authentication failed.
    InvalidClient,
    /// RFC 6749 5.2: the presented grant or token is not acceptable.
    InvalidGrant,
    /// RFC 6749 5.2: the client may not do this.
    UnauthorizedClient,
    /// RFC 6749 5.2: no such grant here.
    UnsupportedGrantType,
    /// RFC 6749 5.2: the scope is malformed or too wide.
    InvalidScope,
    /// RFC 8707 2: the resource or audience is not acceptable.
    InvalidTarget,
    /// RFC 9449 5: the proof of possession is missing or not acceptable.
    InvalidDpopProof,
    /// RFC 8628 3.5: the user has not decided yet.
    AuthorizationPending,
    /// RFC 8628 3.5: the device polls too fast.
    SlowDown,
    /// RFC 8628 3.5: the device code's time is over.
    ExpiredToken,
    /// RFC 8628 3.5, RFC 6749 4.1.2.1: the user said no.
    AccessDenied,
    /// RFC 6749 4.1.2.1: answers of this type are not given here.
    UnsupportedResponseType,
    /// OpenID Connect Core 3.1.2.6: the person would have to log in.
    LoginRequired,
    /// OpenID Connect Core 3.1.2.6: the person would have to say what they allow.
    ConsentRequired,
    /// OpenID Connect Core 3.1.2.6: no request objects here.
    RequestNotSupported,
    /// OpenID Connect Core 3.1.2.6: no requests by reference here, but pushed ones.
    RequestUriNotSupported,
    /// OpenID Connect Core 3.1.2.6: no registration within a request here.
    RegistrationNotSupported,
    /// RFC 9101 6.3: the reference names no request that is good.
    InvalidRequestUri,
    /// RFC 6750 3.1: the access token opens nothing here.
    InvalidToken,
    /// RFC 6750 3.1: the access token is good, and not for this.
    InsufficientScope,
    /// RFC 7009 2.2.1: tokens of this type are not revoked here.
    UnsupportedTokenType,
    /// RFC 6749 4.1.2.1: something broke on our side.
    ServerError,
    /// RFC 6749 4.1.2.1: overloaded, or the store is not reachable; try again.
    TemporarilyUnavailable,
}

impl ErrorCode {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::InvalidDpopProof => "invalid_dpop_proof",
            Self::AuthorizationPending => "authorization_pending",
            Self::SlowDown => "slow_down",
            Self::ExpiredToken => "expired_token",
            Self::AccessDenied => "access_denied",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::RegistrationNotSupported => "registration_not_supported",
            Self::InvalidRequestUri => "invalid_request_uri",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
            Self::UnsupportedTokenType => "unsupported_token_type",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
        }
    }
}
