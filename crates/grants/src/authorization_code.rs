//! The authorization-code grant (RFC 6749 4.1.3) with its proof key (RFC 7636 4.5), for one
//! resource or several (RFC 8707 2.2).

use muster_domain::Secret;

use crate::{FormParams, ParseError, Target, Wishes, targets};

/// What its `grant_type` says.
pub(crate) const GRANT: &str = "authorization_code";

/// The parameters that it reads.
pub(crate) const PARAMETERS: [&str; 4] = ["code", "redirect_uri", "code_verifier", "resource"];

/// The question: tokens for this code.
#[derive(Clone, Debug)]
pub struct AuthorizationCode {
    /// The code.
    pub code: Secret<String>,
    /// Where the code was sent, byte by byte as it was asked for.
    pub redirect_uri: Option<String>,
    /// What the challenge was made of. It is as the client sent it: one that is not well
    /// formed is a wrong one (`invalid_grant`, S18), which the flow says.
    pub verifier: Option<Secret<String>>,
    /// Where the access token will be used; empty: wherever the code was granted for.
    pub resources: Vec<Target>,
    /// How long the tokens shall live.
    pub wishes: Wishes,
}

impl AuthorizationCode {
    /// A code that is not empty, and what belongs to it.
    pub(crate) fn parse(form: &FormParams) -> Result<Self, ParseError> {
        Ok(Self {
            code: form.required("code")?,
            redirect_uri: form.find("redirect_uri").map(|uri| uri.expose().clone()),
            verifier: form.find("code_verifier").cloned(),
            resources: targets::resources(form)?,
            wishes: Wishes::parse(form)?,
        })
    }
}

/// Whether a text can be a verifier: 43 to 128 unreserved characters (RFC 7636 4.1).
pub fn verifier_is_well_formed(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<AuthorizationCode, ParseError> {
        FormParams::parse(text.as_bytes()).and_then(|form| AuthorizationCode::parse(&form))
    }

    #[test]
    fn a_code_is_required_and_an_empty_one_is_none() {
        // B48
        for text in ["redirect_uri=https://a", "code=", "code=&code_verifier=v"] {
            assert_eq!(parse(text).map(|_| ()), Err(ParseError::Missing("code")), "{text}");
        }
    }

    #[test]
    fn everything_is_taken_as_it_was_sent_and_empty_values_are_absent() {
        // S02, S18
        let asked = parse("code=c&redirect_uri=https%3A%2F%2FA%2F%2e&code_verifier=short+one");
        let asked = asked.unwrap();
        assert_eq!(asked.code.expose(), "c");
        assert_eq!(asked.redirect_uri.as_deref(), Some("https://A/."));
        assert_eq!(asked.verifier.unwrap().expose(), "short one");
        let bare = parse("code=c&redirect_uri=&code_verifier=").unwrap();
        assert!(bare.redirect_uri.is_none() && bare.verifier.is_none());
    }

    #[test]
    fn resources_narrow_and_are_absolute_uris() {
        // B46
        assert_eq!(parse("code=c&resource=urn:a&resource=urn:b").unwrap().resources.len(), 2);
        assert!(parse("code=c&resource=").unwrap().resources.is_empty());
        for wrong in ["resource=relative", "resource=urn:a%23b"] {
            let refused = parse(&format!("code=c&{wrong}")).map(|_| ());
            assert_eq!(refused, Err(ParseError::Target), "{wrong}");
        }
    }

    #[test]
    fn a_verifier_has_43_to_128_unreserved_characters() {
        // S18, B55
        for (length, fits) in [(0, false), (42, false), (43, true), (128, true), (129, false)] {
            assert_eq!(verifier_is_well_formed(&"a".repeat(length)), fits, "{length}");
        }
        assert!(verifier_is_well_formed(&"aZ09-._~".repeat(6)));
        for odd in ["+", " ", "/", "=", "%", "\u{e9}", "\0"] {
            assert!(!verifier_is_well_formed(&("a".repeat(43) + odd)), "{odd:?}");
        }
    }
}
