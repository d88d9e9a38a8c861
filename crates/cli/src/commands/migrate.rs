//! `muster migrate`: the database's schema.

use muster_store_diesel::DatabaseUrl;
use muster_store_diesel::migrate::{Direction, migrate, status};
use serde_json::json;

use crate::PremisesError;
use crate::arguments::MigrateCommand;
use crate::exit::{Exit, Failure};
use crate::look::is_there;
use crate::run::Desk;

pub(crate) fn run(desk: &mut Desk<'_, '_>, command: &MigrateCommand) -> Result<(), Failure> {
    let database = desk.settings()?.database;
    let (direction, words) = match command {
        MigrateCommand::Run => (Direction::Up, "taken"),
        MigrateCommand::Revert(sure) => {
            desk.confirm(*sure, &loss(&database), "revert")?;
            (Direction::Down, "taken back")
        }
        MigrateCommand::Redo(sure) => {
            desk.confirm(*sure, &loss(&database), "redo")?;
            (Direction::Redo, "taken back and again")
        }
        MigrateCommand::Status => return show(desk, &database),
    };
    let steps = migrate(&database, direction)?;
    desk.output.value(&json!({"steps": steps}))?;
    for step in &steps {
        desk.output.say(&format!("{step}: {words}"))?;
    }
    if steps.is_empty() {
        desk.output.say("The schema is up to date.")?;
    }
    Ok(())
}

fn loss(database: &DatabaseUrl) -> String {
    format!("what only the newest step's tables and columns hold is lost from {database}")
}

fn show(desk: &mut Desk<'_, '_>, database: &DatabaseUrl) -> Result<(), Failure> {
    if !is_there(database) {
        // Looking must not make it.
        return Err(PremisesError::NotThere { database: database.to_string() }.into());
    }
    let health = status(database)?;
    desk.output.value(&json!({
        "engine": health.engine,
        "version": health.schema_version,
        "pending": health.pending,
        "unknown": health.unknown,
    }))?;
    let version = health.schema_version.as_deref().unwrap_or("none");
    desk.output.say(&format!("{database}: {}, schema {version}", health.engine))?;
    for step in &health.pending {
        desk.output.say(&format!("{step}: missing; run: muster migrate run"))?;
    }
    for step in &health.unknown {
        desk.output.say(&format!("{step}: unknown to this program; a newer Muster was here"))?;
    }
    if health.pending.is_empty() && health.unknown.is_empty() {
        Ok(())
    } else {
        Err(Failure::new(Exit::Bad, "the schema is not this program's"))
    }
}
