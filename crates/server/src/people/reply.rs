//! What a browser gets: a page with its policy, or the way to another place.

use actix_web::HttpResponse;
use actix_web::cookie::Cookie;
use actix_web::http::{StatusCode, header};
use muster_pages::Policy;

/// An answer to a browser, before it is HTTP.
pub(crate) struct Reply {
    what: What,
    cookies: Vec<Cookie<'static>>,
    retry_after: Option<u64>,
}

enum What {
    Page { status: StatusCode, html: String, policy: Policy },
    SeeOther(String),
}

impl Reply {
    /// A page.
    pub(crate) const fn page(status: StatusCode, html: String, policy: Policy) -> Self {
        let what = What::Page { status, html, policy };
        Self { what, cookies: Vec::new(), retry_after: None }
    }

    /// The way to another place, by GET, whatever the request was by (RFC 9700 4.12).
    pub(crate) const fn see_other(place: String) -> Self {
        Self { what: What::SeeOther(place), cookies: Vec::new(), retry_after: None }
    }

    /// With a cookie.
    pub(crate) fn with(mut self, cookie: Cookie<'static>) -> Self {
        self.cookies.push(cookie);
        self
    }

    /// With a cookie, if there is one.
    pub(crate) fn with_some(self, cookie: Option<Cookie<'static>>) -> Self {
        match cookie {
            Some(cookie) => self.with(cookie),
            None => self,
        }
    }

    /// To be asked again after so many seconds.
    pub(crate) const fn after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// As HTTP.
    pub(crate) fn answer(self) -> HttpResponse {
        let status = match self.what {
            What::SeeOther(_) => StatusCode::SEE_OTHER,
            What::Page { status, .. } => status,
        };
        let mut answer = HttpResponse::build(status);
        for cookie in self.cookies {
            answer.cookie(cookie);
        }
        if let Some(seconds) = self.retry_after {
            answer.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        match self.what {
            What::SeeOther(place) => answer.insert_header((header::LOCATION, place)).finish(),
            What::Page { html, policy, .. } => answer
                .insert_header((header::CONTENT_TYPE, "text/html;charset=UTF-8"))
                .insert_header((header::CONTENT_SECURITY_POLICY, policy.header()))
                .insert_header((header::X_FRAME_OPTIONS, "DENY"))
                .insert_header(("cross-origin-opener-policy", "same-origin"))
                .insert_header((header::VARY, "Cookie"))
                .body(html),
        }
    }
}
