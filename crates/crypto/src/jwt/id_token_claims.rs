//! The claims of an upstream provider's ID token (OpenID Connect Core 3.1.3.7), judged by
//! ourselves like those of assertions.

use muster_domain::{Secret, Timestamp};
use serde_json::{Map, Value};
use subtle::ConstantTimeEq;

use super::algorithm::Algorithm;
use super::claims::{seconds, text};
use super::issued::left_half;
use super::rejected::Rejected;

/// A provider's clock may differ by so much. More than is granted to an assertion: the nonce
/// already says that the token was made for this login.
const LEEWAY_SECONDS: i64 = 60;
/// The longest `sub`, in bytes (OpenID Connect Core 2).
const SUBJECT_LONGEST: usize = 255;

/// What an ID token must say.
#[derive(Clone, Copy, Debug)]
pub struct IdTokenExpectation<'a> {
    /// The provider: `iss`, byte for byte.
    pub issuer: &'a str,
    /// Whom it is for: what we are called there.
    pub client_id: &'a str,
    /// `nonce`, as the request had it.
    pub nonce: &'a Secret<String>,
    /// The access token that it came with.
    pub access_token: &'a Secret<String>,
    /// The person must have been there since then, if that was asked for.
    pub authenticated_since: Option<Timestamp>,
}

/// What a good ID token says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IdTokenClaims {
    /// The person, as the provider calls it: `sub`.
    pub subject: String,
    /// When the person logged in there.
    pub auth_time: Option<Timestamp>,
    /// Every claim.
    pub members: Map<String, Value>,
}

impl IdTokenClaims {
    pub(super) fn check(
        members: Map<String, Value>,
        algorithm: Algorithm,
        expectation: &IdTokenExpectation<'_>,
        now: Timestamp,
    ) -> Result<Self, Rejected> {
        if text(&members, "iss")? != expectation.issuer {
            return Err(Rejected::Mismatch("iss"));
        }
        check_audience(&members, expectation.client_id)?;
        check_times(&members, now)?;
        if !expectation.nonce.equals(text(&members, "nonce")?.as_bytes()) {
            return Err(Rejected::Mismatch("nonce"));
        }
        if members.contains_key("at_hash") {
            let wanted = left_half(expectation.access_token.expose(), algorithm);
            if !bool::from(text(&members, "at_hash")?.as_bytes().ct_eq(wanted.as_bytes())) {
                return Err(Rejected::Mismatch("at_hash"));
            }
        }
        let auth_time = seconds(&members, "auth_time")?;
        if let Some(since) = expectation.authenticated_since {
            let auth_time = auth_time.ok_or(Rejected::Claim("auth_time"))?;
            if auth_time.saturating_add(LEEWAY_SECONDS) < whole_seconds(since) {
                return Err(Rejected::Mismatch("auth_time"));
            }
        }
        let subject = text(&members, "sub")?.to_owned();
        if subject.is_empty() || subject.len() > SUBJECT_LONGEST {
            return Err(Rejected::Claim("sub"));
        }
        let auth_time =
            auth_time.map(|seconds| Timestamp::from_millis(seconds.saturating_mul(1_000)));
        Ok(Self { subject, auth_time, members })
    }
}

/// It is for us; if for others too, then it was given to us (`azp`).
fn check_audience(members: &Map<String, Value>, client_id: &str) -> Result<(), Rejected> {
    let is_shared = match members.get("aud") {
        Some(Value::String(one)) if one == client_id => false,
        Some(Value::Array(several)) if several.iter().any(|one| one == client_id) => {
            several.len() > 1
        }
        Some(Value::String(_) | Value::Array(_)) => return Err(Rejected::Mismatch("aud")),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => {
            return Err(Rejected::Claim("aud"));
        }
    };
    let is_given_to_somebody = members.contains_key("azp") || is_shared;
    if is_given_to_somebody && text(members, "azp")? != client_id {
        return Err(Rejected::Mismatch("azp"));
    }
    Ok(())
}

fn check_times(members: &Map<String, Value>, now: Timestamp) -> Result<(), Rejected> {
    let now = whole_seconds(now);
    let expires = seconds(members, "exp")?.ok_or(Rejected::Claim("exp"))?;
    let issued = seconds(members, "iat")?.ok_or(Rejected::Claim("iat"))?;
    let earliest = seconds(members, "nbf")?.unwrap_or(issued);
    let latest_begin = now.saturating_add(LEEWAY_SECONDS);
    if expires.saturating_add(LEEWAY_SECONDS) <= now
        || issued > latest_begin
        || earliest > latest_begin
    {
        return Err(Rejected::Time);
    }
    Ok(())
}

const fn whole_seconds(at: Timestamp) -> i64 {
    at.millis().div_euclid(1_000)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_800_000_000;

    /// The verdict on a good token in which one claim says something else, or nothing.
    fn verdict(name: &str, value: Value) -> Result<IdTokenClaims, Rejected> {
        let mut members = Map::from_iter([
            ("iss".to_owned(), json!("https://idp.example")),
            ("sub".to_owned(), json!("alice")),
            ("aud".to_owned(), json!("muster")),
            ("exp".to_owned(), json!(NOW + 300)),
            ("iat".to_owned(), json!(NOW)),
            ("nonce".to_owned(), json!("n")),
        ]);
        members.insert(name.to_owned(), value);
        members.retain(|_, value| !value.is_null());
        let expectation = IdTokenExpectation {
            issuer: "https://idp.example",
            client_id: "muster",
            nonce: &Secret::from("n"),
            access_token: &Secret::from("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"),
            authenticated_since: None,
        };
        let now = Timestamp::from_millis(NOW * 1_000);
        IdTokenClaims::check(members, Algorithm::Rs256, &expectation, now)
    }

    #[test]
    fn a_good_id_token_names_its_person() {
        let claims = verdict("auth_time", json!(NOW - 5)).unwrap();
        assert_eq!(claims.subject, "alice");
        assert_eq!(claims.auth_time, Some(Timestamp::from_millis((NOW - 5) * 1_000)));
    }

    #[test]
    fn a_claim_that_is_missing_or_of_another_kind_is_refused() {
        for name in ["iss", "sub", "aud", "exp", "iat", "nonce"] {
            assert_eq!(verdict(name, Value::Null), Err(Rejected::Claim(name)));
            assert_eq!(verdict(name, json!({})), Err(Rejected::Claim(name)));
        }
        assert_eq!(verdict("sub", json!("")), Err(Rejected::Claim("sub")));
        assert_eq!(verdict("sub", json!("a".repeat(256))), Err(Rejected::Claim("sub")));
        assert_eq!(verdict("exp", json!(1e300)), Err(Rejected::Claim("exp")));
    }

    #[test]
    fn clocks_may_differ_by_a_minute_and_no_more() {
        assert!(verdict("exp", json!(NOW - 59)).is_ok());
        assert_eq!(verdict("exp", json!(NOW - 60)), Err(Rejected::Time));
        assert!(verdict("iat", json!(NOW + 60)).is_ok());
        assert_eq!(verdict("iat", json!(NOW + 61)), Err(Rejected::Time));
        assert_eq!(verdict("nbf", json!(NOW + 61)), Err(Rejected::Time));
    }

    #[test]
    fn a_token_for_several_is_taken_only_if_it_was_given_to_us() {
        assert!(verdict("aud", json!(["muster"])).is_ok());
        assert_eq!(verdict("aud", json!(["muster", "other"])), Err(Rejected::Claim("azp")));
        assert_eq!(verdict("aud", json!(["other"])), Err(Rejected::Mismatch("aud")));
        assert_eq!(verdict("aud", json!("other")), Err(Rejected::Mismatch("aud")));
        assert_eq!(verdict("azp", json!("other")), Err(Rejected::Mismatch("azp")));
        assert!(verdict("azp", json!("muster")).is_ok());
    }

    #[test]
    fn the_hash_of_the_access_token_must_be_its_own_if_there_is_one() {
        // OpenID Connect Core A.3 has this pair.
        assert!(verdict("at_hash", json!("77QmUPtjPfzWtF2AnpK9RQ")).is_ok());
        assert_eq!(
            verdict("at_hash", json!("77QmUPtjPfzWtF2AnpK9RA")),
            Err(Rejected::Mismatch("at_hash"))
        );
    }

    #[test]
    fn another_nonce_or_issuer_is_refused() {
        assert_eq!(verdict("nonce", json!("m")), Err(Rejected::Mismatch("nonce")));
        let slashed = json!("https://idp.example/");
        assert_eq!(verdict("iss", slashed), Err(Rejected::Mismatch("iss")));
    }
}
