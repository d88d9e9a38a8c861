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
    /// RFC 6750 3.1: the access token opens nothing here.
    InvalidToken,
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
            Self::InvalidToken => "invalid_token",
            Self::UnsupportedTokenType => "unsupported_token_type",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
        }
    }
}
