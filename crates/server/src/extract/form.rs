//! A request to the token endpoint as raw bytes, for `grants` to read (RFC 6749 3.2).
//!
//! What concerns HTTP is decided here: the method, the type of the body, and how many
//! `Authorization` fields there were. What the bytes say is decided in `grants`. Size and
//! time were bounded by the edge before.

use std::net::IpAddr;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::Method as HttpMethod;
use actix_web::http::header::{self, HeaderMap};
use actix_web::web::{Bytes, Data};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use muster_grants::{Method, RawRequest};

use crate::edge::RequestFacts;
use crate::house::House;
use crate::refusal::Refusal;

/// The methods of the token endpoint: GET is for the token-information grant, where it is not
/// switched off (S01, S74).
fn allow(request: &HttpRequest) -> &'static str {
    let by_get = |house: &Data<House>| house.pipeline.reading.token_info_by_get;
    if request.app_data().is_some_and(by_get) { "GET, POST" } else { "POST" }
}

/// A request to the token endpoint. It holds secrets and does not print itself.
pub struct TokenForm {
    /// Who asks.
    pub facts: RequestFacts,
    method: Method,
    query: Vec<u8>,
    body: Bytes,
    authorization: Vec<Vec<u8>>,
    dpop: Vec<Vec<u8>>,
    accept: Vec<u8>,
}

impl TokenForm {
    /// The bytes, for `grants::parse`.
    pub fn raw(&self) -> RawRequest<'_> {
        RawRequest {
            method: self.method,
            query: &self.query,
            body: &self.body,
            authorization: &self.authorization,
            dpop: &self.dpop,
        }
    }

    /// Whether the `Accept` header asks for this media type by name.
    pub fn accepts(&self, media_type: &str) -> bool {
        let accepted = std::str::from_utf8(&self.accept).unwrap_or_default();
        accepted.split(',').any(|range| {
            let mut parts = range.split(';').map(str::trim);
            let is_named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(media_type));
            is_named && !parts.any(is_refusing)
        })
    }

    /// The address that asks.
    pub const fn client(&self) -> IpAddr {
        self.facts.client
    }

    /// Whether parameters stood in the URL (S75).
    pub const fn is_by_get(&self) -> bool {
        matches!(self.method, Method::Get)
    }
}

impl FromRequest for TokenForm {
    type Error = Refusal;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refusal>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let head = Head::of(request);
        let body = Bytes::from_request(request, payload);
        Box::pin(async move {
            let Head { facts, method, query, authorization, dpop, accept } = head?;
            // The edge has taken the body in whole; what fails here is ours.
            let body =
                body.await.map_err(|error| Refusal::ServerError(error.to_string().into()))?;
            let body = if method == Method::Post { body } else { Bytes::new() };
            Ok(Self { facts, method, query, body, authorization, dpop, accept })
        })
    }
}

/// A weight of nought: whoever asks does not want this at all (RFC 9110 12.4.2).
fn is_refusing(parameter: &str) -> bool {
    let weight = parameter.split_once('=').filter(|(name, _)| name.eq_ignore_ascii_case("q"));
    weight.is_some_and(|(_, value)| value.parse() == Ok(0.0))
}

/// Everything but the body.
struct Head {
    facts: RequestFacts,
    method: Method,
    query: Vec<u8>,
    authorization: Vec<Vec<u8>>,
    dpop: Vec<Vec<u8>>,
    accept: Vec<u8>,
}

impl Head {
    fn of(request: &HttpRequest) -> Result<Self, Refusal> {
        let facts = request.extensions().get::<RequestFacts>().cloned();
        let facts = facts.ok_or(Refusal::ServerError("a request without an edge".into()))?;
        let headers = request.headers();
        let method = match *request.method() {
            HttpMethod::GET => Method::Get,
            HttpMethod::POST => {
                check_type(headers)?;
                Method::Post
            }
            _ => return Err(Refusal::MethodNotAllowed(allow(request).into())),
        };
        let all = |name: &str| -> Vec<Vec<u8>> {
            headers.get_all(name).map(|value| value.as_bytes().to_vec()).collect()
        };
        Ok(Self {
            facts,
            method,
            query: request.query_string().as_bytes().to_vec(),
            authorization: all("authorization"),
            dpop: all("dpop"),
            accept: all("accept").join(&b","[..]),
        })
    }
}

/// A form, in UTF-8 (B01 to B04). RFC 6749 appendix B knows no other.
fn check_type(headers: &HeaderMap) -> Result<(), Refusal> {
    let mut types = headers.get_all(header::CONTENT_TYPE);
    let Some(value) = types.next() else {
        return Err(Refusal::invalid_request("the Content-Type is missing"));
    };
    if types.next().is_some() {
        return Err(Refusal::invalid_request("the Content-Type is repeated"));
    }
    let text = value.to_str().map_err(|_| Refusal::UnsupportedMediaType)?;
    let mut parts = text.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default();
    if !media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(Refusal::UnsupportedMediaType);
    }
    for parameter in parts.filter(|parameter| !parameter.is_empty()) {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let value = value.trim_matches('"');
        if name.eq_ignore_ascii_case("charset") && !value.eq_ignore_ascii_case("utf-8") {
            return Err(Refusal::invalid_request("the charset must be UTF-8"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn status(types: &[&str]) -> u16 {
        let mut request = TestRequest::post();
        for value in types {
            request = request.append_header((header::CONTENT_TYPE, *value));
        }
        let checked = check_type(request.to_http_request().headers());
        checked.map_or_else(|refusal| refusal.status().as_u16(), |()| 200)
    }

    #[test]
    fn only_forms_in_utf_8_are_taken() {
        // B01, B02, B03, B04
        let form = "application/x-www-form-urlencoded";
        for (types, expected) in [
            (&[form][..], 200),
            (&["Application/X-WWW-Form-URLEncoded; Charset=\"UTF-8\""], 200),
            (&["application/x-www-form-urlencoded;"], 200),
            (&["application/x-www-form-urlencoded; charset=utf-16"], 400),
            (&[], 400),
            (&[form, form], 400),
            (&["application/json"], 415),
            (&["multipart/form-data; boundary=x"], 415),
            (&["application/x-www-form-urlencoded2"], 415),
        ] {
            assert_eq!(status(types), expected, "{types:?}");
        }
    }
}
