//! A compact JWS taken apart (RFC 7515 7.1), before any key is asked.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Map, Value};

use super::algorithm::Algorithm;
use super::json::strict_object;
use super::rejected::Rejected;

/// No JWT is longer (limits: 16 KiB, exactly two dots).
const LONGEST: usize = 16 * 1024;
const KID_LONGEST: usize = 128;
/// Members that change what a signature means; none is taken, critical or not.
const REFUSED: [&str; 4] = ["crit", "b64", "zip", "enc"];

/// A JWS whose form is right and whose signature is not verified yet.
pub(super) struct UnverifiedJws<'a> {
    pub(super) algorithm: Algorithm,
    pub(super) kid: Option<String>,
    pub(super) typ: Option<String>,
    /// The key that the header brings along; only a proof of possession is measured by it.
    pub(super) jwk: Option<Map<String, Value>>,
    pub(super) claims: Map<String, Value>,
    pub(super) signed: &'a [u8],
    pub(super) signature: Vec<u8>,
}

impl<'a> UnverifiedJws<'a> {
    pub(super) fn parse(text: &'a str) -> Result<Self, Rejected> {
        if text.len() > LONGEST {
            return Err(Rejected::Shape);
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(Rejected::Shape)?;
        let (header, claims) = signed.split_once('.').ok_or(Rejected::Shape)?;
        if claims.contains('.') || header.is_empty() || claims.is_empty() || signature.is_empty() {
            return Err(Rejected::Shape);
        }
        let header = strict_object(&decoded(header)?)?;
        if REFUSED.iter().any(|member| header.contains_key(*member)) {
            return Err(Rejected::Header);
        }
        let kid = word(&header, "kid")?;
        if kid.as_ref().is_some_and(|kid| kid.len() > KID_LONGEST) {
            return Err(Rejected::Header);
        }
        let algorithm = word(&header, "alg")?.and_then(|name| Algorithm::from_name(&name));
        Ok(Self {
            algorithm: algorithm.ok_or(Rejected::Header)?,
            kid,
            typ: word(&header, "typ")?,
            jwk: header.get("jwk").and_then(Value::as_object).cloned(),
            claims: strict_object(&decoded(claims)?)?,
            signed: signed.as_bytes(),
            signature: decoded(signature)?,
        })
    }
}

/// Strict base64url: no padding, no other alphabet, no loose bits at the end.
fn decoded(part: &str) -> Result<Vec<u8>, Rejected> {
    BASE64URL_NOPAD.decode(part.as_bytes()).map_err(|_| Rejected::Shape)
}

fn word(header: &Map<String, Value>, name: &str) -> Result<Option<String>, Rejected> {
    match header.get(name) {
        None => Ok(None),
        Some(Value::String(word)) => Ok(Some(word.clone())),
        Some(
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_),
        ) => Err(Rejected::Header),
    }
}
