//! The pages of the device flow (RFC 8628 3.3): enter the code, confirm it, be told.

use askama::Template;
use muster_domain::ScopeSet;

use crate::access::{ScopeLine, lines};
use crate::rendering::html;
use crate::{Catalogue, Client, Form, OwnPath, Site};

/// The page to enter the code that a device shows.
#[derive(Clone, Debug)]
pub struct EnterCode<'a> {
    /// The service.
    pub site: &'a Site,
    /// The form with the code.
    pub form: Form<'a>,
    /// A code that came along (`verification_uri_complete`), or was tried.
    pub code: Option<&'a str>,
    /// Why the person sees this page again.
    pub error: Option<CodeError>,
}

/// Why a code leads nowhere.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CodeError {
    /// No device waits for this code, or none does any more.
    Unknown,
    /// Too many codes were tried.
    TooManyTries {
        /// How long to wait.
        seconds: u64,
    },
    /// The form lay open for too long, or came from elsewhere.
    FormExpired,
}

/// The page to allow or deny a device; the code is shown again, so that it can be compared
/// (RFC 8628 5.4, remote phishing).
#[derive(Clone, Debug)]
pub struct ConfirmDevice<'a> {
    /// The service.
    pub site: &'a Site,
    /// The form with both answers.
    pub form: Form<'a>,
    /// Whose program runs on the device.
    pub client: Client<'a>,
    /// Who is asked: the person's own id.
    pub person: &'a str,
    /// Where the way to another person begins.
    pub not_you: OwnPath,
    /// What it would be entitled to.
    pub scopes: &'a ScopeSet,
    /// The code.
    pub code: &'a str,
}

/// The last page of the device flow.
#[derive(Clone, Debug)]
pub struct DeviceDecided<'a> {
    /// The service.
    pub site: &'a Site,
    /// Whose program runs on the device.
    pub client: &'a str,
    /// Whether it was allowed.
    pub allowed: bool,
}

#[derive(Template)]
#[template(path = "device_code.html", whitespace = "minimize")]
struct EnterView<'a> {
    page: &'a EnterCode<'a>,
    site: &'a Site,
    words: &'a Catalogue,
    error: Option<String>,
}

#[derive(Template)]
#[template(path = "device_confirm.html", whitespace = "minimize")]
struct ConfirmView<'a> {
    page: &'a ConfirmDevice<'a>,
    site: &'a Site,
    words: &'a Catalogue,
    scopes: Vec<ScopeLine<'a>>,
}

#[derive(Template)]
#[template(path = "device_decided.html", whitespace = "minimize")]
struct DecidedView<'a> {
    page: &'a DeviceDecided<'a>,
    site: &'a Site,
    words: &'a Catalogue,
}

impl EnterCode<'_> {
    /// The page.
    pub fn html(&self, words: &Catalogue) -> String {
        let error = self.error.map(|error| match error {
            CodeError::Unknown => words.device.unknown.to_owned(),
            CodeError::TooManyTries { seconds } => (words.too_many_tries)(seconds),
            CodeError::FormExpired => words.device.form_expired.to_owned(),
        });
        html(&EnterView { page: self, site: self.site, words, error })
    }

    /// Whether the code is what was wrong.
    const fn code_is_wrong(&self) -> bool {
        matches!(self.error, Some(CodeError::Unknown))
    }
}

impl ConfirmDevice<'_> {
    /// The page.
    pub fn html(&self, words: &Catalogue) -> String {
        let scopes = lines(self.scopes, words);
        html(&ConfirmView { page: self, site: self.site, words, scopes })
    }
}

impl DeviceDecided<'_> {
    /// The page.
    pub fn html(&self, words: &Catalogue) -> String {
        html(&DecidedView { page: self, site: self.site, words })
    }
}
