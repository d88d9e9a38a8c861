//! Shared secrets (RFC 6749 2.3.1): the readings of a Basic header, and the body.

use muster_crypto::Verification;
use muster_domain::{AuthMethod, Secret, StoredSecret};
use muster_grants::Readings;
use muster_store::Party;

use crate::Caller;
use crate::authenticate::{Identity, id, key, methods, proved, refused, version, why_not};
use crate::error::{AuthError, Reason};

/// Of the readings whose id is registered so many are verified at most.
const READINGS_VERIFIED: usize = 2;

impl Identity {
    /// Tries the readings whose id is registered, in their order (token-info.md 2). Whoever is
    /// refused waits for as many verifications as there were readings to try, dummies among
    /// them, whether or not their ids are registered (T18).
    pub(crate) fn by_readings(&self, readings: &Readings) -> Result<Caller, AuthError> {
        let mut found: Vec<(&str, Option<Party>)> = Vec::new();
        let (mut verified, mut failure) = (0, None);
        for reading in readings.iter() {
            let id = reading.id.as_str();
            let known = found.iter().find(|(other, _)| *other == id);
            let party = if let Some((_, party)) = known {
                party.clone()
            } else {
                let party = self.find(id)?;
                found.push((id, party.clone()));
                party
            };
            let Some(party) = party else { continue };
            match self.verify(id, party, &reading.secret, AuthMethod::SecretBasic) {
                Err(error @ AuthError::InvalidClient { .. }) => {
                    failure.get_or_insert(error);
                }
                other => return other,
            }
            verified += 1;
            if verified >= READINGS_VERIFIED {
                break;
            }
        }
        for reading in readings.iter().take(READINGS_VERIFIED).skip(verified) {
            self.waste(&reading.secret)?;
        }
        Err(failure.unwrap_or_else(|| refused(Reason::Unknown, None)))
    }

    /// One id and one secret.
    pub(crate) fn by_secret(
        &self,
        id: &str,
        secret: &Secret<String>,
        method: AuthMethod,
    ) -> Result<Caller, AuthError> {
        if let Some(party) = self.find(id)? {
            return self.verify(id, party, secret, method);
        }
        self.waste(secret)?;
        Err(refused(Reason::Unknown, None))
    }

    fn verify(
        &self,
        id: &str,
        party: Party,
        secret: &Secret<String>,
        method: AuthMethod,
    ) -> Result<Caller, AuthError> {
        let credentials = methods(&party);
        let registered = credentials.methods.allow(method);
        let why_not = why_not(&party);
        // Whoever may not use a secret, or does not stand well, is verified against none: the
        // same cost as for nobody (B33).
        let counts = registered && why_not.is_none() && !secret.expose().is_empty();
        let stored = credentials.secret.as_ref().filter(|_| counts);
        let stored = stored.map(|stored| (stored, version(&party)));
        match self.verifier.verify(id, stored, secret) {
            Verification::Busy => Err(AuthError::Busy),
            Verification::Wrong if !registered => Err(refused(Reason::WrongMethod, Some(id))),
            Verification::Wrong => Err(refused(why_not.unwrap_or(Reason::WrongSecret), Some(id))),
            Verification::Right { upgrade } => {
                if let Some(better) = upgrade {
                    self.upgrade(&party, &better);
                }
                proved(party, method)
            }
        }
    }

    /// Keeps a better hash. The request does not depend on it.
    fn upgrade(&self, party: &Party, better: &StoredSecret) {
        let (key, version) = (key(party), version(party));
        let upgraded = self.store.change(|unit| {
            let is_upgraded = unit.upgrade_secret(key, version, better)?;
            if is_upgraded {
                (self.on_upgrade)(unit, id(party))?;
            }
            Ok(is_upgraded)
        });
        match upgraded {
            Ok(true) => tracing::info!("an imported secret's hash was replaced by argon2id"),
            Ok(false) => tracing::debug!("a secret changed while its hash was upgraded"),
            Err(error) => tracing::warn!(%error, "an imported secret's hash was not upgraded"),
        }
    }
}
