//! The house of one issuer: everything a request needs, made once (`assemble.rs`).

use std::sync::Arc;
use std::time::Duration;

use muster_audit::{Actor, Trail};
use muster_client_auth::Caller;
use muster_crypto::KeyRing;
use muster_domain::{AuthMethod, Clock, Issuer};
use muster_flows::{EndedTexts, Outcome};
use muster_store::Store;
use tokio::runtime::Handle;

use crate::admission::Admission;
use crate::blocking::Blocking;
use crate::causes::Cause;
use crate::edge::RequestFacts;
use crate::extract::TokenForm;
use crate::listing_gate::ListingGate;
use crate::pipeline::{Answered, Pipeline};
use crate::recorder::Recorder;
use crate::shutdown::Stop;
use crate::surroundings::Around;

/// Everything a request needs.
pub struct House {
    /// The tenant that is served.
    pub issuer: Issuer,
    /// The way of a token request.
    pub pipeline: Pipeline,
    /// Who must come back later.
    pub admission: Arc<Admission>,
    /// The gate of the listings.
    pub gate: Arc<ListingGate>,
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

/// Who asked for what may begin.
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
    /// Takes a token request through the pipeline. What is refused is counted and recorded.
    pub fn ask(&self, form: &TokenForm) -> Result<(Asked, Outcome), Cause> {
        let answered = self.pipeline.answer(&form.raw(), &Around { house: self, form });
        if form.is_by_get() {
            // Whoever comes in by GET is told about it, listed or refused.
            let client = match &answered {
                Ok(answered) => Some(answered.permit.caller().id()),
                Err(cause) => cause.claimed(),
            };
            let client = client.unwrap_or("-").to_owned();
            metrics::counter!("muster_token_in_url_total", "client" => client).increment(1);
        }
        let Answered { permit, outcome } = self.noted(answered, form)?;
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
        Ok((asked, outcome))
    }

    /// Asks one of the other endpoints' questions; what is refused is counted and recorded.
    pub fn inquire<T>(
        &self,
        form: &TokenForm,
        question: impl FnOnce(&Pipeline, &Around<'_>) -> Result<T, Cause>,
    ) -> Result<T, Cause> {
        let answered = question(&self.pipeline, &Around { house: self, form });
        self.noted(answered, form)
    }

    fn noted<T>(&self, answered: Result<T, Cause>, form: &TokenForm) -> Result<T, Cause> {
        if let Err(cause) = &answered {
            self.note_failure(cause, form);
        }
        answered
    }
}
