//! The last thing that is known of a request: how it was answered, and how far.
//!
//! Lives as long as the answer's body, so that the one line in the log tells the whole
//! duration and whether a listing was cut. The query string is never in it (S70).

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Instant;

use actix_web::Error;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use tracing::Span;

use super::connection::Connection;

/// Watches one request from its arrival to the last byte of its answer.
pub(crate) struct Watch {
    span: Span,
    began: Instant,
    connection: Option<Rc<Connection>>,
    method: &'static str,
    is_quiet: bool,
    /// The route, never the path: paths are endless, routes are few.
    route: String,
    status: Option<StatusCode>,
    bytes: u64,
    whole: bool,
}

/// What the metrics call requests that no route took.
const NO_ROUTE: &str = "none";

impl Watch {
    pub(crate) fn new(
        span: Span,
        connection: Option<Rc<Connection>>,
        method: &'static str,
        is_quiet: bool,
    ) -> Self {
        Self {
            span,
            began: Instant::now(),
            connection,
            method,
            is_quiet,
            route: NO_ROUTE.to_owned(),
            status: None,
            bytes: 0,
            whole: false,
        }
    }

    pub(crate) fn routed(&mut self, route: Option<String>) {
        self.route = route.unwrap_or_else(|| NO_ROUTE.to_owned());
    }

    /// The answer begins; its body carries the watch to its end.
    pub(crate) fn answering(mut self, status: StatusCode, body: BoxBody) -> WatchedBody {
        self.status = Some(status);
        self.whole = matches!(body.size(), BodySize::None | BodySize::Sized(0));
        WatchedBody { body, watch: self }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(connection) = &self.connection {
            connection.answered();
        }
        let status = self.status.map_or(0, |status| status.as_u16());
        let seconds = self.began.elapsed().as_secs_f64();
        let route = std::mem::take(&mut self.route);
        metrics::histogram!("muster_request_seconds", "route" => route.clone()).record(seconds);
        let labels =
            [("method", self.method.to_owned()), ("route", route), ("status", status.to_string())];
        metrics::counter!("muster_requests_total", &labels).increment(1);
        let (bytes, whole) = (self.bytes, self.whole);
        let _entered = self.span.enter();
        if self.is_quiet {
            tracing::debug!(status, seconds, bytes, whole, "answered");
        } else {
            tracing::info!(status, seconds, bytes, whole, "answered");
        }
    }
}

/// An answer's body under watch.
pub(crate) struct WatchedBody {
    body: BoxBody,
    watch: Watch,
}

impl MessageBody for WatchedBody {
    type Error = Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let this = self.get_mut();
        let next = Pin::new(&mut this.body).poll_next(cx);
        match &next {
            Poll::Ready(None) => this.watch.whole = true,
            Poll::Ready(Some(Ok(bytes))) => {
                let count = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                this.watch.bytes = this.watch.bytes.saturating_add(count);
            }
            Poll::Ready(Some(Err(_))) | Poll::Pending => {}
        }
        next.map(|item| item.map(|item| item.map_err(Error::from)))
    }
}
