//! A well-formed question of each grant, and how it is asked.

use muster_grants::{
    BasicReadings, GrantType, GrantTypes, Method, ParseError, ParseSettings, RawRequest,
    TokenRequest, parse,
};

/// Everything that can be switched on is on.
pub(crate) const SETTINGS: ParseSettings = ParseSettings {
    basic_readings: BasicReadings::All,
    token_info_by_get: true,
    grants: GrantTypes::ALL,
};

/// The shortest question of a grant.
pub(crate) fn question(grant: GrantType) -> String {
    let name = grant.as_str();
    let what = match grant {
        GrantType::TokenInfo => "&access_token=t",
        GrantType::AuthorizationCode => "&code=c",
        GrantType::RefreshToken => "&refresh_token=r",
        GrantType::ClientCredentials => "",
        GrantType::TokenExchange => {
            "&subject_token=s&subject_token_type=urn:ietf:params:oauth:token-type:access_token"
        }
        GrantType::DeviceCode => "&device_code=d",
        GrantType::JwtBearer => "&assertion=a.b.c",
    };
    format!("grant_type={name}{what}")
}

/// Asks by POST, without headers.
pub(crate) fn ask(body: &str) -> Result<TokenRequest, ParseError> {
    parse(&posted(body.as_bytes()), &SETTINGS)
}

/// Why a body is refused; `None`: it is not.
pub(crate) fn refusal(body: &str) -> Option<ParseError> {
    ask(body).err()
}

/// A body on its way to an endpoint.
pub(crate) const fn posted(body: &[u8]) -> RawRequest<'_> {
    RawRequest { method: Method::Post, query: b"", body, authorization: &[], dpop: &[] }
}
