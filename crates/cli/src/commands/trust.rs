//! `muster trust`: issuers whose assertions about users are believed (RFC 7523 2.1).

use std::path::PathBuf;

use muster_domain::{PartyStatus, TrustedIssuer};
use serde_json::{Value, json};

use super::admin::key_set;
use crate::arguments::TrustCommand;
use crate::exit::Failure;
use crate::moment::shown;
use crate::run::Desk;

pub(crate) fn run(desk: &mut Desk<'_, '_>, command: &TrustCommand) -> Result<(), Failure> {
    match command {
        TrustCommand::Add { url, jwks } => add(desk, url, jwks),
        TrustCommand::List => list(desk),
        TrustCommand::Approve { url } => status(desk, url, PartyStatus::Approved),
        TrustCommand::Suspend { url } => status(desk, url, PartyStatus::Suspended),
        TrustCommand::SetKeys { url, jwks } => {
            let keys = key_set(Some(jwks))?.unwrap_or_default();
            desk.keeper()?.set_trusted_issuer_keys(url, &keys)?;
            desk.output.value(&json!({"url": url, "changed": true}))?;
            Ok(desk.output.say(&format!("The issuer {url} is known by its new keys alone."))?)
        }
        TrustCommand::Remove { url } => {
            desk.keeper()?.remove_trusted_issuer(url)?;
            desk.output.value(&json!({"url": url, "removed": true}))?;
            Ok(desk.output.say(&format!("The issuer {url} is trusted no more."))?)
        }
    }
}

fn add(desk: &mut Desk<'_, '_>, url: &str, jwks: &PathBuf) -> Result<(), Failure> {
    let keys = key_set(Some(jwks))?.unwrap_or_default();
    let trusted = desk.founding_keeper()?.add_trusted_issuer(url, &keys)?;
    desk.output.value(&describe(&trusted))?;
    Ok(desk.output.say(&format!("What {url} says about users is believed from now on."))?)
}

fn list(desk: &mut Desk<'_, '_>) -> Result<(), Failure> {
    let trusted = desk.keeper()?.list_trusted_issuers()?;
    desk.output.value(&Value::Array(trusted.iter().map(describe).collect()))?;
    let rows = trusted
        .iter()
        .map(|one| {
            let kids = kids(one).join(" ");
            vec![one.url.clone(), one.status.to_string(), kids, shown(one.created_at)]
        })
        .collect();
    Ok(desk.output.table(&["url", "status", "keys", "since (UTC)"], rows)?)
}

fn status(desk: &mut Desk<'_, '_>, url: &str, status: PartyStatus) -> Result<(), Failure> {
    let changed = desk.keeper()?.set_trusted_issuer_status(url, status)?;
    desk.output.value(&json!({"url": url, "status": status.as_str(), "changed": changed}))?;
    let since = if changed { "now" } else { "already" };
    Ok(desk.output.say(&format!("The issuer {url} is {status} {since}."))?)
}

fn describe(trusted: &TrustedIssuer) -> Value {
    json!({
        "url": trusted.url,
        "status": trusted.status.as_str(),
        "kids": kids(trusted),
        "created_at": trusted.created_at.millis(),
    })
}

/// The names of its keys; one without a name is shown by its kind.
fn kids(trusted: &TrustedIssuer) -> Vec<String> {
    let set: Value = serde_json::from_str(&trusted.jwks).unwrap_or_default();
    let keys = set.get("keys").and_then(Value::as_array).cloned().unwrap_or_default();
    let name = |key: &Value| {
        let member = |name: &str| key.get(name).and_then(Value::as_str).map(ToOwned::to_owned);
        member("kid").or_else(|| member("kty")).unwrap_or_default()
    };
    keys.iter().map(name).collect()
}
