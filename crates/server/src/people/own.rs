//! `/me`: what acts for a person, and ending it (RFC 6749 10.4.9, 10.7.3, S26).
//!
//! Every form is bound to the session, and what it names is looked for among the person's own.
//! After each deed the browser is sent back by GET, so that loading the page again repeats
//! nothing.

use actix_web::http::StatusCode;
use muster_crypto::TicketKind;
use muster_domain::ClientId;
use muster_flows::{FlowError, LiveSession, OwnEnding, OwnState, end_own, list_own};
use muster_pages::{
    Application, ConfirmEnding, Done, Flow, MyTokens, Policy, RememberedConsent, TokenLine,
    TokenShown, Trouble, fields,
};

use super::hall::Hall;
use super::log_in::LogInPage;
use super::of_session::of_session;
use super::own_place::{place_in, place_text};
use super::parameters::Parameters;
use super::reply::Reply;
use super::visit::Visit;
use super::waiting::Waiting;
use crate::house::House;

/// What a form of this page is for: the parts of the list, or everything.
const PARTS: &str = "parts";
const EVERYTHING: &str = "everything";
/// Where it is asked whether everything shall end.
const END: &str = "end";
const DONE: &str = "done";

/// Answers whoever comes to `/me`.
pub(crate) fn own(house: &House, visit: &Visit) -> Reply {
    let Ok(form) = Parameters::read(visit.parameters()) else {
        return house.trouble(visit, Trouble::RequestBroken, None);
    };
    let reply = answered(house, visit, &form);
    reply.unwrap_or_else(|error| house.failed(visit, &error))
}

fn answered(house: &House, visit: &Visit, form: &Parameters) -> Result<Reply, FlowError> {
    if visit.is_posted && visit.browser.is_none() {
        return Ok(house.trouble(visit, Trouble::CookiesMissing, None));
    }
    let Some(session) = house.session(visit)? else {
        return house.ask_who_it_is(visit, &Waiting::Own, LogInPage::default());
    };
    if visit.is_posted {
        return ended(house, visit, (form, &session));
    }
    if form.text(END) == Some(EVERYTHING) {
        return house.ask_whether_everything(visit, &session);
    }
    house.own_page(visit, (form, &session))
}

/// Ends what a form names, and goes back to the list.
fn ended(
    house: &House,
    visit: &Visit,
    (form, session): (&Parameters, &LiveSession),
) -> Result<Reply, FlowError> {
    let ticket = (session, form.find(fields::TICKET));
    let Some(said) = house.open_of_session(TicketKind::Own, visit, ticket) else {
        return Ok(house.trouble(visit, Trouble::FormExpired, None));
    };
    let number = |name| form.text(name).and_then(|text| text.parse::<i64>().ok());
    let client = |name| form.text(name).and_then(|text| ClientId::new(text).ok());
    let (application, consent) = (client(fields::END_APPLICATION), client(fields::FORGET));
    let ending = if said.expose() == EVERYTHING {
        Some((OwnEnding::Everything, Done::EverythingEnded))
    } else if let Some(token) = number(fields::END_TOKEN) {
        Some((OwnEnding::Token(token), Done::TokenEnded))
    } else if let Some(flow) = number(fields::END_FLOW) {
        Some((OwnEnding::Flow(flow), Done::FlowEnded))
    } else if let Some(id) = &application {
        Some((OwnEnding::Application(id), Done::ApplicationEnded))
    } else {
        consent.as_ref().map(|id| (OwnEnding::Consent(id), Done::Forgotten))
    };
    let Some((ending, done)) = ending else {
        return Ok(house.trouble(visit, Trouble::RequestBroken, None));
    };
    let chronicle = house.chronicle_of_person(visit);
    let was_some = end_own(session, ending, (&house.pipeline.tools, &chronicle))?;
    let place = house.hall.place("/me");
    // What had ended before, or is somebody else's, is not told as a deed.
    Ok(Reply::see_other(if was_some { format!("{place}?{DONE}={}", word(done)) } else { place }))
}

const ALL_DONE: [Done; 5] = [
    Done::TokenEnded,
    Done::FlowEnded,
    Done::ApplicationEnded,
    Done::EverythingEnded,
    Done::Forgotten,
];

const fn word(done: Done) -> &'static str {
    match done {
        Done::TokenEnded => "token",
        Done::FlowEnded => "flow",
        Done::ApplicationEnded => "application",
        Done::EverythingEnded => "everything",
        Done::Forgotten => "forgotten",
    }
}

impl House {
    /// The question before everything ends.
    fn ask_whether_everything(
        &self,
        visit: &Visit,
        session: &LiveSession,
    ) -> Result<Reply, FlowError> {
        let browser = self.browser(visit)?;
        let text = of_session(session.key(), EVERYTHING);
        let ticket = self.seal(TicketKind::Own, &browser, &text)?;
        let page = ConfirmEnding {
            site: &self.hall.site,
            person: session.user().id.as_str(),
            form: self.hall.form("/me", &ticket),
            back: self.hall.own("/me"),
        };
        let reply = Reply::page(StatusCode::OK, page.html(Hall::words()), Policy::ours());
        Ok(reply.with_some(browser.cookie))
    }

    /// One page of the list.
    fn own_page(
        &self,
        visit: &Visit,
        (form, session): (&Parameters, &LiveSession),
    ) -> Result<Reply, FlowError> {
        let browser = self.browser(visit)?;
        let text = of_session(session.key(), PARTS);
        let ticket = self.seal(TicketKind::Own, &browser, &text)?;
        let out = self.seal(TicketKind::Logout, &browser, &of_session(session.key(), ""))?;
        let listed = list_own(session, &place_in(form), &self.pipeline.tools)?;
        let texts = Texts::of(&listed);
        let consents = listed.consents.iter().zip(&texts.consents);
        let page = MyTokens {
            site: &self.hall.site,
            person: session.user().id.as_str(),
            done: ALL_DONE.into_iter().find(|done| form.text(DONE) == Some(word(*done))),
            form: self.hall.form("/me", &ticket),
            applications: listed
                .applications
                .iter()
                .zip(&texts.applications)
                .map(|(application, texts)| Application {
                    key: application.id.as_str(),
                    name: &application.name,
                    flows: texts.iter().map(FlowTexts::shown).collect(),
                })
                .collect(),
            next: listed
                .next
                .as_ref()
                .map(|place| self.hall.own(&format!("/me?{}", place_text(place)))),
            consents: consents
                .map(|(consent, scopes)| RememberedConsent {
                    key: consent.id.as_str(),
                    client: &consent.name,
                    scopes,
                    since: consent.since,
                })
                .collect(),
            end_everything: self.hall.own(&format!("/me?{END}={EVERYTHING}")),
            log_out: self.hall.form("/logout", &out),
        };
        let reply = Reply::page(StatusCode::OK, page.html(Hall::words()), Policy::ours());
        Ok(reply.with_some(browser.cookie))
    }
}

/// What the page borrows.
struct Texts<'a> {
    applications: Vec<Vec<FlowTexts<'a>>>,
    consents: Vec<String>,
}

struct FlowTexts<'a> {
    flow: &'a muster_flows::OwnFlow,
    key: String,
    scopes: String,
    tokens: Vec<String>,
}

impl<'a> Texts<'a> {
    fn of(page: &'a muster_flows::OwnPage) -> Self {
        let flow = |flow: &'a muster_flows::OwnFlow| FlowTexts {
            flow,
            key: flow.number.to_string(),
            scopes: flow.scopes.to_string(),
            tokens: flow.tokens.iter().map(|token| token.number.to_string()).collect(),
        };
        Self {
            applications: page
                .applications
                .iter()
                .map(|application| application.flows.iter().map(flow).collect())
                .collect(),
            consents: page.consents.iter().map(|consent| consent.scopes.to_string()).collect(),
        }
    }
}

impl FlowTexts<'_> {
    fn shown(&self) -> Flow<'_> {
        let tokens = self.flow.tokens.iter().zip(&self.tokens);
        Flow {
            key: &self.key,
            begun_at: self.flow.begun_at,
            scopes: &self.scopes,
            tokens: tokens
                .map(|(token, key)| TokenLine {
                    key,
                    kind: token.kind,
                    issued_at: token.issued_at,
                    expires_at: token.expires_at,
                    last_used_at: token.last_used_at,
                    state: state(token.state),
                })
                .collect(),
        }
    }
}

const fn state(state: OwnState) -> TokenShown {
    match state {
        OwnState::Valid => TokenShown::Valid,
        OwnState::Expired => TokenShown::Expired,
        OwnState::Ended => TokenShown::Ended,
        OwnState::Replaced => TokenShown::Replaced,
        OwnState::Stopped => TokenShown::Stopped,
    }
}
