//! A browser as small as may be: it follows redirects, keeps cookies and fills in the pages of
//! the provider, until it is sent back to us.

use std::collections::BTreeMap;
use std::sync::Arc;

use ureq::http::Response;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body};

/// More steps than a login has.
const STEPS_MOST: usize = 20;

/// What the person does with the provider's pages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Person<'a> {
    /// Logs in by this name and agrees.
    LogsIn(&'a str),
    /// Leaves the first page.
    TurnsBack,
    /// Is not there: there must be no page.
    IsAway,
}

/// The browser.
pub(crate) struct Browser {
    agent: Agent,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    /// One that trusts this authority.
    pub(crate) fn new(authority: &[u8]) -> Self {
        let roots: Vec<_> = parse_pem(authority)
            .map(|item| {
                let PemItem::Certificate(certificate) = item.unwrap() else { panic!("a key") };
                certificate
            })
            .collect();
        let provider = rustls::crypto::ring::default_provider();
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::new_with_certs(&roots))
            .unversioned_rustls_crypto_provider(Arc::new(provider))
            .build();
        let config = Agent::config_builder()
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .proxy(None)
            .tls_config(tls)
            .build();
        Self { agent: config.new_agent(), cookies: BTreeMap::new() }
    }

    /// Goes there, and on to wherever it is sent, until that is `back`; the query it comes with.
    pub(crate) fn go(&mut self, url: &str, back: &str, person: Person<'_>) -> String {
        let origin = url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
        let mut url = url.to_owned();
        let mut answer = self.ask(&url, None);
        for _ in 0..STEPS_MOST {
            if let Some(location) = answer.headers().get("location") {
                let location = location.to_str().unwrap();
                if let Some(query) = location.strip_prefix(back) {
                    return query.trim_start_matches('?').to_owned();
                }
                url = if location.starts_with('/') {
                    format!("{origin}{location}")
                } else {
                    location.to_owned()
                };
                answer = self.ask(&url, None);
                continue;
            }
            let page = answer.body_mut().read_to_string().unwrap();
            answer = match person {
                Person::LogsIn(name) if page.contains(r#"name="prompt" value="login""#) => {
                    self.ask(&url, Some(&format!("prompt=login&login={name}&password=x")))
                }
                Person::LogsIn(_) if page.contains(r#"name="prompt" value="consent""#) => {
                    self.ask(&url, Some("prompt=consent"))
                }
                Person::TurnsBack => self.ask(&format!("{url}/abort"), None),
                Person::LogsIn(_) | Person::IsAway => panic!("{url} shows a page: {page}"),
            };
        }
        panic!("the provider does not send us back")
    }

    /// Asks once; with a form it is sent. Paths of cookies do not matter here: the provider has
    /// one name for each.
    pub(crate) fn ask(&mut self, url: &str, form: Option<&str>) -> Response<Body> {
        let cookies: Vec<_> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ");
        let answer = match form {
            None => self.agent.get(url).header("cookie", cookies).call(),
            Some(form) => self
                .agent
                .post(url)
                .header("cookie", cookies)
                .content_type("application/x-www-form-urlencoded")
                .send(form),
        };
        let answer = answer.unwrap();
        for cookie in answer.headers().get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }
}
