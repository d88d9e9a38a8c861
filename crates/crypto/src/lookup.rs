//! How a presented text becomes the keyed hash that finds a token (token-info.md 2).
//!
//! The exact text counts. An opaque token of OA4MP is known by its URI as well and by any
//! spelling of the base32 of that URI; both lead to one canonical form, which is what the
//! importer hashes. A JWT is its exact text alone.

use data_encoding::BASE32_NOPAD;
use muster_domain::{LookupTag, Secret, TokenKind};

use crate::key_ring::{KeyRing, mac};

/// No token is longer; longer texts are not looked for.
pub const TOKEN_TEXT_LIMIT: usize = 16 * 1024;

impl KeyRing {
    /// The keyed hash of a text, as an access or as a refresh token.
    pub fn lookup_tag(&self, kind: TokenKind, text: &str) -> LookupTag {
        let keys = self.keys();
        let kind: &[u8] = match kind {
            TokenKind::Access => b"a",
            TokenKind::Refresh => b"r",
        };
        LookupTag::new(mac(&keys.lookup, &[kind, text.as_bytes()]))
    }
}

/// Codes, which are looked for like tokens and are none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CodeKind {
    /// RFC 6749 4.1.2.
    Authorization,
    /// RFC 8628 3.2, for the device.
    Device,
    /// RFC 8628 3.2, for the person; in its canonical form.
    User,
}

impl KeyRing {
    /// The keyed hash of a code; that of no token is ever the same.
    pub fn code_tag(&self, kind: CodeKind, text: &str) -> LookupTag {
        let keys = self.keys();
        let kind: &[u8] = match kind {
            CodeKind::Authorization => b"c",
            CodeKind::Device => b"d",
            CodeKind::User => b"u",
        };
        LookupTag::new(mac(&keys.lookup, &[kind, text.as_bytes()]))
    }
}

/// The forms in which a presented text may name a token: itself, and the canonical form if
/// it is another one.
pub fn presented_forms(text: &str) -> Vec<Secret<String>> {
    if text.len() > TOKEN_TEXT_LIMIT {
        return Vec::new();
    }
    let mut forms = vec![Secret::from(text)];
    if let Some(canonical) = canonical_form(text)
        && canonical.expose() != text
    {
        forms.push(canonical);
    }
    forms
}

/// The canonical form of an opaque OA4MP token: upper-case base32 of its URI, no padding.
/// `None`: the text is neither a URI nor base32 of one.
pub fn canonical_form(text: &str) -> Option<Secret<String>> {
    if is_uri(text) {
        return Some(Secret::new(BASE32_NOPAD.encode(text.as_bytes())));
    }
    let bare = text.trim_end_matches(['=', '_']).to_ascii_uppercase();
    let uri = Secret::new(BASE32_NOPAD.decode(bare.as_bytes()).ok()?);
    let readable = std::str::from_utf8(uri.expose()).ok()?;
    is_uri(readable).then(|| Secret::new(bare))
}

/// Whether a text begins like a URI (RFC 3986 3.1) and holds nothing that none may hold.
fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let begins = scheme.starts_with(|c: char| c.is_ascii_alphabetic());
    let scheme = scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    begins
        && scheme
        && !rest.is_empty()
        && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    const URI: &str = "https://localhost:9443/oauth2/4754?type=accessToken&ts=1&version=v2.0";

    fn forms(text: &str) -> Vec<String> {
        presented_forms(text).iter().map(|form| form.expose().clone()).collect()
    }

    #[test]
    fn a_uri_and_every_spelling_of_its_base32_lead_to_one_form() {
        let canonical = BASE32_NOPAD.encode(URI.as_bytes());
        for text in [
            URI.to_owned(),
            canonical.to_ascii_lowercase(),
            format!("{canonical}=="),
            format!("{canonical}____"),
        ] {
            assert_eq!(forms(&text), [text.clone(), canonical.clone()], "{text}");
        }
        assert_eq!(forms(&canonical), std::slice::from_ref(&canonical));
    }

    #[test]
    fn a_jwt_and_a_handle_of_our_own_are_themselves_alone() {
        for text in ["eyJ0.eyJ1.c2ln", "mst_at_0aZ", "", "ABC"] {
            assert_eq!(forms(text), [text]);
        }
    }

    #[test]
    fn an_endless_text_names_nothing() {
        assert!(presented_forms(&"a".repeat(TOKEN_TEXT_LIMIT + 1)).is_empty());
    }
}
