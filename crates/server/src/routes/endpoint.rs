//! The sitemap: every public endpoint, where it lies and what it takes. What is not in it is
//! not served (`doors.rs`), not documented (`http_api.rs`) and not guarded by a test (T09).

use muster_pages::Stylesheet;

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
    /// OpenID Connect Core 5.3.
    UserInfo,
    /// RFC 6749 3.1.
    Authorization,
    /// RFC 9126 2.
    PushedRequests,
    /// The form to log in.
    LogIn,
    /// The form to allow what a client asks for.
    Consent,
    /// RFC 8628 3.3.
    Device,
    /// What acts for a person, and ending it.
    Own,
    /// OpenID Connect RP-Initiated Logout 1.0.
    LogOut,
    /// The style sheet of the pages.
    Stylesheet,
    /// RFC 7517 5.
    Keys,
    /// RFC 8414, OpenID Connect Discovery.
    Metadata,
}

impl Endpoint {
    /// Every endpoint.
    pub const ALL: [Self; 15] = [
        Self::Token,
        Self::Introspection,
        Self::Revocation,
        Self::DeviceStart,
        Self::UserInfo,
        Self::Authorization,
        Self::PushedRequests,
        Self::LogIn,
        Self::Consent,
        Self::Device,
        Self::Own,
        Self::LogOut,
        Self::Stylesheet,
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
            Self::UserInfo => below("/userinfo"),
            Self::Authorization => below("/authorize"),
            Self::PushedRequests => below("/par"),
            Self::LogIn => below("/login"),
            Self::Consent => below("/consent"),
            Self::Device => below("/device"),
            Self::Own => below("/me"),
            Self::LogOut => below("/logout"),
            Self::Stylesheet => below(&["/assets/", &Stylesheet::new().name].concat()),
            Self::Keys => below("/certs"),
            Self::Metadata => metadata::places(issuer),
        }
    }

    /// What it takes, for the reference.
    pub const fn methods(self) -> &'static str {
        match self {
            Self::Token => "POST (token-information also GET)",
            Self::Authorization
            | Self::UserInfo
            | Self::Device
            | Self::Own
            | Self::LogOut => "GET, POST",
            Self::Introspection
            | Self::Revocation
            | Self::DeviceStart
            | Self::PushedRequests
            | Self::LogIn
            | Self::Consent => "POST",
            Self::Keys | Self::Metadata | Self::Stylesheet => "GET, HEAD",
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
            Self::UserInfo => "[what is known of a person](../endpoints/userinfo.md)",
            Self::Authorization => "[authorization](../endpoints/authorization.md) (RFC 6749 3.1)",
            Self::PushedRequests => {
                "[pushed authorization requests](../endpoints/pushed_requests.md) (RFC 9126)"
            }
            Self::LogIn => "the form to log in, for browsers",
            Self::Consent => "the form to allow what a client asks for, for browsers",
            Self::Device => "[the page of the device flow](../endpoints/device.md) (RFC 8628 3.3)",
            Self::Own => "[what acts for a person](../endpoints/me.md), and ending it",
            Self::LogOut => {
                "[logging out](../endpoints/logout.md) (OpenID Connect RP-Initiated Logout 1.0)"
            }
            Self::Stylesheet => "the style sheet of the pages",
            Self::Keys => "[public keys](../endpoints/certs.md), a JWK set (RFC 7517)",
            Self::Metadata => {
                "[metadata](../endpoints/metadata.md) (RFC 8414, OpenID Connect Discovery)"
            }
        }
    }
}
