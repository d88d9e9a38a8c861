//! The body of `/revoke` (RFC 7009 2.1) and of `/introspect` (RFC 7662 2.1): a token, and
//! perhaps what it is.

use muster_domain::{Secret, TokenKind};

use crate::envelope::Envelope;
use crate::{FormParams, ParseError, ParseSettings, Presented, RawRequest};

/// The parameters that it reads.
pub(crate) const PARAMETERS: [&str; 2] = ["token", "token_type_hint"];

/// The question: this token.
#[derive(Clone, Debug)]
pub struct TokenQuery {
    /// The token's text.
    pub text: Secret<String>,
    /// What the caller takes it for; hints that are not known are ignored (S30).
    pub hint: Option<TokenKind>,
}

impl TokenQuery {
    /// A token that is not empty, and its hint.
    pub(crate) fn parse(form: &FormParams) -> Result<Self, ParseError> {
        let hint = form.find("token_type_hint").and_then(|hint| {
            let kinds = [TokenKind::Access, TokenKind::Refresh];
            kinds.into_iter().find(|kind| kind.as_str() == hint.expose())
        });
        Ok(Self { text: form.required("token")?, hint })
    }
}

/// Reads a request to `/revoke` or `/introspect`: who asks, what about, and the proof of
/// possession if there is one. POST alone (S34, S40).
pub fn parse_token_query(
    raw: &RawRequest<'_>,
    settings: &ParseSettings,
) -> Result<(Presented, TokenQuery, Option<Secret<String>>), ParseError> {
    let envelope = Envelope::open_posted(raw)?;
    let question = TokenQuery::parse(envelope.form())?;
    let (presented, proof) = envelope.caller(*settings)?;
    Ok((presented, question, proof))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BasicReadings, GrantTypes, Method};

    const SETTINGS: ParseSettings = ParseSettings {
        basic_readings: BasicReadings::All,
        token_info_by_get: true,
        grants: GrantTypes::NONE,
    };

    fn ask(
        method: Method,
        query: &str,
        body: &str,
    ) -> Result<(Presented, TokenQuery, Option<Secret<String>>), ParseError> {
        let (query, body) = (query.as_bytes(), body.as_bytes());
        let raw = RawRequest { method, query, body, authorization: &[], dpop: &[] };
        parse_token_query(&raw, &SETTINGS)
    }

    fn refused(method: Method, query: &str, body: &str) -> ParseError {
        ask(method, query, body).map(|_| ()).expect_err(body)
    }

    #[test]
    fn a_token_is_required_once_and_not_an_empty_one() {
        // S31, B101
        for body in ["", "token=", "access_token=t", "token_type_hint=access_token"] {
            assert_eq!(refused(Method::Post, "", body), ParseError::Missing("token"), "{body}");
        }
        assert_eq!(refused(Method::Post, "", "token=t&token=t"), ParseError::Repeated("token"));
    }

    #[test]
    fn a_hint_is_kept_if_it_is_known_and_ignored_if_not() {
        // S30
        for (hint, kind) in [
            ("access_token", Some(TokenKind::Access)),
            ("refresh_token", Some(TokenKind::Refresh)),
            ("Access_Token", None),
            ("pat", None),
            ("", None),
        ] {
            let asked = ask(Method::Post, "", &format!("token=t&token_type_hint={hint}"));
            let (_, question, _) = asked.unwrap();
            assert_eq!((question.text.expose().as_str(), question.hint), ("t", kind), "{hint}");
        }
    }

    #[test]
    fn a_get_and_a_token_in_the_query_of_a_post_are_refused() {
        // S34, S40, B103, S05
        assert_eq!(refused(Method::Get, "token=t", ""), ParseError::Method { allow: "POST" });
        for query in ["token=t", "token=", "access_token=t", "client_secret=s", "resource=urn:a"] {
            assert_eq!(refused(Method::Post, query, "token=t"), ParseError::QueryOfPost, "{query}");
        }
        assert!(ask(Method::Post, "tenant=x", "token=t").is_ok());
    }

    #[test]
    fn the_caller_presents_itself_as_at_the_token_endpoint() {
        // B100, S03, B133
        let two = "token=t&client_id=a&client_secret=b&client_assertion=c&client_assertion_type=d";
        assert_eq!(refused(Method::Post, "", two), ParseError::AssertionType);
        let (presented, _, proof) = ask(Method::Post, "", "token=t&client_id=a").unwrap();
        assert!(matches!(presented, Presented::Nothing { id: Some(id) } if id == "a"));
        assert!(proof.is_none());
        let dpop = [b"a.b.c".to_vec(), b"a.b.c".to_vec()];
        let raw = RawRequest {
            method: Method::Post,
            query: b"",
            body: b"token=t",
            authorization: &[],
            dpop: &dpop,
        };
        assert_eq!(parse_token_query(&raw, &SETTINGS).map(|_| ()), Err(ParseError::Proof));
    }
}
