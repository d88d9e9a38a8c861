//! The hall of an issuer's house: what its pages, cookies and doors need, made once.

use muster_crypto::{TicketBinding, TicketKind, generate_browser_secret};
use muster_domain::{Issuer, IssuerPath, Lifetime, Secret, Timestamp};
use muster_flows::{Arrival, FlowError, LiveSession, begin_session, find_session};
use muster_pages::{Catalogue, Form, NotOurPath, OwnPath, Site, Stylesheet};
use muster_policy::Lifetimes;

use super::code_limits::CodeLimits;
use super::cookies::CookieNames;
use super::door::{Door, Meeting};
use super::login_limits::LoginLimits;
use super::visit::Visit;
use super::waiting::Waiting;
use crate::chronicle::RequestChronicle;
use crate::house::House;

/// How long a form may lie open, and a way on may wait.
const TICKET: Lifetime = Lifetime::from_seconds(3_600);

/// What the settings say about the hall.
pub struct HallSettings {
    /// What the service is called.
    pub site_name: String,
    /// How long sessions live.
    pub lifetimes: Lifetimes,
    /// Who must come back later.
    pub(crate) limits: LoginLimits,
    /// Who has tried too many device codes.
    pub(crate) code_limits: CodeLimits,
    /// How people come in.
    pub(crate) doors: Vec<Box<dyn Door>>,
}

/// What pages, cookies and doors need.
pub struct Hall {
    pub(crate) site: Site,
    pub(crate) stylesheet: Stylesheet,
    pub(crate) cookies: CookieNames,
    pub(crate) lifetimes: Lifetimes,
    pub(crate) limits: LoginLimits,
    pub(crate) code_limits: CodeLimits,
    pub(crate) doors: Vec<Box<dyn Door>>,
    path: IssuerPath,
}

/// A browser that has a secret, which it may have got just now.
pub(crate) struct Browser {
    /// Its secret.
    pub(crate) secret: Secret<String>,
    /// The cookie to give it, if it is new.
    pub(crate) cookie: Option<actix_web::cookie::Cookie<'static>>,
}

impl Hall {
    /// The hall of this issuer.
    pub fn new(issuer: &Issuer, settings: HallSettings) -> Result<Self, NotOurPath> {
        let path = IssuerPath::of(&issuer.url);
        let stylesheet = Stylesheet::new();
        let place = format!("{}/assets/{}", path.as_str(), stylesheet.name);
        Ok(Self {
            site: Site { name: settings.site_name, stylesheet: OwnPath::new(place)? },
            stylesheet,
            cookies: CookieNames::of(issuer),
            lifetimes: settings.lifetimes,
            limits: settings.limits,
            code_limits: settings.code_limits,
            doors: settings.doors,
            path,
        })
    }

    /// The words of the pages.
    pub(crate) const fn words() -> &'static Catalogue {
        &Catalogue::ENGLISH
    }

    /// A place of ours, such as `/login`.
    pub(crate) fn place(&self, place: &str) -> String {
        [self.path.as_str(), place].concat()
    }

    /// The same, for a link or a form.
    pub(crate) fn own(&self, place: &str) -> OwnPath {
        OwnPath::new(self.place(place)).unwrap_or_else(|_| self.site.stylesheet.clone())
    }

    /// A form.
    pub(crate) fn form<'a>(&self, place: &str, ticket: &'a Secret<String>) -> Form<'a> {
        Form { action: self.own(place), ticket }
    }
}

impl House {
    /// The browser, with a secret.
    pub(crate) fn browser(&self, visit: &Visit) -> Result<Browser, FlowError> {
        if let Some(secret) = &visit.browser {
            return Ok(Browser { secret: secret.clone(), cookie: None });
        }
        let secret = generate_browser_secret(&*self.pipeline.tools.randomness)?;
        let cookie = Some(self.hall.cookies.give_browser(&secret));
        Ok(Browser { secret, cookie })
    }

    /// A ticket for this browser.
    pub(crate) fn seal(
        &self,
        kind: TicketKind,
        browser: &Browser,
        text: &Secret<String>,
    ) -> Result<Secret<String>, FlowError> {
        let binding = TicketBinding { kind, issuer: self.issuer.key, browser: &browser.secret };
        let until = self.clock.now().plus(TICKET);
        let randomness = &*self.pipeline.tools.randomness;
        Ok(self.keys.seal_ticket(&binding, (text.expose(), until), randomness)?)
    }

    /// What a ticket of this browser says.
    pub(crate) fn open(
        &self,
        kind: TicketKind,
        visit: &Visit,
        ticket: &Secret<String>,
    ) -> Option<Secret<String>> {
        let browser = visit.browser.as_ref()?;
        let binding = TicketBinding { kind, issuer: self.issuer.key, browser };
        self.keys.open_ticket(&binding, ticket.expose(), self.clock.now())
    }

    /// What waits by a ticket of this browser.
    pub(crate) fn waiting(
        &self,
        kind: TicketKind,
        visit: &Visit,
        ticket: &Secret<String>,
    ) -> Option<Waiting> {
        self.open(kind, visit, ticket).and_then(|text| Waiting::read(text.expose()))
    }

    /// The session of this browser, if it has a good one.
    pub(crate) fn session(&self, visit: &Visit) -> Result<Option<LiveSession>, FlowError> {
        let Some(text) = &visit.session else { return Ok(None) };
        find_session(text, &self.hall.lifetimes, &self.pipeline.tools)
    }

    /// Lets somebody in: another session, in place of the one that the browser had.
    pub(crate) fn let_in(
        &self,
        arrival: &Arrival,
        visit: &Visit,
    ) -> Result<Secret<String>, FlowError> {
        let before = self.session(visit)?;
        let chronicle = self.chronicle_of_person(visit);
        let tools = (&self.pipeline.tools, &chronicle as _);
        begin_session(arrival, before.as_ref(), &self.hall.lifetimes, tools)
    }

    /// What the doors make of somebody who is not known yet: the first that knows them.
    pub(crate) fn meet(&self, visit: &Visit) -> Vec<Meeting> {
        let now: Timestamp = self.clock.now();
        self.hall.doors.iter().map(|door| door.meet(visit, now)).collect()
    }

    /// Where it is written down what a person does.
    pub(crate) fn chronicle_of_person<'a>(&'a self, visit: &'a Visit) -> RequestChronicle<'a> {
        RequestChronicle {
            trail: &self.trail,
            issuer: self.issuer.url.as_str(),
            actor: muster_audit::Actor::Person,
            facts: &visit.facts,
        }
    }
}
