//! `muster keys`: the key-encryption key, and the keys that sign.

use std::path::Path;

use muster_crypto::{Algorithm, Kek};
use muster_domain::Timestamp;
use muster_store::{SigningKeyState, StoredSigningKey};
use serde_json::{Value, json};

use super::admin::key_set;
use crate::arguments::{KeysCommand, SigningAlgorithm, Sure};
use crate::exit::{Exit, Failure};
use crate::moment::shown;
use crate::run::Desk;

pub(crate) fn run(desk: &mut Desk<'_, '_>, command: &KeysCommand) -> Result<(), Failure> {
    match command {
        KeysCommand::NewKek { file } => new_kek(desk, file),
        KeysCommand::List => list(desk),
        KeysCommand::Rotate { algorithm } => rotate(desk, *algorithm),
        KeysCommand::Retire { kid, sure } => retire(desk, kid, *sure),
        KeysCommand::Import { file, sign } => import(desk, file, *sign),
    }
}

fn new_kek(desk: &mut Desk<'_, '_>, file: &Path) -> Result<(), Failure> {
    let kek = Kek::create(file, &*desk.host.randomness())
        .map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
    desk.output.value(&json!({"file": file.display().to_string(), "id": kek.id()}))?;
    let path = file.display();
    desk.output
        .say(&format!("The key-encryption key {} was made in {path}, mode 0600.", kek.id()))?;
    Ok(desk.output.say("Name it in keys.kek_file, and back it up, apart from the database.")?)
}

fn list(desk: &mut Desk<'_, '_>) -> Result<(), Failure> {
    let keeper = desk.keeper()?;
    keeper.ensure_signing_keys()?;
    let mut keys = keeper.list_signing_keys()?;
    keys.sort_by_key(|key| (place(key.state), key.created_at));
    let now = desk.host.clock().now();
    desk.output.value(&Value::Array(keys.iter().map(|key| describe(key, now)).collect()))?;
    let rows = keys
        .iter()
        .map(|key| {
            let until = key.published_until.map_or_else(String::new, shown);
            let word = word(key, now).to_owned();
            vec![key.kid.clone(), key.algorithm.clone(), word, shown(key.created_at), until]
        })
        .collect();
    Ok(desk.output.table(&["kid", "algorithm", "state", "made (UTC)", "published until"], rows)?)
}

/// Which state is shown first.
const fn place(state: SigningKeyState) -> u8 {
    match state {
        SigningKeyState::Current => 0,
        SigningKeyState::Next => 1,
        SigningKeyState::Retired => 2,
    }
}

fn word(key: &StoredSigningKey, now: Timestamp) -> &'static str {
    match key.state {
        SigningKeyState::Current => "current",
        SigningKeyState::Next => "next",
        SigningKeyState::Retired if key.published_until.is_some_and(|until| until <= now) => {
            "withdrawn"
        }
        SigningKeyState::Retired => "retired",
    }
}

/// Never the private half, not even sealed.
fn describe(key: &StoredSigningKey, now: Timestamp) -> Value {
    json!({
        "kid": key.kid,
        "algorithm": key.algorithm,
        "state": word(key, now),
        "public_jwk": serde_json::from_str::<Value>(&key.public_jwk).unwrap_or_default(),
        "created_at": key.created_at.millis(),
        "published_until": key.published_until.map(Timestamp::millis),
    })
}

fn rotate(desk: &mut Desk<'_, '_>, algorithm: Option<SigningAlgorithm>) -> Result<(), Failure> {
    let longest = desk.settings()?.token_longest;
    let keeper = desk.founding_keeper()?;
    keeper.ensure_signing_keys()?;
    let rotated = keeper.rotate_signing_key(algorithm.map(named), longest)?;
    desk.output.value(&json!({
        "current": rotated.current,
        "next": rotated.next,
        "retired": rotated.retired,
        "withdrawn": rotated.withdrawn,
    }))?;
    desk.output.say(&format!(
        "The key {} signs from now on; running services follow within a minute.",
        rotated.current
    ))?;
    desk.output.say(&format!("The key {} is published to sign after it.", rotated.next))?;
    for kid in &rotated.retired {
        desk.output.say(&format!(
            "The key {kid} signs no more, and stays published for as long as what it signed lives."
        ))?;
    }
    for kid in &rotated.withdrawn {
        desk.output.say(&format!("The key {kid} was to sign next, and never will."))?;
    }
    Ok(())
}

const fn named(algorithm: SigningAlgorithm) -> Algorithm {
    match algorithm {
        SigningAlgorithm::Es256 => Algorithm::Es256,
        SigningAlgorithm::Rs256 => Algorithm::Rs256,
        SigningAlgorithm::Ps256 => Algorithm::Ps256,
        SigningAlgorithm::EdDsa => Algorithm::EdDsa,
    }
}

fn retire(desk: &mut Desk<'_, '_>, kid: &str, sure: Sure) -> Result<(), Failure> {
    let keeper = desk.keeper()?;
    if !keeper.list_signing_keys()?.iter().any(|key| key.kid == kid) {
        return Err(muster_admin::DeedError::NoKey(kid.to_owned()).into());
    }
    desk.confirm(sure, &format!("what the key {kid} signed verifies no more"), kid)?;
    keeper.retire_signing_key(kid)?;
    desk.output.value(&json!({"kid": kid, "retired": true}))?;
    desk.output.say(&format!("The key {kid} is published no more."))?;
    Ok(desk.output.say("Whoever fetched it before may believe it until they fetch again.")?)
}

fn import(desk: &mut Desk<'_, '_>, file: &Path, signs: bool) -> Result<(), Failure> {
    let set = key_set(Some(&file.to_owned()))?.unwrap_or_default();
    let longest = desk.settings()?.token_longest;
    let keys = desk.founding_keeper()?.import_signing_keys(&set, (signs, longest))?;
    desk.output.value(&json!({"keys": keys, "signs": signs}))?;
    for kid in &keys {
        desk.output.say(&format!("The key {kid} is published from now on."))?;
    }
    if signs {
        desk.output.say("The first one that has a private half signs from now on.")?;
    }
    Ok(())
}
