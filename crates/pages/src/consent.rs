//! The page on which somebody allows a client to act for them (OpenID Connect Core 3.1.2.4).

use askama::Template;
use muster_domain::{ScopeSet, Timestamp};

use crate::access::{ScopeLine, lines};
use crate::moment::{Moment, moment};
use crate::rendering::html;
use crate::{Catalogue, Client, Form, OwnPath, Site};

/// The page to allow or deny what a client asks for.
#[derive(Clone, Debug)]
pub struct Consent<'a> {
    /// The service.
    pub site: &'a Site,
    /// The form with both answers.
    pub form: Form<'a>,
    /// Who asks.
    pub client: Client<'a>,
    /// Who is asked: the person's own id.
    pub person: &'a str,
    /// Where the way to another person begins.
    pub not_you: OwnPath,
    /// What it would be entitled to.
    pub scopes: &'a ScopeSet,
    /// The audiences and resources its tokens would be good for.
    pub audiences: &'a [&'a str],
    /// What it would be told of the person: names of claims (OpenID Connect Core 5.1).
    pub claims: &'a [&'a str],
    /// For how long.
    pub lasting: Lasting,
    /// Whether the answer is remembered.
    pub memory: Memory,
}

/// How long a client could act for somebody.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lasting {
    /// Until its access token expires.
    Once {
        /// When.
        until: Timestamp,
    },
    /// Until its refresh tokens do, without the person being there.
    Renewed {
        /// When.
        until: Timestamp,
    },
}

/// Whether the answer holds for the next time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Memory {
    /// The same question is not asked again.
    Remembered,
    /// It is asked each time.
    AskedEachTime,
}

#[derive(Template)]
#[template(path = "consent.html", whitespace = "minimize")]
struct View<'a> {
    page: &'a Consent<'a>,
    site: &'a Site,
    words: &'a Catalogue,
    scopes: Vec<ScopeLine<'a>>,
    claims: Vec<String>,
    until: Moment,
}

impl Consent<'_> {
    /// The page.
    pub fn html(&self, words: &Catalogue) -> String {
        let (Lasting::Once { until } | Lasting::Renewed { until }) = self.lasting;
        html(&View {
            page: self,
            site: self.site,
            words,
            scopes: lines(self.scopes, words),
            claims: self.claims.iter().map(|name| (words.access.claim)(name)).collect(),
            until: moment(until, words),
        })
    }

    /// Whether it could go on while the person is away.
    const fn is_renewed(&self) -> bool {
        matches!(self.lasting, Lasting::Renewed { .. })
    }

    const fn is_remembered(&self) -> bool {
        matches!(self.memory, Memory::Remembered)
    }
}
