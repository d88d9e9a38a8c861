//! What a browser sends: a request with its cookies, as far as they can be ours. The last place
//! of these rooms that sees HTTP.

use std::net::IpAddr;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::Method as HttpMethod;
use actix_web::http::header::{self, HeaderMap};
use actix_web::web::{Bytes, Data};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use muster_domain::Secret;
use muster_grants::{Method, RawRequest};

use crate::edge::RequestFacts;
use crate::house::House;
use crate::refusal::Refusal;

/// The longest value of a cookie that is looked at: ours are a tenth of it.
const COOKIE_LONGEST: usize = 1_024;

/// A request of a browser. It holds secrets and does not print itself.
pub(crate) struct Visit {
    /// Who asks, in which request.
    pub(crate) facts: RequestFacts,
    /// The browser's own secret, if it has one.
    pub(crate) browser: Option<Secret<String>>,
    /// The text of its session, if it has one.
    pub(crate) session: Option<Secret<String>>,
    /// Whether its parameters stand in the body.
    pub(crate) is_posted: bool,
    headers: HeaderMap,
    query: Vec<u8>,
    body: Bytes,
}

impl Visit {
    /// The bytes of its parameters, for `grants`.
    pub(crate) fn raw(&self) -> RawRequest<'_> {
        RawRequest {
            method: if self.is_posted { Method::Post } else { Method::Get },
            query: &self.query,
            body: &self.body,
            authorization: &[],
            dpop: &[],
        }
    }

    /// The bytes of its parameters.
    pub(crate) fn parameters(&self) -> &[u8] {
        if self.is_posted { &self.body } else { &self.query }
    }

    /// The address at the other end of the connection.
    pub(crate) const fn peer(&self) -> IpAddr {
        self.facts.peer
    }

    /// The value of a header that stands once and is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name);
        let value = values.next()?;
        if values.next().is_some() {
            return None;
        }
        std::str::from_utf8(value.as_bytes()).ok()
    }
}

impl FromRequest for Visit {
    type Error = Refusal;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refusal>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let head = Self::head(request);
        let body = Bytes::from_request(request, payload);
        Box::pin(async move {
            let mut visit = head?;
            let body =
                body.await.map_err(|error| Refusal::ServerError(error.to_string().into()))?;
            if visit.is_posted {
                visit.body = body;
            }
            Ok(visit)
        })
    }
}

impl Visit {
    fn head(request: &HttpRequest) -> Result<Self, Refusal> {
        let facts = request.extensions().get::<RequestFacts>().cloned();
        let facts = facts.ok_or(Refusal::ServerError("a request without an edge".into()))?;
        let house = request.app_data::<Data<House>>();
        let house = house.ok_or(Refusal::ServerError("a request without a house".into()))?;
        let names = &house.hall.cookies;
        let is_posted = match *request.method() {
            HttpMethod::POST => {
                check_type(request.headers())?;
                true
            }
            _ => false,
        };
        let cookie = |name: &str| {
            let found = request.cookie(name)?.value().to_owned();
            (!found.is_empty() && found.len() <= COOKIE_LONGEST).then(|| Secret::new(found))
        };
        Ok(Self {
            facts,
            browser: cookie(names.browser()),
            session: cookie(names.session()),
            is_posted,
            headers: request.headers().clone(),
            query: request.query_string().as_bytes().to_vec(),
            body: Bytes::new(),
        })
    }
}

/// What browsers send forms as.
fn check_type(headers: &HeaderMap) -> Result<(), Refusal> {
    let value = headers.get(header::CONTENT_TYPE).map(|value| value.as_bytes());
    let kind = value.and_then(|value| value.split(|byte| *byte == b';').next());
    let kind = kind.unwrap_or_default().trim_ascii();
    if kind.eq_ignore_ascii_case(b"application/x-www-form-urlencoded") {
        Ok(())
    } else {
        Err(Refusal::UnsupportedMediaType)
    }
}
