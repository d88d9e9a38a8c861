//! The issuer that is served (RFC 8414 2).

use muster_domain::{IssuerPath, IssuerUrl};

use super::definition::section;
use super::resolved::Resolving;

section! {
    /// The issuer that is served.
    "issuer" RawIssuer {
        /// The issuer's identifier, as it stands in tokens and metadata. The endpoints
        /// lie below its path. Plain http is taken for loopback hosts only.
        url: String = "http://localhost:9080/oauth2".to_owned();
    }
}

/// The issuer, resolved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IssuerSettings {
    /// Its identifier.
    pub url: IssuerUrl,
    /// Where its endpoints lie.
    pub path: IssuerPath,
}

impl RawIssuer {
    pub(super) fn resolve(&self, resolving: &mut Resolving<'_>) -> Option<IssuerSettings> {
        let url = match complaint(&self.url) {
            None => IssuerUrl::new(self.url.clone()).ok(),
            Some(wrong) => {
                resolving.wrong("url", wrong, "a URL such as https://tokens.example.org/oauth2");
                None
            }
        }?;
        let path = IssuerPath::of(&url);
        Some(IssuerSettings { url, path })
    }
}

impl IssuerSettings {
    /// The port that clients come to if the issuer lies on this machine, without TLS.
    pub(super) fn loopback_port(&self) -> Option<u16> {
        let rest = self.url.as_str().strip_prefix("http://")?;
        let authority = rest.split('/').next().unwrap_or_default();
        match authority.rsplit_once(':') {
            // `[::1]` has colons of its own.
            Some((_, port)) if !port.ends_with(']') => port.parse().ok(),
            Some(_) | None => Some(80),
        }
    }
}

/// What is wrong with an issuer URL, if anything.
fn complaint(url: &str) -> Option<&'static str> {
    let Some((scheme @ ("http" | "https"), rest)) = url.split_once("://") else {
        return Some("it begins with neither https:// nor http://");
    };
    let authority = rest.split('/').next().unwrap_or_default();
    if authority.is_empty() || authority.contains('@') {
        return Some("it needs a host, and no user");
    }
    if url.contains(['?', '#']) {
        return Some("it has a query or a fragment (RFC 8414 2)");
    }
    if url.ends_with('/') {
        return Some("it ends with a slash, which clients would have to repeat");
    }
    if !url.bytes().all(|byte| byte.is_ascii_graphic())
        || url.parse::<actix_web::http::Uri>().is_err()
    {
        return Some("it is not a URL");
    }
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    let is_loopback = ["localhost", "[::1]"].contains(&host) || host.starts_with("127.");
    if scheme == "http" && !is_loopback {
        return Some("plain http is for loopback hosts only (RFC 8414 2)");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_a_plain_https_url_or_lies_on_loopback() {
        for good in [
            "https://tokens.example.org",
            "https://tokens.example.org:9443/oauth2/vo/a",
            "http://localhost:9080/oauth2",
            "http://127.0.0.1",
            "http://[::1]:9080/oauth2",
        ] {
            assert_eq!(complaint(good), None, "{good}");
        }
        for bad in [
            "",
            "localhost",
            "ftp://h",
            "https://",
            "https:///a",
            "https://u@h",
            "https://h/?a",
            "https://h#a",
            "https://h/",
            "https://h/a b",
            "http://tokens.example.org",
        ] {
            assert!(complaint(bad).is_some(), "{bad}");
        }
    }
}
