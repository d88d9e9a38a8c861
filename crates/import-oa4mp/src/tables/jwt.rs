//! What a stored JWT says about itself. Nothing is verified: it is the old database's word.

use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD};
use serde_json::Value;

/// The claims that matter, times in milliseconds.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Claims {
    pub(crate) jti: Option<String>,
    pub(crate) issued_at: Option<i64>,
    pub(crate) expires_at: Option<i64>,
}

/// A text of the old database.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Text {
    /// A JWT and what it says.
    Jwt(Claims),
    /// An opaque token: its identifier.
    Opaque(String),
}

/// Recognises a text; `None`: it is neither a JWT nor the URI or base32 of an identifier.
pub(crate) fn recognise(text: &str) -> Option<Text> {
    if let Some(claims) = claims(text) {
        return Some(Text::Jwt(claims));
    }
    if text.contains(':') {
        return Some(Text::Opaque(text.to_owned()));
    }
    let bare = text.trim_end_matches(['=', '_']).to_ascii_uppercase();
    let bytes = BASE32_NOPAD.decode(bare.as_bytes()).ok()?;
    String::from_utf8(bytes).ok().filter(|uri| uri.contains(':')).map(Text::Opaque)
}

/// The canonical text of an opaque token: base32 of its identifier.
pub(crate) fn canonical(identifier: &str) -> String {
    BASE32_NOPAD.encode(identifier.as_bytes())
}

/// The claims of a JWT; an unsigned one has an empty signature.
fn claims(text: &str) -> Option<Claims> {
    let mut parts = text.split('.');
    let (header, payload) = (parts.next()?, parts.next()?);
    parts.next()?;
    if parts.next().is_some() || header.is_empty() {
        return None;
    }
    let bare = payload.trim_end_matches('=');
    let payload = BASE64URL_NOPAD.decode(bare.as_bytes()).ok()?;
    let Value::Object(members) = serde_json::from_slice(&payload).ok()? else { return None };
    let millis = |name: &str| {
        let value = members.get(name)?;
        let seconds = value.as_i64().or_else(|| value.as_str()?.parse().ok());
        seconds.or_else(|| whole(value.as_f64()?)).map(|seconds| seconds.saturating_mul(1_000))
    };
    Some(Claims {
        jti: members.get("jti").and_then(Value::as_str).map(ToOwned::to_owned),
        issued_at: millis("iat"),
        expires_at: millis("exp"),
    })
}

/// The whole part of a number, by way of its digits: there is no lossless conversion.
fn whole(number: f64) -> Option<i64> {
    if number.abs() < 1e15 { format!("{:.0}", number.trunc()).parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jwt(payload: &str, signature: &str) -> String {
        format!("e30.{}.{signature}", BASE64URL_NOPAD.encode(payload.as_bytes()))
    }

    #[test]
    fn a_jwt_tells_its_jti_and_times_even_if_unsigned() {
        let text = jwt("{\"jti\":\"a:b\",\"iat\":1,\"exp\":2}", "");
        let claims =
            Claims { jti: Some("a:b".into()), issued_at: Some(1_000), expires_at: Some(2_000) };
        assert_eq!(recognise(&text), Some(Text::Jwt(claims)));
    }

    #[test]
    fn an_opaque_text_is_known_as_uri_and_as_base32() {
        let uri = "https://h/oauth2/1?type=accessToken";
        for text in [uri.to_owned(), canonical(uri), canonical(uri).to_lowercase() + "=="] {
            assert_eq!(recognise(&text), Some(Text::Opaque(uri.to_owned())));
        }
        assert_eq!(recognise("garbage"), None);
    }
}
