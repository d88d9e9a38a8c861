//! The house of one issuer: everything a request needs, made once (`assemble.rs`).

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use muster_audit::{Actor, AuditError, Ending, Entry, Event, Subject, Trail};
use muster_client_auth::{AuthError, Caller};
use muster_crypto::KeyRing;
use muster_domain::{Clock, Issuer};
use muster_flows::{EndedTexts, FlowError, Outcome, PlannedListing};
use muster_grants::Presented;
use muster_store::Store;
use tokio::runtime::Handle;

use crate::admission::Admission;
use crate::blocking::Blocking;
use crate::causes::Cause;
use crate::edge::RequestFacts;
use crate::extract::TokenForm;
use crate::listing_gate::ListingGate;
use crate::pipeline::{Answered, Pipeline};
use crate::shutdown::Stop;
use crate::stream::{ListingCut, Sent};

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
    /// Whether it is an admin, whose listings are counted.
    pub is_admin: bool,
    /// The request's name.
    pub facts: RequestFacts,
    /// Why it was permitted.
    pub reasons: Vec<&'static str>,
}

impl Asked {
    fn actor(&self) -> Actor<'_> {
        if self.is_admin { Actor::Admin(&self.caller) } else { Actor::Client(&self.caller) }
    }
}

impl House {
    /// Takes a request through the pipeline. What is refused is counted and recorded.
    pub fn ask(&self, form: &TokenForm) -> Result<(Asked, PlannedListing), Cause> {
        let address = form.client();
        let admit = |presented: &Presented| self.admit(presented, address);
        match self.pipeline.answer(&form.raw(), &admit) {
            Ok(Answered { permit, outcome: Outcome::Listing(planned) }) => {
                let is_admin = matches!(permit.caller(), Caller::Admin(_));
                let caller = permit.caller().id().to_owned();
                if form.is_by_get() {
                    metrics::counter!("muster_token_in_url_total", "client" => caller.clone())
                        .increment(1);
                }
                let reasons = permit.reasons().to_vec();
                Ok((Asked { caller, is_admin, facts: form.facts.clone(), reasons }, planned))
            }
            Err(cause) => {
                self.note_failure(&cause, form);
                Err(cause)
            }
        }
    }

    /// A caller that has failed too often is not even verified.
    fn admit(&self, presented: &Presented, address: IpAddr) -> Result<(), Cause> {
        for id in claimed_ids(presented) {
            self.admission.may_try(id, address).map_err(|too_many| Cause::TooManyFailures {
                reason: too_many.limit,
                retry_after: too_many.retry_after,
            })?;
        }
        Ok(())
    }

    fn note_failure(&self, cause: &Cause, form: &TokenForm) {
        let (claimed, is_failure) = match cause {
            Cause::Authentication(AuthError::InvalidClient { .. }) => (cause.claimed(), true),
            Cause::Denied { caller, .. } => (Some(caller.as_str()), false),
            Cause::Flow { caller, error: FlowError::InvalidGrant { .. } } => {
                (Some(caller.as_str()), false)
            }
            // Malformed requests and our own failures are in the log; the trail is about
            // who was let in and who was not.
            Cause::Malformed(_)
            | Cause::TooManyFailures { .. }
            | Cause::Authentication(AuthError::Busy | AuthError::Store(_))
            | Cause::Flow { error: FlowError::Store(_), .. } => return,
        };
        if is_failure {
            self.admission.failed(claimed, form.client());
        }
        let event = if is_failure { Event::ClientAuthentication } else { Event::GrantRefused };
        let entry = self.entry(event, Ending::Refused, &form.facts);
        let entry = entry.by(Actor::Client(claimed.unwrap_or("-"))).because(&cause.to_string());
        if let Err(error) = self.trail.append(&*self.store, &entry) {
            metrics::counter!("muster_audit_lost_total").increment(1);
            tracing::error!(%error, "a refusal is not in the audit trail");
        }
    }

    /// Records that a listing is about to begin; durable before its first byte.
    pub fn record_listing(
        &self,
        asked: &Asked,
        planned: &PlannedListing,
    ) -> Result<(), AuditError> {
        let entry = self
            .entry(Event::TokenInfoListed, Ending::Begun, &asked.facts)
            .by(asked.actor())
            .about(Subject::User(planned.plan.user_id.as_str().to_owned()))
            .about(Subject::Token(planned.presented.number))
            .with_word("reach", planned.plan.reach.as_str())
            .because(&asked.reasons.join(", "));
        self.trail.append(&*self.store, &entry)
    }

    /// Records how a listing ended.
    pub fn record_end(&self, asked: &Asked, sent: Sent, outcome: &Result<(), ListingCut>) {
        let ending = if outcome.is_ok() { Ending::Done } else { Ending::Aborted };
        let mut entry = self
            .entry(Event::TokenInfoFinished, ending, &asked.facts)
            .by(asked.actor())
            .with_count("clients", sent.clients)
            .with_count("transactions", sent.transactions)
            .with_count("tokens", sent.tokens)
            .with_count("pages", sent.pages);
        if sent.damaged > 0 {
            entry = entry.with_count("damaged", sent.damaged);
        }
        if let Err(cut) = outcome {
            entry = entry.because(&cut.to_string());
        }
        let word = ending.as_str();
        metrics::counter!("muster_listings_total", "outcome" => word).increment(1);
        metrics::counter!("muster_listed_tokens_total").increment(sent.tokens);
        tracing::info!(outcome = word, tokens = sent.tokens, pages = sent.pages, "listing ended");
        if let Err(error) = self.trail.append(&*self.store, &entry) {
            metrics::counter!("muster_audit_lost_total").increment(1);
            tracing::error!(%error, "a listing's end is not in the audit trail");
        }
    }

    fn entry(&self, event: Event, ending: Ending, facts: &RequestFacts) -> Entry {
        Entry::new(event, ending)
            .in_issuer(self.issuer.url.as_str())
            .from(&facts.client.to_string(), facts.id.as_str())
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
