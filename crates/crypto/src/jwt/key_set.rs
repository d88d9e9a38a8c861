//! Public keys that signatures are verified with (RFC 7517), verifiers built once.
//!
//! A key is chosen by the `kid` among the keys of one party, never by what a header brings
//! along. Its algorithm is its own; a token that names another one fits no key.

use std::panic::{AssertUnwindSafe, catch_unwind};

use josekit::jwk::Jwk;
use josekit::jws::JwsVerifier;
use muster_domain::{Timestamp, TokenId};
use serde_json::{Map, Value};

use super::algorithm::Algorithm;
use super::claims::{AssertionClaims, AssertionExpectation};
use super::grant_claims::{GrantClaims, GrantExpectation};
use super::json::strict_object;
use super::rejected::Rejected;
use super::text::UnverifiedJws;

/// Limits of a key set: it is read at each first use of a party.
const SET_LONGEST: usize = 64 * 1024;
const KEYS_MOST: usize = 50;
/// What an assertion may call itself (standards S55).
const ASSERTION_TYPES: [&str; 2] = ["JWT", "client-authentication+jwt"];
/// What an assertion about a user may call itself.
const GRANT_TYPES: [&str; 2] = ["JWT", "authorization-grant+jwt"];
/// RSA moduli in bytes: 2048 to 4096 bits.
const RSA_BYTES: std::ops::RangeInclusive<usize> = 256..=512;
/// RSA exponents in bytes: with one as long as the modulus, verifying costs as much as
/// signing, and everybody may send a key of their own with a proof of possession.
const EXPONENT_BYTES: std::ops::RangeInclusive<usize> = 1..=8;

/// Public keys of one party.
#[derive(Default)]
pub struct VerifyingKeys(Vec<VerifyingKey>);

struct VerifyingKey {
    kid: Option<String>,
    algorithm: Algorithm,
    verifier: Box<dyn JwsVerifier>,
}

/// Why a key set is not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum KeySetError {
    /// No JWK set, or too big a one.
    #[error("it is no JWK set (RFC 7517 5) of at most 50 keys and 64 KiB")]
    Malformed,
    /// Two keys have one `kid`.
    #[error("two keys have the same kid")]
    SameKid,
    /// A key that cannot be used.
    #[error(
        "a key is not of a kind that is taken: RSA of 2048 to 4096 bits, P-256, P-384, Ed25519"
    )]
    Unusable,
}

impl VerifyingKeys {
    /// The keys of a JWK set. Keys for encryption are passed over.
    pub fn of_jwk_set(text: &str) -> Result<Self, KeySetError> {
        if text.len() > SET_LONGEST {
            return Err(KeySetError::Malformed);
        }
        let set = strict_object(text.as_bytes()).map_err(|_| KeySetError::Malformed)?;
        let Some(Value::Array(keys)) = set.get("keys") else { return Err(KeySetError::Malformed) };
        let mut members = Vec::with_capacity(keys.len());
        for key in keys {
            let Value::Object(key) = key else { return Err(KeySetError::Malformed) };
            members.push(key.clone());
        }
        Self::of_members(members)
    }

    /// Keys that this service has published, each with its name and as a JWK. One that
    /// cannot be used is left out and named: it must not keep the others from verifying.
    pub fn of_published<'a>(
        named: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> (Self, Vec<(String, KeySetError)>) {
        let (mut keys, mut unusable) = (Vec::new(), Vec::new());
        for (name, text) in named {
            let members = strict_object(text.as_bytes()).map_err(|_| KeySetError::Malformed);
            match members.and_then(|members| Self::of_members(vec![members])) {
                Ok(Self(mut one)) => keys.append(&mut one),
                Err(error) => unusable.push((name.to_owned(), error)),
            }
        }
        (Self(keys), unusable)
    }

    /// Verifies a client's assertion (RFC 7523 3).
    pub fn assertion(
        &self,
        text: &str,
        expectation: &AssertionExpectation<'_>,
        now: Timestamp,
    ) -> Result<AssertionClaims, Rejected> {
        let jws = UnverifiedJws::parse(text)?;
        // Any other kind of JWT must not pass for an assertion (RFC 8725 3.11, B96).
        if jws.typ.as_ref().is_some_and(|typ| !ASSERTION_TYPES.contains(&typ.as_str())) {
            return Err(Rejected::Header);
        }
        self.verify(&jws)?;
        AssertionClaims::check(&jws.claims, expectation, now)
    }

    /// The `jti` of an imported token whose signature verifies. Whether it is still in
    /// force the store knows.
    pub fn imported_token_id(&self, text: &str) -> Result<TokenId, Rejected> {
        let jws = UnverifiedJws::parse(text)?;
        self.verify(&jws)?;
        match jws.claims.get("jti") {
            Some(Value::String(id)) => {
                TokenId::new(id.as_str()).map_err(|_| Rejected::Claim("jti"))
            }
            Some(_) | None => Err(Rejected::Claim("jti")),
        }
    }

    /// The claims of somebody's assertion about a user (RFC 7523 2.1, 3).
    pub fn grant_assertion(
        &self,
        text: &str,
        expectation: &GrantExpectation<'_>,
        now: Timestamp,
    ) -> Result<GrantClaims, Rejected> {
        let jws = UnverifiedJws::parse(text)?;
        if jws.typ.as_ref().is_some_and(|typ| !GRANT_TYPES.contains(&typ.as_str())) {
            return Err(Rejected::Header);
        }
        self.verify(&jws)?;
        GrantClaims::check(&jws.claims, expectation, now)
    }

    /// The claims of a JWT of one of these types whose signature verifies. What they say is
    /// for the caller to judge.
    pub fn verified_claims(
        &self,
        text: &str,
        types: &[&str],
    ) -> Result<Map<String, Value>, Rejected> {
        let jws = UnverifiedJws::parse(text)?;
        let typ = jws.typ.as_deref().unwrap_or_default().to_ascii_lowercase();
        let typ = typ.strip_prefix("application/").unwrap_or(&typ);
        if !types.iter().any(|wanted| wanted.eq_ignore_ascii_case(typ)) {
            return Err(Rejected::Header);
        }
        self.verify(&jws)?;
        Ok(jws.claims)
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn of_members(members: Vec<Map<String, Value>>) -> Result<Self, KeySetError> {
        if members.len() > KEYS_MOST {
            return Err(KeySetError::Malformed);
        }
        let mut keys: Vec<VerifyingKey> = Vec::with_capacity(members.len());
        for member in members {
            let jwk = Jwk::from_map(member).map_err(|_| KeySetError::Unusable)?;
            if jwk.key_use().is_some_and(|key_use| key_use != "sig") {
                continue;
            }
            let key = VerifyingKey::of(&jwk).ok_or(KeySetError::Unusable)?;
            if key.kid.is_some() && keys.iter().any(|other| other.kid == key.kid) {
                return Err(KeySetError::SameKid);
            }
            keys.push(key);
        }
        Ok(Self(keys))
    }

    /// The one key of a proof that brings its own along.
    pub(super) fn of_single(jwk: &Jwk) -> Option<Self> {
        // A belt, as for signatures: anybody may have made this key.
        let built = catch_unwind(AssertUnwindSafe(|| VerifyingKey::of(jwk))).ok().flatten();
        built.map(|key| Self(vec![VerifyingKey { kid: None, ..key }]))
    }

    pub(super) fn verify(&self, jws: &UnverifiedJws<'_>) -> Result<(), Rejected> {
        let key = self.choose(jws)?;
        // A belt: the library has panicked on input before.
        let verified =
            catch_unwind(AssertUnwindSafe(|| key.verifier.verify(jws.signed, &jws.signature)));
        match verified {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Rejected::Signature),
        }
    }

    /// By `kid`; without one only if a single key fits.
    fn choose(&self, jws: &UnverifiedJws<'_>) -> Result<&VerifyingKey, Rejected> {
        let mut fitting = self.0.iter().filter(|key| {
            key.algorithm == jws.algorithm && (jws.kid.is_none() || key.kid == jws.kid)
        });
        let first = fitting.next().ok_or(Rejected::NoKey)?;
        if fitting.next().is_some() { Err(Rejected::NoKey) } else { Ok(first) }
    }
}

impl VerifyingKey {
    fn of(jwk: &Jwk) -> Option<Self> {
        let fits = match jwk.key_type() {
            "RSA" => rsa_fits(jwk),
            // The name EdDSA alone would let Ed448 in.
            "OKP" => jwk.curve() == Some("Ed25519"),
            _ => true,
        };
        if !fits {
            return None;
        }
        let algorithm = Algorithm::of_key(jwk)?;
        let kid = jwk.key_id().map(ToOwned::to_owned);
        Some(Self { kid, algorithm, verifier: algorithm.verifier(jwk)? })
    }
}

fn rsa_fits(jwk: &Jwk) -> bool {
    let length = |name| match jwk.parameter(name) {
        Some(Value::String(number)) => {
            let bytes = data_encoding::BASE64URL_NOPAD.decode(number.as_bytes()).ok()?;
            Some(bytes.iter().skip_while(|byte| **byte == 0).count())
        }
        Some(_) | None => None,
    };
    length("n").is_some_and(|length| RSA_BYTES.contains(&length))
        && length("e").is_some_and(|length| EXPONENT_BYTES.contains(&length))
}

impl std::fmt::Debug for VerifyingKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "VerifyingKeys({})", self.0.len())
    }
}
