//! `muster user`: users, and the end of what they hold.

use muster_domain::UserStatus;
use serde_json::json;

use crate::arguments::{Sure, UserCommand};
use crate::exit::Failure;
use crate::moment::shown;
use crate::run::Desk;

pub(crate) fn run(desk: &mut Desk<'_, '_>, command: &UserCommand) -> Result<(), Failure> {
    match command {
        UserCommand::Add { id } => add(desk, id),
        UserCommand::Show { id } => show(desk, id),
        UserCommand::Disable { id } => status(desk, id, UserStatus::Disabled),
        UserCommand::Enable { id } => status(desk, id, UserStatus::Active),
        UserCommand::Remove { id, sure } => remove(desk, id, *sure),
        UserCommand::Revoke { id, client } => revoke(desk, id, client.as_deref()),
    }
}

fn add(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Failure> {
    let added = desk.founding_keeper()?.add_user(id)?;
    desk.output.value(&json!({"id": id, "changed": added}))?;
    let words = if added { "was entered" } else { "is there already" };
    Ok(desk.output.say(&format!("The user {id} {words}."))?)
}

fn show(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Failure> {
    let user = desk.keeper()?.find_user(id)?;
    desk.output.value(&json!({
        "id": user.id.as_str(),
        "status": user.status.as_str(),
        "created_at": user.created_at.millis(),
    }))?;
    let row = |name: &str, text: String| vec![name.to_owned(), text];
    let rows = vec![
        row("id", user.id.to_string()),
        row("status", user.status.to_string()),
        row("first seen (UTC)", shown(user.created_at)),
    ];
    Ok(desk.output.table(&["user", ""], rows)?)
}

fn status(desk: &mut Desk<'_, '_>, id: &str, status: UserStatus) -> Result<(), Failure> {
    let changed = desk.keeper()?.set_user_status(id, status)?;
    desk.output.value(&json!({"id": id, "status": status.as_str(), "changed": changed}))?;
    let since = if changed { "now" } else { "already" };
    Ok(desk.output.say(&format!("The user {id} is {status} {since}."))?)
}

fn remove(desk: &mut Desk<'_, '_>, id: &str, sure: Sure) -> Result<(), Failure> {
    let keeper = desk.keeper()?;
    keeper.find_user(id)?;
    desk.confirm(sure, &format!("the user {id} and all its tokens are deleted"), id)?;
    keeper.remove_user(id)?;
    desk.output.value(&json!({"id": id, "removed": true}))?;
    Ok(desk.output.say(&format!("The user {id} and all its tokens are gone."))?)
}

fn revoke(desk: &mut Desk<'_, '_>, id: &str, client: Option<&str>) -> Result<(), Failure> {
    let ended = desk.keeper()?.revoke_user(id, client)?;
    desk.output.value(&json!({"id": id, "client": client, "ended": ended}))?;
    let place = client.map_or_else(String::new, |client| format!(" at {client}"));
    let count = match ended {
        0 => "no transaction was open".to_owned(),
        1 => "one transaction was ended, with all its tokens".to_owned(),
        several => format!("{several} transactions were ended, with all their tokens"),
    };
    Ok(desk.output.say(&format!("The user {id}{place}: {count}."))?)
}
