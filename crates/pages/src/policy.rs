//! The Content-Security-Policy of a page (CSP Level 3).
//!
//! Everything is forbidden that a page of ours does not do. Chromium holds every redirect
//! that follows a form against `form-action` as well, so a page whose form is answered by
//! a redirect to a client must name that client; what is named is taken apart and put
//! together anew, so that no text of a stranger is in the header. Where the client redirects
//! further, naming it is not enough: see [`crate::Onward`].

use crate::address::Address;

/// Why a redirect URI cannot be named in a policy.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the redirect URI has no origin and no scheme that a policy could name")]
pub struct NoFormSource;

/// Where forms of a page may lead beside ourselves: an origin, or a scheme of an application.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FormSource(String);

/// Schemes that run or show what stands behind the colon, instead of leading to somebody.
const NOT_SCHEMES: [&str; 8] =
    ["javascript", "data", "blob", "vbscript", "file", "filesystem", "about", "view-source"];

impl FormSource {
    /// The source that lets a form through to this redirect URI.
    pub fn of_redirect_uri(uri: &str) -> Result<Self, NoFormSource> {
        let address = Address::read(uri).ok_or(NoFormSource)?;
        let scheme = &address.scheme;
        if is_nowhere(&address) {
            return Err(NoFormSource);
        }
        match &address.authority {
            // No policy can name an IPv6 address (CSP 3, `host-part`), only its scheme.
            Some(authority) if address.is_web() && !authority.is_ipv6() => {
                let port = authority.port.map(|port| format!(":{port}")).unwrap_or_default();
                Ok(Self(format!("{scheme}://{}{port}", authority.host)))
            }
            Some(_) | None => Ok(Self(format!("{scheme}:"))),
        }
    }

    /// As it stands in the header.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether nobody is there who could take an answer.
pub(crate) fn is_nowhere(address: &Address) -> bool {
    let scheme = &*address.scheme;
    let lacks_a_host = matches!(scheme, "http" | "https") && address.authority.is_none();
    NOT_SCHEMES.contains(&scheme) || lacks_a_host
}

/// What a page may do.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Policy {
    forms: Vec<FormSource>,
    script: Option<String>,
}

impl Policy {
    /// The policy of a page whose forms end here.
    pub const fn ours() -> Self {
        Self { forms: Vec::new(), script: None }
    }

    /// Lets forms lead there, too.
    #[must_use]
    pub fn with_forms_to(mut self, source: FormSource) -> Self {
        self.forms.push(source);
        self
    }

    /// Lets the script with this hash run, which is one of ours.
    #[must_use]
    pub(crate) fn with_script(mut self, source: String) -> Self {
        self.script = Some(source);
        self
    }

    /// The value of the header `Content-Security-Policy`.
    pub fn header(&self) -> String {
        let mut header = String::from("default-src 'none'; style-src 'self'; img-src 'self'");
        if let Some(script) = &self.script {
            header.push_str("; script-src ");
            header.push_str(script);
        }
        header.push_str("; form-action 'self'");
        for source in &self.forms {
            header.push(' ');
            header.push_str(source.as_str());
        }
        header.push_str("; frame-ancestors 'none'; base-uri 'none'");
        header
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_page_of_ours_may_send_forms_home_and_nothing_else() {
        assert_eq!(
            Policy::ours().header(),
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
             frame-ancestors 'none'; base-uri 'none'"
        );
    }

    #[test]
    fn a_client_is_named_by_its_origin_or_its_scheme() {
        let source = |uri: &str| FormSource::of_redirect_uri(uri).map(|source| source.0);
        for (uri, named) in [
            ("https://Portal.example.org/cb?a=b;c", "https://portal.example.org"),
            ("http://127.0.0.1:5000/cb", "http://127.0.0.1:5000"),
            ("http://[::1]:5000/cb", "http:"),
            ("org.example.app:/cb", "org.example.app:"),
            ("org.example.app://cb/x", "org.example.app:"),
        ] {
            assert_eq!(source(uri), Ok(named.to_owned()), "{uri}");
        }
        let policy = Policy::ours()
            .with_forms_to(FormSource::of_redirect_uri("https://a.example/cb").unwrap());
        assert!(policy.header().contains("form-action 'self' https://a.example; frame-ancestors"));
    }

    #[test]
    fn what_would_run_or_cannot_be_named_is_refused() {
        for uri in [
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "data:text/html,x",
            "https:cb",
            "https://a.example;script-src *",
            "https://a.example *",
            "https://*.example/",
            "https://a.example\r\nSet-Cookie: x=y",
            "cb",
            "",
        ] {
            assert_eq!(FormSource::of_redirect_uri(uri), Err(NoFormSource), "{uri:?}");
        }
    }

    proptest! {
        #[test]
        fn no_redirect_uri_adds_a_word_to_the_header(uri in "([a-z]{1,5}:(//)?)?\\PC{0,40}") {
            if let Ok(source) = FormSource::of_redirect_uri(&uri) {
                let named = |c: char| c.is_ascii_alphanumeric() || "+-.:/".contains(c);
                prop_assert!(source.as_str().chars().all(named), "{}", source.as_str());
                prop_assert!(source.as_str() != "*" && !source.as_str().is_empty());
            }
        }
    }
}
