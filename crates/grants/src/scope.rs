//! The parameter `scope` (RFC 6749 3.3).

use muster_domain::ScopeSet;

use crate::{FormParams, ParseError};

/// The scopes asked for; `None`, also for an empty text: those that the client has by
/// default (B45).
pub(crate) fn parse(form: &FormParams) -> Result<Option<ScopeSet>, ParseError> {
    let text = form.find("scope");
    text.map(|text| ScopeSet::parse(text.expose())).transpose().map_err(|_| ParseError::Scope)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> Result<Option<String>, ParseError> {
        let form = FormParams::parse(text.as_bytes())?;
        Ok(parse(&form)?.map(|scope| scope.to_string()))
    }

    #[test]
    fn no_scope_and_an_empty_one_ask_for_the_default() {
        // B45
        assert_eq!(asked(""), Ok(None));
        assert_eq!(asked("scope="), Ok(None));
        assert_eq!(asked("scope=b+a+b"), Ok(Some("a b".to_owned())));
    }

    #[test]
    fn a_malformed_scope_is_refused_as_a_scope() {
        // B44, B68
        let endless = format!("scope={}", "a+".repeat(4_000));
        for text in
            ["scope=a++b", "scope=%22", "scope=a%5Cb", "scope=+", "scope=%C3%A9", endless.as_str()]
        {
            assert_eq!(asked(text), Err(ParseError::Scope), "{text}");
        }
        assert_eq!(asked("scope=a%09b"), Err(ParseError::Control));
        let huge = format!("scope={}", "a".repeat(64 * 1024));
        assert_eq!(asked(&huge), Err(ParseError::TooMuch));
    }
}
