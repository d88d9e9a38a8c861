//! Deeds about an issuer's signing keys: current, next and retired (S64, T19).
//!
//! The next key is published before it signs, a retired one until the last token that it
//! signed has expired: no token stops verifying while keys change.

use muster_audit::{Actor, Entry, Event};
use muster_crypto::{Algorithm, GivenKey, PrivateKey};
use muster_domain::{Issuer, Lifetime, Timestamp};
use muster_store::{SigningKeyState, StoreError, StoredSigningKey, Unit};

use crate::{DeedError, Keeper};

/// What new keys sign with, unless something else is asked for.
pub const DEFAULT_ALGORITHM: Algorithm = Algorithm::Es256;
/// Verifiers may keep the published set for so long, and a signer is kept for a minute after
/// its key was retired.
const MARGIN: Lifetime = Lifetime::from_seconds(600);

/// What became of a rotation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rotated {
    /// The key that signs from now on.
    pub current: String,
    /// The key that is published to sign after it.
    pub next: String,
    /// Keys that sign no more, and are published for as long as what they signed may live.
    pub retired: Vec<String>,
    /// Keys that were to sign next and never will.
    pub withdrawn: Vec<String>,
}

/// How often a rotation looks again at keys that somebody else changes meanwhile.
const LOOKS: usize = 3;

impl Keeper {
    /// The same keeper in another issuer.
    #[must_use]
    pub fn of_issuer(&self, issuer: Issuer) -> Self {
        Self { issuer, ..self.clone() }
    }

    /// The issuer's keys, by `kid`.
    pub fn list_signing_keys(&self) -> Result<Vec<StoredSigningKey>, DeedError> {
        Ok(self.store.read(|reading| reading.list_signing_keys(self.issuer.key))?)
    }

    /// Makes a current and a next key where one of them is missing; whether any was made.
    pub fn ensure_signing_keys(&self) -> Result<bool, DeedError> {
        let is_there = |keys: &[StoredSigningKey], state| {
            keys.iter().any(|key| key.state == state && key.private.is_some())
        };
        let missing = |keys: &[StoredSigningKey]| -> Vec<SigningKeyState> {
            [SigningKeyState::Current, SigningKeyState::Next]
                .into_iter()
                .filter(|state| !is_there(keys, *state))
                .collect()
        };
        let wanted = missing(&self.list_signing_keys()?);
        if wanted.is_empty() {
            return Ok(false);
        }
        let made = wanted
            .iter()
            .map(|state| self.new_key(DEFAULT_ALGORITHM, *state))
            .collect::<Result<Vec<_>, _>>()?;
        let done = self.store.change(|unit| {
            // Another process may have been faster.
            let still = missing(&unit.list_signing_keys(self.issuer.key)?);
            let mut done = false;
            for key in made.iter().filter(|key| still.contains(&key.state)) {
                unit.put_signing_key(key)?;
                let entry = self.key_entry(Event::KeyMade, key).by(Actor::Service);
                self.trail.append_in(unit, &entry)?;
                done = true;
            }
            Ok(done)
        })?;
        Ok(done)
    }

    /// Lets the next key sign and makes another next one. With an algorithm that the next key
    /// is not of, a new key signs at once. What is signed lives for `longest` at most.
    pub fn rotate_signing_key(
        &self,
        algorithm: Option<Algorithm>,
        longest: Lifetime,
    ) -> Result<Rotated, DeedError> {
        self.rotate(algorithm, longest, Actor::Keeper)
    }

    fn rotate(
        &self,
        algorithm: Option<Algorithm>,
        longest: Lifetime,
        actor: Actor<'_>,
    ) -> Result<Rotated, DeedError> {
        for _ in 0..LOOKS {
            // Keys are made before the unit, which must be short: an RSA key takes a second.
            let next = next_of(&self.list_signing_keys()?, algorithm);
            let kind = algorithm
                .or_else(|| next.as_ref().and_then(|key| Algorithm::from_name(&key.algorithm)))
                .unwrap_or(DEFAULT_ALGORITHM);
            let current = match &next {
                Some(next) => StoredSigningKey { state: SigningKeyState::Current, ..next.clone() },
                None => self.new_key(kind, SigningKeyState::Current)?,
            };
            let following = self.new_key(kind, SigningKeyState::Next)?;
            let now = self.clock.now();
            let rotated = self.store.change(|unit| {
                let keys = unit.list_signing_keys(self.issuer.key)?;
                // Retired or rotated by somebody else meanwhile: that stays done.
                if next_of(&keys, algorithm) != next {
                    return Ok(None);
                }
                let withdrawn = self.withdraw_next(unit, (&current.kid, &keys), now, actor)?;
                let others = (current.kid.as_str(), keys.as_slice());
                let retired = self.retire_others(unit, others, (now, longest), actor)?;
                unit.put_signing_key(&current)?;
                unit.put_signing_key(&following)?;
                let entry = self.key_entry(Event::KeyRotated, &current).by(actor);
                self.trail.append_in(unit, &entry)?;
                Ok(Some((retired, withdrawn)))
            })?;
            if let Some((retired, withdrawn)) = rotated {
                let (current, next) = (current.kid, following.kid);
                return Ok(Rotated { current, next, retired, withdrawn });
            }
        }
        Err(StoreError::unavailable("the signing keys change all the time").into())
    }

    /// Rotates if the next key has waited for `period`; whether it did.
    pub fn rotate_when_due(&self, period: Lifetime, longest: Lifetime) -> Result<bool, DeedError> {
        let now = self.clock.now();
        let waiting = self.list_signing_keys()?.into_iter();
        let next = waiting.filter(|key| key.state == SigningKeyState::Next);
        // A next key is made at each rotation, so its age is the time since then.
        let due = next.map(|key| key.created_at).max().is_some_and(|at| at.plus(period) <= now);
        if due {
            self.rotate(None, longest, Actor::Service)?;
        }
        Ok(due)
    }

    /// Stops publishing a key at once: what it signed verifies no more. The key that signs
    /// cannot be retired before another one does.
    pub fn retire_signing_key(&self, kid: &str) -> Result<(), DeedError> {
        let now = self.clock.now();
        self.store.change(|unit| {
            let keys = unit.list_signing_keys(self.issuer.key)?;
            let Some(key) = keys.into_iter().find(|key| key.kid == kid) else {
                return Ok(Err(DeedError::NoKey(kid.to_owned())));
            };
            if key.state == SigningKeyState::Current {
                return Ok(Err(DeedError::KeySigns(kid.to_owned())));
            }
            Ok(Ok(self.withdraw(unit, key, now, Actor::Keeper)?))
        })?
    }

    /// Takes the keys of a JWK set over: published, and with `signs` the first one that has a
    /// private half signs from now on. The `kid` of each that was taken.
    pub fn import_signing_keys(
        &self,
        set: &str,
        (signs, longest): (bool, Lifetime),
    ) -> Result<Vec<String>, DeedError> {
        let given = GivenKey::of_jwk_set(set).map_err(|e| DeedError::KeySet(e.to_string()))?;
        let mut taken = Vec::with_capacity(given.len());
        for key in given {
            let key = key.map_err(|unusable| {
                DeedError::KeySet(format!("{}: {}", unusable.kid, unusable.reason))
            })?;
            taken.push(self.given_key(&key)?);
        }
        let signer = taken.iter().position(|key| key.private.is_some()).filter(|_| signs);
        if signs && signer.is_none() {
            return Err(DeedError::KeySet("no key of it has a private half".to_owned()));
        }
        let now = self.clock.now();
        self.store.change(|unit| {
            let known = unit.list_signing_keys(self.issuer.key)?;
            for (place, key) in taken.iter().enumerate() {
                if known.iter().any(|known| known.kid == key.kid) {
                    let what = format!("the key `{}`", key.kid);
                    return Ok(Err(DeedError::There { what, see: "keys list" }));
                }
                let mut key = key.clone();
                if Some(place) == signer {
                    self.retire_others(unit, (&key.kid, &known), (now, longest), Actor::Keeper)?;
                    key.state = SigningKeyState::Current;
                }
                unit.put_signing_key(&key)?;
                let entry = self.key_entry(Event::KeyImported, &key);
                self.trail.append_in(unit, &entry)?;
            }
            Ok(Ok(()))
        })??;
        Ok(taken.into_iter().map(|key| key.kid).collect())
    }

    /// Keys that were to sign next and now will not: they have signed nothing that anybody
    /// could want to verify.
    fn withdraw_next(
        &self,
        unit: &mut dyn Unit,
        (current, keys): (&str, &[StoredSigningKey]),
        now: Timestamp,
        actor: Actor<'_>,
    ) -> Result<Vec<String>, StoreError> {
        let waiting = |key: &&StoredSigningKey| key.state == SigningKeyState::Next;
        let mut withdrawn = Vec::new();
        for key in keys.iter().filter(waiting).filter(|key| key.kid != current) {
            self.withdraw(unit, key.clone(), now, actor)?;
            withdrawn.push(key.kid.clone());
        }
        Ok(withdrawn)
    }

    /// A key is published no more, and its private half is gone.
    fn withdraw(
        &self,
        unit: &mut dyn Unit,
        key: StoredSigningKey,
        now: Timestamp,
        actor: Actor<'_>,
    ) -> Result<(), StoreError> {
        let withdrawn = StoredSigningKey {
            state: SigningKeyState::Retired,
            published_until: Some(now),
            private: None,
            ..key
        };
        unit.put_signing_key(&withdrawn)?;
        let entry = self.key_entry(Event::KeyRetired, &withdrawn).by(actor);
        self.trail.append_in(unit, &entry)?;
        Ok(())
    }

    /// Keys that sign now sign no more, and stay published for what they signed.
    fn retire_others(
        &self,
        unit: &mut dyn Unit,
        (current, keys): (&str, &[StoredSigningKey]),
        (now, longest): (Timestamp, Lifetime),
        actor: Actor<'_>,
    ) -> Result<Vec<String>, StoreError> {
        let mut retired = Vec::new();
        let signing = |key: &&StoredSigningKey| key.state == SigningKeyState::Current;
        for key in keys.iter().filter(signing).filter(|key| key.kid != current) {
            unit.put_signing_key(&StoredSigningKey {
                state: SigningKeyState::Retired,
                published_until: Some(now.plus(longest).plus(MARGIN)),
                ..key.clone()
            })?;
            let entry = self.key_entry(Event::KeyRetired, key).by(actor);
            self.trail.append_in(unit, &entry)?;
            retired.push(key.kid.clone());
        }
        Ok(retired)
    }

    fn new_key(
        &self,
        algorithm: Algorithm,
        state: SigningKeyState,
    ) -> Result<StoredSigningKey, DeedError> {
        let key = PrivateKey::generate(algorithm)?;
        Ok(StoredSigningKey {
            issuer: self.issuer.key,
            kid: key.kid().to_owned(),
            algorithm: algorithm.as_str().to_owned(),
            state,
            public_jwk: key.public_jwk(),
            private: Some(key.seal(&self.keys, &*self.randomness)?),
            created_at: self.clock.now(),
            published_until: None,
        })
    }

    fn given_key(&self, key: &GivenKey) -> Result<StoredSigningKey, DeedError> {
        let private = match key.private() {
            None => None,
            Some(private) => Some(private.seal(&self.keys, &*self.randomness)?),
        };
        Ok(StoredSigningKey {
            issuer: self.issuer.key,
            kid: key.kid().to_owned(),
            algorithm: key.algorithm().as_str().to_owned(),
            state: SigningKeyState::Retired,
            public_jwk: key.public_jwk().to_owned(),
            private,
            created_at: self.clock.now(),
            published_until: None,
        })
    }

    fn key_entry(&self, event: Event, key: &StoredSigningKey) -> Entry {
        self.entry(event).with_word("kid", &key.kid).with_word("algorithm", &key.algorithm)
    }
}

/// The key that signs next, if it is of the algorithm that is asked for. Where there are
/// several, the newest one is it: the others were left behind.
fn next_of(keys: &[StoredSigningKey], algorithm: Option<Algorithm>) -> Option<StoredSigningKey> {
    let waiting = |key: &&StoredSigningKey| {
        key.state == SigningKeyState::Next
            && key.private.is_some()
            && algorithm.is_none_or(|algorithm| algorithm.as_str() == key.algorithm)
    };
    keys.iter().filter(waiting).max_by_key(|key| key.created_at).cloned()
}
