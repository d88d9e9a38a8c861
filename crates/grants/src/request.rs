//! A token request, whole: who presents itself how, and what is asked. Here stands the one
//! match on `grant_type`.

use crate::basic::BasicReadings;
use crate::token_info::{self, TokenInfo};
use crate::{FormParams, ParseError, Presented};

/// The method of a request, as far as it matters here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    /// Parameters stand in the query.
    Get,
    /// Parameters stand in the body.
    Post,
}

/// A request as bytes.
#[derive(Clone, Copy, Debug)]
pub struct RawRequest<'a> {
    /// Its method.
    pub method: Method,
    /// Its query string, without the `?`.
    pub query: &'a [u8],
    /// Its body.
    pub body: &'a [u8],
    /// The values of all its `Authorization` headers.
    pub authorization: &'a [Vec<u8>],
}

/// What the settings say about requests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ParseSettings {
    /// Which readings of a Basic header are tried.
    pub basic_readings: BasicReadings,
    /// Whether the token-information grant is served by GET.
    pub token_info_by_get: bool,
}

/// A request that is well formed in itself.
#[derive(Clone, Debug)]
pub struct TokenRequest {
    /// How the caller presents itself.
    pub presented: Presented,
    /// What it asks for.
    pub grant: Grant,
}

/// What can be asked for.
#[derive(Clone, Debug)]
pub enum Grant {
    /// A listing of a user's tokens.
    TokenInfo(TokenInfo),
}

/// The grants that are served, by name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum GrantType {
    /// `urn:oa4mp:params:oauth:grant-type:token-info`
    TokenInfo,
}

impl GrantType {
    /// Every grant that is served.
    pub const ALL: [Self; 1] = [Self::TokenInfo];

    /// Its `grant_type`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TokenInfo => token_info::GRANT,
        }
    }
}

/// Reads a request.
pub fn parse(raw: &RawRequest<'_>, settings: &ParseSettings) -> Result<TokenRequest, ParseError> {
    let query = FormParams::parse(raw.query)?;
    let (form, by_get) = match raw.method {
        Method::Get => (query, true),
        Method::Post => {
            let body = FormParams::parse(raw.body)?;
            if query.names_of_a_grant() || query.shares_a_name_with(&body) {
                return Err(ParseError::QueryOfPost);
            }
            (body, false)
        }
    };
    let name = form.find("grant_type").ok_or(ParseError::Missing("grant_type"))?;
    let grant_type = GrantType::ALL
        .into_iter()
        .find(|grant| grant.as_str() == name.expose())
        .ok_or(ParseError::UnsupportedGrant)?;
    if by_get && !(grant_type == GrantType::TokenInfo && settings.token_info_by_get) {
        return Err(ParseError::Method { allow: "POST" });
    }
    // What is asked comes before who asks: a malformed question is not worth a password.
    let grant = match grant_type {
        GrantType::TokenInfo => Grant::TokenInfo(TokenInfo::parse(&form)?),
    };
    let presented = Presented::parse(&form, raw.authorization, settings.basic_readings, by_get)?;
    Ok(TokenRequest { presented, grant })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: ParseSettings =
        ParseSettings { basic_readings: BasicReadings::All, token_info_by_get: true };

    fn ask(method: Method, query: &str, body: &str) -> Result<TokenRequest, ParseError> {
        let (query, body) = (query.as_bytes(), body.as_bytes());
        parse(&RawRequest { method, query, body, authorization: &[] }, &SETTINGS)
    }

    fn question() -> String {
        format!("grant_type={}&access_token=t", token_info::GRANT)
    }

    #[test]
    fn a_post_takes_its_parameters_from_the_body_alone() {
        // B42, B43
        assert!(ask(Method::Post, "", &question()).is_ok());
        assert!(ask(Method::Post, "tenant=x", &question()).is_ok());
        let split = (format!("grant_type={}", token_info::GRANT), "access_token=t".to_owned());
        let shared = ("a=b".to_owned(), format!("{}&a=b", question()));
        for (query, body) in [(question(), question()), (question(), String::new()), split, shared]
        {
            assert_eq!(ask(Method::Post, &query, &body).map(|_| ()), Err(ParseError::QueryOfPost));
        }
    }

    #[test]
    fn a_get_takes_them_from_the_query_unless_it_is_switched_off() {
        // S74, D1
        assert!(ask(Method::Get, &question(), "access_token=ignored").is_ok());
        let raw = question();
        let raw = RawRequest {
            method: Method::Get,
            query: raw.as_bytes(),
            body: &[],
            authorization: &[],
        };
        let off = ParseSettings { token_info_by_get: false, ..SETTINGS };
        assert_eq!(parse(&raw, &off).map(|_| ()), Err(ParseError::Method { allow: "POST" }));
    }

    #[test]
    fn an_unknown_grant_type_is_unsupported_and_none_is_invalid() {
        // B39, B40
        for name in ["Authorization_Code", "password", "urn%3Ano", "x%20"] {
            let body = format!("grant_type={name}&access_token=t");
            assert_eq!(ask(Method::Post, "", &body).map(|_| ()), Err(ParseError::UnsupportedGrant));
        }
        for body in ["access_token=t", "grant_type=&access_token=t"] {
            assert_eq!(
                ask(Method::Post, "", body).map(|_| ()),
                Err(ParseError::Missing("grant_type"))
            );
        }
    }
}
