//! The one stylesheet, and the name under which it may be kept for ever.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// The text.
const TEXT: &str = include_str!("../assets/pages.css");

/// As many characters of the hash as tell two versions apart.
const NAME_HASH_LENGTH: usize = 16;

/// The stylesheet of all pages.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stylesheet {
    /// A file name that changes with the content, such as `pages-0123456789abcdef.css`.
    pub name: String,
    /// The content, `text/css; charset=utf-8`.
    pub text: &'static str,
}

impl Stylesheet {
    /// The stylesheet of this build.
    pub fn new() -> Self {
        let hash: String =
            HEXLOWER.encode(&Sha256::digest(TEXT)).chars().take(NAME_HASH_LENGTH).collect();
        Self { name: format!("pages-{hash}.css"), text: TEXT }
    }
}

impl Default for Stylesheet {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stylesheet_asks_nobody_for_anything() {
        let stylesheet = Stylesheet::new();
        for word in ["@import", "url(", "http:", "https:", "@font-face"] {
            assert!(!stylesheet.text.contains(word), "{word}");
        }
        assert_eq!(stylesheet.name.len(), "pages-.css".len() + NAME_HASH_LENGTH);
    }
}
