//! The JWT-bearer grant (RFC 7523 2.1): a signed assertion of a trusted issuer for a token.

use muster_domain::{ScopeSet, Secret};

use crate::{FormParams, ParseError, Target, Wishes, scope, targets};

/// What its `grant_type` says.
pub(crate) const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// The parameters that it reads.
pub(crate) const PARAMETERS: [&str; 3] = ["assertion", "scope", "resource"];

/// The question: a token for whom this assertion speaks.
#[derive(Clone, Debug)]
pub struct JwtBearer {
    /// The assertion, a JWT.
    pub assertion: Secret<String>,
    /// The scopes; `None`: those that the client has by default.
    pub scope: Option<ScopeSet>,
    /// Where the token will be used.
    pub resources: Vec<Target>,
    /// How long the tokens shall live.
    pub wishes: Wishes,
}

impl JwtBearer {
    /// An assertion that is not empty, and how far the token shall go.
    pub(crate) fn parse(form: &FormParams) -> Result<Self, ParseError> {
        Ok(Self {
            assertion: form.required("assertion")?,
            scope: scope::parse(form)?,
            resources: targets::resources(form)?,
            wishes: Wishes::parse(form)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assertion_is_required_and_that_of_the_client_is_another() {
        // B100
        let parse = |text: &str| JwtBearer::parse(&FormParams::parse(text.as_bytes()).unwrap());
        for text in ["", "assertion=", "client_assertion=a.b.c"] {
            let refused = parse(text).map(|_| ());
            assert_eq!(refused, Err(ParseError::Missing("assertion")), "{text}");
        }
        let asked = parse("assertion=a.b.c&client_assertion=d.e.f&scope=a&resource=urn:a").unwrap();
        assert_eq!(asked.assertion.expose(), "a.b.c");
        assert_eq!(asked.scope.unwrap().to_string(), "a");
        assert_eq!(asked.resources.len(), 1);
    }
}
