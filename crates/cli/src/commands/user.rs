//! `muster user`: users, and the end of what they hold.

use muster_admin::{ClaimChange, KnownUser, UserDraft};
use muster_domain::{ClaimValue, Claims, Session, UserStatus};
use serde_json::{Map, Value, json};

use super::password::{named, named_or_typed};
use crate::arguments::{KnownOptions, Sure, UserAdd, UserCommand, UserPasswd, UserSet};
use crate::exit::Failure;
use crate::moment::shown;
use crate::run::Desk;

pub(crate) fn run(desk: &mut Desk<'_, '_>, command: &UserCommand) -> Result<(), Failure> {
    match command {
        UserCommand::Add(asked) => add(desk, asked),
        UserCommand::Set(asked) => set(desk, asked),
        UserCommand::Passwd(asked) => passwd(desk, asked),
        UserCommand::Show { id } => show(desk, id),
        UserCommand::Disable { id } => status(desk, id, UserStatus::Disabled),
        UserCommand::Enable { id } => status(desk, id, UserStatus::Active),
        UserCommand::Remove { id, sure } => remove(desk, id, *sure),
        UserCommand::Revoke { id, client } => revoke(desk, id, client.as_deref()),
    }
}

fn add(desk: &mut Desk<'_, '_>, asked: &UserAdd) -> Result<(), Failure> {
    let id = asked.id.as_str();
    let password = named(desk, &asked.password)?;
    let draft = UserDraft { id: id.to_owned(), password, claims: change(&asked.known, &[]) };
    let added = desk.founding_keeper()?.add_user(&draft)?;
    desk.output.value(&json!({"id": id, "changed": added}))?;
    let words = if added { "was entered" } else { "is there already" };
    Ok(desk.output.say(&format!("The user {id} {words}."))?)
}

fn set(desk: &mut Desk<'_, '_>, asked: &UserSet) -> Result<(), Failure> {
    let id = asked.id.as_str();
    let claims = desk.keeper()?.change_claims(id, &change(&asked.known, &asked.clear))?;
    desk.output.value(&json!({"id": id, "claims": described(&claims)}))?;
    desk.output.say(&format!("Of the user {id} is known:"))?;
    Ok(desk.output.table(&["claim", ""], claim_rows(&claims))?)
}

fn change(known: &KnownOptions, cleared: &[String]) -> ClaimChange {
    let text = |name: &str, value: &Option<String>| {
        value.as_ref().map(|value| (name.to_owned(), ClaimValue::Text(value.clone())))
    };
    let of_their_own = [text("name", &known.name), text("email", &known.email)];
    let set = of_their_own.into_iter().flatten().chain(known.claims.iter().cloned()).collect();
    ClaimChange { set, cleared: cleared.to_vec() }
}

fn passwd(desk: &mut Desk<'_, '_>, asked: &UserPasswd) -> Result<(), Failure> {
    let id = asked.id.as_str();
    let keeper = desk.keeper()?;
    if asked.remove {
        let removed = keeper.remove_password(id)?;
        desk.output.value(&json!({"id": id, "changed": removed}))?;
        let words = if removed { "has no password any more" } else { "had no password" };
        return Ok(desk.output.say(&format!("The user {id} {words}."))?);
    }
    // Nobody types a password twice for somebody who is not there.
    keeper.find_user(id)?;
    let password = named_or_typed(desk, &asked.from, id)?;
    let ended = keeper.set_password(id, &password)?;
    desk.output.value(&json!({"id": id, "changed": true, "sessions_ended": ended}))?;
    let sessions = match ended {
        0 => "no session was open".to_owned(),
        1 => "one session was ended".to_owned(),
        several => format!("{several} sessions were ended"),
    };
    Ok(desk.output.say(&format!("The user {id} has a new password; {sessions}."))?)
}

fn show(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Failure> {
    let known = desk.keeper()?.known_user(id)?;
    desk.output.value(&described_user(&known))?;
    let mut rows = vec![
        row("id", known.user.id.to_string()),
        row("status", known.user.status.to_string()),
        row("first seen (UTC)", shown(known.user.created_at)),
        row("password", if known.has_password { "yes" } else { "none" }.to_owned()),
    ];
    rows.extend(claim_rows(&known.claims));
    for session in &known.sessions {
        rows.push(row("session (UTC)", session_words(session)));
    }
    for (client, scopes, given_at) in &known.allowed {
        rows.push(row("allowed (UTC)", format!("{client}: {scopes}, {}", shown(*given_at))));
    }
    Ok(desk.output.table(&["user", ""], rows)?)
}

fn row(name: &str, text: String) -> Vec<String> {
    vec![name.to_owned(), text]
}

fn claim_rows(claims: &Claims) -> Vec<Vec<String>> {
    let words = |value: &ClaimValue| match value {
        ClaimValue::Text(text) => text.clone(),
        ClaimValue::Flag(flag) => flag.to_string(),
        ClaimValue::Texts(texts) => texts.join("\n"),
    };
    claims.iter().map(|(name, value)| row(name, words(value))).collect()
}

fn session_words(session: &Session) -> String {
    format!(
        "{} by {}, last used {}, until {}",
        shown(session.authenticated_at),
        session.door.as_str(),
        shown(session.used_at),
        shown(session.expires_at),
    )
}

fn described(claims: &Claims) -> Value {
    let value = |value: &ClaimValue| match value {
        ClaimValue::Text(text) => json!(text),
        ClaimValue::Flag(flag) => json!(flag),
        ClaimValue::Texts(texts) => json!(texts),
    };
    claims.iter().map(|(name, one)| (name.to_owned(), value(one))).collect::<Map<_, _>>().into()
}

fn described_user(known: &KnownUser) -> Value {
    let session = |session: &Session| {
        json!({
            "door": session.door.as_str(),
            "authenticated_at": session.authenticated_at.millis(),
            "used_at": session.used_at.millis(),
            "expires_at": session.expires_at.millis(),
        })
    };
    let allowed = known.allowed.iter().map(|(client, scopes, given_at)| {
        let scopes = scopes.to_string();
        json!({"client": client.as_str(), "scopes": scopes, "given_at": given_at.millis()})
    });
    json!({
        "id": known.user.id.as_str(),
        "status": known.user.status.as_str(),
        "created_at": known.user.created_at.millis(),
        "has_password": known.has_password,
        "claims": described(&known.claims),
        "sessions": known.sessions.iter().map(session).collect::<Vec<_>>(),
        "allowed": allowed.collect::<Vec<_>>(),
    })
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
