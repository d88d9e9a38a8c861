//! What the service records of itself: its start, and whether it runs with other settings
//! than at the start before; secrets that it hashes anew.

use std::sync::Arc;

use muster_audit::{Actor, AuditError, Ending, Entry, Event};
use muster_cli::Premises;
use muster_client_auth::OnUpgrade;
use serde_json::Value;

use crate::settings::Settings;

/// The start before is looked for among so many records; one that lies farther back is
/// not compared.
const LOOKED_AT: u32 = 20_000;

/// Records that the service starts, with pseudonyms of its settings, and which sections
/// are not what they were at the start before.
pub fn record_start(settings: &Settings, premises: &Premises) -> Result<(), AuditError> {
    let (trail, store) = (&premises.trail, &*premises.store);
    let before = trail.last_of(store, Event::Started, LOOKED_AT)?;
    let mut started = entry(Event::Started, premises);
    let mut changed = Vec::new();
    for (section, text) in sections(settings) {
        let now = trail.pseudonym(&format!("settings:{text}"));
        let then = before.as_ref().and_then(|record| record.get(section)).and_then(Value::as_str);
        if then.is_some_and(|then| then != now) {
            changed.push(section.trim_end_matches("_settings_hmac"));
        }
        started = started.with_word(section, &now);
    }
    let mut entries = vec![started.with_word("version", env!("CARGO_PKG_VERSION"))];
    if !changed.is_empty() {
        entries.push(entry(Event::ConfigChanged, premises).because(&changed.join(", ")));
    }
    trail.append_all(store, &entries)
}

fn entry(event: Event, premises: &Premises) -> Entry {
    let issuer = premises.issuer.url.as_str();
    Entry::new(event, Ending::Done).by(Actor::Service).in_issuer(issuer)
}

/// Each section of the settings, as text that may hold secrets: it is not to be written.
fn sections(settings: &Settings) -> [(&'static str, String); 11] {
    let Settings {
        http,
        management,
        issuer,
        database,
        keys,
        client_auth,
        token_info,
        tokens,
        retention,
        audit,
        telemetry,
    } = settings;
    [
        ("http_settings_hmac", format!("{http:?}")),
        ("management_settings_hmac", format!("{management:?}")),
        ("issuer_settings_hmac", format!("{issuer:?}")),
        ("database_settings_hmac", format!("{database:?}")),
        ("keys_settings_hmac", format!("{keys:?}")),
        ("client_auth_settings_hmac", format!("{client_auth:?}")),
        ("token_info_settings_hmac", format!("{token_info:?}")),
        ("tokens_settings_hmac", format!("{tokens:?}")),
        ("retention_settings_hmac", format!("{retention:?}")),
        ("audit_settings_hmac", format!("{audit:?}")),
        ("telemetry_settings_hmac", format!("{telemetry:?}")),
    ]
}

/// Records within the same unit that a secret's hash was replaced by a better one.
pub fn record_upgrade(premises: &Premises) -> OnUpgrade {
    let (trail, upgraded) = (premises.trail.clone(), entry(Event::SecretUpgraded, premises));
    Arc::new(move |unit, id| trail.append_in(unit, &upgraded.clone().to_client(id)))
}
