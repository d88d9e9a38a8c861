//! A path of this service's own: what a link or a form of ours may lead to.
//!
//! A type, because a link that somebody else chose is an open door to another site.

use std::fmt;
use std::str::FromStr;

/// Why a text is no path of ours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a path of this service begins with one `/` and is printable ASCII without `\\`")]
pub struct NotOurPath;

/// A path on this host, with or without a query.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OwnPath(String);

impl OwnPath {
    /// Checks a text. Browsers take `//host` and `/\host` for another host's address, and
    /// drop tabs and line ends before they look, so none of these may be in it.
    pub fn new(text: impl Into<String>) -> Result<Self, NotOurPath> {
        let text = text.into();
        let plain = |byte: u8| (0x21..=0x7e).contains(&byte) && byte != b'\\';
        let ours = text.starts_with('/') && !text.starts_with("//") && text.bytes().all(plain);
        if ours { Ok(Self(text)) } else { Err(NotOurPath) }
    }

    /// The path.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for OwnPath {
    type Err = NotOurPath;

    fn from_str(text: &str) -> Result<Self, NotOurPath> {
        Self::new(text)
    }
}

impl fmt::Display for OwnPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_ours_may_have_a_query() {
        for path in ["/", "/oauth2/me", "/oauth2/me?from=12&x=%2F%2F"] {
            assert_eq!(OwnPath::new(path).unwrap().as_str(), path);
        }
    }

    #[test]
    fn what_a_browser_would_take_for_another_host_is_no_path_of_ours() {
        for text in [
            "",
            "me",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "\n//evil.example",
            " /me",
            "https://evil.example/",
            "javascript:alert(1)",
            "/caf\u{e9}",
            "/a\u{0}",
        ] {
            assert_eq!(OwnPath::new(text), Err(NotOurPath), "{text:?}");
        }
    }
}
