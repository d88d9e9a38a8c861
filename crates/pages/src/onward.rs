//! The page that sends somebody on to a client without a redirect.
//!
//! Chromium holds every redirect that follows a form against the page's `form-action`, the
//! client's own redirects among them, and nobody knows where those lead. A page that opens
//! the next address by itself (`refresh`) ends that chain: the policy of the page with the
//! form needs to name nobody, and no client is shut out.

use askama::Template;
use muster_domain::Secret;

use crate::address::Address;
use crate::policy::is_nowhere;
use crate::rendering::html;
use crate::{Catalogue, Site};

/// Why nobody can be sent there.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the address leads nowhere, or would run as a script of ours")]
pub struct NoDestination;

/// A client's redirect URI with the answer in it, which may be a code: it is not printed.
#[derive(Clone, Debug)]
pub struct Destination {
    uri: Secret<String>,
    shown: String,
}

/// The page.
#[derive(Clone, Debug)]
pub struct Onward<'a> {
    /// The service.
    pub site: &'a Site,
    /// Where to.
    pub destination: &'a Destination,
}

#[derive(Template)]
#[template(path = "onward.html", whitespace = "minimize")]
struct View<'a> {
    page: &'a Onward<'a>,
    site: &'a Site,
    words: &'a Catalogue,
}

impl Destination {
    /// Checks an address. That it is registered is somebody else's matter.
    pub fn new(uri: Secret<String>) -> Result<Self, NoDestination> {
        let address = Address::read(uri.expose()).ok_or(NoDestination)?;
        if is_nowhere(&address) {
            return Err(NoDestination);
        }
        let Address { scheme, authority } = address;
        let web = authority.filter(|_| matches!(&*scheme, "http" | "https"));
        Ok(Self { uri, shown: web.map_or(scheme, |authority| authority.host) })
    }
}

impl Onward<'_> {
    /// The page.
    pub fn html(&self, words: &Catalogue) -> String {
        html(&View { page: self, site: self.site, words })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(uri: &str) -> Option<String> {
        Destination::new(Secret::from(uri)).ok().map(|destination| destination.shown)
    }

    #[test]
    fn somebody_is_told_the_host_or_the_application() {
        assert_eq!(shown("https://a.example/cb?code=x;y").as_deref(), Some("a.example"));
        assert_eq!(shown("org.example.app:/cb?code=x").as_deref(), Some("org.example.app"));
        assert_eq!(shown("org.example.app://cb?code=x").as_deref(), Some("org.example.app"));
    }

    #[test]
    fn nobody_is_sent_to_a_script_or_nowhere() {
        for uri in ["javascript:alert(1)", "data:text/html,x", "https:cb", "/cb", "https://a b"] {
            assert_eq!(shown(uri), None, "{uri}");
        }
    }

    #[test]
    fn a_destination_is_not_printed() {
        let destination = Destination::new(Secret::from("https://a.example/?code=hidden")).unwrap();
        assert!(!format!("{destination:?}").contains("hidden"));
    }
}
