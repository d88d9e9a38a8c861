//! Keys of a provider that people come from, and the ID tokens that they sign.
//!
//! A provider publishes what it likes: keys for encryption, of curves that nobody here takes,
//! of next year's algorithms. What cannot be used is passed over, and the others stay good;
//! a key that names no algorithm is taken for each one that was allowed and that it can be of.

use std::panic::{AssertUnwindSafe, catch_unwind};

use josekit::jwk::Jwk;
use muster_domain::Timestamp;
use serde_json::Value;

use super::algorithm::Algorithm;
use super::id_token_claims::{IdTokenClaims, IdTokenExpectation};
use super::json::strict_object;
use super::key_set::{KEYS_MOST, KeySetError, SET_LONGEST, VerifyingKey, VerifyingKeys};
use super::rejected::Rejected;
use super::text::UnverifiedJws;

impl VerifyingKeys {
    /// The keys of a provider's JWK set that sign with one of the `allowed` algorithms.
    pub fn of_provider(text: &str, allowed: &[Algorithm]) -> Result<Self, KeySetError> {
        if text.len() > SET_LONGEST {
            return Err(KeySetError::Malformed);
        }
        let set = strict_object(text.as_bytes()).map_err(|_| KeySetError::Malformed)?;
        let Some(Value::Array(keys)) = set.get("keys") else { return Err(KeySetError::Malformed) };
        if keys.len() > KEYS_MOST {
            return Err(KeySetError::Malformed);
        }
        let usable: Vec<_> = keys.iter().flat_map(|key| readings(key, allowed)).collect();
        if usable.is_empty() { Err(KeySetError::Unusable) } else { Ok(Self(usable)) }
    }

    /// What a provider's ID token says (OpenID Connect Core 3.1.3.7).
    pub fn id_token(
        &self,
        text: &str,
        expectation: &IdTokenExpectation<'_>,
        now: Timestamp,
    ) -> Result<IdTokenClaims, Rejected> {
        let jws = UnverifiedJws::parse(text)?;
        // An access token or a logout token of the same provider is no ID token (RFC 8725 3.11).
        if jws.typ.as_ref().is_some_and(|typ| !typ.eq_ignore_ascii_case("JWT")) {
            return Err(Rejected::Header);
        }
        self.verify(&jws)?;
        IdTokenClaims::check(jws.claims, jws.algorithm, expectation, now)
    }
}

/// The key as each algorithm that it may be meant for.
fn readings(key: &Value, allowed: &[Algorithm]) -> Vec<VerifyingKey> {
    let Some(jwk) = key.as_object().and_then(|members| Jwk::from_map(members.clone()).ok()) else {
        return Vec::new();
    };
    if jwk.key_use().is_some_and(|key_use| key_use != "sig") {
        return Vec::new();
    }
    let fitting = allowed.iter().filter(|algorithm| is_of(&jwk, **algorithm));
    // A belt, as for signatures: the key comes from elsewhere.
    let built = |algorithm: &Algorithm| {
        catch_unwind(AssertUnwindSafe(|| VerifyingKey::with(&jwk, *algorithm))).ok().flatten()
    };
    fitting.filter_map(built).collect()
}

/// Whether the key may have made a signature of this algorithm.
fn is_of(jwk: &Jwk, algorithm: Algorithm) -> bool {
    if let Some(name) = jwk.algorithm() {
        return Algorithm::from_name(name) == Some(algorithm);
    }
    let (kind, curve) = (jwk.key_type(), jwk.curve());
    match algorithm {
        Algorithm::Rs256 | Algorithm::Rs384 | Algorithm::Rs512 | Algorithm::Ps256 => kind == "RSA",
        Algorithm::Es256 => (kind, curve) == ("EC", Some("P-256")),
        Algorithm::Es384 => (kind, curve) == ("EC", Some("P-384")),
        Algorithm::EdDsa => (kind, curve) == ("OKP", Some("Ed25519")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::signer::PrivateKey;
    use super::*;

    const TAKEN: [Algorithm; 2] = [Algorithm::Rs256, Algorithm::Es256];

    fn public(algorithm: Algorithm) -> Value {
        let key = PrivateKey::generate(algorithm).unwrap();
        serde_json::from_str(&key.public_jwk()).unwrap()
    }

    fn read(keys: &[Value]) -> Result<VerifyingKeys, KeySetError> {
        let text = serde_json::json!({ "keys": keys }).to_string();
        VerifyingKeys::of_provider(&text, &TAKEN)
    }

    #[test]
    fn keys_that_cannot_be_used_do_not_take_the_others_with_them() {
        let strange = serde_json::json!({"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA"});
        let mut sealing = public(Algorithm::Es256);
        sealing["use"] = "enc".into();
        let keys = [strange, Value::from(7), sealing, public(Algorithm::Es256)];
        assert_eq!(read(&keys).unwrap().len(), 1);
    }

    #[test]
    fn a_set_without_a_key_that_is_taken_is_refused() {
        assert_eq!(read(&[public(Algorithm::EdDsa)]).unwrap_err(), KeySetError::Unusable);
        assert_eq!(read(&[]).unwrap_err(), KeySetError::Unusable);
    }

    #[test]
    fn a_set_of_too_many_keys_is_refused() {
        let keys = vec![public(Algorithm::Es256); KEYS_MOST + 1];
        assert_eq!(read(&keys).unwrap_err(), KeySetError::Malformed);
    }

    #[test]
    fn a_key_that_names_no_algorithm_is_taken_for_those_it_can_be_of() {
        let mut key = public(Algorithm::Es256);
        key.as_object_mut().unwrap().remove("alg");
        let keys = read(&[key]).unwrap();
        assert_eq!((keys.len(), keys.0[0].algorithm), (1, Algorithm::Es256));
    }
}
