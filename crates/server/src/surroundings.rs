//! What surrounds one request of a house: the counts of failures and of requests, and its
//! place in the audit trail.

use muster_audit::Actor;
use muster_client_auth::Caller;
use muster_flows::Chronicle;
use muster_grants::Presented;

use crate::admission::TooMany;
use crate::causes::Cause;
use crate::chronicle::RequestChronicle;
use crate::extract::TokenForm;
use crate::house::House;
use crate::pipeline::{Errand, Surroundings};

/// The house and the request.
pub struct Around<'a> {
    pub(crate) house: &'a House,
    pub(crate) form: &'a TokenForm,
}

impl Surroundings for Around<'_> {
    /// A caller that has failed too often is not even verified.
    fn before(&self, presented: &Presented) -> Result<(), Cause> {
        for id in claimed_ids(presented) {
            self.house.admission.may_try(id, self.form.client()).map_err(|too_many| {
                let TooMany { limit: reason, retry_after } = too_many;
                Cause::TooManyFailures { reason, retry_after }
            })?;
        }
        Ok(())
    }

    /// Whatever becomes of it, a request counts: who guesses at tokens is slowed down too.
    fn after(&self, caller: &Caller, errand: Errand) -> Result<(), Cause> {
        let admission = &self.house.admission;
        let asked = match errand {
            Errand::List => admission.may_list(caller.id()),
            Errand::Introspect => admission.may_introspect(caller.id()),
            Errand::Other => Ok(()),
        };
        asked.map_err(|too_many| {
            let TooMany { limit: reason, retry_after } = too_many;
            Cause::TooManyRequests { caller: caller.id().to_owned(), reason, retry_after }
        })
    }

    fn chronicle<'a>(&'a self, caller: &'a Caller) -> Box<dyn Chronicle + 'a> {
        let actor = match caller {
            Caller::Client(client) => Actor::Client(client.client().id.as_str()),
            Caller::Admin(admin) => Actor::Admin(admin.admin().id.as_str()),
        };
        Box::new(RequestChronicle {
            trail: &self.house.trail,
            issuer: self.house.issuer.url.as_str(),
            actor,
            facts: &self.form.facts,
        })
    }
}

/// The ids that a caller names, as far as it names any.
fn claimed_ids(presented: &Presented) -> Vec<Option<&str>> {
    match presented {
        Presented::Basic(readings) => {
            readings.iter().map(|reading| Some(reading.id.as_str())).collect()
        }
        Presented::Post { id, .. } => vec![Some(id)],
        Presented::Assertion { id, .. } | Presented::Nothing { id } => vec![id.as_deref()],
    }
}
