//! Signing keys of the old service: published until the last imported token has expired,
//! and, if that is asked, signing on.

use muster_domain::{Issuer, Timestamp};
use muster_store::{SigningKeyState, Store, StoredSigningKey};

use crate::parties::{Known, OldParties, read_whole};
use crate::report::Report;
use crate::sealing::{Sealing, SigningKey};
use crate::source::{Source, Table};
use crate::{ImportError, ImportOptions};

/// The key sets of the old service, each with its issuer.
pub(crate) struct OldKeys(Vec<(Issuer, Vec<SigningKey>)>);

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
            sets.push((issuer.clone(), sealing.signing_keys(text)?));
        }
        for row in parties.organizations() {
            let (Some(id), Some(text)) = (row.text("vo_id"), row.text("json_web_keys")) else {
                continue;
            };
            let Some(issuer) = known.by_organization.get(id) else { continue };
            match sealing.signing_keys(text) {
                Ok(keys) => sets.push((issuer.clone(), keys)),
                Err(error) => report
                    .table(Table::Organizations.name())
                    .skip(&format!("its keys cannot be read: {error}"), id),
            }
        }
        for row in read_whole(source, Table::Keys, report)? {
            let Some(jwk) = row.text("jwk") else { continue };
            let issuer = row.text("vi").and_then(|vi| known.by_organization.get(vi)).or(own);
            let (Some(issuer), true) = (issuer, row.flag("is_valid")) else { continue };
            match sealing.signing_keys(&format!("{{\"keys\":[{jwk}]}}")) {
                Ok(keys) => sets.push((issuer.clone(), keys)),
                Err(error) => report.table(Table::Keys.name()).skip(
                    &format!("the key cannot be read: {error}"),
                    row.text("key_id").unwrap_or("-"),
                ),
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
        for (issuer, keys) in &self.0 {
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
                write_key(store, options, &stored, report)?;
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
    report: &mut Report,
) -> Result<(), ImportError> {
    let there = if key.issuer.number() == 0 {
        None
    } else {
        let keys = store.read(|reading| reading.list_signing_keys(key.issuer))?;
        keys.into_iter().find(|other| other.kid == key.kid)
    };
    let lines = report.table("signing keys");
    let mut new = key.clone();
    if let Some(there) = there {
        new.state = there.state;
        new.published_until = there.published_until.max(key.published_until);
        if new.published_until == there.published_until {
            lines.unchanged = lines.unchanged.saturating_add(1);
            return Ok(());
        }
        lines.updated = lines.updated.saturating_add(1);
    } else {
        lines.taken = lines.taken.saturating_add(1);
    }
    if !options.dry_run {
        store.change(|unit| unit.put_signing_key(&new))?;
    }
    Ok(())
}
