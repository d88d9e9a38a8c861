//! The claims of a client assertion (RFC 7523 3), read by ourselves: the library's
//! validator takes absent claims for good ones and panics on great numbers.

use muster_domain::Timestamp;
use serde_json::{Map, Value};

use super::rejected::Rejected;

/// 9999-12-31T23:59:59Z: later dates are no dates.
const LAST_SECOND: i64 = 253_402_300_799;
/// Clocks may differ by so much (conformance: 8 to 10 s ahead are taken, 60 s are not).
pub(super) const LEEWAY_SECONDS: i64 = 10;
/// An assertion lives at most so long, which bounds the memory of used ones (B94).
const LONGEST_SECONDS: i64 = 300;
/// An assertion older than this is not fresh, whatever its `exp` says (B95).
const OLDEST_SECONDS: i64 = 300;
pub(super) const JTI_LONGEST: usize = 256;

/// What an assertion must say.
#[derive(Clone, Copy, Debug)]
pub struct AssertionExpectation<'a> {
    /// The client: `iss` and `sub`.
    pub client: &'a str,
    /// The audience: the issuer identifier, the only value that is taken (standards S56).
    pub audience: &'a str,
}

/// What a good assertion says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AssertionClaims {
    /// Its identifier, to be used once.
    pub jti: String,
    /// When it expires.
    pub expires_at: Timestamp,
}

impl AssertionClaims {
    pub(super) fn check(
        claims: &Map<String, Value>,
        expectation: &AssertionExpectation<'_>,
        now: Timestamp,
    ) -> Result<Self, Rejected> {
        for name in ["iss", "sub"] {
            if text(claims, name)? != expectation.client {
                return Err(Rejected::Mismatch(name));
            }
        }
        check_audience(claims, expectation)?;
        let now = now.millis().div_euclid(1_000);
        let expires = seconds(claims, "exp")?.ok_or(Rejected::Claim("exp"))?;
        let earliest = seconds(claims, "nbf")?;
        let issued = seconds(claims, "iat")?;
        let later = |limit: i64| now.saturating_add(limit);
        if expires <= now || expires > later(LONGEST_SECONDS) {
            return Err(Rejected::Time);
        }
        if earliest.or(issued).is_some_and(|moment| moment > later(LEEWAY_SECONDS))
            || issued.is_some_and(|moment| moment > later(LEEWAY_SECONDS))
            || issued.is_some_and(|moment| moment < now.saturating_sub(OLDEST_SECONDS))
        {
            return Err(Rejected::Time);
        }
        let jti = text(claims, "jti")?;
        if jti.is_empty() || jti.len() > JTI_LONGEST {
            return Err(Rejected::Claim("jti"));
        }
        let expires_at = Timestamp::from_millis(expires.saturating_mul(1_000));
        Ok(Self { jti: jti.to_owned(), expires_at })
    }
}

/// Exactly one audience, and ours: an array would let another server replay it (S56).
fn check_audience(
    claims: &Map<String, Value>,
    expectation: &AssertionExpectation<'_>,
) -> Result<(), Rejected> {
    let audience = text(claims, "aud")?;
    if audience == expectation.audience { Ok(()) } else { Err(Rejected::Mismatch("aud")) }
}

pub(super) fn text<'a>(
    claims: &'a Map<String, Value>,
    name: &'static str,
) -> Result<&'a str, Rejected> {
    claims.get(name).and_then(Value::as_str).ok_or(Rejected::Claim(name))
}

/// A `NumericDate` in whole seconds; fractions are rounded down.
pub(super) fn seconds(
    claims: &Map<String, Value>,
    name: &'static str,
) -> Result<Option<i64>, Rejected> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    let whole = match value.as_i64() {
        Some(whole) => Some(whole),
        None => value.as_f64().and_then(whole_seconds),
    };
    whole
        .filter(|seconds| (0..=LAST_SECOND).contains(seconds))
        .map(Some)
        .ok_or(Rejected::Claim(name))
}

/// The whole part of a fraction, by way of its digits: there is no lossless conversion.
fn whole_seconds(fraction: f64) -> Option<i64> {
    if !(0.0..=253_402_300_799.0).contains(&fraction) {
        return None;
    }
    format!("{:.0}", fraction.floor()).parse().ok()
}
