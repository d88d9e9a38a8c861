//! Where a form of `form_post` leads: a client's redirect URI on the web.

use crate::address::{self, Address};

/// Why a text can be no target of a form.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("an answer can only be posted to an address that begins with https:// or http://")]
pub struct NoPostTarget;

/// A client's address that takes answers by POST (OAuth 2.0 Form Post Response Mode 1.0).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PostTarget(String);

impl PostTarget {
    /// Checks an address. That it is registered is somebody else's matter; here it must not
    /// be a script that runs as ours.
    pub fn new(uri: impl Into<String>) -> Result<Self, NoPostTarget> {
        let uri = uri.into();
        match Address::read(&uri) {
            Some(address) if address.is_web() => Ok(Self(uri)),
            Some(_) | None => Err(NoPostTarget),
        }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host, for a person to read.
    pub(crate) fn host(&self) -> String {
        address::host(&self.0).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_leads_to_the_web_and_nowhere_else() {
        for uri in ["https://portal.example.org/cb?x=1", "http://127.0.0.1:5000/cb"] {
            assert_eq!(PostTarget::new(uri).unwrap().as_str(), uri);
        }
        for uri in ["javascript:alert(1)", "data:text/html,x", "org.example.app:/cb", "/cb", ""] {
            assert_eq!(PostTarget::new(uri), Err(NoPostTarget), "{uri}");
        }
    }
}
