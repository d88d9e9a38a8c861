//! `/authorize` (RFC 6749 4.1.1, OpenID Connect Core 3.1.2): from what a client asks for to the
//! page that comes next, or to the client's answer.

use muster_crypto::TicketKind;
use muster_domain::{Client, ErrorCode, LookupTag, Secret, UserId};
use muster_flows::{
    Agreed, Asked, FlowError, LiveSession, Step, agree, find_pushed, hinted_user, issue_code,
    next_step,
};
use muster_grants::{Arrived, AuthorizationRequest, Method, RawRequest, parse_authorization};
use muster_pages::Trouble;
use muster_policy::{AuthorizePermit, RedirectTarget, permit_authorization, redirect_target};
use muster_store::Party;

use super::client_answer::Address;
use super::parameters::Parameters;
use super::reply::Reply;
use super::visit::Visit;
use super::waiting::{Waiting, WaitingRequest};
use crate::house::House;

/// The parameter by which somebody comes back here after logging in.
pub(super) const TICKET: &str = "ticket";

/// Answers whoever comes to `/authorize`, for the first time or on their way back.
pub(crate) fn authorize(house: &House, visit: &Visit) -> Reply {
    let ticket = Parameters::read(visit.parameters()).ok();
    let ticket = ticket.as_ref().and_then(|parameters| parameters.find(TICKET));
    let request = match ticket {
        Some(ticket) => match house.waiting(TicketKind::Resume, visit, ticket) {
            Some(Waiting::Authorization(request)) => request,
            Some(Waiting::Own | Waiting::Device { .. }) | None => {
                return house.trouble(visit, Trouble::FormExpired, None);
            }
        },
        None => {
            let parameters = match arrived(&visit.raw()) {
                Ok(parameters) => parameters,
                Err(words) => return house.trouble(visit, Trouble::RequestBroken, Some(&words)),
            };
            WaitingRequest { parameters, began_at: house.clock.now() }
        }
    };
    go_on(house, visit, (&request, Says::Nothing))
}

/// What the person says to what they were asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    /// Nothing yet.
    Nothing,
    /// Yes.
    Yes,
    /// No.
    No,
}

/// The parameters of a request as they are kept.
fn arrived(raw: &RawRequest<'_>) -> Result<Secret<String>, String> {
    Ok(match parse_authorization(raw).map_err(|error| error.to_string())? {
        Arrived::Asking(request) => request.kept(),
        Arrived::Pushed { client_id, handle } => {
            let mut text = form_urlencoded::Serializer::new(String::new());
            let uri = muster_grants::pushed_uri(handle.expose());
            text.append_pair("client_id", &client_id).append_pair("request_uri", &uri);
            Secret::new(text.finish())
        }
    })
}

/// Goes on with a request that waits.
pub(super) fn go_on(
    house: &House,
    visit: &Visit,
    (waiting, says): (&WaitingRequest, Says),
) -> Reply {
    let read = match read(house, waiting) {
        Ok(read) => read,
        Err(Unread::Trouble(trouble, words)) => {
            return house.trouble(visit, trouble, words.as_deref());
        }
        Err(Unread::Failed(error)) => return house.failed(visit, &error),
    };
    let target = match redirect_target(&read.client.registration, read.asked_uri()) {
        Ok(target) => target,
        Err(none) => {
            let words = none.to_string();
            return house.trouble(visit, Trouble::RedirectUriNotRegistered, Some(&words));
        }
    };
    let address = read.address(&target, house);
    let permit = match permitted(&read, target.clone(), house) {
        Ok(permit) => permit,
        Err((code, words)) => return address.error(code, &words, &house.hall),
    };
    let ways = Ways { house, visit, waiting, address };
    match ways.step(&permit, read.pushed, says) {
        Ok(reply) => reply,
        Err(error) => ways.failed(&error),
    }
}

/// A request that was read, with the client that asks.
struct Read {
    client: Client,
    request: AuthorizationRequest,
    pushed: Option<LookupTag>,
}

enum Unread {
    Trouble(Trouble, Option<String>),
    Failed(FlowError),
}

impl From<FlowError> for Unread {
    fn from(error: FlowError) -> Self {
        Self::Failed(error)
    }
}

impl Read {
    fn asked_uri(&self) -> Option<&str> {
        self.request.redirect_uri.as_deref()
    }

    fn address<'a>(&'a self, target: &'a RedirectTarget, house: &'a House) -> Address<'a> {
        Address {
            target,
            mode: self.request.response_mode(),
            state: self.request.state.as_deref(),
            issuer: house.issuer.url.as_str(),
        }
    }
}

/// Reads what waits; a pushed request is looked up.
fn read(house: &House, waiting: &WaitingRequest) -> Result<Read, Unread> {
    let raw = RawRequest {
        method: Method::Get,
        query: waiting.parameters.expose().as_bytes(),
        body: &[],
        authorization: &[],
        dpop: &[],
    };
    let arrived = parse_authorization(&raw)
        .map_err(|error| Unread::Trouble(Trouble::RequestBroken, Some(error.to_string())))?;
    match arrived {
        Arrived::Asking(request) => {
            let client = client(house, &request.client_id)?;
            Ok(Read { client, request: *request, pushed: None })
        }
        Arrived::Pushed { client_id, handle } => {
            let client = client(house, &client_id)?;
            let pushed = find_pushed(&client, &handle, &house.pipeline.tools)?;
            let words = "the request_uri is unknown, was used, or has expired";
            let pushed =
                pushed.ok_or(Unread::Trouble(Trouble::RequestBroken, Some(words.to_owned())))?;
            Ok(Read { client, request: pushed.request, pushed: Some(pushed.tag) })
        }
    }
}

/// The client that asks, in good standing: of any other nothing is believed, not even where it
/// is.
fn client(house: &House, id: &str) -> Result<Client, Unread> {
    let found = house.store.read(|reading| reading.find_party(house.issuer.key, id));
    match found.map_err(FlowError::from)? {
        Some(Party::Client(client, standing)) if standing.is_good() => Ok(*client),
        Some(Party::Client(..) | Party::Admin(_)) | None => {
            Err(Unread::Trouble(Trouble::UnknownClient, None))
        }
    }
}

fn permitted(
    read: &Read,
    target: RedirectTarget,
    house: &House,
) -> Result<AuthorizePermit, (ErrorCode, String)> {
    let question = read.request.question().map_err(|wrong| (wrong.code, wrong.words.to_owned()))?;
    permit_authorization(&read.client, target, question, &house.pipeline.rulebook)
        .map_err(|denial| (denial.code(), denial.to_string()))
}

/// The ways on from here.
struct Ways<'a> {
    house: &'a House,
    visit: &'a Visit,
    waiting: &'a WaitingRequest,
    address: Address<'a>,
}

impl Ways<'_> {
    fn step(
        &self,
        permit: &AuthorizePermit,
        pushed: Option<LookupTag>,
        says: Says,
    ) -> Result<Reply, FlowError> {
        let (house, tools) = (self.house, &self.house.pipeline.tools);
        let hint = permit.question().id_token_hint.as_ref();
        let hinted = hint.map(|hint| hinted_user(hint, tools)).transpose()?.flatten();
        let expected = hinted.map(|hinted| hinted.user);
        let asked =
            Asked { permit, began_at: self.waiting.began_at, expected: expected.as_ref(), pushed };
        let session = house.session(self.visit)?;
        let step = match says {
            Says::Yes => agree(asked, session.as_ref(), tools)?,
            Says::Nothing | Says::No => next_step(asked, session.as_ref(), tools)?,
        };
        match (step, &session) {
            (Step::LogIn, _) => self.log_in(permit, expected.as_ref()),
            (Step::Ask, Some(_)) if says == Says::No => {
                Ok(self.refuse(ErrorCode::AccessDenied, "the person said no"))
            }
            (Step::Ask, Some(session)) => self.ask(permit, session),
            (Step::Grant(agreed), _) => self.grant(&agreed),
            (Step::Ask, None) => Ok(self.refuse(ErrorCode::LoginRequired, "nobody is logged in")),
            (Step::Refuse(code), _) => Ok(self.refuse(code, words_of(code))),
        }
    }

    fn log_in(
        &self,
        permit: &AuthorizePermit,
        expected: Option<&UserId>,
    ) -> Result<Reply, FlowError> {
        let hint = expected.map(UserId::as_str).or(permit.question().login_hint.as_deref());
        let waiting = Waiting::Authorization(self.waiting.clone());
        self.house.ask_who_it_is(
            self.visit,
            &waiting,
            super::log_in::LogInPage {
                hint,
                client: Some(permit.client()),
                target: Some(permit.target()),
                error: None,
                anew: permit.question().prompt.login,
            },
        )
    }

    fn ask(&self, permit: &AuthorizePermit, session: &LiveSession) -> Result<Reply, FlowError> {
        let waiting = Waiting::Authorization(self.waiting.clone());
        self.house.ask_consent(self.visit, &waiting, (permit, session))
    }

    fn grant(&self, agreed: &Agreed<'_>) -> Result<Reply, FlowError> {
        let chronicle = self.house.chronicle_of_person(self.visit);
        let code = issue_code(agreed, (&self.house.pipeline.tools, &chronicle))?;
        metrics::counter!("muster_codes_issued_total").increment(1);
        Ok(self.address.code(code, &self.house.hall))
    }

    fn refuse(&self, code: ErrorCode, words: &str) -> Reply {
        self.address.error(code, words, &self.house.hall)
    }

    /// A failure on the way: the client is told, for it may try again (RFC 6749 4.1.2.1).
    fn failed(&self, error: &FlowError) -> Reply {
        tracing::warn!(%error, "an authorization came to nothing");
        let words = if error.code() == ErrorCode::AccessDenied {
            "the person is not admitted"
        } else if error.code() == ErrorCode::InvalidRequestUri {
            "the pushed request was used before"
        } else {
            "try again later"
        };
        self.refuse(error.code(), words)
    }
}

fn words_of(code: ErrorCode) -> &'static str {
    if code == ErrorCode::LoginRequired {
        "the person would have to log in"
    } else if code == ErrorCode::ConsentRequired {
        "the person would have to say what they allow"
    } else {
        "the person or the client is not in good standing"
    }
}
