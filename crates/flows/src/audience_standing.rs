//! For whom tokens are made: none for a client that is stopped, whichever grant would make
//! it, a refresh included (past failure 9, B67).

use muster_domain::{Client, ClientId};

use crate::{FlowError, Tools};

/// Refuses an audience that names a client which is not in good standing. Names that are no
/// client's are measured by the registration alone.
pub(crate) fn check_standing(
    audience: &[String],
    holder: &Client,
    tools: &Tools,
) -> Result<(), FlowError> {
    for name in audience.iter().filter(|name| **name != holder.id.as_str()) {
        let Ok(id) = ClientId::new(name.as_str()) else { continue };
        let stands = tools.store.read(|reading| {
            let Some(target) = reading.find_client(holder.issuer, &id)? else { return Ok(true) };
            let found = reading.find_standing(holder.issuer, target.key, None)?;
            Ok(found.is_some_and(|found| found.standing.is_good()))
        })?;
        if !stands {
            return Err(FlowError::InvalidTarget { reason: "the client it names is stopped" });
        }
    }
    Ok(())
}
