//! How a party proves who it is: credentials made, shown once, replaced.

use muster_audit::Entry;
use muster_crypto::{VerifyingKeys, generate_client_secret};
use muster_domain::{Credentials, Secret};
use muster_store::{PartyKey, StoreError, Unit};
use serde_json::Value;

use crate::{DeedError, Keeper};

/// How a party will prove who it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Proof {
    /// By a secret that is generated now.
    GeneratedSecret,
    /// By keys of its own: a JWK set as text.
    KeySet(String),
    /// Not at all.
    Nothing,
}

/// A secret that was generated: shown once, kept nowhere.
pub type ShownSecret = Option<Secret<String>>;

/// Members that only private and symmetric keys have (RFC 7518 6.2.2, 6.3.2, 6.4).
const PRIVATE_MEMBERS: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "k"];

impl Keeper {
    pub(crate) fn credentials(
        &self,
        proof: &Proof,
    ) -> Result<(Credentials, ShownSecret), DeedError> {
        Ok(match proof {
            Proof::GeneratedSecret => {
                let secret = generate_client_secret(&*self.randomness)?;
                (Credentials::secret(self.keys.store_generated(&secret)), Some(secret))
            }
            Proof::KeySet(text) => {
                check_key_set(text)?;
                (Credentials::key_set(text.clone()), None)
            }
            Proof::Nothing => (Credentials::none(), None),
        })
    }

    /// A new secret, to be put into a unit.
    pub(crate) fn new_secret(&self) -> Result<NewSecret<'_>, DeedError> {
        let secret = generate_client_secret(&*self.randomness)?;
        Ok(NewSecret { keeper: self, secret })
    }
}

/// A secret that is to take the place of another one.
pub(crate) struct NewSecret<'a> {
    keeper: &'a Keeper,
    pub(crate) secret: Secret<String>,
}

impl NewSecret<'_> {
    /// Replaces the secret of a party and nothing else of its credentials; whether it had
    /// one.
    pub(crate) fn replace(
        &self,
        unit: &mut dyn Unit,
        (party, old): (PartyKey, &Credentials),
        entry: &Entry,
    ) -> Result<bool, StoreError> {
        if old.secret.is_none() {
            return Ok(false);
        }
        let secret = Some(self.keeper.keys.store_generated(&self.secret));
        unit.set_credentials(party, &Credentials { secret, ..old.clone() })?;
        self.keeper.trail.append_in(unit, entry)?;
        Ok(true)
    }
}

/// Refuses what is no set of public keys for signatures (RFC 7517 5).
pub(crate) fn check_key_set(text: &str) -> Result<(), DeedError> {
    let refused = |words: &str| DeedError::KeySet(words.to_owned());
    let keys = VerifyingKeys::of_jwk_set(text);
    let keys = keys.map_err(|error| DeedError::KeySet(error.to_string()))?;
    if keys.is_empty() {
        return Err(refused("it holds no key for signatures"));
    }
    let set: Value = serde_json::from_str(text).map_err(|_| refused("it is no JSON"))?;
    let members = set.get("keys").and_then(Value::as_array).into_iter().flatten();
    let is_private = |key: &Value| PRIVATE_MEMBERS.iter().any(|member| key.get(member).is_some());
    if members.into_iter().any(is_private) {
        return Err(refused(
            "it holds private keys, which are nobody's but their owner's; give the public halves",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLIC: &str = r#"{"keys":[{"kty":"EC","crv":"P-256","kid":"a",
        "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"#;

    #[test]
    fn a_set_of_public_keys_is_taken_and_one_with_a_private_key_is_not() {
        assert!(check_key_set(PUBLIC).is_ok());
        let private = PUBLIC
            .replace("\"kid\"", "\"d\":\"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI\",\"kid\"");
        let words = check_key_set(&private).unwrap_err().to_string();
        assert!(words.contains("private keys"), "{words}");
        for wrong in ["", "{}", "{\"keys\":[]}", "[]"] {
            assert!(check_key_set(wrong).is_err(), "{wrong}");
        }
    }
}
