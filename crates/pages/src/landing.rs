//! A plain page of a heading, paragraphs and links, such as where a demonstration begins.

use askama::Template;

use crate::rendering::html;
use crate::{Catalogue, OwnPath, Site};

/// The page. Its texts are its maker's own, in whatever language.
#[derive(Clone, Debug)]
pub struct Landing<'a> {
    /// The service.
    pub site: &'a Site,
    /// What it is about.
    pub heading: &'a str,
    /// What there is to say.
    pub paragraphs: &'a [&'a str],
    /// Where to go.
    pub links: &'a [Link<'a>],
}

/// A way on.
#[derive(Clone, Debug)]
pub struct Link<'a> {
    /// What it says.
    pub text: &'a str,
    /// Where it leads.
    pub path: OwnPath,
}

#[derive(Template)]
#[template(path = "landing.html", whitespace = "minimize")]
struct View<'a> {
    page: &'a Landing<'a>,
    site: &'a Site,
    words: &'a Catalogue,
}

impl Landing<'_> {
    /// The page.
    pub fn html(&self, words: &Catalogue) -> String {
        html(&View { page: self, site: self.site, words })
    }
}
