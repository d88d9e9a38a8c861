//! The house of one issuer: everything a request needs, made once (`assemble.rs`).

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use muster_audit::{Actor, Trail};
use muster_client_auth::Caller;
use muster_crypto::KeyRing;
use muster_domain::{AuthMethod, Clock, Issuer};
use muster_flows::{EndedTexts, Outcome, PlannedListing};
use muster_grants::Presented;
use muster_store::Store;
use tokio::runtime::Handle;

use crate::admission::{Admission, TooMany};
use crate::blocking::Blocking;
use crate::causes::Cause;
use crate::edge::RequestFacts;
use crate::extract::TokenForm;
use crate::listing_gate::ListingGate;
use crate::pipeline::{Answered, Gates, Pipeline};
use crate::recorder::Recorder;
use crate::shutdown::Stop;

/// Everything a request needs.
pub struct House {
    /// The tenant that is served.
    pub issuer: Issuer,
    /// The way of a token request.
    pub pipeline: Pipeline,
    /// Who must come back later.
    pub admission: Admission,
    /// The gate of the listings.
    pub gate: ListingGate,
    /// The one hop.
    pub blocking: Blocking,
    /// The runtime, for a stream that waits.
    pub runtime: Handle,
    /// The database.
    pub store: Arc<dyn Store>,
    /// The unwrapped keys.
    pub keys: Arc<KeyRing>,
    /// The audit trail.
    pub trail: Trail,
    /// The way to it for what no answer waits for.
    pub recorder: Recorder,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// How the service stops.
    pub stop: Stop,
    /// How listings are made.
    pub listing: ListingSettings,
}

/// How listings are made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ListingSettings {
    /// Tokens a page.
    pub page_rows: i64,
    /// How long a reader may take nothing.
    pub stall: Duration,
    /// What is said of ended tokens' texts.
    pub ended: EndedTexts,
}

/// Who asked for a listing that may begin.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The caller's id.
    pub caller: String,
    /// Whether it is an admin.
    pub is_admin: bool,
    /// How it proved itself.
    pub method: AuthMethod,
    /// Whether the token stood in the URL (S75).
    pub by_get: bool,
    /// The request's name.
    pub facts: RequestFacts,
    /// Why it was permitted.
    pub reasons: Vec<&'static str>,
}

impl Asked {
    /// As it stands in the trail.
    pub fn actor(&self) -> Actor<'_> {
        if self.is_admin { Actor::Admin(&self.caller) } else { Actor::Client(&self.caller) }
    }
}

impl House {
    /// Takes a request through the pipeline. What is refused is counted and recorded.
    pub fn ask(&self, form: &TokenForm) -> Result<(Asked, PlannedListing), Cause> {
        let gates = Counted { admission: &self.admission, address: form.client() };
        let answered = self.pipeline.answer(&form.raw(), &gates);
        if form.is_by_get() {
            // Whoever comes in by GET is told about it, listed or refused.
            let client = match &answered {
                Ok(answered) => Some(answered.permit.caller().id()),
                Err(cause) => cause.claimed(),
            };
            let client = client.unwrap_or("-").to_owned();
            metrics::counter!("muster_token_in_url_total", "client" => client).increment(1);
        }
        match answered {
            Ok(Answered { permit, outcome: Outcome::Listing(planned) }) => {
                let (is_admin, method) = match permit.caller() {
                    Caller::Admin(admin) => (true, admin.method()),
                    Caller::Client(client) => (false, client.method()),
                };
                let asked = Asked {
                    caller: permit.caller().id().to_owned(),
                    is_admin,
                    method,
                    by_get: form.is_by_get(),
                    facts: form.facts.clone(),
                    reasons: permit.reasons().to_vec(),
                };
                Ok((asked, planned))
            }
            Err(cause) => {
                self.note_failure(&cause, form);
                Err(cause)
            }
        }
    }
}

/// The counts of failures and of requests, for one request.
struct Counted<'a> {
    admission: &'a Admission,
    address: IpAddr,
}

impl Gates for Counted<'_> {
    /// A caller that has failed too often is not even verified.
    fn before(&self, presented: &Presented) -> Result<(), Cause> {
        for id in claimed_ids(presented) {
            self.admission.may_try(id, self.address).map_err(|too_many| {
                let TooMany { limit: reason, retry_after } = too_many;
                Cause::TooManyFailures { reason, retry_after }
            })?;
        }
        Ok(())
    }

    /// Whatever becomes of it, a request counts: who guesses at tokens is slowed down too.
    fn after(&self, caller: &Caller) -> Result<(), Cause> {
        self.admission.may_ask(caller.id()).map_err(|too_many| {
            let TooMany { limit: reason, retry_after } = too_many;
            Cause::TooManyRequests { caller: caller.id().to_owned(), reason, retry_after }
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
