//! The sitemap: every public endpoint, where it lies and what it takes. What is not in it is
//! not served (`doors.rs`), not documented (`http_api.rs`) and not guarded by a test (T09).

use super::metadata;

/// A public endpoint of an issuer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Endpoint {
    /// RFC 6749 3.2.
    Token,
    /// RFC 7662.
    Introspection,
    /// RFC 7009.
    Revocation,
    /// RFC 8628 3.1.
    DeviceStart,
    /// RFC 7517 5.
    Keys,
    /// RFC 8414, OpenID Connect Discovery.
    Metadata,
}

impl Endpoint {
    /// Every endpoint.
    pub const ALL: [Self; 6] = [
        Self::Token,
        Self::Introspection,
        Self::Revocation,
        Self::DeviceStart,
        Self::Keys,
        Self::Metadata,
    ];

    /// Where it lies, for an issuer with this path.
    pub fn places(self, issuer: &str) -> Vec<String> {
        let below = |place: &str| vec![format!("{issuer}{place}")];
        match self {
            Self::Token => below("/token"),
            Self::Introspection => below("/introspect"),
            Self::Revocation => below("/revoke"),
            Self::DeviceStart => below("/device_authorization"),
            Self::Keys => below("/certs"),
            Self::Metadata => metadata::places(issuer),
        }
    }

    /// What it takes, for the reference.
    pub const fn methods(self) -> &'static str {
        match self {
            Self::Token => "POST (token-information also GET)",
            Self::Introspection | Self::Revocation | Self::DeviceStart => "POST",
            Self::Keys | Self::Metadata => "GET, HEAD",
        }
    }

    /// What it is, for the reference.
    pub const fn what(self) -> &'static str {
        match self {
            Self::Token => {
                "[the grants](../grants), [token-information](../grants/token_info.md) among them"
            }
            Self::Introspection => "[introspection](../endpoints/introspection.md)",
            Self::Revocation => "[revocation](../endpoints/revocation.md)",
            Self::DeviceStart => "[the start of a device flow](../grants/device_start.md)",
            Self::Keys => "[public keys](../endpoints/certs.md), a JWK set (RFC 7517)",
            Self::Metadata => {
                "[metadata](../endpoints/metadata.md) (RFC 8414, OpenID Connect Discovery)"
            }
        }
    }
}
