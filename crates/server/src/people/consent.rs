//! Asking somebody what they allow, and taking their word for it.

use actix_web::http::StatusCode;
use muster_audit::{Actor, Ending, Entry, Event, Subject};
use muster_crypto::TicketKind;
use muster_domain::{Client, ClientKind};
use muster_flows::{FlowError, LiveSession};
use muster_pages::{Assurance, Client as ShownClient, Consent, Lasting, Memory, Trouble, fields};
use muster_policy::{AuthorizePermit, claims_told_by, consent_is_remembered};

use super::authorize::{Says, go_on};
use super::hall::Hall;
use super::log_in::policy;
use super::of_session::{is_same, of_session, read_of_session};
use super::parameters::Parameters;
use super::reply::Reply;
use super::visit::Visit;
use super::waiting::{Waiting, WaitingRequest};
use crate::house::House;

impl House {
    /// The page that asks.
    pub(super) fn ask_consent(
        &self,
        visit: &Visit,
        waiting: &Waiting,
        (permit, session): (&AuthorizePermit, &LiveSession),
    ) -> Result<Reply, FlowError> {
        let browser = self.browser(visit)?;
        let text = of_session(session.key(), waiting.text().expose());
        let ticket = self.seal(TicketKind::Consent, &browser, &text)?;
        let (now, terms) = (self.clock.now(), permit.terms());
        let lasting = match terms.refresh {
            None => Lasting::Once { until: now.plus(terms.access) },
            Some(_) => Lasting::Renewed { until: now.plus(terms.family) },
        };
        let audiences: Vec<&str> = permit.audience().iter().map(String::as_str).collect();
        let remembered = consent_is_remembered(permit);
        let reader = (&permit.client().id, &self.issuer.url);
        let told = claims_told_by(permit.scopes(), reader, &self.pipeline.tools.claims);
        let page = Consent {
            site: &self.hall.site,
            form: self.hall.form("/consent", &ticket),
            client: shown(permit.client()),
            person: session.user().id.as_str(),
            not_you: self.way_out(&browser, waiting)?,
            scopes: permit.scopes(),
            audiences: &audiences,
            claims: &told,
            lasting,
            memory: if remembered { Memory::Remembered } else { Memory::AskedEachTime },
        };
        let policy = policy(Some(permit.target()));
        let reply = Reply::page(StatusCode::OK, page.html(Hall::words()), policy);
        Ok(reply.with_some(browser.cookie))
    }
}

/// A client as a person sees it.
pub(super) fn shown(client: &Client) -> ShownClient<'_> {
    let assurance = match client.kind {
        ClientKind::Confidential => Assurance::Verified,
        ClientKind::Public => Assurance::Public,
    };
    let home = client.registration.home_url.as_deref();
    ShownClient { name: &client.name, home, assurance }
}

/// Takes the form of the page that asks.
pub(crate) fn decide(house: &House, visit: &Visit) -> Reply {
    let Ok(form) = Parameters::read(visit.parameters()) else {
        return house.trouble(visit, Trouble::RequestBroken, None);
    };
    if visit.browser.is_none() {
        return house.trouble(visit, Trouble::CookiesMissing, None);
    }
    let ticket = form.find(fields::TICKET);
    let text = ticket.and_then(|ticket| house.open(TicketKind::Consent, visit, ticket));
    let waits = text.as_ref().and_then(|text| read_of_session(text.expose()));
    let waits = waits.and_then(|(asked, waiting)| Some((asked, Waiting::read(waiting)?)));
    let Some((asked, Waiting::Authorization(waiting))) = waits else {
        return house.trouble(visit, Trouble::FormExpired, None);
    };
    let session = match house.session(visit) {
        Ok(session) => session,
        Err(error) => return house.failed(visit, &error),
    };
    let is_asked = session.as_ref().is_some_and(|session| is_same(session, asked));
    if session.is_some() && !is_asked {
        return house.trouble(visit, Trouble::FormExpired, None);
    }
    let says = match form.text(fields::DECISION) {
        Some(fields::ALLOW) => Says::Yes,
        Some(fields::DENY) => Says::No,
        Some(_) | None => return house.trouble(visit, Trouble::RequestBroken, None),
    };
    if let (Says::No, Some(session)) = (says, &session) {
        house.note_denial(visit, (&waiting, session));
    }
    go_on(house, visit, (&waiting, says))
}

impl House {
    /// Records that somebody said no, soon after the answer.
    fn note_denial(&self, visit: &Visit, (_, session): (&WaitingRequest, &LiveSession)) {
        let facts = &visit.facts;
        let entry = Entry::new(Event::ConsentDenied, Ending::Refused)
            .by(Actor::Person)
            .in_issuer(self.issuer.url.as_str())
            .from(&facts.client.to_string(), facts.id.as_str())
            .about(Subject::User(session.user().id.as_str().to_owned()));
        self.recorder.note(facts.id.as_str(), entry);
    }
}
