//! The page on which somebody sees what acts for them, and ends it.
//!
//! Applications, their flows (transactions), and the tokens of each; never a token's text.

use askama::Template;
use muster_domain::{Timestamp, TokenKind};

use crate::moment::{Moment, moment};
use crate::rendering::html;
use crate::{Catalogue, Form, OwnPath, Site};

/// The page `/me`.
#[derive(Clone, Debug)]
pub struct MyTokens<'a> {
    /// The service.
    pub site: &'a Site,
    /// Whose tokens: the person's own id.
    pub person: &'a str,
    /// What was just done on this page.
    pub done: Option<Done>,
    /// The form around everything that can be ended; [`crate::fields`] says by what name.
    pub form: Form<'a>,
    /// The applications on this page of the list.
    pub applications: Vec<Application<'a>>,
    /// The page that follows.
    pub next: Option<OwnPath>,
    /// What is allowed without being asked again.
    pub consents: Vec<RememberedConsent<'a>>,
    /// Where the question stands whether everything is to be ended.
    pub end_everything: OwnPath,
    /// The form to log out.
    pub log_out: Form<'a>,
}

/// A deed that this page tells about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Done {
    /// One token was ended.
    TokenEnded,
    /// A flow was ended.
    FlowEnded,
    /// Everything of an application was ended.
    ApplicationEnded,
    /// Everything was ended.
    EverythingEnded,
    /// A remembered consent was forgotten.
    Forgotten,
}

/// An application that holds tokens of this person.
#[derive(Clone, Debug)]
pub struct Application<'a> {
    /// What the form sends for it.
    pub key: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its flows.
    pub flows: Vec<Flow<'a>>,
}

/// What came of one time that an application was allowed something.
#[derive(Clone, Debug)]
pub struct Flow<'a> {
    /// What the form sends for it.
    pub key: &'a str,
    /// When it began.
    pub begun_at: Timestamp,
    /// What it entitles to: scopes, as they are named.
    pub scopes: &'a str,
    /// Its tokens.
    pub tokens: Vec<TokenLine<'a>>,
}

/// A token, without its text.
#[derive(Clone, Debug)]
pub struct TokenLine<'a> {
    /// What the form sends for it.
    pub key: &'a str,
    /// What it is for.
    pub kind: TokenKind,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it expires, or did.
    pub expires_at: Timestamp,
    /// When it was last used, as far as that was noted.
    pub last_used_at: Option<Timestamp>,
    /// Where it is in its life.
    pub state: TokenShown,
}

/// Where a token is in its life, in a person's terms.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TokenShown {
    /// It can be used.
    Valid,
    /// Its time is over.
    Expired,
    /// It was ended.
    Ended,
    /// A newer one took its place.
    Replaced,
    /// Something that it hangs on is stopped, such as its application.
    Stopped,
}

/// A client that need not ask again.
#[derive(Clone, Debug)]
pub struct RememberedConsent<'a> {
    /// What the form sends for it.
    pub key: &'a str,
    /// The client's name.
    pub client: &'a str,
    /// The scopes that were allowed, as they are named.
    pub scopes: &'a str,
    /// Since when.
    pub since: Timestamp,
}

#[derive(Template)]
#[template(path = "my_tokens.html", whitespace = "minimize")]
struct View<'a> {
    page: &'a MyTokens<'a>,
    site: &'a Site,
    words: &'a Catalogue,
}

impl MyTokens<'_> {
    /// The page.
    pub fn html(&self, words: &Catalogue) -> String {
        html(&View { page: self, site: self.site, words })
    }
}

impl View<'_> {
    fn done(&self) -> Option<&'static str> {
        let words = &self.words.my_tokens;
        self.page.done.map(|done| match done {
            Done::TokenEnded => words.token_ended,
            Done::FlowEnded => words.flow_ended,
            Done::ApplicationEnded => words.application_ended,
            Done::EverythingEnded => words.everything_ended,
            Done::Forgotten => words.forgotten,
        })
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]
    fn moment(&self, at: &Timestamp) -> Moment {
        moment(*at, self.words)
    }

    const fn kind(&self, token: &TokenLine<'_>) -> &'static str {
        match token.kind {
            TokenKind::Access => self.words.my_tokens.access_token,
            TokenKind::Refresh => self.words.my_tokens.refresh_token,
        }
    }

    const fn state(&self, token: &TokenLine<'_>) -> &'static str {
        let words = &self.words.my_tokens;
        match token.state {
            TokenShown::Valid => words.valid,
            TokenShown::Expired => words.expired,
            TokenShown::Ended => words.ended,
            TokenShown::Replaced => words.replaced,
            TokenShown::Stopped => words.stopped,
        }
    }
}

impl TokenLine<'_> {
    /// Whether there is anything left to be ended. What is stopped may be started again.
    const fn can_be_ended(&self) -> bool {
        matches!(self.state, TokenShown::Valid | TokenShown::Stopped)
    }

    const fn is_expired(&self) -> bool {
        matches!(self.state, TokenShown::Expired)
    }

    const fn is_valid(&self) -> bool {
        matches!(self.state, TokenShown::Valid)
    }
}

impl Flow<'_> {
    fn can_be_ended(&self) -> bool {
        self.tokens.iter().any(TokenLine::can_be_ended)
    }
}

impl Application<'_> {
    fn can_be_ended(&self) -> bool {
        self.flows.iter().any(Flow::can_be_ended)
    }
}
