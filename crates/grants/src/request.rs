//! A token request, whole: who presents itself how, and what is asked. Here stands the one
//! match on `grant_type`.

use muster_domain::Secret;

use crate::basic::BasicReadings;
use crate::envelope::Envelope;
use crate::{
    AuthorizationCode, ClientCredentials, DeviceCode, FormParams, GrantType, GrantTypes, JwtBearer,
    ParseError, Presented, RefreshToken, TokenExchange, TokenInfo,
};

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
    /// The values of all its `DPoP` headers (RFC 9449 4.1).
    pub dpop: &'a [Vec<u8>],
}

/// What the settings say about requests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ParseSettings {
    /// Which readings of a Basic header are tried.
    pub basic_readings: BasicReadings,
    /// Whether the token-information grant is served by GET.
    pub token_info_by_get: bool,
    /// Which grants are switched on; the others are not supported (S09).
    pub grants: GrantTypes,
}

/// A request that is well formed in itself.
#[derive(Clone, Debug)]
pub struct TokenRequest {
    /// How the caller presents itself.
    pub presented: Presented,
    /// What it asks for.
    pub grant: Grant,
    /// The one `DPoP` header, not yet verified (RFC 9449 4.1).
    pub proof: Option<Secret<String>>,
}

/// What can be asked for.
#[derive(Clone, Debug)]
pub enum Grant {
    /// A listing of a user's tokens.
    TokenInfo(TokenInfo),
    /// Tokens for a code (RFC 6749 4.1.3).
    AuthorizationCode(AuthorizationCode),
    /// New tokens for a refresh token (RFC 6749 6).
    RefreshToken(RefreshToken),
    /// A token for the client itself (RFC 6749 4.4).
    ClientCredentials(ClientCredentials),
    /// A token for another token (RFC 8693).
    TokenExchange(TokenExchange),
    /// Tokens for a device code (RFC 8628 3.4).
    DeviceCode(DeviceCode),
    /// A token for an assertion (RFC 7523 2.1).
    JwtBearer(JwtBearer),
}

impl Grant {
    /// Which grant it is, without what was asked.
    pub const fn grant_type(&self) -> GrantType {
        match self {
            Self::TokenInfo(_) => GrantType::TokenInfo,
            Self::AuthorizationCode(_) => GrantType::AuthorizationCode,
            Self::RefreshToken(_) => GrantType::RefreshToken,
            Self::ClientCredentials(_) => GrantType::ClientCredentials,
            Self::TokenExchange(_) => GrantType::TokenExchange,
            Self::DeviceCode(_) => GrantType::DeviceCode,
            Self::JwtBearer(_) => GrantType::JwtBearer,
        }
    }

    fn parse(grant_type: GrantType, form: &FormParams) -> Result<Self, ParseError> {
        Ok(match grant_type {
            GrantType::TokenInfo => Self::TokenInfo(TokenInfo::parse(form)?),
            GrantType::AuthorizationCode => {
                Self::AuthorizationCode(AuthorizationCode::parse(form)?)
            }
            GrantType::RefreshToken => Self::RefreshToken(RefreshToken::parse(form)?),
            GrantType::ClientCredentials => {
                Self::ClientCredentials(ClientCredentials::parse(form)?)
            }
            GrantType::TokenExchange => Self::TokenExchange(TokenExchange::parse(form)?),
            GrantType::DeviceCode => Self::DeviceCode(DeviceCode::parse(form)?),
            GrantType::JwtBearer => Self::JwtBearer(JwtBearer::parse(form)?),
        })
    }
}

/// Reads a request to the token endpoint.
pub fn parse(raw: &RawRequest<'_>, settings: &ParseSettings) -> Result<TokenRequest, ParseError> {
    let envelope = Envelope::open(raw)?;
    // Where no grant is served by GET, none is even looked for (S01, S74).
    if envelope.is_query() && !settings.token_info_by_get {
        return Err(ParseError::Method { allow: "POST" });
    }
    let name = envelope.form().find("grant_type").ok_or(ParseError::Missing("grant_type"))?;
    let grant_type = settings
        .grants
        .iter()
        .find(|grant| grant.as_str() == name.expose())
        .ok_or(ParseError::UnsupportedGrant)?;
    if envelope.is_query() && grant_type != GrantType::TokenInfo {
        return Err(ParseError::Method { allow: "POST" });
    }
    let grant = Grant::parse(grant_type, envelope.form())?;
    let (presented, proof) = envelope.caller(*settings)?;
    Ok(TokenRequest { presented, grant, proof })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: ParseSettings = ParseSettings {
        basic_readings: BasicReadings::All,
        token_info_by_get: true,
        grants: GrantTypes::ALL,
    };

    fn ask_with(
        settings: ParseSettings,
        method: Method,
        query: &str,
        body: &str,
    ) -> Result<TokenRequest, ParseError> {
        let (query, body) = (query.as_bytes(), body.as_bytes());
        parse(&RawRequest { method, query, body, authorization: &[], dpop: &[] }, &settings)
    }

    fn ask(method: Method, query: &str, body: &str) -> Result<TokenRequest, ParseError> {
        ask_with(SETTINGS, method, query, body)
    }

    fn question() -> String {
        format!("grant_type={}&access_token=t", GrantType::TokenInfo.as_str())
    }

    #[test]
    fn a_post_takes_its_parameters_from_the_body_alone() {
        // B42, B43
        assert!(ask(Method::Post, "", &question()).is_ok());
        assert!(ask(Method::Post, "tenant=x", &question()).is_ok());
        let name = GrantType::TokenInfo.as_str();
        let split = (format!("grant_type={name}"), "access_token=t".to_owned());
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
        let off = ParseSettings { token_info_by_get: false, ..SETTINGS };
        for query in [question().as_str(), "grant_type=password", "grant_type=", ""] {
            let refused = ask_with(off, Method::Get, query, "").map(|_| ());
            assert_eq!(refused, Err(ParseError::Method { allow: "POST" }), "{query}");
        }
    }

    #[test]
    fn an_unknown_grant_type_is_unsupported_and_none_is_invalid() {
        // B39, B40, S14
        let twice = "urn%253Aietf%253Aparams%253Aoauth%253Agrant-type%253Atoken-exchange";
        for name in ["Authorization_Code", "password", "implicit", "refresh_token%20", twice] {
            let body = format!("grant_type={name}&refresh_token=t");
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
