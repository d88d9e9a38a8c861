//! Addresses of a provider: https, or http on loopback for trying things out.
//!
//! Endpoints come out of the provider's own document. A provider that is reached by https
//! cannot send us, or a person, to an address without it.

use ureq::http::Uri;

/// Longer addresses are not kept.
const LONGEST: usize = 2_048;

/// An address that may be asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Address {
    text: String,
    is_protected: bool,
}

/// Why a text is no address.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum InvalidAddress {
    /// No absolute URL of a host, or one with a name, a password or a fragment in it.
    #[error("it is no absolute URL of at most 2048 bytes without user and fragment")]
    Malformed,
    /// Without protection, on a network.
    #[error("it is not https; http is for loopback only")]
    Unprotected,
}

impl Address {
    pub(crate) fn new(text: &str) -> Result<Self, InvalidAddress> {
        if text.len() > LONGEST || text.contains('#') || !text.bytes().all(|b| b.is_ascii_graphic())
        {
            return Err(InvalidAddress::Malformed);
        }
        let uri: Uri = text.parse().map_err(|_| InvalidAddress::Malformed)?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(InvalidAddress::Malformed);
        };
        if authority.as_str().contains('@') || authority.host().is_empty() {
            return Err(InvalidAddress::Malformed);
        }
        let is_protected = match scheme {
            "https" => true,
            "http" if is_loopback(authority.host()) => false,
            _ => return Err(InvalidAddress::Unprotected),
        };
        Ok(Self { text: text.to_owned(), is_protected })
    }

    /// An issuer identifier, which has no query either (OpenID Connect Discovery 3).
    pub(crate) fn issuer(text: &str) -> Result<Self, InvalidAddress> {
        if text.contains('?') {
            return Err(InvalidAddress::Malformed);
        }
        Self::new(text)
    }

    /// An address that this one's provider names.
    pub(crate) fn named_by(&self, text: &str) -> Result<Self, InvalidAddress> {
        let named = Self::new(text)?;
        if self.is_protected && !named.is_protected {
            return Err(InvalidAddress::Unprotected);
        }
        Ok(named)
    }

    /// Where the metadata of this issuer is (OpenID Connect Discovery 4.1).
    pub(crate) fn metadata(&self) -> Self {
        let text = format!("{}/.well-known/openid-configuration", self.text.trim_end_matches('/'));
        Self { text, ..self.clone() }
    }

    /// The same with these parameters added to its query (RFC 6749 3.1).
    pub(crate) fn with_query(&self, query: &str) -> String {
        let joint = if self.text.contains('?') { '&' } else { '?' };
        format!("{}{joint}{query}", self.text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) const fn is_protected(&self) -> bool {
        self.is_protected
    }
}

/// The names of this machine (RFC 8252 7.3, 8.3).
fn is_loopback(host: &str) -> bool {
    matches!(host, "127.0.0.1" | "[::1]" | "localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_is_for_this_machine_only() {
        for good in ["https://idp.example/a", "http://127.0.0.1:8080", "http://[::1]:1/x"] {
            assert!(Address::new(good).is_ok(), "{good}");
        }
        for bad in ["http://idp.example", "http://localhost.example", "ftp://localhost/"] {
            assert_eq!(Address::new(bad), Err(InvalidAddress::Unprotected), "{bad}");
        }
    }

    #[test]
    fn what_hides_another_host_is_no_address() {
        for bad in ["https://a@b.example", "https://b.example/#x", "//b.example", "/x", "", "b"] {
            assert_eq!(Address::new(bad), Err(InvalidAddress::Malformed), "{bad}");
        }
        assert_eq!(Address::issuer("https://b.example?x=1"), Err(InvalidAddress::Malformed));
    }

    #[test]
    fn a_protected_provider_names_protected_addresses() {
        let provider = Address::new("https://idp.example").unwrap();
        assert!(provider.named_by("https://other.example/keys").is_ok());
        let plain = "http://127.0.0.1:6379/";
        assert_eq!(provider.named_by(plain), Err(InvalidAddress::Unprotected));
    }

    #[test]
    fn parameters_are_added_to_a_query_that_is_there() {
        let address = |text| Address::new(text).unwrap();
        assert_eq!(address("https://a.example/x").with_query("y=1"), "https://a.example/x?y=1");
        assert_eq!(
            address("https://a.example/x?z=2").with_query("y=1"),
            "https://a.example/x?z=2&y=1"
        );
    }
}
