//! `muster audit`: the trail.

use muster_audit::{
    Checkpoint, Fault, Verified, tail_file, tail_store, verify_file_against, verify_store_against,
};
use serde_json::json;

use crate::KeeperSettings;
use crate::arguments::AuditCommand;
use crate::exit::{Exit, Failure};
use crate::look::Looked;
use crate::run::Desk;

pub(crate) fn run(desk: &mut Desk<'_, '_>, command: &AuditCommand) -> Result<(), Failure> {
    match command {
        AuditCommand::Verify { checkpoint } => verify(desk, checkpoint.as_ref()),
        AuditCommand::Tail { lines } => tail(desk, *lines),
    }
}

fn verify(desk: &mut Desk<'_, '_>, known: Option<&Checkpoint>) -> Result<(), Failure> {
    let settings = desk.settings()?;
    let looked = Looked::at(&settings)?;
    match walk(&settings, &looked, known)? {
        Ok(Verified { records, end, .. }) => {
            let checkpoint = end.to_string();
            desk.output
                .value(&json!({"ok": true, "records": records, "checkpoint": checkpoint}))?;
            desk.output.say(&format!("The trail holds: {records} records, each in its place."))?;
            Ok(desk.output.say(&format!("Checkpoint, to be kept elsewhere: {checkpoint}"))?)
        }
        Err(fault) => {
            let Fault { number, kind } = fault;
            desk.output
                .value(&json!({"ok": false, "record": number, "fault": kind.to_string()}))?;
            Err(Failure::new(Exit::Bad, format!("the trail does not hold: {fault}")))
        }
    }
}

/// Walks the trail wherever it lies.
pub(crate) fn walk(
    settings: &KeeperSettings,
    looked: &Looked,
    known: Option<&Checkpoint>,
) -> Result<Result<Verified, Fault>, Failure> {
    match &settings.audit_file {
        None => Ok(verify_store_against(&*looked.store, &looked.keys, known)?),
        Some(path) => verify_file_against(path, &looked.keys, known)
            .map_err(|error| Failure::new(Exit::Unavailable, error.to_string())),
    }
}

fn tail(desk: &mut Desk<'_, '_>, count: u32) -> Result<(), Failure> {
    let settings = desk.settings()?;
    let lines = match &settings.audit_file {
        Some(path) => tail_file(path, count)
            .map_err(|error| Failure::new(Exit::Unavailable, error.to_string()))?,
        None => tail_store(&*Looked::at(&settings)?.store, count)?,
    };
    for line in lines {
        desk.output.text(&format!("{line}\n"))?;
    }
    Ok(())
}
