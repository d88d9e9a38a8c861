//! The question whether to log out, and the page afterwards.

use askama::Template;

use crate::rendering::html;
use crate::{Catalogue, Form, OwnPath, Site};

/// The page that asks whether to log out.
#[derive(Clone, Debug)]
pub struct ConfirmLogOut<'a> {
    /// The service.
    pub site: &'a Site,
    /// Who is logged in: the person's own id.
    pub person: &'a str,
    /// The form that logs out.
    pub form: Form<'a>,
    /// The way back, where there is one.
    pub back: Option<OwnPath>,
}

/// The page after logging out.
#[derive(Clone, Debug)]
pub struct LoggedOut<'a> {
    /// The service.
    pub site: &'a Site,
    /// Where to log in again.
    pub log_in: Option<OwnPath>,
}

#[derive(Template)]
#[template(path = "log_out.html", whitespace = "minimize")]
struct ConfirmView<'a> {
    page: &'a ConfirmLogOut<'a>,
    site: &'a Site,
    words: &'a Catalogue,
}

#[derive(Template)]
#[template(path = "logged_out.html", whitespace = "minimize")]
struct LoggedOutView<'a> {
    page: &'a LoggedOut<'a>,
    site: &'a Site,
    words: &'a Catalogue,
}

impl ConfirmLogOut<'_> {
    /// The page.
    pub fn html(&self, words: &Catalogue) -> String {
        html(&ConfirmView { page: self, site: self.site, words })
    }
}

impl LoggedOut<'_> {
    /// The page.
    pub fn html(&self, words: &Catalogue) -> String {
        html(&LoggedOutView { page: self, site: self.site, words })
    }
}
