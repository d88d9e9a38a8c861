//! What a grant that issues comes to (RFC 6749 5.1).

use muster_domain::{Lifetime, ScopeSet, Secret};

/// How the access token is to be presented (RFC 6749 7.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TokenType {
    /// By itself (RFC 6750).
    Bearer,
    /// With a proof of its key (RFC 9449 5).
    Dpop,
}

impl TokenType {
    /// Its name in `token_type`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bearer => "Bearer",
            Self::Dpop => "DPoP",
        }
    }
}

/// The tokens that a client gets.
#[derive(Clone, Debug)]
pub struct TokenAnswer {
    /// The access token; for an exchange whatever was issued (RFC 8693 2.2.1).
    pub access_token: Secret<String>,
    /// How it is to be presented; `None`: not at all (`N_A`, RFC 8693 2.2.1).
    pub token_type: Option<TokenType>,
    /// How long it lives from now on.
    pub expires_in: Lifetime,
    /// The refresh token, if there is one.
    pub refresh_token: Option<Secret<String>>,
    /// The ID token, if `openid` was granted.
    pub id_token: Option<Secret<String>>,
    /// The scopes of the access token.
    pub scopes: ScopeSet,
    /// For an exchange: the type of what was issued (RFC 8693 3).
    pub issued_token_type: Option<&'static str>,
}
