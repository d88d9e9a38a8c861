//! `/logout` (OpenID Connect RP-Initiated Logout 1.0): a session ends, and its person is
//! brought to a place that the client has registered, or told that they have left.
//!
//! A link alone logs nobody out. Either an ID token of ours names the session's person, which
//! another site does not have (3, 6), or the person says so with a form bound to the session.

use actix_web::http::StatusCode;
use muster_crypto::TicketKind;
use muster_domain::{Client, Secret};
use muster_flows::{FlowError, Hinted, LiveSession, end_session, hinted_user};
use muster_pages::{ConfirmLogOut, LoggedOut, OwnPath, Policy, Trouble, fields};
use muster_policy::{RedirectTarget, post_logout_target};
use muster_store::Party;

use super::client_answer::with_query;
use super::hall::{Browser, Hall};
use super::log_in::policy;
use super::of_session::of_session;
use super::parameters::Parameters;
use super::reply::Reply;
use super::visit::Visit;
use super::waiting::Waiting;
use crate::house::House;

/// Answers whoever comes to `/logout`.
pub(crate) fn log_out(house: &House, visit: &Visit) -> Reply {
    let Ok(form) = Parameters::read(visit.parameters()) else {
        return house.trouble(visit, Trouble::RequestBroken, None);
    };
    let ticket = form.find(fields::TICKET);
    let reply = match (visit.is_posted, ticket) {
        (true, Some(ticket)) => confirmed(house, visit, ticket),
        (false, Some(ticket)) => of_ours(house, visit, ticket),
        (true, None) => Ok(by_get(house, visit)),
        (false, None) => asked(house, visit, &form),
    };
    reply.unwrap_or_else(|error| house.failed(visit, &error))
}

/// A form that another site sends comes without our cookies (`SameSite=Lax`); the way by GET
/// brings them along.
fn by_get(house: &House, visit: &Visit) -> Reply {
    let body = visit.parameters();
    let text: String = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form_urlencoded::parse(body))
        .finish();
    Reply::see_other(format!("{}?{text}", house.hall.place("/logout")))
}

/// By a link on a page of ours: somebody is not who is logged in, and goes on afterwards.
fn of_ours(house: &House, visit: &Visit, ticket: &Secret<String>) -> Result<Reply, FlowError> {
    let waits = house.waiting(TicketKind::Logout, visit, ticket);
    let onward = waits.map_or(Onward::Nowhere, Onward::To);
    match house.session(visit)? {
        None => house.gone(visit, &onward),
        Some(session) => house.ask_whether_out(visit, (&session, &onward)),
    }
}

/// What a client asks.
struct Asked {
    hint: Option<Hinted>,
    client: Option<Client>,
}

fn asked(house: &House, visit: &Visit, form: &Parameters) -> Result<Reply, FlowError> {
    let tools = &house.pipeline.tools;
    let hint = form.find("id_token_hint").map(|hint| hinted_user(hint, tools)).transpose()?;
    let hint = hint.flatten();
    let named = form.text("client_id");
    if let (Some(named), Some(hint)) = (named, &hint)
        && named != hint.client
    {
        let words = "the client_id is not that of the id_token_hint";
        return Ok(house.trouble(visit, Trouble::RequestBroken, Some(words)));
    }
    let id = named.or(hint.as_ref().map(|hint| hint.client.as_str()));
    let client = id.map(|id| known_client(house, id)).transpose()?.flatten();
    let asked = Asked { hint, client };
    let onward = match form.text("post_logout_redirect_uri") {
        None => Onward::Nowhere,
        Some(uri) => match asked.target(uri) {
            Some(target) => {
                let state = form.text("state").map(str::to_owned);
                Onward::Client { client: asked.id(), target, state }
            }
            None => {
                // The person still may want to leave; they are only brought nowhere.
                tracing::info!("a place after logging out that is not registered");
                Onward::Nowhere
            }
        },
    };
    let Some(session) = house.session(visit)? else { return house.gone(visit, &onward) };
    if asked.hint.is_some_and(|hint| hint.user == session.user().id) {
        return house.leave(visit, (&session, &onward));
    }
    house.ask_whether_out(visit, (&session, &onward))
}

impl Asked {
    fn target(&self, uri: &str) -> Option<RedirectTarget> {
        let client = self.client.as_ref()?;
        post_logout_target(&client.registration, uri).ok()
    }

    fn id(&self) -> String {
        self.client.as_ref().map(|client| client.id.to_string()).unwrap_or_default()
    }
}

/// The client, in good standing: of any other nothing is believed, not even where it is.
fn known_client(house: &House, id: &str) -> Result<Option<Client>, FlowError> {
    let found = house.store.read(|reading| reading.find_party(house.issuer.key, id))?;
    Ok(match found {
        Some(Party::Client(client, standing)) if standing.is_good() => Some(*client),
        Some(Party::Client(..) | Party::Admin(_)) | None => None,
    })
}

/// Takes the form that asks whether to log out.
fn confirmed(house: &House, visit: &Visit, ticket: &Secret<String>) -> Result<Reply, FlowError> {
    if visit.browser.is_none() {
        return Ok(house.trouble(visit, Trouble::CookiesMissing, None));
    }
    let Some(session) = house.session(visit)? else {
        // Whoever presses twice, or was logged out meanwhile, is out.
        return house.gone(visit, &Onward::Nowhere);
    };
    let ticket = (&session, Some(ticket));
    let Some(said) = house.open_of_session(TicketKind::Logout, visit, ticket) else {
        return Ok(house.trouble(visit, Trouble::FormExpired, None));
    };
    let onward = house.onward(said.expose())?;
    house.leave(visit, (&session, &onward))
}

/// Where somebody goes after they have left.
enum Onward {
    /// They are told so.
    Nowhere,
    /// To what waits here, as somebody else.
    To(Waiting),
    /// To a client.
    Client { client: String, target: RedirectTarget, state: Option<String> },
}

const CLIENT: &str = "client";
const URI: &str = "uri";
const STATE: &str = "state";

impl Onward {
    /// As text, for a ticket.
    fn text(&self) -> String {
        match self {
            Self::Nowhere => String::new(),
            Self::To(waiting) => waiting.text().expose().clone(),
            Self::Client { client, target, state } => {
                let mut text = form_urlencoded::Serializer::new(String::new());
                text.append_pair(CLIENT, client).append_pair(URI, target.uri());
                if let Some(state) = state {
                    text.append_pair(STATE, state);
                }
                text.finish()
            }
        }
    }

    const fn target(&self) -> Option<&RedirectTarget> {
        match self {
            Self::Nowhere | Self::To(_) => None,
            Self::Client { target, .. } => Some(target),
        }
    }
}

impl House {
    /// What a text of [`Onward::text`] says; a place must be registered still.
    fn onward(&self, text: &str) -> Result<Onward, FlowError> {
        if let Some(waiting) = Waiting::read(text) {
            return Ok(Onward::To(waiting));
        }
        let value = |name: &str| {
            let mut pairs = form_urlencoded::parse(text.as_bytes());
            pairs.find(|(found, _)| found == name).map(|(_, value)| value.into_owned())
        };
        let (Some(client), Some(uri)) = (value(CLIENT), value(URI)) else {
            return Ok(Onward::Nowhere);
        };
        let asked = Asked { hint: None, client: known_client(self, &client)? };
        Ok(match asked.target(&uri) {
            Some(target) => Onward::Client { client, target, state: value(STATE) },
            None => Onward::Nowhere,
        })
    }

    /// The link by which somebody who is not the one logged in gets out, and back.
    pub(super) fn way_out(
        &self,
        browser: &Browser,
        waiting: &Waiting,
    ) -> Result<OwnPath, FlowError> {
        let ticket = self.seal(TicketKind::Logout, browser, &waiting.text())?;
        Ok(self.hall.own(&format!("/logout?ticket={}", ticket.expose())))
    }

    fn ask_whether_out(
        &self,
        visit: &Visit,
        (session, onward): (&LiveSession, &Onward),
    ) -> Result<Reply, FlowError> {
        let browser = self.browser(visit)?;
        let text = of_session(session.key(), &onward.text());
        let ticket = self.seal(TicketKind::Logout, &browser, &text)?;
        let page = ConfirmLogOut {
            site: &self.hall.site,
            person: session.user().id.as_str(),
            form: self.hall.form("/logout", &ticket),
            back: None,
        };
        let policy = policy(onward.target());
        let reply = Reply::page(StatusCode::OK, page.html(Hall::words()), policy);
        Ok(reply.with_some(browser.cookie))
    }

    /// Ends the session, in the store and in the browser.
    fn leave(
        &self,
        visit: &Visit,
        (session, onward): (&LiveSession, &Onward),
    ) -> Result<Reply, FlowError> {
        let chronicle = self.chronicle_of_person(visit);
        end_session(session, (&self.pipeline.tools, &chronicle))?;
        metrics::counter!("muster_log_outs_total").increment(1);
        self.gone(visit, onward)
    }

    /// Whoever has no session any more goes on.
    fn gone(&self, visit: &Visit, onward: &Onward) -> Result<Reply, FlowError> {
        let reply = match onward {
            Onward::To(waiting) => self.on_the_way(visit, waiting)?,
            Onward::Client { target, state, .. } => {
                let state = state.as_deref().map(Secret::from);
                let fields: Vec<_> = state.into_iter().map(|state| ("state", state)).collect();
                Reply::see_other(with_query(target.uri(), &fields))
            }
            Onward::Nowhere => {
                let log_in = Some(self.hall.own("/me"));
                let page = LoggedOut { site: &self.hall.site, log_in };
                Reply::page(StatusCode::OK, page.html(Hall::words()), Policy::ours())
            }
        };
        // A session that ended elsewhere leaves its cookie behind.
        let leftover = visit.session.is_some().then(|| self.hall.cookies.take_session());
        Ok(reply.with_some(leftover))
    }
}
