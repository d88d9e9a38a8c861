//! The issuer: the tenant that users, clients, admins and tokens belong to (RFC 8414 2).

use crate::{IssuerKey, IssuerUrl, PartyStatus, Timestamp};

/// Where an issuer's endpoints lie: the path of its URL, such as `/oauth2`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct IssuerPath(String);

impl IssuerPath {
    /// The path of an issuer URL, without a trailing slash; empty for a bare host.
    pub fn of(url: &IssuerUrl) -> Self {
        let path = url.as_str().strip_prefix(Self::origin(url)).unwrap_or_default();
        let end = path.find(['?', '#']).unwrap_or(path.len());
        Self(path.get(..end).unwrap_or_default().trim_end_matches('/').to_owned())
    }

    /// What stands before the path: scheme, host and port. Issuers that share it are told from
    /// each other by their paths, and one service serves them.
    pub fn origin(url: &IssuerUrl) -> &str {
        let text = url.as_str();
        let after_scheme = text.find("://").map_or(0, |at| at.saturating_add(3));
        let rest = text.get(after_scheme..).unwrap_or_default();
        let host = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        text.get(..after_scheme.saturating_add(host)).unwrap_or(text)
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An issuer as the store knows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Issuer {
    /// Its key.
    pub key: IssuerKey,
    /// Its identifier.
    pub url: IssuerUrl,
    /// How it stands; only `Approved` serves.
    pub status: PartyStatus,
}

/// An issuer to be added.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewIssuer {
    /// Its identifier.
    pub url: IssuerUrl,
    /// When it came.
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuers_path_is_what_follows_its_host() {
        let path = |url| IssuerPath::of(&IssuerUrl::new(url).unwrap()).as_str().to_owned();
        assert_eq!(path("https://localhost:9443/oauth2"), "/oauth2");
        assert_eq!(path("https://localhost:9443/oauth2/vo/a/"), "/oauth2/vo/a");
        assert_eq!(path("https://host"), "");
        assert_eq!(path("https://host/a?b=/c"), "/a");
    }

    #[test]
    fn issuers_of_one_host_share_what_stands_before_the_path() {
        let origin = |url| IssuerPath::origin(&IssuerUrl::new(url).unwrap()).to_owned();
        assert_eq!(origin("https://localhost:9443/oauth2/vo"), "https://localhost:9443");
        assert_eq!(origin("https://host"), "https://host");
        assert_ne!(origin("https://host.example/a"), origin("https://host/a"));
        assert_ne!(origin("http://host/a"), origin("https://host/a"));
    }
}
