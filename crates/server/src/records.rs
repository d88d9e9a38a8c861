//! What the house writes into the audit trail, and when.
//!
//! That a listing begins is durable before its first byte (I23). Refusals are recorded
//! soon after their answers, which do not wait for it.

use muster_audit::{Actor, AuditError, Ending, Entry, Event, Subject};
use muster_client_auth::AuthError;
use muster_domain::ReachedClients;
use muster_flows::{FlowError, PlannedListing};
use muster_grants::ParseError;

use crate::causes::Cause;
use crate::edge::{PeerGroup, RequestFacts};
use crate::extract::TokenForm;
use crate::house::{Asked, House};
use crate::refusal::Refusal;
use crate::stream::{ListingCut, Sent};

impl House {
    /// Counts and records a request that was refused.
    pub(crate) fn note_failure(&self, cause: &Cause, form: &TokenForm) {
        let event = match cause {
            Cause::Authentication(AuthError::InvalidClient { .. }) => {
                self.admission.failed(cause.claimed(), form.client());
                Event::ClientAuthentication
            }
            Cause::Malformed(ParseError::Authentication) => Event::ClientAuthentication,
            // Malformed requests and our own failures are in the log; the trail is about who
            // was let in and who was not. A device that asks again and again is no news.
            Cause::Malformed(_)
            | Cause::Authentication(AuthError::Store(_))
            | Cause::Flow {
                error: FlowError::AuthorizationPending | FlowError::SlowDown | FlowError::Store(_),
                ..
            } => return,
            Cause::Denied { .. } | Cause::Flow { .. } => Event::GrantRefused,
            Cause::TooManyFailures { .. }
            | Cause::TooManyRequests { .. }
            | Cause::Authentication(AuthError::Busy) => Event::LimitHit,
        };
        let mut entry = self.entry(event, Ending::Refused, &form.facts);
        if let Some(asked) = cause.asked() {
            entry = entry.with_word("grant", asked);
        }
        if form.is_by_get() {
            entry = entry.with_flag("by_get", true);
        }
        let reason = cause.to_string();
        self.note((event, cause.claimed(), &form.facts), entry.because(&reason));
    }

    /// Records that a caller was sent away at a limit.
    pub(crate) fn note_limit(&self, refusal: &Refusal, caller: Option<&str>, facts: &RequestFacts) {
        let (Refusal::TooManyRequests { reason, .. } | Refusal::Busy { reason, .. }) = refusal
        else {
            return;
        };
        let entry = self.entry(Event::LimitHit, Ending::Refused, facts).because(reason);
        self.note((Event::LimitHit, caller, facts), entry);
    }

    /// Records that a listing that was to begin found no thread.
    pub(crate) fn note_unsent(&self, asked: &Asked) {
        let entry = self
            .entry(Event::TokenInfoFinished, Ending::Aborted, &asked.facts)
            .by(asked.actor())
            .with_count("tokens", 0)
            .because(&ListingCut::Busy.to_string());
        // A kind of its own: each listing that is begun in the trail ends there.
        self.recorder.note(asked.facts.id.as_str(), entry);
    }

    fn note(&self, (event, caller, facts): (Event, Option<&str>, &RequestFacts), entry: Entry) {
        let entry = entry.by(Actor::Client(caller.unwrap_or("-")));
        self.recorder.note((event, caller, PeerGroup::of(facts.client)), entry);
    }

    /// Records that a listing is about to begin; durable before its first byte.
    pub(crate) fn record_listing(
        &self,
        asked: &Asked,
        planned: &PlannedListing,
    ) -> Result<(), AuditError> {
        let reach = planned.plan.reach;
        let every_client = matches!(reach.clients(), ReachedClients::Every { .. });
        let entry = self
            .entry(Event::TokenInfoListed, Ending::Begun, &asked.facts)
            .by(asked.actor())
            .about(Subject::User(planned.plan.user_id.as_str().to_owned()))
            .about(Subject::Token(planned.presented.number))
            .with_word("method", asked.method.as_str())
            .with_word("reach", reach.as_str())
            .with_flag("every_client", every_client)
            .with_flag("by_get", asked.by_get)
            .because(&asked.reasons.join(", "));
        self.trail.append(&*self.store, &entry)?;
        if every_client {
            metrics::counter!("muster_listings_of_every_client_total").increment(1);
        }
        Ok(())
    }

    /// Records how a listing ended.
    pub(crate) fn record_end(&self, asked: &Asked, sent: &Sent, outcome: &Result<(), ListingCut>) {
        let ending = if outcome.is_ok() { Ending::Done } else { Ending::Aborted };
        let named = sent.by_client.iter().map(|(id, count)| (id.as_str(), *count));
        let mut entry = self
            .entry(Event::TokenInfoFinished, ending, &asked.facts)
            .by(asked.actor())
            .with_clients(named)
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
