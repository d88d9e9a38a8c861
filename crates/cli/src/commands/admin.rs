//! `muster admin`: admin clients.

use std::path::PathBuf;

use muster_admin::{AdminDraft, Keeper, Proof, Right};
use muster_crypto::SecretFormat;
use muster_domain::{AdminClient, AdminRights, Client, Credentials, PartyStatus, Secret};
use muster_store::PartyPage;
use serde_json::{Value, json};

use crate::arguments::{AdminAdd, AdminCommand, Paging, RightName};
use crate::exit::{Exit, Failure};
use crate::run::Desk;

/// Clients read at once.
const PAGE: i64 = 1_000;

pub(crate) fn run(desk: &mut Desk<'_, '_>, command: &AdminCommand) -> Result<(), Failure> {
    match command {
        AdminCommand::Add(asked) => add(desk, asked),
        AdminCommand::Show { id } => show(desk, id),
        AdminCommand::List(paging) => list(desk, paging),
        AdminCommand::Approve { id } => status(desk, id, PartyStatus::Approved),
        AdminCommand::Deny { id } => status(desk, id, PartyStatus::Denied),
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

fn add(desk: &mut Desk<'_, '_>, asked: &AdminAdd) -> Result<(), Failure> {
    let draft = AdminDraft {
        id: asked.id.clone(),
        name: asked.name.clone(),
        email: asked.email.clone(),
        rights: AdminRights {
            list_users: asked.list_users,
            list_users_other_clients: asked.list_users_other_clients,
        },
        max_clients: asked.max_clients,
        proof: key_set(asked.jwks.as_ref())?.map_or(Proof::GeneratedSecret, Proof::KeySet),
        approved: !asked.pending,
    };
    let (admin, secret) = desk.founding_keeper()?.add_admin(&draft)?;
    desk.output.say(&format!("The admin client {} was added, {}.", admin.id, admin.status))?;
    if !asked.list_users {
        desk.output.say(&format!(
            "It may list nothing yet; run: muster admin grant {} list-users",
            admin.id
        ))?;
    }
    show_secret(desk, &asked.id, secret.as_ref(), describe(&admin))
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
        desk.output.say(&format!("Its secret: {}", secret.expose()))?;
        desk.output.say(&format!(
            "It is shown this once and kept nowhere; if it is lost, give {id} a new one with \
             rotate-secret."
        ))?;
    }
    Ok(desk.output.value(&value)?)
}

fn show(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Failure> {
    let keeper = desk.keeper()?;
    let admin = keeper.find_admin(id)?;
    let clients = all_clients_of(&keeper, id)?;
    let ids: Vec<&str> = clients.iter().map(|client| client.id.as_str()).collect();
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

fn all_clients_of(keeper: &Keeper, id: &str) -> Result<Vec<Client>, Failure> {
    let mut clients: Vec<Client> = Vec::new();
    loop {
        let after = clients.last().map(|client| client.id.as_str().to_owned());
        let page = PartyPage { after: after.as_deref(), limit: PAGE };
        let more = keeper.clients_of(id, &page)?;
        if more.is_empty() {
            return Ok(clients);
        }
        clients.extend(more);
    }
}

fn list(desk: &mut Desk<'_, '_>, paging: &Paging) -> Result<(), Failure> {
    let page = PartyPage { after: paging.after.as_deref(), limit: paging.limit };
    let keeper = desk.keeper()?;
    let admins = keeper.list_admins(&page)?;
    if admins.is_empty() {
        desk.tell_other_issuers(&keeper, "admin clients")?;
    }
    desk.output.value(&Value::Array(admins.iter().map(describe).collect()))?;
    let rows = admins
        .iter()
        .map(|admin| {
            let status = admin.status.to_string();
            vec![admin.id.to_string(), admin.name.clone(), status, rights(admin.rights)]
        })
        .collect();
    desk.output.table(&["id", "name", "status", "rights"], rows)?;
    tell_more(desk, paging, admins.iter().map(|admin| admin.id.as_str()))
}

/// Says how to see what comes after a full page.
pub(crate) fn tell_more<'a>(
    desk: &mut Desk<'_, '_>,
    paging: &Paging,
    ids: impl Iterator<Item = &'a str>,
) -> Result<(), Failure> {
    let limit = usize::try_from(paging.limit).unwrap_or(usize::MAX);
    let Some(last) = ids.enumerate().last().filter(|(place, _)| place.saturating_add(1) >= limit)
    else {
        return Ok(());
    };
    Ok(desk.output.say(&format!("There may be more: --after '{}'", last.1))?)
}

fn status(desk: &mut Desk<'_, '_>, id: &str, status: PartyStatus) -> Result<(), Failure> {
    let changed = desk.keeper()?.set_admin_status(id, status)?;
    desk.output.value(&json!({"id": id, "status": status.as_str(), "changed": changed}))?;
    let since = if changed { "now" } else { "already" };
    Ok(desk.output.say(&format!("The admin client {id} is {status} {since}."))?)
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
