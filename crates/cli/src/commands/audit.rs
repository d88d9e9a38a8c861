//! `muster audit`: the trail.

use muster_audit::{Fault, Verified, tail_file, tail_store, verify_file, verify_store};
use serde_json::json;

use crate::arguments::AuditCommand;
use crate::exit::{Exit, Failure};
use crate::run::Desk;

pub(crate) fn run(desk: &mut Desk<'_, '_>, command: &AuditCommand) -> Result<(), Failure> {
    match command {
        AuditCommand::Verify => verify(desk),
        AuditCommand::Tail { lines } => tail(desk, *lines),
    }
}

fn verify(desk: &mut Desk<'_, '_>) -> Result<(), Failure> {
    let outcome = outcome(desk)?;
    match outcome {
        Ok(Verified { records, .. }) => {
            desk.output.value(&json!({"records": records, "ok": true}))?;
            Ok(desk
                .output
                .say(&format!("The trail holds: {records} records, each in its place."))?)
        }
        Err(fault) => {
            let Fault { number, kind } = fault;
            desk.output
                .value(&json!({"ok": false, "record": number, "fault": kind.to_string()}))?;
            Err(Failure::new(Exit::Bad, format!("the trail does not hold: {fault}")))
        }
    }
}

pub(crate) fn outcome(desk: &mut Desk<'_, '_>) -> Result<Result<Verified, Fault>, Failure> {
    let file = desk.settings()?.audit_file;
    let premises = desk.premises()?;
    match file {
        None => Ok(verify_store(&*premises.store, &premises.keys)?),
        Some(path) => verify_file(&path, &premises.keys)
            .map_err(|error| Failure::new(Exit::Failed, error.to_string())),
    }
}

fn tail(desk: &mut Desk<'_, '_>, count: u32) -> Result<(), Failure> {
    let lines = match desk.settings()?.audit_file {
        Some(path) => tail_file(&path, count)
            .map_err(|error| Failure::new(Exit::Unavailable, error.to_string()))?,
        None => tail_store(&*desk.premises()?.store, count)?,
    };
    for line in lines {
        desk.output.text(&format!("{line}\n"))?;
    }
    Ok(())
}
