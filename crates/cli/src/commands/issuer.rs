//! `muster issuer`: virtual issuers beside the configured one.

use muster_domain::{Issuer, PartyStatus};
use serde_json::{Value, json};

use crate::arguments::IssuerCommand;
use crate::exit::Failure;
use crate::run::Desk;

pub(crate) fn run(desk: &mut Desk<'_, '_>, command: &IssuerCommand) -> Result<(), Failure> {
    match command {
        IssuerCommand::Add { url } => add(desk, url),
        IssuerCommand::List => list(desk),
        IssuerCommand::Approve { url } => status(desk, url, PartyStatus::Approved),
        IssuerCommand::Suspend { url } => status(desk, url, PartyStatus::Suspended),
    }
}

fn add(desk: &mut Desk<'_, '_>, url: &str) -> Result<(), Failure> {
    let issuer = desk.configured_keeper()?.add_issuer(url)?;
    desk.output.value(&describe(&issuer))?;
    desk.output.say(&format!("The issuer {url} was added, with keys to sign with."))?;
    desk.output.say("Services that run serve it when they are started again.")?;
    Ok(desk.output.say(&format!("Work in it with: muster --issuer {url} client add ..."))?)
}

fn list(desk: &mut Desk<'_, '_>) -> Result<(), Failure> {
    let issuers = desk.keeper()?.list_issuers()?;
    desk.output.value(&Value::Array(issuers.iter().map(describe).collect()))?;
    let rows = issuers
        .iter()
        .map(|issuer| vec![issuer.url.to_string(), issuer.status.to_string()])
        .collect();
    Ok(desk.output.table(&["url", "status"], rows)?)
}

fn status(desk: &mut Desk<'_, '_>, url: &str, status: PartyStatus) -> Result<(), Failure> {
    let changed = desk.keeper()?.set_issuer_status(url, status)?;
    desk.output.value(&json!({"url": url, "status": status.as_str(), "changed": changed}))?;
    let since = if changed { "now" } else { "already" };
    Ok(desk.output.say(&format!("The issuer {url} is {status} {since}."))?)
}

fn describe(issuer: &Issuer) -> Value {
    json!({"url": issuer.url.as_str(), "status": issuer.status.as_str()})
}
