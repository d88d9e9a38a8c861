//! `muster keys`: the key-encryption key.

use std::path::Path;

use muster_crypto::Kek;
use serde_json::json;

use crate::exit::{Exit, Failure};
use crate::run::Desk;

pub(crate) fn new_kek(desk: &mut Desk<'_, '_>, file: &Path) -> Result<(), Failure> {
    let kek = Kek::create(file, &*desk.host.randomness())
        .map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
    desk.output.value(&json!({"file": file.display().to_string(), "id": kek.id()}))?;
    let path = file.display();
    desk.output
        .say(&format!("The key-encryption key {} was made in {path}, mode 0600.", kek.id()))?;
    Ok(desk.output.say("Name it in keys.kek_file, and back it up, apart from the database.")?)
}
