//! The page that carries an answer to a client by POST (OAuth 2.0 Form Post Response Mode).
//!
//! It sends itself by one line of script, the only one of all pages; where scripts do not
//! run, a person presses the button.

use askama::Template;
use data_encoding::BASE64;
use muster_domain::Secret;
use sha2::{Digest, Sha256};

use crate::rendering::html;
use crate::{Catalogue, FormSource, Policy, PostTarget, Site};

/// The script. Its hash is in the page's policy, so that no other one can run. It calls the
/// form's own deed by its full name, which no parameter that is called `submit` can hide.
const SCRIPT: &str = "HTMLFormElement.prototype.submit.call(document.forms[0])";

/// The page.
#[derive(Clone, Debug)]
pub struct FormPost<'a> {
    /// The service.
    pub site: &'a Site,
    /// Where the answer goes.
    pub target: &'a PostTarget,
    /// The parameters of the answer: codes and tokens are among them.
    pub fields: &'a [(&'a str, Secret<String>)],
}

#[derive(Template)]
#[template(path = "form_post.html", whitespace = "minimize")]
struct View<'a> {
    page: &'a FormPost<'a>,
    site: &'a Site,
    words: &'a Catalogue,
    host: String,
    script: &'static str,
}

impl FormPost<'_> {
    /// The page.
    pub fn html(&self, words: &Catalogue) -> String {
        let host = self.target.host();
        html(&View { page: self, site: self.site, words, host, script: SCRIPT })
    }

    /// The page's policy: its script runs, and its form leads to the target.
    pub fn policy(&self) -> Policy {
        let policy = Policy::ours().with_script(Self::script_source());
        match FormSource::of_redirect_uri(self.target.as_str()) {
            Ok(source) => policy.with_forms_to(source),
            // A target is an address on the web, and each of those can be named.
            Err(_) => policy,
        }
    }

    /// The script's hash as a source of a policy (CSP 3 2.3.1, `hash-source`).
    pub fn script_source() -> String {
        format!("'sha256-{}'", BASE64.encode(&Sha256::digest(SCRIPT)))
    }
}
