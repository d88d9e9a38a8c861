//! For whom tokens are made: none for a client that is stopped, whichever grant would make
//! it, a refresh included (past failure 9, B67).

use muster_domain::Client;

use crate::{FlowError, Tools};

/// Refuses an audience that names clients, by their id or by what they serve, of which none is
/// in good standing. Names that are no client's are measured by the registration alone.
pub(crate) fn check_standing(
    audience: &[String],
    holder: &Client,
    tools: &Tools,
) -> Result<(), FlowError> {
    for name in audience.iter().filter(|name| **name != holder.id.as_str()) {
        let named =
            tools.store.read(|reading| reading.standings_of_audience(holder.issuer, name))?;
        if !named.is_empty() && !named.iter().any(|standing| standing.is_good()) {
            return Err(FlowError::InvalidTarget { reason: "the client it names is stopped" });
        }
    }
    Ok(())
}
