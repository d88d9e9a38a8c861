//! Scheme, host and port of a URI, read narrowly.
//!
//! What is read here ends up in a header or before a person's eyes, so whatever two readers
//! could read in two ways is no address at all.

/// A URI's beginning.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Address {
    /// In lower case, without the colon.
    pub(crate) scheme: String,
    /// What stands behind `//`.
    pub(crate) authority: Option<Authority>,
}

/// Where a URI leads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Authority {
    /// In lower case; an IPv6 address in its brackets.
    pub(crate) host: String,
    /// The port, where one is named.
    pub(crate) port: Option<u16>,
}

impl Address {
    /// Reads a URI. `None`: it is none, or one with a user's name, a backslash, or anything
    /// but printable ASCII.
    pub(crate) fn read(uri: &str) -> Option<Self> {
        let plain = |byte: u8| (0x21..=0x7e).contains(&byte) && byte != b'\\';
        let (scheme, rest) = uri.split_once(':')?;
        if !uri.bytes().all(plain) || !is_scheme(scheme) {
            return None;
        }
        let scheme = scheme.to_ascii_lowercase();
        let authority = match rest.strip_prefix("//") {
            None => None,
            Some(rest) => {
                let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
                Some(Authority::read(rest.get(..end)?)?)
            }
        };
        Some(Self { scheme, authority })
    }

    /// Whether it leads to a site.
    pub(crate) fn is_web(&self) -> bool {
        matches!(&*self.scheme, "https" | "http") && self.authority.is_some()
    }
}

impl Authority {
    fn read(text: &str) -> Option<Self> {
        // A port follows the last colon, but the colons of an IPv6 address are within brackets.
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            Some(_) | None => (text, None),
        };
        let port = match port {
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                Some(digits.parse().ok()?)
            }
            Some(_) => return None,
            None => None,
        };
        let host = host.to_ascii_lowercase();
        (is_name(&host) || is_ipv6(&host)).then_some(Self { host, port })
    }

    /// Whether the host is an IPv6 address.
    pub(crate) fn is_ipv6(&self) -> bool {
        is_ipv6(&self.host)
    }
}

/// RFC 3986 3.1.
fn is_scheme(text: &str) -> bool {
    let further = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    text.starts_with(|first: char| first.is_ascii_alphabetic()) && text.bytes().all(further)
}

/// What a host may be called in a content security policy (CSP 3, `host-part`).
fn is_name(text: &str) -> bool {
    let label = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.split('.').all(label)
}

fn is_ipv6(text: &str) -> bool {
    let within = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    within.is_some_and(|address| address.parse::<std::net::Ipv6Addr>().is_ok())
}

/// The host of a client's home page, as a person should read it.
pub(crate) fn host(uri: &str) -> Option<String> {
    let address = Address::read(uri).filter(Address::is_web)?;
    address.authority.map(|authority| authority.host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_what_a_browser_would_go_to() {
        assert_eq!(host("https://Portal.Example.org/a?b#c"), Some("portal.example.org".to_owned()));
        assert_eq!(host("http://127.0.0.1:8080"), Some("127.0.0.1".to_owned()));
        assert_eq!(host("http://[::1]:8080/cb"), Some("[::1]".to_owned()));
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_no_address() {
        for uri in [
            "https://portal.example.org@evil.example/",
            "https://portal.example.org\\@evil.example/",
            "https://evil.example\t/",
            "https://ev\u{456}l.example/",
            "https://a..b/",
            "https://a:80:80/",
            "https://a:99999/",
            "https://a;b/",
            "https:///x",
            "javascript:alert(1)",
            "mailto:a@b",
            "//a/b",
            "",
        ] {
            assert_eq!(host(uri), None, "{uri}");
        }
    }
}
