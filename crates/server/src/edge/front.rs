//! The front of the application: every request passes here on its way in, every answer on
//! its way out.
//!
//! Names the request, opens its span, answers what the guard refused, turns panics and
//! actix's own bare errors into JSON (T13), and dresses every answer (token-information
//! contract, section 4; S71).

use std::net::{IpAddr, Ipv4Addr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_http::{ConnectionType, HttpMessage as _, Request, Response};
use actix_service::Service;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{Error, HttpResponse};
use tokio::time::Instant;
use tracing::{Instrument as _, Span};

use super::answered::{Watch, WatchedBody};
use super::connection::Connection;
use super::{Headway, TrustedProxies};
use crate::refusal::Refusal;
use crate::request_id::{RequestId, RequestIds};
use crate::shutdown::Stop;

/// What the edge knows of a request, for its handler.
#[derive(Clone, Debug)]
pub struct RequestFacts {
    /// Its name.
    pub id: RequestId,
    /// Who asks: the peer, or the client behind a trusted proxy.
    pub client: IpAddr,
    /// How the peer takes its answer.
    pub headway: Headway,
}

/// What the front needs.
#[derive(Clone)]
pub(crate) struct FrontParts {
    pub(crate) ids: RequestIds,
    pub(crate) proxies: TrustedProxies,
    pub(crate) stop: Stop,
    pub(crate) is_quiet: bool,
}

/// The application with its front.
pub(crate) struct Front<S> {
    app: Rc<S>,
    parts: Rc<FrontParts>,
}

impl<S> Front<S> {
    pub(crate) fn new(app: S, parts: FrontParts) -> Self {
        Self { app: Rc::new(app), parts: Rc::new(parts) }
    }
}

impl<S, B> Service<Request> for Front<S>
where
    S: Service<Request, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = Response<WatchedBody>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>>>>;

    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.app.poll_ready(cx)
    }

    fn call(&self, request: Request) -> Self::Future {
        let (app, stop) = (Rc::clone(&self.app), self.parts.stop.clone());
        let arrived = self.parts.arrive(&request);
        let span = arrived.span.clone();
        let answer = async move {
            let mut watch = arrived.watch;
            let answer = match arrived.facts {
                Err(refusal) => refusal.answer(),
                Ok(facts) => {
                    request.extensions_mut().insert(facts);
                    match Caught(Box::pin(async move { app.call(request).await })).await {
                        Ok(Ok(answer)) => {
                            watch.routed(answer.request().match_pattern());
                            answer.into_parts().1.map_into_boxed_body()
                        }
                        Ok(Err(error)) => HttpResponse::from_error(error),
                        Err(Panicked) => Refusal::ServerError("a panic".into()).answer(),
                    }
                }
            };
            Ok(finished(spoken(answer), watch, &stop))
        };
        Box::pin(answer.instrument(span))
    }
}

/// A request that has arrived.
struct Arrived {
    facts: Result<RequestFacts, Refusal>,
    span: Span,
    watch: Watch,
}

impl FrontParts {
    fn arrive(&self, request: &Request) -> Arrived {
        let connection = request.conn_data::<Rc<Connection>>().cloned();
        let peer = connection.as_ref().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |c| c.peer().ip());
        let refusal = connection.as_ref().and_then(|connection| connection.take_refusal());
        let headers = request.headers();
        let forwarded: Vec<_> =
            headers.get_all("x-forwarded-for").map(HeaderValue::as_bytes).collect();
        let client = self.proxies.client(peer, forwarded.into_iter());
        let given = headers.get("x-request-id").filter(|_| self.proxies.contain(peer));
        let id = given.and_then(|name| RequestId::given(name.as_bytes()));
        let id = id.map_or_else(|| self.ids.next_id(), Ok);
        // A stand-in for a refused request has nothing of its own to tell.
        let (method, path) = match refusal {
            None => (method_word(request.method()), shortened(request.path())),
            Some(_) => ("-", "-"),
        };
        let name = id.as_ref().map_or("-", RequestId::as_str);
        let span = tracing::info_span!("request", id = name, method, path, %client);
        let headway = connection.as_ref().map(|connection| connection.headway().clone());
        let headway = headway.unwrap_or_else(|| Headway::since(Instant::now()));
        let watch = Watch::new(span.clone(), connection, method, self.is_quiet);
        let facts = match (refusal, id) {
            (Some(refusal), _) => Err(refusal),
            (None, Ok(id)) => Ok(RequestFacts { id, client, headway }),
            // F27: nothing is served without randomness.
            (None, Err(error)) => {
                Err(Refusal::Busy { retry_after: 1, reason: error.to_string().into() })
            }
        };
        Arrived { facts, span, watch }
    }
}

/// Methods as they stand in logs and metrics: a closed set, for peers invent others.
fn method_word(method: &Method) -> &'static str {
    const KNOWN: [(&Method, &str); 8] = [
        (&Method::GET, "GET"),
        (&Method::POST, "POST"),
        (&Method::HEAD, "HEAD"),
        (&Method::OPTIONS, "OPTIONS"),
        (&Method::PUT, "PUT"),
        (&Method::DELETE, "DELETE"),
        (&Method::PATCH, "PATCH"),
        (&Method::TRACE, "TRACE"),
    ];
    KNOWN.iter().find(|(known, _)| *known == method).map_or("other", |(_, word)| word)
}

/// As much of a path as a log needs.
fn shortened(path: &str) -> &str {
    const ENOUGH: usize = 200;
    path.get(..ENOUGH).unwrap_or(path)
}

/// Refusals that actix makes by itself are bare or plain text; ours speak JSON.
fn spoken(answer: HttpResponse) -> HttpResponse {
    let status = answer.status();
    let content_type = answer.headers().get(header::CONTENT_TYPE);
    let is_json =
        content_type.is_some_and(|value| value.as_bytes().starts_with(b"application/json"));
    if is_json || !(status.is_client_error() || status.is_server_error()) {
        return answer;
    }
    let refusal = match status {
        StatusCode::NOT_FOUND => Refusal::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => {
            let allow = answer.headers().get(header::ALLOW).and_then(|value| value.to_str().ok());
            Refusal::MethodNotAllowed(allow.unwrap_or_default().to_owned().into())
        }
        StatusCode::PAYLOAD_TOO_LARGE => Refusal::BodyTooLarge,
        _ if status.is_client_error() => Refusal::invalid_request("the request is malformed"),
        _ => Refusal::ServerError("an answer without words".into()),
    };
    refusal.answer()
}

fn finished(answer: HttpResponse, watch: Watch, stop: &Stop) -> Response<WatchedBody> {
    let mut answer: Response<BoxBody> = answer.into();
    dress(answer.headers_mut());
    if stop.is_announced() {
        // The peer's next request shall find another node, or at least another connection.
        answer.head_mut().set_connection_type(ConnectionType::Close);
    }
    let status = answer.status();
    answer.map_body(|_, body| watch.answering(status, body))
}

/// Nothing of this service is to be kept, guessed about or told on by a browser.
fn dress(headers: &mut HeaderMap) {
    const HEADERS: [(HeaderName, &str); 5] = [
        (header::CACHE_CONTROL, "no-cache, no-store"),
        (header::PRAGMA, "no-cache"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::VARY, "Authorization"),
    ];
    // Whoever allows an answer to be kept has said how; `Pragma` would gainsay it.
    let kept = headers.contains_key(header::CACHE_CONTROL);
    for (name, value) in HEADERS {
        if kept && name == header::PRAGMA {
            continue;
        }
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
}

/// A future whose panics are caught; the hook has logged and counted them.
struct Caught<F>(Pin<Box<F>>);

struct Panicked;

impl<F: Future> Future for Caught<F> {
    type Output = Result<F::Output, Panicked>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // The future is not polled again after a panic, so what it left half done is
        // seen by nobody but its own drop.
        match catch_unwind(AssertUnwindSafe(|| self.0.as_mut().poll(cx))) {
            Ok(poll) => poll.map(Ok),
            Err(_) => Poll::Ready(Err(Panicked)),
        }
    }
}
