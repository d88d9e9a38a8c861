//! What is asked at `/userinfo` (OpenID Connect Core 5.3.1): an access token, in the one place
//! where it was put, and how its holder says that it is theirs.
//!
//! A token comes in the `Authorization` header or in the form of a POST (RFC 6750 2.1, 2.2,
//! RFC 9449 7.1). It never comes in a URL (2.3), which is what logs and histories keep.

use muster_domain::Secret;

use crate::envelope::Envelope;
use crate::{Method, ParseError, RawRequest};

/// How an access token is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TokenScheme {
    /// By itself (RFC 6750 2.1).
    Bearer,
    /// With a proof of its key (RFC 9449 7.1).
    Dpop,
}

/// An access token that is shown as the right to something.
#[derive(Clone, Debug)]
pub struct ShownToken {
    /// Its text.
    pub text: Secret<String>,
    /// How it is shown.
    pub scheme: TokenScheme,
    /// The one `DPoP` header, not yet verified.
    pub proof: Option<Secret<String>>,
}

/// Texts of tokens are shorter; see `form.rs`.
const LONGEST: usize = 8 * 1024;

/// Reads a request to `/userinfo`.
pub fn parse_userinfo(raw: &RawRequest<'_>) -> Result<ShownToken, ParseError> {
    let envelope = Envelope::open(raw)?;
    let posted = match raw.method {
        Method::Get if envelope.form().find_even_empty("access_token").is_some() => {
            return Err(ParseError::TokenInQuery);
        }
        Method::Get => None,
        Method::Post => envelope.form().find("access_token"),
    };
    let (text, scheme) = match (in_header(raw.authorization)?, posted) {
        (None, None) => return Err(ParseError::NoToken),
        (Some(_), Some(_)) => return Err(ParseError::TwoTokens),
        (Some(shown), None) => shown,
        (None, Some(text)) => (checked(text.expose())?, TokenScheme::Bearer),
    };
    Ok(ShownToken { text, scheme, proof: envelope.proof()? })
}

/// The token of the one header; `None`: it speaks of something else.
fn in_header(headers: &[Vec<u8>]) -> Result<Option<(Secret<String>, TokenScheme)>, ParseError> {
    let [value] = headers else {
        return if headers.is_empty() { Ok(None) } else { Err(ParseError::TwoTokens) };
    };
    let value = std::str::from_utf8(value).map_err(|_| ParseError::MalformedToken)?;
    let (name, rest) = value.split_once(' ').unwrap_or((value, ""));
    let scheme = match name {
        _ if name.eq_ignore_ascii_case("Bearer") => TokenScheme::Bearer,
        _ if name.eq_ignore_ascii_case("DPoP") => TokenScheme::Dpop,
        _ => return Ok(None),
    };
    Ok(Some((checked(rest.trim_matches(' '))?, scheme)))
}

/// One word of visible characters. Tokens of OA4MP are URLs, so `b64token` would be too narrow.
fn checked(text: &str) -> Result<Secret<String>, ParseError> {
    let is_word = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    if is_word && text.len() <= LONGEST {
        Ok(Secret::from(text))
    } else {
        Err(ParseError::MalformedToken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(
        (method, query, body): (Method, &str, &str),
        headers: &[&[u8]],
    ) -> Result<(String, TokenScheme), ParseError> {
        let authorization: Vec<Vec<u8>> = headers.iter().map(|value| value.to_vec()).collect();
        let raw = RawRequest {
            method,
            query: query.as_bytes(),
            body: body.as_bytes(),
            authorization: &authorization,
            dpop: &[],
        };
        parse_userinfo(&raw).map(|shown| (shown.text.expose().clone(), shown.scheme))
    }

    const GET: (Method, &str, &str) = (Method::Get, "", "");

    #[test]
    fn a_token_comes_in_the_header_or_in_the_form_of_a_post() {
        let (bearer, dpop) = (TokenScheme::Bearer, TokenScheme::Dpop);
        for (asked, headers, expected) in [
            (GET, &[b"Bearer a.b-c_d~e+f/g==".as_slice()][..], ("a.b-c_d~e+f/g==", bearer)),
            (GET, &[b"bEARER  t "], ("t", bearer)),
            (GET, &[b"DPoP t"], ("t", dpop)),
            ((Method::Get, "schema=openid", ""), &[b"Bearer t"], ("t", bearer)),
            ((Method::Post, "", ""), &[b"Bearer t"], ("t", bearer)),
            ((Method::Post, "", "access_token=t"), &[], ("t", bearer)),
            ((Method::Post, "", "access_token="), &[b"Bearer t"], ("t", bearer)),
            // A token of OA4MP.
            (
                GET,
                &[b"Bearer https://a/b?type=accessToken&ts=1"],
                ("https://a/b?type=accessToken&ts=1", bearer),
            ),
        ] {
            let (text, scheme) = expected;
            assert_eq!(ask(asked, headers), Ok((text.to_owned(), scheme)), "{asked:?}");
        }
    }

    #[test]
    fn a_token_in_two_places_or_in_a_url_is_refused() {
        let refused = |asked, headers: &[&[u8]]| ask(asked, headers).expect_err("refused");
        let posted = (Method::Post, "", "access_token=t");
        assert_eq!(refused(posted, &[b"Bearer t"]), ParseError::TwoTokens);
        assert_eq!(refused(GET, &[b"Bearer t", b"Bearer t"]), ParseError::TwoTokens);
        assert_eq!(refused(GET, &[b"Bearer t", b"DPoP t"]), ParseError::TwoTokens);
        let twice = (Method::Post, "", "access_token=t&access_token=t");
        assert_eq!(refused(twice, &[]), ParseError::Repeated("access_token"));
        for query in ["access_token=t", "access_token=", "a=b&access_token=t"] {
            let headers: [&[&[u8]]; 2] = [&[], &[b"Bearer t"]];
            for headers in headers {
                assert_eq!(refused((Method::Get, query, ""), headers), ParseError::TokenInQuery);
                assert_eq!(refused((Method::Post, query, ""), headers), ParseError::QueryOfPost);
            }
        }
    }

    #[test]
    fn no_token_is_another_thing_than_a_malformed_one() {
        let refused = |headers: &[&[u8]]| ask(GET, headers).expect_err("refused");
        for headers in [&[][..], &[&b"Basic dDp0"[..]], &[&b"Negotiate"[..]], &[&b""[..]]] {
            assert_eq!(refused(headers), ParseError::NoToken, "{headers:?}");
        }
        let long = [b"Bearer ".as_slice(), &[b'a'; LONGEST + 1]].concat();
        for header in [
            &b"Bearer"[..],
            b"Bearer ",
            b"Bearer a b",
            b"DPoP a\tb",
            b"Bearer \xc3\xa9",
            b"\xff",
            &long,
        ] {
            assert_eq!(refused(&[header]), ParseError::MalformedToken, "{header:?}");
        }
        assert_eq!(
            ask((Method::Post, "", "access_token=a+b"), &[]),
            Err(ParseError::MalformedToken)
        );
    }
}
