//! The answer to a client, by way of the browser (RFC 6749 4.1.2, RFC 9207, OAuth 2.0 Form Post
//! Response Mode). It goes to a registered place and nowhere else: that is what
//! [`RedirectTarget`] proves.

use actix_web::http::StatusCode;
use muster_domain::{ErrorCode, Secret};
use muster_grants::ResponseMode;
use muster_pages::{Catalogue, FormPost, PostTarget};
use muster_policy::RedirectTarget;

use super::hall::Hall;
use super::reply::Reply;

/// Where and how the answer goes.
#[derive(Clone, Copy)]
pub(crate) struct Address<'a> {
    /// Where.
    pub(crate) target: &'a RedirectTarget,
    /// How.
    pub(crate) mode: ResponseMode,
    /// What comes back unchanged.
    pub(crate) state: Option<&'a str>,
    /// Who answers (RFC 9207).
    pub(crate) issuer: &'a str,
}

impl Address<'_> {
    /// The code.
    pub(crate) fn code(&self, code: Secret<String>, hall: &Hall) -> Reply {
        self.reply(vec![("code", code)], hall)
    }

    /// That it cannot be, and why.
    pub(crate) fn error(&self, code: ErrorCode, words: &str, hall: &Hall) -> Reply {
        let fields = vec![
            ("error", Secret::from(code.as_str())),
            ("error_description", Secret::from(words)),
        ];
        self.reply(fields, hall)
    }

    fn reply(&self, mut fields: Vec<(&str, Secret<String>)>, hall: &Hall) -> Reply {
        if let Some(state) = self.state {
            fields.push(("state", Secret::from(state)));
        }
        fields.push(("iss", Secret::from(self.issuer)));
        let uri = self.target.uri();
        match self.mode {
            ResponseMode::Query => Reply::see_other(with_query(uri, &fields)),
            ResponseMode::Fragment => Reply::see_other(format!("{uri}#{}", encoded(&fields))),
            ResponseMode::FormPost => match PostTarget::new(uri) {
                Ok(target) => {
                    let page = FormPost { site: &hall.site, target: &target, fields: &fields };
                    let (html, policy) = (page.html(&Catalogue::ENGLISH), page.policy());
                    Reply::page(StatusCode::OK, html, policy)
                }
                // No browser posts to an application's own scheme.
                Err(_) => Reply::see_other(with_query(uri, &fields)),
            },
        }
    }
}

/// A place with these fields added to its query, or as it is if there are none.
pub(super) fn with_query(uri: &str, fields: &[(&str, Secret<String>)]) -> String {
    if fields.is_empty() {
        return uri.to_owned();
    }
    let joint = match uri.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some(_) => "&",
    };
    [uri, joint, &encoded(fields)].concat()
}

fn encoded(fields: &[(&str, Secret<String>)]) -> String {
    let mut text = form_urlencoded::Serializer::new(String::new());
    for (name, value) in fields {
        text.append_pair(name, value.expose());
    }
    text.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_joins_the_query_that_the_redirect_uri_has() {
        let fields = [("code", Secret::from("a&b")), ("iss", Secret::from("https://i"))];
        for (uri, expected) in [
            ("https://a/b", "https://a/b?code=a%26b&iss=https%3A%2F%2Fi"),
            ("https://a/b?c=d", "https://a/b?c=d&code=a%26b&iss=https%3A%2F%2Fi"),
            ("https://a/b?", "https://a/b?code=a%26b&iss=https%3A%2F%2Fi"),
            ("com.example.app:/done", "com.example.app:/done?code=a%26b&iss=https%3A%2F%2Fi"),
        ] {
            assert_eq!(with_query(uri, &fields), expected);
        }
    }
}
