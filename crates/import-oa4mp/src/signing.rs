//! Signing keys of the old service: published until the last imported token has expired,
//! and, if that is asked, one of each issuer signing on.

use std::collections::BTreeMap;

use muster_domain::{Issuer, Timestamp};
use muster_store::{SigningKeyState, Store, StoredSigningKey};

use crate::parties::{Known, OldParties, read_whole};
use crate::report::{Outcome, Report};
use crate::sealing::{KeySet, Sealing, SigningKey};
use crate::source::{OldRow, Source, Table};
use crate::{ImportError, ImportOptions};

/// The table of the report for keys, wherever they come from.
const KEYS: &str = "signing keys";
const SAME_KID: &str = "another key has the same kid";
const NO_PRIVATE_HALF: &str = "public half of a key only: it verifies, and cannot sign";
const NONE_TO_SIGN: &str = "no key of this issuer can go on signing";
const DEFAULT_CANNOT_SIGN: &str = "the default key cannot sign: another one goes on signing";
const ANOTHER_SIGNS: &str = "another key signs here already: this one is only published";

/// The keys of the old service by issuer.
#[derive(Default)]
pub(crate) struct OldKeys(BTreeMap<String, IssuerKeys>);

struct IssuerKeys {
    issuer: Issuer,
    keys: Vec<OldKey>,
    /// The `kid` by which the old service chose.
    default_kid: Option<String>,
}

struct OldKey {
    key: SigningKey,
    /// When it stops signing, if that is known.
    expires_at: Option<Timestamp>,
    /// How many rows of `key_records` it stands for, which are counted.
    rows: u64,
}

impl OldKeys {
    /// From the file that was given, from the virtual organisations, from `key_records`.
    pub(crate) fn read(
        source: &mut dyn Source,
        parties: &OldParties,
        known: &Known,
        (sealing, options, report): (&dyn Sealing, &ImportOptions, &mut Report),
    ) -> Result<Self, ImportError> {
        let mut all = Self::default();
        let own = known.issuers.first();
        if let (Some(text), Some(issuer)) = (&options.keys, own) {
            all.add_set(issuer, sealing.signing_keys(text)?, report);
        }
        for row in parties.organizations() {
            let (Some(id), Some(text)) = (row.text("vo_id"), row.text("json_web_keys")) else {
                continue;
            };
            let Some(issuer) = known.by_organization.get(id) else { continue };
            match sealing.signing_keys(text) {
                Ok(set) => all.add_set(issuer, set, report),
                Err(error) => report
                    .note(&format!("keys of the virtual organisation cannot be read: {error}"), id),
            }
            if let Some(kid) = row.text("default_key_id") {
                all.of(issuer).default_kid = Some(kid.to_owned());
            }
        }
        for row in read_whole(source, Table::Keys, report)? {
            let issuer = row.text("vi").and_then(|vi| known.by_organization.get(vi)).or(own);
            if let Err(reason) = all.add_row(&row, issuer, (sealing, report)) {
                let name = row.text("key_id").unwrap_or("-");
                report.table(Table::Keys.name()).skip(&reason, name);
            }
        }
        Ok(all)
    }

    fn of(&mut self, issuer: &Issuer) -> &mut IssuerKeys {
        self.0.entry(issuer.url.as_str().to_owned()).or_insert_with(|| IssuerKeys {
            issuer: issuer.clone(),
            keys: Vec::new(),
            default_kid: None,
        })
    }

    fn add_set(&mut self, issuer: &Issuer, set: KeySet, report: &mut Report) {
        let keys = self.of(issuer);
        for key in set.keys {
            let kid = key.kid.clone();
            if !keys.add(OldKey { key, expires_at: None, rows: 0 }) {
                report.table(KEYS).skip(SAME_KID, &kid);
            }
        }
        for left in set.left {
            report.table(KEYS).skip(&left.reason, &left.kid);
        }
    }

    /// Adds the key of a row; else the reason why it is left.
    fn add_row(
        &mut self,
        row: &OldRow,
        issuer: Option<&Issuer>,
        (sealing, report): (&dyn Sealing, &mut Report),
    ) -> Result<(), String> {
        let (Some(jwk), Some(issuer)) = (row.text("jwk"), issuer) else {
            return Err("it holds no key".to_owned());
        };
        if !row.flag("is_valid") {
            return Err("the key is not valid".to_owned());
        }
        let set = sealing.signing_keys(&format!("{{\"keys\":[{jwk}]}}"));
        let set = set.map_err(|error| format!("the key cannot be read: {error}"))?;
        if let Some(left) = set.left.into_iter().next() {
            report.table(KEYS).skip(&left.reason, &left.kid);
            return Err(format!("the key cannot be used: {}", left.reason));
        }
        let Some(key) = set.keys.into_iter().next() else {
            return Err("it holds no key".to_owned());
        };
        let kid = key.kid.clone();
        let expires_at = Some(row.number("exp")).filter(|at| *at > 0).map(Timestamp::from_millis);
        let keys = self.of(issuer);
        if !keys.add(OldKey { key, expires_at, rows: 1 }) {
            report.table(KEYS).skip(SAME_KID, &kid);
            return Err(SAME_KID.to_owned());
        }
        if row.flag("is_default") && keys.default_kid.is_none() {
            keys.default_kid = Some(kid);
        }
        Ok(())
    }

    /// Writes the keys; they are published until `last_expiry`.
    pub(crate) fn write(
        &self,
        store: &dyn Store,
        options: &ImportOptions,
        last_expiry: Timestamp,
        report: &mut Report,
    ) -> Result<(), ImportError> {
        for of_issuer in self.0.values() {
            let issuer = &of_issuer.issuer;
            let there = match issuer.key.number() {
                0 => Vec::new(),
                _ => store.read(|reading| reading.list_signing_keys(issuer.key))?,
            };
            let signing = of_issuer.signing(options, &there, report);
            for OldKey { key, rows, .. } in &of_issuer.keys {
                let signs = signing == Some(key.kid.as_str());
                let new = StoredSigningKey {
                    issuer: issuer.key,
                    kid: key.kid.clone(),
                    algorithm: key.algorithm.clone(),
                    state: if signs { SigningKeyState::Current } else { SigningKeyState::Retired },
                    public_jwk: key.public_jwk.clone(),
                    private: key.private.clone(),
                    created_at: options.now,
                    published_until: if signs { None } else { Some(last_expiry) },
                };
                if new.private.is_none() {
                    report.note(NO_PRIVATE_HALF, &key.kid);
                }
                let there = there.iter().find(|there| there.kid == key.kid);
                let Some((outcome, whole)) = joined(new, there) else {
                    report.table(KEYS).skip(SAME_KID, &key.kid);
                    report.table(Table::Keys.name()).skip_many(SAME_KID, &key.kid, *rows);
                    continue;
                };
                report.table(KEYS).count(outcome, 1);
                if *rows > 0 {
                    report.table(Table::Keys.name()).count(outcome, *rows);
                }
                if outcome != Outcome::Unchanged && !options.dry_run {
                    store.change(|unit| unit.put_signing_key(&whole))?;
                }
            }
        }
        Ok(())
    }
}

impl IssuerKeys {
    /// Adds a key, or what is new of one that is there; whether they are the same.
    fn add(&mut self, new: OldKey) -> bool {
        let Some(there) = self.keys.iter_mut().find(|there| there.key.kid == new.key.kid) else {
            self.keys.push(new);
            return true;
        };
        let is_same = there.key.public_jwk == new.key.public_jwk;
        if is_same {
            there.key.private = there.key.private.take().or(new.key.private);
            there.expires_at = there.expires_at.or(new.expires_at);
            there.rows = there.rows.saturating_add(new.rows);
        }
        is_same
    }

    /// The one key that goes on signing, if that is asked: the default one, else the first
    /// that can, and no other than the one that signs here already.
    fn signing(
        &self,
        options: &ImportOptions,
        there: &[StoredSigningKey],
        report: &mut Report,
    ) -> Option<&str> {
        if !options.keep_signing {
            return None;
        }
        let can_sign = |old: &&OldKey| {
            old.key.private.is_some() && old.expires_at.is_none_or(|at| options.now < at)
        };
        let is_default = |old: &&OldKey| self.default_kid.as_ref() == Some(&old.key.kid);
        let default = self.keys.iter().filter(can_sign).find(is_default);
        let Some(chosen) = default.or_else(|| self.keys.iter().find(can_sign)) else {
            report.note(NONE_TO_SIGN, self.issuer.url.as_str());
            return None;
        };
        let kid = chosen.key.kid.as_str();
        if let (None, Some(default)) = (default, &self.default_kid) {
            report.note(DEFAULT_CANNOT_SIGN, default);
        }
        let is_current = |key: &&StoredSigningKey| key.state == SigningKeyState::Current;
        if there.iter().filter(is_current).any(|key| key.kid != kid) {
            report.note(ANOTHER_SIGNS, kid);
            return None;
        }
        Some(kid)
    }
}

/// A key with what is kept of it here: it goes on signing if it does, its publication only
/// grows longer, and a private half that comes later is taken. `None`: it is another key.
fn joined(
    mut new: StoredSigningKey,
    there: Option<&StoredSigningKey>,
) -> Option<(Outcome, StoredSigningKey)> {
    let Some(there) = there else { return Some((Outcome::Taken, new)) };
    if new.public_jwk != there.public_jwk {
        return None;
    }
    new.created_at = there.created_at;
    if new.state != SigningKeyState::Current {
        new.state = there.state;
        // No end means that none is known yet: the key signs, or is going to.
        new.published_until = there
            .published_until
            .map(|until| new.published_until.map_or(until, |own| own.max(until)));
    }
    if there.private.is_some() {
        new.private.clone_from(&there.private);
    }
    let outcome = if new == *there { Outcome::Unchanged } else { Outcome::Updated };
    Some((outcome, new))
}
