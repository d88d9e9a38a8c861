//! The refresh-token grant (RFC 6749 6), for one resource or several (RFC 8707 2.2).

use muster_domain::{ScopeSet, Secret};

use crate::{FormParams, ParseError, Target, Wishes, scope, targets};

/// What its `grant_type` says.
pub(crate) const GRANT: &str = "refresh_token";

/// The parameters that it reads.
pub(crate) const PARAMETERS: [&str; 3] = ["refresh_token", "scope", "resource"];

/// The question: new tokens for this one.
#[derive(Clone, Debug)]
pub struct RefreshToken {
    /// The token's text.
    pub token: Secret<String>,
    /// The scopes of the new access token; `None`: all that were granted.
    pub scope: Option<ScopeSet>,
    /// Where the new access token will be used.
    pub resources: Vec<Target>,
    /// How long the tokens shall live.
    pub wishes: Wishes,
}

impl RefreshToken {
    /// A token that is not empty, and how far the new ones shall go.
    pub(crate) fn parse(form: &FormParams) -> Result<Self, ParseError> {
        Ok(Self {
            token: form.required("refresh_token")?,
            scope: scope::parse(form)?,
            resources: targets::resources(form)?,
            wishes: Wishes::parse(form)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<RefreshToken, ParseError> {
        FormParams::parse(text.as_bytes()).and_then(|form| RefreshToken::parse(&form))
    }

    #[test]
    fn a_token_is_required_and_an_empty_one_is_none() {
        // B60
        for text in ["", "refresh_token=", "access_token=a", "refresh_token=&scope=a"] {
            let refused = parse(text).map(|_| ());
            assert_eq!(refused, Err(ParseError::Missing("refresh_token")), "{text}");
        }
    }

    #[test]
    fn scope_and_resources_narrow_and_are_refused_each_by_its_code() {
        // B44, B46, B68, S12
        let asked = parse("refresh_token=r&scope=b+a&resource=urn:a&resource=urn:b").unwrap();
        assert_eq!(asked.token.expose(), "r");
        assert_eq!(asked.scope.unwrap().to_string(), "a b");
        assert_eq!(asked.resources.len(), 2);
        assert!(parse("refresh_token=r&scope=").unwrap().scope.is_none());
        let refused = |text: &str| parse(text).expect_err(text);
        assert_eq!(refused("refresh_token=r&scope=a++b"), ParseError::Scope);
        assert_eq!(refused("refresh_token=r&resource=relative"), ParseError::Target);
        assert_eq!(
            refused("refresh_token=r&at_lifetime=x"),
            ParseError::NotALifetime("at_lifetime")
        );
    }
}
