//! `/device` (RFC 8628 3.3): a person types the code that a device shows, sees who asks for
//! what, and says yes or no.
//!
//! The yes is taken of whoever typed the code, in the same session, and of nobody else: the
//! form that asks for it carries code and session sealed (S54). A link with a code fills the
//! field in and does no more (5.4, remote phishing).

use actix_web::http::StatusCode;
use muster_audit::Event;
use muster_crypto::{TicketKind, canonical_user_code};
use muster_domain::Secret;
use muster_flows::{Decision, FlowError, LiveSession, decide_device, find_waiting_device};
use muster_pages::{CodeError, ConfirmDevice, DeviceDecided, EnterCode, Policy, Trouble, fields};

use super::authorize::TICKET;
use super::consent::shown;
use super::hall::Hall;
use super::log_in::LogInPage;
use super::of_session::of_session;
use super::parameters::Parameters;
use super::reply::Reply;
use super::visit::Visit;
use super::waiting::Waiting;
use crate::house::House;

/// The longest text that is taken for a code and shown again.
const CODE_LONGEST: usize = 64;

/// Answers whoever comes to `/device`.
pub(crate) fn device(house: &House, visit: &Visit) -> Reply {
    let Ok(form) = Parameters::read(visit.parameters()) else {
        return house.trouble(visit, Trouble::RequestBroken, None);
    };
    let reply =
        if visit.is_posted { posted(house, visit, &form) } else { come(house, visit, &form) };
    reply.unwrap_or_else(|error| house.failed(visit, &error))
}

/// By a link, or back from logging in.
fn come(house: &House, visit: &Visit, form: &Parameters) -> Result<Reply, FlowError> {
    let back =
        form.find(TICKET).and_then(|ticket| house.waiting(TicketKind::Resume, visit, ticket));
    let code = match &back {
        Some(Waiting::Device { user_code }) => user_code.as_deref(),
        Some(Waiting::Authorization(_) | Waiting::Own) | None => form.text(fields::USER_CODE),
    };
    let code = code.filter(|code| code.len() <= CODE_LONGEST);
    match house.session(visit)? {
        Some(session) => house.ask_for_code(visit, &session, (code, None)),
        None => log_in_first(house, visit, code),
    }
}

fn log_in_first(house: &House, visit: &Visit, code: Option<&str>) -> Result<Reply, FlowError> {
    let waiting = Waiting::Device { user_code: code.map(str::to_owned) };
    house.ask_who_it_is(visit, &waiting, LogInPage::default())
}

/// With one of the two forms.
fn posted(house: &House, visit: &Visit, form: &Parameters) -> Result<Reply, FlowError> {
    if visit.browser.is_none() {
        return Ok(house.trouble(visit, Trouble::CookiesMissing, None));
    }
    let code = form.text(fields::USER_CODE).filter(|code| code.len() <= CODE_LONGEST);
    let Some(session) = house.session(visit)? else { return log_in_first(house, visit, code) };
    if form.text(fields::DECISION).is_some() {
        return decided(house, visit, (form, &session));
    }
    let ticket = (&session, form.find(fields::TICKET));
    if house.open_of_session(TicketKind::DeviceCode, visit, ticket).is_none() {
        return house.ask_for_code(visit, &session, (code, Some(CodeError::FormExpired)));
    }
    typed(house, visit, (&session, code.unwrap_or_default()))
}

/// A code was typed: whose it is, or that it is nobody's.
fn typed(
    house: &House,
    visit: &Visit,
    (session, code): (&LiveSession, &str),
) -> Result<Reply, FlowError> {
    let (person, address) = (session.user().key, visit.facts.client);
    if let Err(seconds) = house.hall.code_limits.may_try(person, address) {
        house.note_log_in(visit, Event::LimitHit, "wrong device codes");
        let error = CodeError::TooManyTries { seconds };
        return house.ask_for_code(visit, session, (Some(code), Some(error)));
    }
    let Some(waiting) = find_waiting_device(code, &house.pipeline.tools)? else {
        house.hall.code_limits.failed(person, address);
        return house.ask_for_code(visit, session, (Some(code), Some(CodeError::Unknown)));
    };
    let code = canonical_user_code(code).unwrap_or_default();
    let browser = house.browser(visit)?;
    let text = of_session(session.key(), &code);
    let ticket = house.seal(TicketKind::DeviceDecision, &browser, &text)?;
    let waits = Waiting::Device { user_code: Some(code.clone()) };
    let page = ConfirmDevice {
        site: &house.hall.site,
        form: house.hall.form("/device", &ticket),
        client: shown(&waiting.client),
        person: session.user().id.as_str(),
        not_you: house.way_out(&browser, &waits)?,
        scopes: &waiting.flow.scopes,
        code: &as_shown(&code),
    };
    let reply = Reply::page(StatusCode::OK, page.html(Hall::words()), Policy::ours());
    Ok(reply.with_some(browser.cookie))
}

/// Yes or no, by whoever typed the code.
fn decided(
    house: &House,
    visit: &Visit,
    (form, session): (&Parameters, &LiveSession),
) -> Result<Reply, FlowError> {
    let ticket = (session, form.find(fields::TICKET));
    let Some(code) = house.open_of_session(TicketKind::DeviceDecision, visit, ticket) else {
        return house.ask_for_code(visit, session, (None, Some(CodeError::FormExpired)));
    };
    let decision = match form.text(fields::DECISION) {
        Some(fields::ALLOW) => Decision::ApproveIn(session),
        Some(fields::DENY) => Decision::Deny,
        Some(_) | None => return Ok(house.trouble(visit, Trouble::RequestBroken, None)),
    };
    let tools = &house.pipeline.tools;
    let gone = || {
        let code = as_shown(code.expose());
        house.ask_for_code(visit, session, (Some(&code), Some(CodeError::Unknown)))
    };
    let Some(waiting) = find_waiting_device(code.expose(), tools)? else { return gone() };
    let chronicle = house.chronicle_of_person(visit);
    if !decide_device(code.expose(), decision, (tools, &chronicle))? {
        return gone();
    }
    let allowed = match decision {
        Decision::Approve(_) | Decision::ApproveIn(_) => true,
        Decision::Deny => false,
    };
    let page =
        DeviceDecided { site: &house.hall.site, client: waiting.client.name.as_str(), allowed };
    Ok(Reply::page(StatusCode::OK, page.html(Hall::words()), Policy::ours()))
}

/// In two halves, as the device shows it.
fn as_shown(code: &str) -> String {
    match code.split_at_checked(4) {
        Some((first, second)) => format!("{first}-{second}"),
        None => code.to_owned(),
    }
}

impl House {
    /// The page to type the code.
    fn ask_for_code(
        &self,
        visit: &Visit,
        session: &LiveSession,
        (code, error): (Option<&str>, Option<CodeError>),
    ) -> Result<Reply, FlowError> {
        let browser = self.browser(visit)?;
        let text = of_session(session.key(), "");
        let ticket: Secret<String> = self.seal(TicketKind::DeviceCode, &browser, &text)?;
        let form = self.hall.form("/device", &ticket);
        let page = EnterCode { site: &self.hall.site, form, code, error };
        let reply = Reply::page(status(error), page.html(Hall::words()), Policy::ours());
        let reply = match error {
            Some(CodeError::TooManyTries { seconds }) => reply.after(seconds),
            Some(CodeError::Unknown | CodeError::FormExpired) | None => reply,
        };
        Ok(reply.with_some(browser.cookie))
    }
}

const fn status(error: Option<CodeError>) -> StatusCode {
    match error {
        None => StatusCode::OK,
        Some(CodeError::Unknown | CodeError::FormExpired) => StatusCode::BAD_REQUEST,
        Some(CodeError::TooManyTries { .. }) => StatusCode::TOO_MANY_REQUESTS,
    }
}
