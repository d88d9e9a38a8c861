//! The question before everything of a person is ended.

use askama::Template;

use crate::rendering::html;
use crate::{Catalogue, Form, OwnPath, Site};

/// The page that asks whether everything is to be ended.
#[derive(Clone, Debug)]
pub struct ConfirmEnding<'a> {
    /// The service.
    pub site: &'a Site,
    /// Whose tokens: the person's own id.
    pub person: &'a str,
    /// The form that ends everything.
    pub form: Form<'a>,
    /// The way back.
    pub back: OwnPath,
}

#[derive(Template)]
#[template(path = "ending.html", whitespace = "minimize")]
struct View<'a> {
    page: &'a ConfirmEnding<'a>,
    site: &'a Site,
    words: &'a Catalogue,
}

impl ConfirmEnding<'_> {
    /// The page.
    pub fn html(&self, words: &Catalogue) -> String {
        html(&View { page: self, site: self.site, words })
    }
}
