//! Proofs of possession (RFC 9449 4): a JWT that brings its public key along and is good for
//! one request.
//!
//! Here, and only here, a header's own key counts: it says which key was proved, and whoever
//! compares it with the key that a token is bound to does the trusting.

use data_encoding::BASE64URL_NOPAD;
use josekit::jwk::Jwk;
use muster_domain::Timestamp;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::algorithm::Algorithm;
use super::claims::{JTI_LONGEST, seconds, text};
use super::key_set::VerifyingKeys;
use super::rejected::Rejected;
use super::signer::thumbprint;
use super::text::UnverifiedJws;

/// A proof is good for so long before and after its `iat` (RFC 9449 11.1).
const WINDOW_SECONDS: i64 = 60;
/// Members of private and secret keys; a header with one of them is no proof (4.3).
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// What a proof must say.
#[derive(Clone, Copy, Debug)]
pub struct DpopExpectation<'a> {
    /// The method of the request.
    pub method: &'a str,
    /// The URL of the endpoint, without query and fragment.
    pub url: &'a str,
    /// The access token that comes along, if one does.
    pub access_token: Option<&'a str>,
}

/// A good proof.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DpopProof {
    /// The thumbprint of the key (RFC 7638), `jkt`.
    pub thumbprint: String,
    /// The proof's identifier, to be used once.
    pub jti: String,
    /// Until when the identifier must be remembered.
    pub expires_at: Timestamp,
}

/// Verifies a proof (RFC 9449 4.3).
pub fn verify_dpop_proof(
    proof: &str,
    expectation: &DpopExpectation<'_>,
    now: Timestamp,
) -> Result<DpopProof, Rejected> {
    let jws = UnverifiedJws::parse(proof)?;
    if jws.typ.as_deref() != Some("dpop+jwt") {
        return Err(Rejected::Header);
    }
    let members = jws.jwk.as_ref().ok_or(Rejected::Header)?;
    if PRIVATE_MEMBERS.iter().any(|member| members.contains_key(*member)) {
        return Err(Rejected::Header);
    }
    let jwk = Jwk::from_map(named(members, jws.algorithm)?).map_err(|_| Rejected::NoKey)?;
    // The key is chosen by what it is, not by a name that came along with it.
    let nameless = UnverifiedJws { kid: None, ..jws };
    VerifyingKeys::of_single(&jwk).ok_or(Rejected::NoKey)?.verify(&nameless)?;
    check(&nameless.claims, expectation, now).map(|(jti, expires_at)| DpopProof {
        thumbprint: thumbprint(&jwk),
        jti,
        expires_at,
    })
}

/// The key with the algorithm of the header: an EC key of another curve will not take it.
fn named(
    members: &Map<String, Value>,
    algorithm: Algorithm,
) -> Result<Map<String, Value>, Rejected> {
    match members.get("alg") {
        Some(Value::String(own)) if Algorithm::from_name(own) == Some(algorithm) => {}
        None => {}
        Some(_) => return Err(Rejected::Header),
    }
    let mut members = members.clone();
    members.insert("alg".to_owned(), Value::from(algorithm.as_str()));
    members.remove("use");
    members.remove("key_ops");
    Ok(members)
}

fn check(
    claims: &Map<String, Value>,
    expectation: &DpopExpectation<'_>,
    now: Timestamp,
) -> Result<(String, Timestamp), Rejected> {
    if text(claims, "htm")? != expectation.method {
        return Err(Rejected::Mismatch("htm"));
    }
    if normal_url(text(claims, "htu")?) != normal_url(expectation.url) {
        return Err(Rejected::Mismatch("htu"));
    }
    let issued = seconds(claims, "iat")?.ok_or(Rejected::Claim("iat"))?;
    let now = now.millis().div_euclid(1_000);
    if issued.abs_diff(now) > WINDOW_SECONDS.unsigned_abs() {
        return Err(Rejected::Time);
    }
    let jti = text(claims, "jti")?;
    if jti.is_empty() || jti.len() > JTI_LONGEST {
        return Err(Rejected::Claim("jti"));
    }
    if let Some(token) = expectation.access_token
        && text(claims, "ath")? != BASE64URL_NOPAD.encode(&Sha256::digest(token))
    {
        return Err(Rejected::Mismatch("ath"));
    }
    let until = issued.saturating_add(WINDOW_SECONDS).saturating_add(1);
    Ok((jti.to_owned(), Timestamp::from_millis(until.saturating_mul(1_000))))
}

/// A URL as far as two spellings of it are the same: scheme and host in lower case, the
/// default port left out (RFC 3986 6.2.2, 6.2.3). A query or fragment stays: `htu` has none.
fn normal_url(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let (scheme, host) = (scheme.to_ascii_lowercase(), host.to_ascii_lowercase());
    let default = match scheme.as_str() {
        "https" => ":443",
        "http" => ":80",
        _ => "",
    };
    let host = match default {
        "" => host.as_str(),
        port => host.strip_suffix(port).unwrap_or(&host),
    };
    format!("{scheme}://{host}{path}")
}
