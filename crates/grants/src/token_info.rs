//! The token-information grant of OA4MP: whose tokens, told by one of them.

use muster_domain::{Secret, TokenKind};

use crate::{FormParams, ParseError};

/// What its `grant_type` says.
pub(crate) const GRANT: &str = "urn:oa4mp:params:oauth:grant-type:token-info";

/// The parameters that it reads.
pub(crate) const PARAMETERS: [&str; 2] = ["access_token", "refresh_token"];

/// The question: list the tokens of the user that this token speaks for.
#[derive(Clone, Debug)]
pub struct TokenInfo {
    /// As what the token was presented.
    pub kind: TokenKind,
    /// The token's text.
    pub text: Secret<String>,
}

impl TokenInfo {
    /// Exactly one token, once, not empty (B112 to B114).
    pub(crate) fn parse(form: &FormParams) -> Result<Self, ParseError> {
        let access = form.find_even_empty(TokenKind::Access.as_str());
        let refresh = form.find_even_empty(TokenKind::Refresh.as_str());
        let (kind, text) = match (access, refresh) {
            (Some(text), None) => (TokenKind::Access, text),
            (None, Some(text)) => (TokenKind::Refresh, text),
            (None, None) | (Some(_), Some(_)) => return Err(ParseError::NotOneToken),
        };
        if text.expose().is_empty() {
            return Err(ParseError::NotOneToken);
        }
        Ok(Self { kind, text: text.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_one_token_is_taken_and_not_an_empty_one() {
        // B112, B113
        let parse = |text: &str| TokenInfo::parse(&FormParams::parse(text.as_bytes()).unwrap());
        for text in
            ["", "access_token=", "access_token=a&refresh_token=b", "access_token=&refresh_token=b"]
        {
            assert_eq!(parse(text).map(|_| ()), Err(ParseError::NotOneToken), "{text}");
        }
        let asked = parse("refresh_token=r").unwrap();
        assert_eq!((asked.kind, asked.text.expose().as_str()), (TokenKind::Refresh, "r"));
    }
}
