//! The keeper: whoever sits at the terminal, with what deeds are done with.

use std::sync::Arc;

use muster_audit::{Ending, Entry, Event, Trail};
use muster_crypto::{KeyRing, VerifyingKeys, generate_client_secret};
use muster_domain::{Clock, Credentials, Issuer, Randomness, Secret};
use muster_store::{PartyKey, Store};

use crate::DeedError;

/// Does deeds.
#[derive(Clone)]
pub struct Keeper {
    /// Where they take effect.
    pub store: Arc<dyn Store>,
    /// What hashes secrets.
    pub keys: Arc<KeyRing>,
    /// Where they are recorded.
    pub trail: Trail,
    /// When they are done.
    pub clock: Arc<dyn Clock>,
    /// Where secrets come from.
    pub randomness: Arc<dyn Randomness>,
    /// In which issuer.
    pub issuer: Issuer,
}

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

impl Keeper {
    pub(crate) fn entry(&self, event: Event) -> Entry {
        Entry::new(event, Ending::Done).by("keeper").in_issuer(self.issuer.url.as_str())
    }

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
                let keys = VerifyingKeys::of_jwk_set(text);
                let keys = keys.map_err(|error| DeedError::KeySet(error.to_string()))?;
                if keys.is_empty() {
                    return Err(DeedError::KeySet("it holds no key for signatures".to_owned()));
                }
                (Credentials::key_set(text.clone()), None)
            }
            Proof::Nothing => (Credentials::none(), None),
        })
    }

    /// Gives a party a new secret, with its record.
    pub(crate) fn rotate(&self, party: PartyKey, id: &str) -> Result<ShownSecret, DeedError> {
        let (credentials, secret) = self.credentials(&Proof::GeneratedSecret)?;
        let entry = self.entry(Event::SecretRotated).to(id);
        self.store.change(|unit| {
            unit.set_credentials(party, &credentials)?;
            self.trail.append_in(unit, &entry)
        })?;
        Ok(secret)
    }
}
