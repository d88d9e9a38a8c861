//! Keys of another service as they come in a JWK set, one by one: a key that cannot be used
//! is named and left, and does not take the others with it.

use josekit::jwk::Jwk;
use serde_json::{Map, Value};

use super::algorithm::Algorithm;
use super::json::strict_object;
use super::key_set::{KeySetError, VerifyingKeys};
use super::signer::{PrivateKey, public_half, thumbprint};

/// A name longer than this is not worth keeping in every header.
const KID_LONGEST: usize = 512;

/// A key that verifies, and perhaps signs.
#[derive(Debug)]
pub struct GivenKey {
    kid: String,
    algorithm: Algorithm,
    public_jwk: String,
    private: Option<PrivateKey>,
}

/// A key that cannot be used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnusableKey {
    /// Its `kid`, as far as it can be shown.
    pub kid: String,
    /// Why it is left.
    pub reason: NoUse,
}

/// Why a key cannot be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoUse {
    /// It is no JWK.
    #[error("it is no JWK (RFC 7517 4)")]
    Malformed,
    /// Its name cannot be kept.
    #[error("its kid is empty, too long or has control characters")]
    Kid,
    /// It is for something else.
    #[error("it is not for signatures")]
    Use,
    /// Its kind.
    #[error(
        "it is not of a kind that is taken, or damaged: RSA of 2048 to 4096 bits, P-256, P-384, Ed25519"
    )]
    Kind,
}

impl GivenKey {
    /// The keys of a JWK set, each by itself.
    pub fn of_jwk_set(text: &str) -> Result<Vec<Result<Self, UnusableKey>>, KeySetError> {
        let set = strict_object(text.as_bytes()).map_err(|_| KeySetError::Malformed)?;
        let Some(Value::Array(keys)) = set.get("keys") else { return Err(KeySetError::Malformed) };
        let read = |key: &Value| {
            Self::of(key).map_err(|reason| UnusableKey { kid: shown_kid(key), reason })
        };
        Ok(keys.iter().map(read).collect())
    }

    /// Its name; without one in the JWK, its thumbprint (RFC 7638).
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// What it signs with.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Its public half, a JWK as text with `kid`, `alg` and `use`.
    pub fn public_jwk(&self) -> &str {
        &self.public_jwk
    }

    /// The whole key, if its private half came along and can sign.
    pub const fn private(&self) -> Option<&PrivateKey> {
        self.private.as_ref()
    }

    fn of(key: &Value) -> Result<Self, NoUse> {
        let Value::Object(members) = key else { return Err(NoUse::Malformed) };
        let jwk = Jwk::from_map(members.clone()).map_err(|_| NoUse::Malformed)?;
        if jwk.key_use().is_some_and(|key_use| key_use != "sig") {
            return Err(NoUse::Use);
        }
        let algorithm = Algorithm::of_key(&jwk).ok_or(NoUse::Kind)?;
        let kid = jwk.key_id().map_or_else(|| thumbprint(&jwk), ToOwned::to_owned);
        if kid.is_empty() || kid.len() > KID_LONGEST || kid.chars().any(char::is_control) {
            return Err(NoUse::Kid);
        }
        let public_jwk = public_half(members, &kid, algorithm);
        // What cannot be built now cannot be built when a token is to be recognised.
        let (verifying, unusable) =
            VerifyingKeys::of_published([(kid.as_str(), public_jwk.as_str())]);
        if !unusable.is_empty() {
            return Err(NoUse::Kind);
        }
        Ok(Self { private: private_of(members, &verifying), kid, algorithm, public_jwk })
    }
}

/// The whole key, unless its halves do not belong together.
fn private_of(members: &Map<String, Value>, verifying: &VerifyingKeys) -> Option<PrivateKey> {
    if !members.contains_key("d") {
        return None;
    }
    let key = PrivateKey::of_members(members.clone()).ok()?;
    let claims = Map::from_iter([("jti".to_owned(), Value::from("probe"))]);
    let probe = key.signer().and_then(|signer| signer.sign("JWT", &claims)).ok()?;
    verifying.imported_token_id(&probe).is_ok().then_some(key)
}

/// Names come from elsewhere, and are shown in a report.
fn shown_kid(key: &Value) -> String {
    let kid = key.get("kid").and_then(Value::as_str).unwrap_or("-");
    kid.chars().take(KID_LONGEST).flat_map(char::escape_debug).collect()
}
