//! `muster client`: ordinary clients.

use std::io::{BufRead, Write};

use muster_admin::{ClientDraft, Proof};
use muster_domain::{AdminClient, Client, ClientKind, PartyStatus, Registration, ScopeSet};
use muster_store::PartyPage;
use serde_json::{Value, json};

use super::admin::{key_set, methods, show_secret};
use crate::arguments::{ClientCommand, Paging};
use crate::exit::{Exit, Failure};
use crate::run::Desk;

pub(crate) fn run(desk: &mut Desk<'_, '_>, command: &ClientCommand) -> Result<(), Failure> {
    match command {
        ClientCommand::Add { .. } => add(desk, command),
        ClientCommand::Show { id } => show(desk, id),
        ClientCommand::List(paging) => list(desk, paging),
        ClientCommand::Approve { id } => status(desk, id, PartyStatus::Approved),
        ClientCommand::Suspend { id } => status(desk, id, PartyStatus::Suspended),
        ClientCommand::RotateSecret { id } => {
            let secret = desk.keeper()?.rotate_client_secret(id)?;
            show_secret(desk, id, Some(&secret), json!({"id": id}))
        }
        ClientCommand::Remove { id, yes } => remove(desk, id, *yes),
    }
}

fn add(desk: &mut Desk<'_, '_>, command: &ClientCommand) -> Result<(), Failure> {
    let ClientCommand::Add { id, name, redirect_uris, scopes, public, jwks, pending } = command
    else {
        return Ok(());
    };
    let scopes = ScopeSet::parse(scopes)
        .map_err(|error| Failure::new(Exit::Usage, format!("--scopes: {error}")))?;
    let proof = match (key_set(jwks.as_ref())?, public) {
        (Some(text), _) => Proof::KeySet(text),
        (None, true) => Proof::Nothing,
        (None, false) => Proof::GeneratedSecret,
    };
    let draft = ClientDraft {
        id: id.clone(),
        name: name.clone(),
        proof,
        registration: Registration {
            redirect_uris: redirect_uris.clone(),
            scopes,
            ..Registration::default()
        },
        approved: !pending,
    };
    let (client, secret) = desk.keeper()?.add_client(&draft)?;
    desk.output.say(&format!("The client {} was added, {}.", client.id, client.status))?;
    show_secret(desk, id, secret.as_ref(), describe(&client))
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
        row("access tokens", client.registration.profile.as_str().to_owned()),
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
    Ok(desk.output.table(&["id", "name", "kind", "status"], rows)?)
}

fn status(desk: &mut Desk<'_, '_>, id: &str, status: PartyStatus) -> Result<(), Failure> {
    desk.keeper()?.set_client_status(id, status)?;
    desk.output.value(&json!({"id": id, "status": status.as_str()}))?;
    Ok(desk.output.say(&format!("The client {id} is {status} now."))?)
}

fn remove(desk: &mut Desk<'_, '_>, id: &str, yes: bool) -> Result<(), Failure> {
    let keeper = desk.keeper()?;
    keeper.find_client(id)?;
    if !yes && !confirmed(desk, id)? {
        return Err(Failure::new(Exit::Failed, "nothing was removed"));
    }
    let mut steps: u64 = 0;
    keeper.remove_client(id, &mut || steps = steps.saturating_add(1))?;
    desk.output.value(&json!({"id": id, "removed": true}))?;
    Ok(desk.output.say(&format!("The client {id} and all its tokens are gone."))?)
}

/// Asks a person; scripts say `--yes`.
fn confirmed(desk: &mut Desk<'_, '_>, id: &str) -> Result<bool, Failure> {
    if !desk.output.is_terminal() {
        let words = "a client is removed with all its tokens; say --yes if that is meant";
        return Err(Failure::new(Exit::Usage, words));
    }
    desk.output.text(&format!("End {id} and delete all its tokens? Type its id: "))?;
    std::io::stdout().flush()?;
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim() == id)
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
        "profile": client.registration.profile.as_str(),
        "created_at": client.created_at.millis(),
    })
}

const fn kind(kind: ClientKind) -> &'static str {
    match kind {
        ClientKind::Confidential => "confidential",
        ClientKind::Public => "public",
    }
}
