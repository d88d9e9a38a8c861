//! Assertions about users (RFC 7523 2.1, 3), read by ourselves like those of clients.

use data_encoding::BASE64URL_NOPAD;
use muster_domain::Timestamp;
use serde_json::{Map, Value};

use super::claims::{JTI_LONGEST, LEEWAY_SECONDS, seconds, text};
use super::json::strict_object;
use super::rejected::Rejected;

/// An assertion about a user lives at most so long, which bounds the memory of used ones.
const LONGEST_SECONDS: i64 = 3_600;
/// An assertion older than this is not fresh, whatever its `exp` says (B95): it would not
/// have been good for longer when it was made.
const OLDEST_SECONDS: i64 = LONGEST_SECONDS;
/// Limits of what is read before anything is verified.
const LONGEST: usize = 16 * 1024;

/// What an assertion about a user must say.
#[derive(Clone, Copy, Debug)]
pub struct GrantExpectation<'a> {
    /// Who says it: `iss`, byte for byte.
    pub issuer: &'a str,
    /// What `aud` must be: our issuer identifier, as a single text (B91).
    pub audience: &'a str,
}

/// What a good assertion says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GrantClaims {
    /// The user: `sub`.
    pub subject: String,
    /// Its identifier, to be used once.
    pub jti: String,
    /// The scopes that it grants, if it says so.
    pub scope: Option<String>,
    /// When it expires.
    pub expires_at: Timestamp,
}

impl GrantClaims {
    pub(super) fn check(
        claims: &Map<String, Value>,
        expectation: &GrantExpectation<'_>,
        now: Timestamp,
    ) -> Result<Self, Rejected> {
        if text(claims, "iss")? != expectation.issuer {
            return Err(Rejected::Mismatch("iss"));
        }
        // An array would let another server replay it (S56).
        if text(claims, "aud")? != expectation.audience {
            return Err(Rejected::Mismatch("aud"));
        }
        let now = now.millis().div_euclid(1_000);
        let expires = seconds(claims, "exp")?.ok_or(Rejected::Claim("exp"))?;
        if expires <= now || expires > now.saturating_add(LONGEST_SECONDS) {
            return Err(Rejected::Time);
        }
        let (earliest, issued) = (seconds(claims, "nbf")?, seconds(claims, "iat")?);
        let is_ahead = |moment: i64| moment > now.saturating_add(LEEWAY_SECONDS);
        if earliest.is_some_and(is_ahead)
            || issued.is_some_and(is_ahead)
            || issued.is_some_and(|moment| moment < now.saturating_sub(OLDEST_SECONDS))
        {
            return Err(Rejected::Time);
        }
        let subject = text(claims, "sub")?;
        if subject.is_empty() {
            return Err(Rejected::Claim("sub"));
        }
        let jti = text(claims, "jti")?;
        if jti.is_empty() || jti.len() > JTI_LONGEST {
            return Err(Rejected::Claim("jti"));
        }
        Ok(Self {
            subject: subject.to_owned(),
            jti: jti.to_owned(),
            scope: optional(claims, "scope")?,
            expires_at: Timestamp::from_millis(expires.saturating_mul(1_000)),
        })
    }
}

/// Whom an assertion says it is from; nothing is verified yet, it only chooses the keys.
pub fn unverified_issuer(assertion: &str) -> Option<String> {
    if assertion.len() > LONGEST {
        return None;
    }
    let claims = assertion.split('.').nth(1)?;
    let claims = BASE64URL_NOPAD.decode(claims.as_bytes()).ok()?;
    let claims = strict_object(&claims).ok()?;
    claims.get("iss").and_then(Value::as_str).map(ToOwned::to_owned)
}

fn optional(claims: &Map<String, Value>, name: &'static str) -> Result<Option<String>, Rejected> {
    match claims.get(name) {
        None => Ok(None),
        Some(_) => text(claims, name).map(|found| Some(found.to_owned())),
    }
}
