//! The page for what cannot be told to a client: the person is the only one there.

use askama::Template;

use crate::catalogue::TroubleWords;
use crate::rendering::html;
use crate::{Catalogue, OwnPath, Site};

/// A page that says what went wrong, and what to do.
#[derive(Clone, Debug)]
pub struct ErrorPage<'a> {
    /// The service.
    pub site: &'a Site,
    /// What went wrong.
    pub trouble: Trouble,
    /// For whoever looks after the client, such as which parameter stands twice.
    pub detail: Option<&'a str>,
    /// The name of the request in the log.
    pub request_id: Option<&'a str>,
    /// A way on.
    pub back: Option<OwnPath>,
}

/// What can go wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trouble {
    /// The client is not registered, or not in good standing.
    UnknownClient,
    /// The redirect URI is not one of the client's.
    RedirectUriNotRegistered,
    /// The request cannot be read, or contradicts itself.
    RequestBroken,
    /// The form lay open for too long, or came from elsewhere.
    FormExpired,
    /// The browser sent no cookie of ours with a form.
    CookiesMissing,
    /// The person may not do this.
    NotAllowed,
    /// Another service did not say who the person is.
    UpstreamFailed,
    /// The service, or what it needs, is not there.
    ServiceUnavailable,
    /// Too many requests.
    TooManyRequests,
    /// There is nothing at this address.
    NotFound,
}

impl Trouble {
    /// Every kind, in the order of the enum.
    pub const ALL: [Self; 10] = [
        Self::UnknownClient,
        Self::RedirectUriNotRegistered,
        Self::RequestBroken,
        Self::FormExpired,
        Self::CookiesMissing,
        Self::NotAllowed,
        Self::UpstreamFailed,
        Self::ServiceUnavailable,
        Self::TooManyRequests,
        Self::NotFound,
    ];
}

#[derive(Template)]
#[template(path = "error_page.html", whitespace = "minimize")]
struct View<'a> {
    page: &'a ErrorPage<'a>,
    site: &'a Site,
    words: &'a Catalogue,
    trouble: TroubleWords,
}

impl ErrorPage<'_> {
    /// The page.
    pub fn html(&self, words: &Catalogue) -> String {
        let trouble = (words.trouble)(self.trouble);
        html(&View { page: self, site: self.site, words, trouble })
    }
}
