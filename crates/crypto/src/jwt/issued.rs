//! The JWTs that this service issues: access tokens of each profile, ID tokens, signed
//! answers to introspections. Each has a `typ` of its own, so that none passes for another
//! (RFC 8725 3.11, S62). Moments are whole seconds, rounded down.

use data_encoding::BASE64URL_NOPAD;
use muster_domain::{AccessTokenProfile, ScopeSet, Timestamp};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::algorithm::Algorithm;
use super::json::strict_object;
use super::signer::{PrivateKeyError, Signer};

/// The profiles that are JWTs at all.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum JwtProfile {
    /// RFC 9068.
    Rfc9068,
    /// WLCG Common JWT Profile 1.0.
    Wlcg,
    /// SciTokens 2.0.
    SciTokens,
}

impl JwtProfile {
    /// The JWT profile of a client's tokens; `None`: they are opaque.
    pub const fn of(profile: AccessTokenProfile) -> Option<Self> {
        match profile {
            AccessTokenProfile::Opaque => None,
            AccessTokenProfile::Rfc9068 => Some(Self::Rfc9068),
            AccessTokenProfile::Wlcg => Some(Self::Wlcg),
            AccessTokenProfile::SciTokens => Some(Self::SciTokens),
        }
    }

    /// The audience of tokens for which none was asked: each profile has a word for it.
    const fn anybody(self) -> Option<&'static str> {
        match self {
            Self::Rfc9068 => None,
            Self::Wlcg => Some("https://wlcg.cern.ch/jwt/v1/any"),
            Self::SciTokens => Some("ANY"),
        }
    }
}

/// What an access token says.
#[derive(Clone, Copy, Debug)]
pub struct AccessTokenFacts<'a> {
    /// `iss`.
    pub issuer: &'a str,
    /// `sub`.
    pub subject: &'a str,
    /// `client_id`.
    pub client_id: &'a str,
    /// `aud`; empty: the profile's word for everybody, else the issuer itself (RFC 9068 3).
    pub audience: &'a [String],
    /// `scope`.
    pub scopes: &'a ScopeSet,
    /// `jti`.
    pub jti: &'a str,
    /// `iat` and `nbf`.
    pub issued_at: Timestamp,
    /// `exp`.
    pub expires_at: Timestamp,
    /// `auth_time`.
    pub auth_time: Option<Timestamp>,
    /// `cnf.jkt` (RFC 9449 6.1).
    pub key_thumbprint: Option<&'a str>,
    /// `act`, the present actor first (RFC 8693 4.1).
    pub actors: &'a [String],
    /// `may_act` (RFC 8693 4.4), which has room for one.
    pub may_act: &'a [String],
}

/// An access token of this profile.
pub fn access_token(
    profile: JwtProfile,
    facts: &AccessTokenFacts<'_>,
    signer: &Signer,
) -> Result<String, PrivateKeyError> {
    let mut claims = Map::new();
    let mut put = |name: &str, value: Value| {
        claims.insert(name.to_owned(), value);
    };
    put("iss", json!(facts.issuer));
    put("sub", json!(facts.subject));
    put("aud", audience_claim(facts.audience, profile.anybody().unwrap_or(facts.issuer)));
    put("client_id", json!(facts.client_id));
    put("jti", json!(facts.jti));
    put("iat", seconds(facts.issued_at));
    put("nbf", seconds(facts.issued_at));
    put("exp", seconds(facts.expires_at));
    if !facts.scopes.is_empty() {
        put("scope", json!(facts.scopes.to_string()));
    }
    if let Some(at) = facts.auth_time {
        put("auth_time", seconds(at));
    }
    if let Some(key) = facts.key_thumbprint {
        put("cnf", json!({ "jkt": key }));
    }
    if let Some(act) = actor_claim(facts.actors) {
        put("act", act);
    }
    if let [one] = facts.may_act {
        put("may_act", json!({ "sub": one }));
    }
    let typ = match profile {
        JwtProfile::Rfc9068 => "at+jwt",
        JwtProfile::Wlcg => {
            put("wlcg.ver", json!("1.0"));
            "at+jwt"
        }
        JwtProfile::SciTokens => {
            put("ver", json!("scitoken:2.0"));
            "at+jwt"
        }
    };
    signer.sign(typ, &claims)
}

/// What an ID token says (OpenID Connect Core 2).
#[derive(Clone, Copy, Debug)]
pub struct IdTokenFacts<'a> {
    /// `iss`.
    pub issuer: &'a str,
    /// `sub`.
    pub subject: &'a str,
    /// `aud`, alone.
    pub client_id: &'a str,
    /// `nonce`, as the authorization request had it.
    pub nonce: Option<&'a str>,
    /// The access token that it comes with, for `at_hash`.
    pub access_token: &'a str,
    /// `iat`.
    pub issued_at: Timestamp,
    /// `exp`.
    pub expires_at: Timestamp,
    /// `auth_time`.
    pub auth_time: Option<Timestamp>,
    /// `jti`.
    pub jti: &'a str,
}

/// An ID token.
pub fn id_token(facts: &IdTokenFacts<'_>, signer: &Signer) -> Result<String, PrivateKeyError> {
    let mut claims = Map::new();
    let mut put = |name: &str, value: Value| {
        claims.insert(name.to_owned(), value);
    };
    put("iss", json!(facts.issuer));
    put("sub", json!(facts.subject));
    put("aud", json!(facts.client_id));
    put("azp", json!(facts.client_id));
    put("jti", json!(facts.jti));
    put("iat", seconds(facts.issued_at));
    put("exp", seconds(facts.expires_at));
    put("at_hash", json!(left_half(facts.access_token, signer.algorithm())));
    if let Some(nonce) = facts.nonce {
        put("nonce", json!(nonce));
    }
    if let Some(at) = facts.auth_time {
        put("auth_time", seconds(at));
    }
    signer.sign("JWT", &claims)
}

/// A signed answer to an introspection (RFC 9701 5), for its caller alone.
pub fn introspection_answer(
    issuer: &str,
    audience: &str,
    issued_at: Timestamp,
    members: Map<String, Value>,
    signer: &Signer,
) -> Result<String, PrivateKeyError> {
    let mut claims = Map::new();
    claims.insert("iss".to_owned(), json!(issuer));
    claims.insert("aud".to_owned(), json!(audience));
    claims.insert("iat".to_owned(), seconds(issued_at));
    claims.insert("token_introspection".to_owned(), Value::Object(members));
    signer.sign("token-introspection+jwt", &claims)
}

/// `aud`: one audience as a text, several as an array (RFC 7519 4.1.3).
pub fn audience_claim(audience: &[String], otherwise: &str) -> Value {
    match audience {
        [] => json!(otherwise),
        [one] => json!(one),
        several => json!(several),
    }
}

/// The audience that the text of one of our own JWTs names; empty: it is none. It verifies
/// nothing: it is for a token that was found by the whole of its text.
pub fn audience_in_text(token: &str) -> Vec<String> {
    let claims = token.split('.').nth(1);
    let claims = claims.and_then(|claims| BASE64URL_NOPAD.decode(claims.as_bytes()).ok());
    let claims = claims.and_then(|claims| strict_object(&claims).ok());
    let named = |value: &Value| value.as_str().map(ToOwned::to_owned);
    match claims.as_ref().and_then(|claims| claims.get("aud")) {
        Some(Value::Array(several)) => several.iter().filter_map(named).collect(),
        Some(one) => named(one).into_iter().collect(),
        None => Vec::new(),
    }
}

/// `act`: the present actor, with those before it inside (RFC 8693 4.1).
pub fn actor_claim(actors: &[String]) -> Option<Value> {
    actors.iter().rev().fold(None, |before, name| {
        let mut act = Map::new();
        act.insert("sub".to_owned(), json!(name));
        if let Some(before) = before {
            act.insert("act".to_owned(), before);
        }
        Some(Value::Object(act))
    })
}

/// The left half of the hash that belongs to the signature's algorithm (OpenID Connect Core
/// 3.1.3.6).
fn left_half(text: &str, algorithm: Algorithm) -> String {
    let hash = match algorithm {
        Algorithm::Rs256 | Algorithm::Ps256 | Algorithm::Es256 => Sha256::digest(text).to_vec(),
        Algorithm::Rs384 | Algorithm::Es384 => Sha384::digest(text).to_vec(),
        Algorithm::Rs512 | Algorithm::EdDsa => Sha512::digest(text).to_vec(),
    };
    let half = hash.get(..hash.len() / 2).unwrap_or_default();
    BASE64URL_NOPAD.encode(half)
}

/// Whole seconds since 1970.
fn seconds(at: Timestamp) -> Value {
    json!(at.millis().div_euclid(1_000))
}
