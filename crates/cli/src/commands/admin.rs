//! `muster admin`: admin clients.

use std::path::PathBuf;

use muster_admin::{AdminDraft, Proof, Right};
use muster_crypto::SecretFormat;
use muster_domain::{AdminClient, AdminRights, Client, Credentials, PartyStatus, Secret};
use muster_store::PartyPage;
use serde_json::{Value, json};

use crate::arguments::{AdminCommand, Paging, RightName};
use crate::exit::{Exit, Failure};
use crate::run::Desk;

pub(crate) fn run(desk: &mut Desk<'_, '_>, command: &AdminCommand) -> Result<(), Failure> {
    match command {
        AdminCommand::Add { .. } => add(desk, command),
        AdminCommand::Show { id } => show(desk, id),
        AdminCommand::List(paging) => list(desk, paging),
        AdminCommand::Approve { id } => status(desk, id, PartyStatus::Approved),
        AdminCommand::Suspend { id } => status(desk, id, PartyStatus::Suspended),
        AdminCommand::Grant { id, right } => set_right(desk, id, *right, true),
        AdminCommand::RevokeRight { id, right } => set_right(desk, id, *right, false),
        AdminCommand::Link { admin, client } => link(desk, admin, client),
        AdminCommand::Unlink { admin, client } => unlink(desk, admin, client),
        AdminCommand::RotateSecret { id } => {
            let secret = desk.keeper()?.rotate_admin_secret(id)?;
            show_secret(desk, id, Some(&secret), json!({"id": id}))
        }
    }
}

fn add(desk: &mut Desk<'_, '_>, command: &AdminCommand) -> Result<(), Failure> {
    let AdminCommand::Add {
        id,
        name,
        email,
        list_users,
        list_users_other_clients,
        max_clients,
        jwks,
        pending,
    } = command
    else {
        return Ok(());
    };
    let draft = AdminDraft {
        id: id.clone(),
        name: name.clone(),
        email: email.clone(),
        rights: AdminRights {
            list_users: *list_users,
            list_users_other_clients: *list_users_other_clients,
        },
        max_clients: *max_clients,
        proof: key_set(jwks.as_ref())?.map_or(Proof::GeneratedSecret, Proof::KeySet),
        approved: !pending,
    };
    let (admin, secret) = desk.keeper()?.add_admin(&draft)?;
    desk.output.say(&format!("The admin client {} was added, {}.", admin.id, admin.status))?;
    show_secret(desk, id, secret.as_ref(), describe(&admin))
}

/// The text of a JWK set in a file.
pub(crate) fn key_set(file: Option<&PathBuf>) -> Result<Option<String>, Failure> {
    let Some(path) = file else { return Ok(None) };
    let text = std::fs::read_to_string(path);
    text.map(Some).map_err(|error| {
        Failure::new(Exit::Failed, format!("{} cannot be read: {error}", path.display()))
    })
}

/// Shows a new secret, once.
pub(crate) fn show_secret(
    desk: &mut Desk<'_, '_>,
    id: &str,
    secret: Option<&Secret<String>>,
    mut value: Value,
) -> Result<(), Failure> {
    if let (Some(secret), Some(members)) = (secret, value.as_object_mut()) {
        members.insert("secret".to_owned(), json!(secret.expose()));
        desk.output.say(&format!("Secret of {id}, shown this once: {}", secret.expose()))?;
    }
    Ok(desk.output.value(&value)?)
}

fn show(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Failure> {
    let keeper = desk.keeper()?;
    let admin = keeper.find_admin(id)?;
    let clients = keeper.clients_of(id, &PartyPage { after: None, limit: 1_000 })?;
    let ids: Vec<&str> = clients.iter().map(|client: &Client| client.id.as_str()).collect();
    let mut value = describe(&admin);
    if let Some(members) = value.as_object_mut() {
        members.insert("clients".to_owned(), json!(ids));
    }
    desk.output.value(&value)?;
    let row = |name: &str, text: String| vec![name.to_owned(), text];
    let rows = vec![
        row("id", admin.id.to_string()),
        row("name", admin.name.clone()),
        row("email", admin.email.clone().unwrap_or_default()),
        row("status", admin.status.to_string()),
        row("rights", rights(admin.rights)),
        row("most clients", admin.max_clients.map_or_else(String::new, |most| most.to_string())),
        row("authenticates by", methods(&admin.credentials)),
        row("clients", ids.join("\n")),
    ];
    Ok(desk.output.table(&["admin client", ""], rows)?)
}

fn list(desk: &mut Desk<'_, '_>, paging: &Paging) -> Result<(), Failure> {
    let page = PartyPage { after: paging.after.as_deref(), limit: paging.limit };
    let admins = desk.keeper()?.list_admins(&page)?;
    desk.output.value(&Value::Array(admins.iter().map(describe).collect()))?;
    let rows = admins
        .iter()
        .map(|admin| {
            let status = admin.status.to_string();
            vec![admin.id.to_string(), admin.name.clone(), status, rights(admin.rights)]
        })
        .collect();
    Ok(desk.output.table(&["id", "name", "status", "rights"], rows)?)
}

fn status(desk: &mut Desk<'_, '_>, id: &str, status: PartyStatus) -> Result<(), Failure> {
    desk.keeper()?.set_admin_status(id, status)?;
    desk.output.value(&json!({"id": id, "status": status.as_str()}))?;
    Ok(desk.output.say(&format!("The admin client {id} is {status} now."))?)
}

fn set_right(
    desk: &mut Desk<'_, '_>,
    id: &str,
    right: RightName,
    given: bool,
) -> Result<(), Failure> {
    let right = match right {
        RightName::ListUsers => Right::ListUsers,
        RightName::ListUsersOtherClients => Right::ListUsersOtherClients,
    };
    let now = desk.keeper()?.set_admin_right(id, right, given)?;
    desk.output.value(&json!({
        "id": id,
        "list_users": now.list_users,
        "list_users_other_clients": now.list_users_other_clients,
    }))?;
    Ok(desk.output.say(&format!("The rights of {id} are now: {}.", rights(now)))?)
}

fn link(desk: &mut Desk<'_, '_>, admin: &str, client: &str) -> Result<(), Failure> {
    let linked = desk.keeper()?.link(admin, client)?;
    desk.output.value(&json!({"admin": admin, "client": client, "changed": linked}))?;
    let words = if linked { "administers" } else { "administers already" };
    Ok(desk.output.say(&format!("{admin} {words} {client}."))?)
}

fn unlink(desk: &mut Desk<'_, '_>, admin: &str, client: &str) -> Result<(), Failure> {
    let unlinked = desk.keeper()?.unlink(admin, client)?;
    desk.output.value(&json!({"admin": admin, "client": client, "changed": unlinked}))?;
    let words = if unlinked { "no longer administers" } else { "did not administer" };
    Ok(desk.output.say(&format!("{admin} {words} {client}."))?)
}

fn describe(admin: &AdminClient) -> Value {
    json!({
        "id": admin.id.as_str(),
        "name": admin.name,
        "email": admin.email,
        "status": admin.status.as_str(),
        "list_users": admin.rights.list_users,
        "list_users_other_clients": admin.rights.list_users_other_clients,
        "max_clients": admin.max_clients,
        "methods": admin.credentials.methods.iter().map(muster_domain::AuthMethod::as_str).collect::<Vec<_>>(),
        "created_at": admin.created_at.millis(),
    })
}

fn rights(rights: AdminRights) -> String {
    match (rights.list_users, rights.list_users_other_clients) {
        (true, true) => "lists users at every client".to_owned(),
        (true, false) => "lists users at its own clients".to_owned(),
        (false, true) => "none (list_users_other_clients counts only with list_users)".to_owned(),
        (false, false) => "none".to_owned(),
    }
}

/// The registered methods, and how a secret is kept.
pub(crate) fn methods(credentials: &Credentials) -> String {
    let methods: Vec<&str> =
        credentials.methods.iter().map(muster_domain::AuthMethod::as_str).collect();
    let kept = credentials.secret.as_ref().map(|secret| match SecretFormat::of(secret) {
        Some(SecretFormat::Generated) => " (generated secret)",
        Some(SecretFormat::Chosen) => " (chosen secret, argon2id)",
        Some(SecretFormat::Imported) => " (imported secret, not used yet)",
        None => " (unreadable secret)",
    });
    format!("{}{}", methods.join(", "), kept.unwrap_or_default())
}
