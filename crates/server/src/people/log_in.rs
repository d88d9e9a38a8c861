//! Finding out who somebody is: the doors are asked in turn, and where none knows, the page to
//! log in is shown.

use actix_web::http::StatusCode;
use muster_audit::{Actor, Ending, Entry, Event};
use muster_crypto::TicketKind;
use muster_domain::{Client, Door as DoorName, Secret};
use muster_flows::{Arrival, FlowError, verify_password};
use muster_pages::{FormSource, LogIn, LogInError, Policy, Trouble, Upstream, fields};
use muster_policy::RedirectTarget;

use super::door::Meeting;
use super::hall::Hall;
use super::parameters::Parameters;
use super::reply::Reply;
use super::visit::Visit;
use super::waiting::Waiting;
use crate::edge::PeerGroup;
use crate::house::House;

/// What the page to log in is to say, and to whom its form may lead in the end.
#[derive(Clone, Copy, Default)]
pub(super) struct LogInPage<'a> {
    /// Who it is probably.
    pub(super) hint: Option<&'a str>,
    /// The client that asks.
    pub(super) client: Option<&'a Client>,
    /// Where its answer goes.
    pub(super) target: Option<&'a RedirectTarget>,
    /// Why the page is shown again.
    pub(super) error: Option<LogInError>,
    /// Whether the person must show anew who they are: a proxy's word of before is not enough.
    pub(super) anew: bool,
}

impl House {
    /// Finds out who somebody is, for what waits.
    pub(super) fn ask_who_it_is(
        &self,
        visit: &Visit,
        waiting: &Waiting,
        asked: LogInPage<'_>,
    ) -> Result<Reply, FlowError> {
        let meetings = self.meet(visit);
        let known = meetings.iter().find_map(|meeting| match meeting {
            Meeting::Knows(arrival) => Some(arrival),
            Meeting::AsksForPassword | Meeting::SendsOn { .. } | Meeting::Closed { .. } => None,
        });
        if let Some(arrival) = known.filter(|_| !asked.anew) {
            return self.welcome(visit, waiting, arrival);
        }
        self.log_in_page(visit, waiting, (&meetings, asked))
    }

    /// Lets somebody in, and sends them on their way.
    pub(crate) fn welcome(
        &self,
        visit: &Visit,
        waiting: &Waiting,
        arrival: &Arrival,
    ) -> Result<Reply, FlowError> {
        let text = self.let_in(arrival, visit)?;
        metrics::counter!("muster_log_ins_total", "door" => arrival.door.as_str()).increment(1);
        let reply = self.on_the_way(visit, waiting)?;
        Ok(reply.with(self.hall.cookies.give_session(&text)))
    }

    /// The way on to what waits.
    pub(super) fn on_the_way(&self, visit: &Visit, waiting: &Waiting) -> Result<Reply, FlowError> {
        let place = match waiting {
            Waiting::Own => return Ok(Reply::see_other(self.hall.place("/me"))),
            Waiting::Authorization(_) => "/authorize",
            Waiting::Device { .. } => "/device",
        };
        let browser = self.browser(visit)?;
        let ticket = self.seal(TicketKind::Resume, &browser, &waiting.text())?;
        let place = format!("{}?ticket={}", self.hall.place(place), ticket.expose());
        Ok(Reply::see_other(place).with_some(browser.cookie))
    }

    fn log_in_page(
        &self,
        visit: &Visit,
        waiting: &Waiting,
        (meetings, asked): (&[Meeting], LogInPage<'_>),
    ) -> Result<Reply, FlowError> {
        let browser = self.browser(visit)?;
        let ticket = self.seal(TicketKind::Login, &browser, &waiting.text())?;
        let asks = meetings.iter().any(|meeting| matches!(meeting, Meeting::AsksForPassword));
        let upstreams: Vec<Upstream<'_>> = meetings
            .iter()
            .filter_map(|meeting| match meeting {
                Meeting::SendsOn { name, place } => {
                    let link = format!("{place}?ticket={}", ticket.expose());
                    Some(Upstream { name, link: self.hall.own(&link) })
                }
                Meeting::Knows(_) | Meeting::AsksForPassword | Meeting::Closed { .. } => None,
            })
            .collect();
        if !asks {
            return Ok(self.only_door(visit, meetings, &upstreams).with_some(browser.cookie));
        }
        let page = LogIn {
            site: &self.hall.site,
            form: self.hall.form("/login", &ticket),
            client: asked.client.map(|client| client.name.as_str()),
            user_name: asked.hint,
            error: asked.error,
            upstreams: &upstreams,
        };
        let status = status(asked.error);
        let reply = Reply::page(status, page.html(Hall::words()), policy(asked.target));
        let reply = match asked.error {
            Some(LogInError::TooManyTries { seconds }) => reply.after(seconds),
            Some(LogInError::Wrong | LogInError::FormExpired) | None => reply,
        };
        Ok(reply.with_some(browser.cookie))
    }

    /// Without accounts of our own: on to the one who knows, or a page that nobody does.
    fn only_door(&self, visit: &Visit, meetings: &[Meeting], upstreams: &[Upstream<'_>]) -> Reply {
        if let [only] = upstreams {
            return Reply::see_other(only.link.as_str().to_owned());
        }
        let closed = meetings.iter().find_map(|meeting| match meeting {
            Meeting::Closed { reason } => Some(*reason),
            Meeting::Knows(_) | Meeting::AsksForPassword | Meeting::SendsOn { .. } => None,
        });
        tracing::warn!(reason = closed, "nobody can say who somebody is");
        self.trouble(visit, Trouble::NotAllowed, None)
    }
}

/// Takes the form of the page to log in.
pub(crate) fn log_in(house: &House, visit: &Visit) -> Reply {
    let Ok(form) = Parameters::read(visit.parameters()) else {
        return house.trouble(visit, Trouble::RequestBroken, None);
    };
    if visit.browser.is_none() {
        return house.trouble(visit, Trouble::CookiesMissing, None);
    }
    let ticket = form.find(fields::TICKET);
    let waiting = ticket.and_then(|ticket| house.waiting(TicketKind::Login, visit, ticket));
    let Some(waiting) = waiting else {
        return house.trouble(visit, Trouble::FormExpired, None);
    };
    let reply = tried(house, visit, (&form, &waiting));
    reply.unwrap_or_else(|error| house.failed(visit, &error))
}

/// One try: in, or the page again.
fn tried(
    house: &House,
    visit: &Visit,
    (form, waiting): (&Parameters, &Waiting),
) -> Result<Reply, FlowError> {
    let name = form.text(fields::USER_NAME).unwrap_or_default();
    let again = |error| {
        let page = LogInPage { hint: Some(name), error: Some(error), ..LogInPage::default() };
        house.log_in_page(visit, waiting, (&house.meet(visit), page))
    };
    if !house.meet(visit).iter().any(|meeting| matches!(meeting, Meeting::AsksForPassword)) {
        return Ok(house.trouble(visit, Trouble::NotFound, None));
    }
    let address = visit.facts.client;
    if let Err(seconds) = house.hall.limits.may_try(name, address) {
        house.note_log_in(visit, Event::LimitHit, "wrong passwords of an address");
        return again(LogInError::TooManyTries { seconds });
    }
    let empty = Secret::from("");
    let password = form.find(fields::PASSWORD).unwrap_or(&empty);
    let (tools, verifier) = (&house.pipeline.tools, &*house.pipeline.identity.verifier);
    let Some(user) = verify_password(name, password, (tools, verifier))? else {
        house.hall.limits.failed(name, address);
        house.note_log_in(visit, Event::LogInFailed, "user name or password");
        return again(LogInError::Wrong);
    };
    let arrival = Arrival {
        user: user.id,
        door: DoorName::Account,
        claims: None,
        authenticated_at: house.clock.now(),
    };
    house.welcome(visit, waiting, &arrival)
}

impl House {
    /// Records that somebody did not come in, soon after the answer.
    pub(super) fn note_log_in(&self, visit: &Visit, event: Event, reason: &'static str) {
        let facts = &visit.facts;
        let entry = Entry::new(event, Ending::Refused)
            .by(Actor::Person)
            .in_issuer(self.issuer.url.as_str())
            .from(&facts.client.to_string(), facts.id.as_str())
            .because(reason);
        self.recorder.note((event, reason, PeerGroup::of(facts.client)), entry);
    }
}

const fn status(error: Option<LogInError>) -> StatusCode {
    match error {
        None => StatusCode::OK,
        Some(LogInError::Wrong) => StatusCode::UNAUTHORIZED,
        Some(LogInError::FormExpired) => StatusCode::BAD_REQUEST,
        Some(LogInError::TooManyTries { .. }) => StatusCode::TOO_MANY_REQUESTS,
    }
}

/// What a page may do whose form may end at a client.
pub(super) fn policy(target: Option<&RedirectTarget>) -> Policy {
    let source = target.and_then(|target| FormSource::of_redirect_uri(target.uri()).ok());
    match source {
        Some(source) => Policy::ours().with_forms_to(source),
        None => Policy::ours(),
    }
}
