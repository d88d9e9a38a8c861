//! `muster client`: ordinary clients.

use indicatif::ProgressBar;
use muster_admin::{ClientDraft, Proof};
use muster_domain::{
    AccessTokenProfile, AdminClient, Client, ClientKind, Lifetime, PartyStatus, Registration,
    ScopeSet,
};
use muster_store::PartyPage;
use serde_json::{Value, json};

use super::admin::{key_set, methods, show_secret, tell_more};
use crate::arguments::{ClientAdd, ClientCommand, Paging, ProfileName, Sure};
use crate::exit::{Exit, Failure};
use crate::run::Desk;

pub(crate) fn run(desk: &mut Desk<'_, '_>, command: &ClientCommand) -> Result<(), Failure> {
    match command {
        ClientCommand::Add(asked) => add(desk, asked),
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
    let draft = ClientDraft {
        id: asked.id.clone(),
        name: asked.name.clone(),
        proof,
        registration: registration(asked)?,
        approved: !asked.pending,
    };
    let (client, secret) = desk.keeper()?.add_client(&draft)?;
    desk.output.say(&format!("The client {} was added, {}.", client.id, client.status))?;
    show_secret(desk, &asked.id, secret.as_ref(), describe(&client))
}

fn registration(asked: &ClientAdd) -> Result<Registration, Failure> {
    let scopes = ScopeSet::parse(&asked.scopes)
        .map_err(|error| Failure::new(Exit::Usage, format!("--scopes: {error}")))?;
    let within = |lifetime: Option<i64>, most: Option<i64>| match (lifetime, most) {
        (Some(lifetime), Some(most)) => lifetime <= most,
        (None, _) | (_, None) => true,
    };
    if !within(asked.access_lifetime, asked.access_lifetime_max)
        || !within(asked.refresh_lifetime, asked.refresh_lifetime_max)
    {
        return Err(Failure::new(Exit::Usage, "a lifetime is longer than the longest one"));
    }
    Ok(Registration {
        home_url: asked.home_url.clone(),
        email: asked.email.clone(),
        redirect_uris: asked.redirect_uris.clone(),
        scopes,
        audiences: asked.audiences.clone(),
        profile: match asked.profile {
            ProfileName::Opaque => AccessTokenProfile::Opaque,
            ProfileName::Rfc9068 => AccessTokenProfile::Rfc9068,
            ProfileName::Wlcg => AccessTokenProfile::Wlcg,
            ProfileName::Scitokens => AccessTokenProfile::SciTokens,
        },
        access_lifetime: asked.access_lifetime.map(Lifetime::from_seconds),
        access_lifetime_max: asked.access_lifetime_max.map(Lifetime::from_seconds),
        refresh_lifetime: asked.refresh_lifetime.map(Lifetime::from_seconds),
        refresh_lifetime_max: asked.refresh_lifetime_max.map(Lifetime::from_seconds),
        ..Registration::default()
    })
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
    let row = |name: &str, text: String| vec![name.to_owned(), text];
    let rows = vec![
        row("id", client.id.to_string()),
        row("name", client.name.clone()),
        row("kind", kind(client.kind).to_owned()),
        row("status", client.status.to_string()),
        row("authenticates by", methods(&client.credentials)),
        row("scopes", client.registration.scopes.to_string()),
        row("redirect URIs", client.registration.redirect_uris.join("\n")),
        row("audiences", client.registration.audiences.join("\n")),
        row("access tokens", form_and_life(&client.registration)),
        row("refresh tokens", life(client.registration.refresh_lifetime)),
        row("admins", ids.join("\n")),
    ];
    Ok(desk.output.table(&["client", ""], rows)?)
}

fn list(desk: &mut Desk<'_, '_>, paging: &Paging) -> Result<(), Failure> {
    let page = PartyPage { after: paging.after.as_deref(), limit: paging.limit };
    let clients = desk.keeper()?.list_clients(&page)?;
    desk.output.value(&Value::Array(clients.iter().map(describe).collect()))?;
    let rows = clients
        .iter()
        .map(|client| {
            let (status, kind) = (client.status.to_string(), kind(client.kind).to_owned());
            vec![client.id.to_string(), client.name.clone(), kind, status]
        })
        .collect();
    desk.output.table(&["id", "name", "kind", "status"], rows)?;
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
    format!("{}, {}", registration.profile.as_str(), life(registration.access_lifetime))
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
