//! `muster client`: ordinary clients.

use indicatif::ProgressBar;
use muster_admin::{ClientDraft, Proof};
use muster_domain::{
    AdminClient, Client, ClientKind, GrantName, Lifetime, PartyStatus, Registration,
};
use muster_store::PartyPage;
use serde_json::{Value, json};

use super::admin::{key_set, methods, show_secret, tell_more};
use super::client_options::Change;
use crate::arguments::{ClientAdd, ClientCommand, ClientSet, Paging, Sure};
use crate::exit::Failure;
use crate::run::Desk;

pub(crate) fn run(desk: &mut Desk<'_, '_>, command: &ClientCommand) -> Result<(), Failure> {
    match command {
        ClientCommand::Add(asked) => add(desk, asked),
        ClientCommand::Set(asked) => set(desk, asked),
        ClientCommand::Show { id } => show(desk, id),
        ClientCommand::List(paging) => list(desk, paging),
        ClientCommand::Approve { id } => status(desk, id, PartyStatus::Approved),
        ClientCommand::Deny { id } => status(desk, id, PartyStatus::Denied),
        ClientCommand::Suspend { id } => status(desk, id, PartyStatus::Suspended),
        ClientCommand::RotateSecret { id } => {
            let secret = desk.keeper()?.rotate_client_secret(id)?;
            show_secret(desk, id, Some(&secret), json!({"id": id}))
        }
        ClientCommand::Remove { id, sure } => remove(desk, id, *sure),
    }
}

fn add(desk: &mut Desk<'_, '_>, asked: &ClientAdd) -> Result<(), Failure> {
    let proof = match (key_set(asked.jwks.as_ref())?, asked.public) {
        (Some(text), _) => Proof::KeySet(text),
        (None, true) => Proof::Nothing,
        (None, false) => Proof::GeneratedSecret,
    };
    // What is not registered is refused rather than left out (S25); only clients of the old
    // service may expect otherwise.
    let mut registration = Registration { strict_scopes: true, ..Registration::default() };
    Change::of(&asked.options, &[])?.to(&mut registration);
    let draft = ClientDraft {
        id: asked.id.clone(),
        name: asked.name.clone(),
        proof,
        registration,
        approved: !asked.pending,
    };
    let (client, secret) = desk.founding_keeper()?.add_client(&draft)?;
    desk.output.say(&format!("The client {} was added, {}.", client.id, client.status))?;
    show_secret(desk, &asked.id, secret.as_ref(), describe(&client))
}

fn set(desk: &mut Desk<'_, '_>, asked: &ClientSet) -> Result<(), Failure> {
    let change = Change::of(&asked.options, &asked.clear)?;
    let client =
        desk.keeper()?.change_client(&asked.id, &|registration| change.to(registration))?;
    desk.output.value(&describe(&client))?;
    desk.output.say(&format!("The client {} is registered with:", asked.id))?;
    Ok(desk.output.table(&["client", ""], rows(&client))?)
}

fn show(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Failure> {
    let keeper = desk.keeper()?;
    let client = keeper.find_client(id)?;
    let admins = keeper.admins_of(id)?;
    let ids: Vec<&str> = admins.iter().map(|admin: &AdminClient| admin.id.as_str()).collect();
    let mut value = describe(&client);
    if let Some(members) = value.as_object_mut() {
        members.insert("admins".to_owned(), json!(ids));
    }
    desk.output.value(&value)?;
    let mut rows = rows(&client);
    rows.push(row("admins", ids.join("\n")));
    Ok(desk.output.table(&["client", ""], rows)?)
}

fn row(name: &str, text: String) -> Vec<String> {
    vec![name.to_owned(), text]
}

fn rows(client: &Client) -> Vec<Vec<String>> {
    let registration = &client.registration;
    let strict = if registration.strict_scopes { "refused" } else { "left out" };
    let every = if registration.introspects_every_token { "every token" } else { "its own" };
    vec![
        row("id", client.id.to_string()),
        row("name", client.name.clone()),
        row("kind", kind(client.kind).to_owned()),
        row("status", client.status.to_string()),
        row("authenticates by", methods(&client.credentials)),
        row("grants", grants(registration).join("\n")),
        row("scopes", registration.scopes.to_string()),
        row("other scopes", format!("are {strict}")),
        row("redirect URIs", registration.redirect_uris.join("\n")),
        row("audiences", registration.audiences.join("\n")),
        row("serves", registration.serves.join("\n")),
        row("introspects", every.to_owned()),
        row("may act for it", registration.may_act.join("\n")),
        row("speaks for", registration.assertion_users.join("\n")),
        row("access tokens", form_and_life(registration)),
        row("refresh tokens", life(registration.refresh_lifetime)),
    ]
}

fn grants(registration: &Registration) -> Vec<&'static str> {
    registration.grants.iter().map(GrantName::room).collect()
}

fn list(desk: &mut Desk<'_, '_>, paging: &Paging) -> Result<(), Failure> {
    let page = PartyPage { after: paging.after.as_deref(), limit: paging.limit };
    let keeper = desk.keeper()?;
    let clients = keeper.list_clients(&page)?;
    if clients.is_empty() {
        desk.tell_other_issuers(&keeper, "clients")?;
    }
    desk.output.value(&Value::Array(clients.iter().map(describe).collect()))?;
    let rows = clients
        .iter()
        .map(|client| {
            let (status, kind) = (client.status.to_string(), kind(client.kind).to_owned());
            let grants = grants(&client.registration).join(" ");
            vec![client.id.to_string(), client.name.clone(), kind, status, grants]
        })
        .collect();
    desk.output.table(&["id", "name", "kind", "status", "grants"], rows)?;
    tell_more(desk, paging, clients.iter().map(|client| client.id.as_str()))
}

fn status(desk: &mut Desk<'_, '_>, id: &str, status: PartyStatus) -> Result<(), Failure> {
    let changed = desk.keeper()?.set_client_status(id, status)?;
    desk.output.value(&json!({"id": id, "status": status.as_str(), "changed": changed}))?;
    let since = if changed { "now" } else { "already" };
    Ok(desk.output.say(&format!("The client {id} is {status} {since}."))?)
}

fn remove(desk: &mut Desk<'_, '_>, id: &str, sure: Sure) -> Result<(), Failure> {
    let keeper = desk.keeper()?;
    keeper.find_client(id)?;
    desk.confirm(sure, &format!("the client {id} ends, and all its tokens are deleted"), id)?;
    let bar =
        if desk.output.is_terminal() { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
    bar.set_message("deleting");
    let removed = keeper.remove_client(id, &mut || bar.inc(1));
    bar.finish_and_clear();
    removed?;
    desk.output.value(&json!({"id": id, "removed": true}))?;
    Ok(desk.output.say(&format!("The client {id} and all its tokens are gone."))?)
}

fn describe(client: &Client) -> Value {
    json!({
        "id": client.id.as_str(),
        "name": client.name,
        "kind": kind(client.kind),
        "status": client.status.as_str(),
        "methods": client.credentials.methods.iter().map(muster_domain::AuthMethod::as_str).collect::<Vec<_>>(),
        "scopes": client.registration.scopes.to_string(),
        "redirect_uris": client.registration.redirect_uris,
        "audiences": client.registration.audiences,
        "grants": grants(&client.registration),
        "strict_scopes": client.registration.strict_scopes,
        "serves": client.registration.serves,
        "introspects_every_token": client.registration.introspects_every_token,
        "may_act": client.registration.may_act,
        "speaks_for": client.registration.assertion_users,
        "dpop": client.registration.binds_tokens,
        "refresh_grace": seconds(Some(client.registration.refresh_grace)),
        "profile": client.registration.profile.as_str(),
        "access_lifetime": seconds(client.registration.access_lifetime),
        "access_lifetime_max": seconds(client.registration.access_lifetime_max),
        "refresh_lifetime": seconds(client.registration.refresh_lifetime),
        "refresh_lifetime_max": seconds(client.registration.refresh_lifetime_max),
        "created_at": client.created_at.millis(),
    })
}

fn seconds(lifetime: Option<Lifetime>) -> Option<i64> {
    lifetime.map(|lifetime| lifetime.millis().div_euclid(1_000))
}

fn form_and_life(registration: &Registration) -> String {
    let bound = if registration.binds_tokens { ", bound by DPoP" } else { "" };
    let life = life(registration.access_lifetime);
    format!("{}, {life}{bound}", registration.profile.as_str())
}

fn life(lifetime: Option<Lifetime>) -> String {
    match seconds(lifetime) {
        None => "the server's lifetime".to_owned(),
        Some(0) => "none".to_owned(),
        Some(seconds) => format!("{seconds} s"),
    }
}

const fn kind(kind: ClientKind) -> &'static str {
    match kind {
        ClientKind::Confidential => "confidential",
        ClientKind::Public => "public",
    }
}
