//! Token exchange (RFC 8693 2.1): a token of one party for a token of another.

use muster_domain::{ScopeSet, Secret};

use crate::{FormParams, ParseError, Targets, Wishes, scope};

/// What its `grant_type` says.
pub(crate) const GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

/// The parameters that it reads.
pub(crate) const PARAMETERS: [&str; 8] = [
    "subject_token",
    "subject_token_type",
    "actor_token",
    "actor_token_type",
    "requested_token_type",
    "scope",
    "resource",
    "audience",
];

/// The types of tokens that are known here (RFC 8693 3).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TokenTypeUri {
    /// An access token of this service.
    AccessToken,
    /// A refresh token of this service.
    RefreshToken,
    /// An ID token.
    IdToken,
    /// Any JWT.
    Jwt,
}

impl TokenTypeUri {
    /// Every type.
    pub const ALL: [Self; 4] = [Self::AccessToken, Self::RefreshToken, Self::IdToken, Self::Jwt];

    /// The URI on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessToken => "urn:ietf:params:oauth:token-type:access_token",
            Self::RefreshToken => "urn:ietf:params:oauth:token-type:refresh_token",
            Self::IdToken => "urn:ietf:params:oauth:token-type:id_token",
            Self::Jwt => "urn:ietf:params:oauth:token-type:jwt",
        }
    }

    fn find(form: &FormParams, name: &'static str) -> Result<Option<Self>, ParseError> {
        let Some(uri) = form.find(name) else { return Ok(None) };
        let known = Self::ALL.into_iter().find(|kind| kind.as_str() == uri.expose());
        known.map(Some).ok_or(ParseError::TokenType(name))
    }
}

/// A token that was handed in, and as what.
#[derive(Clone, Debug)]
pub struct ExchangeToken {
    /// Its text.
    pub text: Secret<String>,
    /// What it is said to be.
    pub kind: TokenTypeUri,
}

/// The question: a token that speaks for the subject, carried by the actor if there is one.
#[derive(Clone, Debug)]
pub struct TokenExchange {
    /// For whom the new token speaks.
    pub subject: ExchangeToken,
    /// Who acts (delegation); `None`: impersonation.
    pub actor: Option<ExchangeToken>,
    /// What is wanted; `None`: an access token.
    pub requested: Option<TokenTypeUri>,
    /// The scopes; `None`: those of the subject's token.
    pub scope: Option<ScopeSet>,
    /// For whom the token shall be good.
    pub targets: Targets,
    /// How long the tokens shall live.
    pub wishes: Wishes,
}

impl TokenExchange {
    /// Each token with its type, and how far the new one shall go (S45, S49).
    pub(crate) fn parse(form: &FormParams) -> Result<Self, ParseError> {
        let subject = token(form, "subject_token", "subject_token_type")?;
        Ok(Self {
            subject: subject.ok_or(ParseError::Missing("subject_token"))?,
            actor: token(form, "actor_token", "actor_token_type")?,
            requested: TokenTypeUri::find(form, "requested_token_type")?,
            scope: scope::parse(form)?,
            targets: Targets::parse(form)?,
            wishes: Wishes::parse(form)?,
        })
    }
}

/// A token and its type: both, or neither.
fn token(
    form: &FormParams,
    name: &'static str,
    type_name: &'static str,
) -> Result<Option<ExchangeToken>, ParseError> {
    match (form.find(name), TokenTypeUri::find(form, type_name)?) {
        (None, None) => Ok(None),
        (Some(_), None) => Err(ParseError::Missing(type_name)),
        (None, Some(_)) => Err(ParseError::Missing(name)),
        (Some(text), Some(kind)) => Ok(Some(ExchangeToken { text: text.clone(), kind })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCESS: &str = "urn:ietf:params:oauth:token-type:access_token";

    fn parse(text: &str) -> Result<TokenExchange, ParseError> {
        FormParams::parse(text.as_bytes()).and_then(|form| TokenExchange::parse(&form))
    }

    fn refused(text: &str) -> ParseError {
        parse(text).map(|_| ()).expect_err(text)
    }

    #[test]
    fn a_subject_needs_its_token_and_a_type_that_is_known() {
        // S45
        assert_eq!(refused(""), ParseError::Missing("subject_token"));
        assert_eq!(
            refused(&format!("subject_token=&subject_token_type={ACCESS}")),
            ParseError::Missing("subject_token")
        );
        assert_eq!(refused("subject_token=s"), ParseError::Missing("subject_token_type"));
        for kind in ["access_token", "urn:ietf:params:oauth:token-type:saml2", "x"] {
            let refused = refused(&format!("subject_token=s&subject_token_type={kind}"));
            assert_eq!(refused, ParseError::TokenType("subject_token_type"));
        }
    }

    #[test]
    fn an_actor_needs_both_its_token_and_its_type_or_neither() {
        // S49
        let with = |actor: &str| format!("subject_token=s&subject_token_type={ACCESS}&{actor}");
        assert!(parse(&with("actor_token=&actor_token_type=")).unwrap().actor.is_none());
        assert_eq!(refused(&with("actor_token=a")), ParseError::Missing("actor_token_type"));
        assert_eq!(
            refused(&with(&format!("actor_token_type={ACCESS}"))),
            ParseError::Missing("actor_token")
        );
        assert_eq!(
            refused(&with("actor_token=a&actor_token_type=x")),
            ParseError::TokenType("actor_token_type")
        );
        assert_eq!(
            refused(&with("requested_token_type=x")),
            ParseError::TokenType("requested_token_type")
        );
    }

    #[test]
    fn subject_actor_and_what_is_wanted_are_told_apart() {
        for kind in TokenTypeUri::ALL {
            let uri = kind.as_str();
            let asked = parse(&format!(
                "subject_token=s&subject_token_type={ACCESS}&actor_token=a&actor_token_type={uri}\
                 &requested_token_type={uri}&scope=a&audience=b&resource=urn:c&at_lifetime=1"
            ));
            let asked = asked.unwrap();
            let actor = asked.actor.unwrap();
            assert_eq!(asked.subject.text.expose(), "s");
            assert_eq!(asked.subject.kind, TokenTypeUri::AccessToken);
            assert_eq!((actor.text.expose().as_str(), actor.kind), ("a", kind));
            assert_eq!(asked.requested, Some(kind));
        }
    }
}
