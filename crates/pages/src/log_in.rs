//! The page to log in.

use askama::Template;

use crate::rendering::html;
use crate::{Catalogue, Form, OwnPath, Site};

/// The page to log in.
#[derive(Clone, Debug)]
pub struct LogIn<'a> {
    /// The service.
    pub site: &'a Site,
    /// The form with name and password.
    pub form: Form<'a>,
    /// The client that sent the person here.
    pub client: Option<&'a str>,
    /// What to write into the user name's field: a `login_hint`, or what was tried.
    pub user_name: Option<&'a str>,
    /// Why the person sees this page again.
    pub error: Option<LogInError>,
    /// Others who may say who somebody is.
    pub upstreams: &'a [Upstream<'a>],
}

/// Why nobody is logged in yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LogInError {
    /// The name or the password is wrong; which one is not told.
    Wrong,
    /// Too many tries.
    TooManyTries {
        /// How long to wait.
        seconds: u64,
    },
    /// The form lay open for too long, or came from elsewhere.
    FormExpired,
}

/// Another service that may say who somebody is.
#[derive(Clone, Debug)]
pub struct Upstream<'a> {
    /// Its name.
    pub name: &'a str,
    /// Where the way there begins. A link and no form: Chromium would hold every redirect of
    /// the way against `form-action`, and nobody knows them all.
    pub link: OwnPath,
}

#[derive(Template)]
#[template(path = "log_in.html", whitespace = "minimize")]
struct View<'a> {
    page: &'a LogIn<'a>,
    site: &'a Site,
    words: &'a Catalogue,
    error: Option<String>,
}

impl LogIn<'_> {
    /// The page.
    pub fn html(&self, words: &Catalogue) -> String {
        let error = self.error.map(|error| match error {
            LogInError::Wrong => words.log_in.wrong.to_owned(),
            LogInError::TooManyTries { seconds } => (words.too_many_tries)(seconds),
            LogInError::FormExpired => words.log_in.form_expired.to_owned(),
        });
        html(&View { page: self, site: self.site, words, error })
    }

    /// Whether the fields are what was wrong.
    const fn fields_are_wrong(&self) -> bool {
        matches!(self.error, Some(LogInError::Wrong))
    }

    /// Where the cursor stands first.
    fn begins_with_password(&self) -> bool {
        self.user_name.is_some_and(|name| !name.is_empty())
    }
}
