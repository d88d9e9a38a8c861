//! Signing keys of the old service: published until the last imported token has expired,
//! and, if that is asked, signing on.

use muster_domain::{Issuer, Timestamp};
use muster_store::{SigningKeyState, Store, StoredSigningKey};

use crate::parties::{Known, OldParties, read_whole};
use crate::report::{Outcome, Report};
use crate::sealing::{Sealing, SigningKey};
use crate::source::{Source, Table};
use crate::{ImportError, ImportOptions};

/// The key sets of the old service, each with its issuer.
pub(crate) struct OldKeys(Vec<KeySet>);

struct KeySet {
    issuer: Issuer,
    keys: Vec<SigningKey>,
    /// Whether it is a row of `key_records`, which is counted.
    is_row: bool,
}

impl OldKeys {
    /// From the file that was given, from the virtual organisations, from `key_records`.
    pub(crate) fn read(
        source: &mut dyn Source,
        parties: &OldParties,
        known: &Known,
        (sealing, options, report): (&dyn Sealing, &ImportOptions, &mut Report),
    ) -> Result<Self, ImportError> {
        let mut sets = Vec::new();
        let own = known.issuers.first();
        if let (Some(text), Some(issuer)) = (&options.keys, own) {
            let keys = sealing.signing_keys(text)?;
            sets.push(KeySet { issuer: issuer.clone(), keys, is_row: false });
        }
        for row in parties.organizations() {
            let (Some(id), Some(text)) = (row.text("vo_id"), row.text("json_web_keys")) else {
                continue;
            };
            let Some(issuer) = known.by_organization.get(id) else { continue };
            match sealing.signing_keys(text) {
                Ok(keys) => sets.push(KeySet { issuer: issuer.clone(), keys, is_row: false }),
                Err(error) => report
                    .note(&format!("keys of the virtual organisation cannot be read: {error}"), id),
            }
        }
        for row in read_whole(source, Table::Keys, report)? {
            let lines = report.table(Table::Keys.name());
            let name = row.text("key_id").unwrap_or("-");
            let issuer = row.text("vi").and_then(|vi| known.by_organization.get(vi)).or(own);
            let (Some(jwk), Some(issuer)) = (row.text("jwk"), issuer) else {
                lines.skip("it holds no key", name);
                continue;
            };
            if !row.flag("is_valid") {
                lines.skip("the key is not valid", name);
                continue;
            }
            match sealing.signing_keys(&format!("{{\"keys\":[{jwk}]}}")) {
                Ok(keys) if keys.is_empty() => lines.skip("the key is none to sign with", name),
                Ok(keys) => sets.push(KeySet { issuer: issuer.clone(), keys, is_row: true }),
                Err(error) => lines.skip(&format!("the key cannot be read: {error}"), name),
            }
        }
        Ok(Self(sets))
    }

    /// Writes the keys; they are published until `last_expiry`.
    pub(crate) fn write(
        &self,
        store: &dyn Store,
        options: &ImportOptions,
        last_expiry: Timestamp,
        report: &mut Report,
    ) -> Result<(), ImportError> {
        for KeySet { issuer, keys, is_row } in &self.0 {
            for (position, key) in keys.iter().enumerate() {
                let signs = options.keep_signing && position == 0 && key.private.is_some();
                let stored = StoredSigningKey {
                    issuer: issuer.key,
                    kid: key.kid.clone(),
                    algorithm: key.algorithm.clone(),
                    state: if signs { SigningKeyState::Current } else { SigningKeyState::Retired },
                    public_jwk: key.public_jwk.clone(),
                    private: key.private.clone(),
                    created_at: options.now,
                    published_until: if signs { None } else { Some(last_expiry) },
                };
                let outcome = write_key(store, options, &stored)?;
                report.table("signing keys").count(outcome, 1);
                if *is_row {
                    report.table(Table::Keys.name()).count(outcome, 1);
                }
            }
        }
        Ok(())
    }
}

/// A key that is there already keeps its state; only its publication may grow longer.
fn write_key(
    store: &dyn Store,
    options: &ImportOptions,
    key: &StoredSigningKey,
) -> Result<Outcome, ImportError> {
    let there = if key.issuer.number() == 0 {
        None
    } else {
        let keys = store.read(|reading| reading.list_signing_keys(key.issuer))?;
        keys.into_iter().find(|other| other.kid == key.kid)
    };
    let mut new = key.clone();
    let mut outcome = Outcome::Taken;
    if let Some(there) = there {
        new.state = there.state;
        // No end means that none is known yet: the key signs, or is going to.
        new.published_until = there
            .published_until
            .map(|until| key.published_until.map_or(until, |own| own.max(until)));
        if new.published_until == there.published_until {
            return Ok(Outcome::Unchanged);
        }
        outcome = Outcome::Updated;
    }
    if !options.dry_run {
        store.change(|unit| unit.put_signing_key(&new))?;
    }
    Ok(outcome)
}
