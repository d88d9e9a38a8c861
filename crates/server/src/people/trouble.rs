//! What is told to the person, because it cannot be told to a client, or is nobody else's
//! business.

use actix_web::http::StatusCode;
use muster_flows::FlowError;
use muster_pages::{ErrorPage, Policy, Trouble};

use super::hall::Hall;
use super::reply::Reply;
use super::visit::Visit;
use crate::house::House;

impl House {
    /// The page that says so.
    pub(crate) fn trouble(&self, visit: &Visit, trouble: Trouble, detail: Option<&str>) -> Reply {
        let page = ErrorPage {
            site: &self.hall.site,
            trouble,
            detail,
            request_id: Some(visit.facts.id.as_str()),
            back: None,
        };
        let status = status(trouble);
        let word = status.as_u16().to_string();
        metrics::counter!("muster_page_troubles_total", "status" => word).increment(1);
        tracing::info!(status = status.as_u16(), ?trouble, detail, "a page of trouble");
        let reply = Reply::page(status, page.html(Hall::words()), Policy::ours());
        if status == StatusCode::SERVICE_UNAVAILABLE { reply.after(1) } else { reply }
    }

    /// The page for a flow without an outcome.
    pub(crate) fn failed(&self, visit: &Visit, error: &FlowError) -> Reply {
        let trouble = match error {
            FlowError::NotAdmitted { .. } | FlowError::AccessDenied => Trouble::NotAllowed,
            FlowError::PushedRequestSpent => Trouble::RequestBroken,
            FlowError::Store(_) | FlowError::Randomness(_) | FlowError::Busy => {
                Trouble::ServiceUnavailable
            }
            FlowError::InvalidGrant { .. }
            | FlowError::InvalidExchange { .. }
            | FlowError::InvalidScope
            | FlowError::InvalidTarget { .. }
            | FlowError::InvalidProof { .. }
            | FlowError::OthersToken
            | FlowError::AuthorizationPending
            | FlowError::SlowDown
            | FlowError::ExpiredToken
            | FlowError::NoSigningKey
            | FlowError::Signing(_)
            | FlowError::Sealing(_)
            | FlowError::Id(_) => Trouble::ServiceUnavailable,
        };
        tracing::warn!(%error, "a person was not served");
        self.trouble(visit, trouble, None)
    }
}

const fn status(trouble: Trouble) -> StatusCode {
    match trouble {
        Trouble::UnknownClient
        | Trouble::RedirectUriNotRegistered
        | Trouble::RequestBroken
        | Trouble::FormExpired
        | Trouble::CookiesMissing => StatusCode::BAD_REQUEST,
        Trouble::NotAllowed => StatusCode::FORBIDDEN,
        Trouble::UpstreamFailed => StatusCode::BAD_GATEWAY,
        Trouble::ServiceUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        Trouble::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
        Trouble::NotFound => StatusCode::NOT_FOUND,
    }
}
