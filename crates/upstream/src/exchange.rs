//! A code becomes tokens (RFC 6749 4.1.3, OpenID Connect Core 3.1.3).

use data_encoding::BASE64;
use form_urlencoded::{Serializer, byte_serialize};
use muster_domain::Secret;
use serde_json::{Map, Value};

use crate::discovery::Metadata;
use crate::error::{Document, ProviderFault, Stray, UpstreamError, shown};
use crate::flight::Flight;
use crate::http::{Answer, Line};
use crate::settings::UpstreamSettings;

const DOCUMENT: Document = Document::Tokens;
/// A longer access token fits into no header.
const TOKEN_LONGEST: usize = 16 * 1024;

/// What the provider gives for a code.
#[derive(Debug)]
pub(crate) struct Tokens {
    pub(crate) access_token: Secret<String>,
    pub(crate) id_token: Secret<String>,
}

/// Exchanges a code.
pub(crate) fn exchange(
    line: &Line<'_>,
    metadata: &Metadata,
    settings: &UpstreamSettings,
    flight: &Flight,
    code: &Secret<String>,
) -> Result<Tokens, UpstreamError> {
    let mut form = Serializer::new(String::new());
    form.append_pair("grant_type", "authorization_code")
        .append_pair("code", code.expose())
        .append_pair("redirect_uri", &settings.redirect_uri)
        .append_pair("code_verifier", flight.verifier.expose());
    let mut authorization = None;
    match &settings.client_secret {
        None => {
            form.append_pair("client_id", &settings.client_id);
        }
        Some(secret) if metadata.wants_secret_in_form => {
            form.append_pair("client_id", &settings.client_id)
                .append_pair("client_secret", secret.expose());
        }
        Some(secret) => authorization = Some(basic(&settings.client_id, secret)),
    }
    let form = Secret::new(form.finish());
    let whither = (DOCUMENT, &metadata.token_endpoint);
    read(&line.post(whither, &form, authorization.as_ref())?)
}

/// RFC 6749 2.3.1: both halves are encoded like a form before they are joined.
fn basic(client_id: &str, secret: &Secret<String>) -> Secret<String> {
    let half = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let pair = Secret::new(format!("{}:{}", half(client_id), half(secret.expose())));
    Secret::new(format!("Basic {}", BASE64.encode(pair.expose().as_bytes())))
}

fn read(answer: &Answer) -> Result<Tokens, UpstreamError> {
    let is_refused = matches!(answer.status, 400 | 401);
    if is_refused && let Some(error) = answer.any_object().as_ref().and_then(refusal) {
        return Err(error);
    }
    let members = answer.object(DOCUMENT)?;
    let kind = text(&members, "token_type")?;
    if !kind.eq_ignore_ascii_case("Bearer") {
        return Err(ProviderFault::Member(DOCUMENT, "token_type").into());
    }
    let access_token = Secret::from(text(&members, "access_token")?);
    let is_visible = access_token.expose().bytes().all(|byte| byte.is_ascii_graphic());
    if !is_visible || access_token.expose().len() > TOKEN_LONGEST {
        return Err(ProviderFault::Member(DOCUMENT, "access_token").into());
    }
    Ok(Tokens { access_token, id_token: Secret::from(text(&members, "id_token")?) })
}

/// What an error of the token endpoint means (RFC 6749 5.2).
fn refusal(members: &Map<String, Value>) -> Option<UpstreamError> {
    let error = members.get("error")?.as_str()?;
    let description = members.get("error_description").and_then(Value::as_str);
    Some(match error {
        "invalid_grant" => Stray::Code.into(),
        "invalid_client"
        | "unauthorized_client"
        | "invalid_request"
        | "invalid_scope"
        | "unsupported_grant_type" => UpstreamError::Settings(shown(error, description)),
        _ => ProviderFault::Error(shown(error, description)).into(),
    })
}

fn text<'a>(members: &'a Map<String, Value>, name: &'static str) -> Result<&'a str, ProviderFault> {
    let text = members.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    text.ok_or(ProviderFault::Member(DOCUMENT, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_halves_of_the_header_are_encoded_before_they_are_joined() {
        let header = basic("a:b", &Secret::from("p%+ ä"));
        let pair = BASE64.decode(header.expose().trim_start_matches("Basic ").as_bytes()).unwrap();
        assert_eq!(String::from_utf8(pair).unwrap(), "a%3Ab:p%25%2B+%C3%A4");
    }
}
