//! A browser as far as these tests need one: it keeps cookies, follows nothing by itself, and
//! sends the forms that pages show.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use muster_crypto::{OsRandomness, SecretVerifier, VerifierSettings, challenge_of};
use muster_domain::{Secret, Timestamp};
use muster_server::clock::SystemClock;

use crate::house::premises;
use crate::issuing::{ISSUER, Office, REDIRECT, VERIFIER};
use crate::wire::{Answer, Request, form};

/// The password of everybody in these tests.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// A browser with its cookies.
#[derive(Clone, Debug)]
pub(crate) struct Browser {
    address: SocketAddr,
    pub(crate) cookies: BTreeMap<String, String>,
}

/// A form on a page: where it goes, and its ticket.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    pub(crate) action: String,
    pub(crate) ticket: String,
}

impl Browser {
    /// One without cookies.
    pub(crate) fn at(office: &Office) -> Self {
        Self { address: office.house.address, cookies: BTreeMap::new() }
    }

    /// Goes to a place.
    pub(crate) fn get(&mut self, place: &str) -> Answer {
        self.ask(Request::new("GET", place))
    }

    /// Sends a form.
    pub(crate) fn post(&mut self, place: &str, pairs: &[(&str, &str)]) -> Answer {
        self.ask(Request::new("POST", place).form(pairs))
    }

    /// Sends the form of a page with these fields.
    pub(crate) fn send(&mut self, page: &Answer, pairs: &[(&str, &str)]) -> Answer {
        let Form { action, ticket } = form_of(page);
        let mut all = vec![("ticket", ticket.as_str())];
        all.extend_from_slice(pairs);
        self.post(&action, &all)
    }

    /// Logs in on a page to log in, and goes where that leads.
    pub(crate) fn log_in(&mut self, page: &Answer, user: &str) -> Answer {
        let answer = self.send(page, &[("username", user), ("password", PASSWORD)]);
        assert_eq!(answer.status, 303, "{}", answer.text());
        self.get(&location(&answer))
    }

    fn ask(&mut self, request: Request) -> Answer {
        let cookies = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
        let cookies = cookies.collect::<Vec<_>>().join("; ");
        let request = if cookies.is_empty() { request } else { request.header("Cookie", &cookies) };
        let mut answer = request.send(self.address);
        // A busy machine is not what these tests are about.
        for _ in 0..100 {
            if answer.status != 503 {
                break;
            }
            std::thread::park_timeout(Duration::from_millis(100));
            answer = request.send(self.address);
        }
        for (_, cookie) in answer.headers.iter().filter(|(name, _)| is_set_cookie(name)) {
            let (pair, rest) = cookie.split_once(';').expect("attributes");
            let (name, value) = pair.split_once('=').expect("a value");
            assert!(rest.contains("HttpOnly") && rest.contains("SameSite=Lax"), "{cookie}");
            assert!(rest.contains("Secure") && rest.contains("Path=/"), "{cookie}");
            if rest.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    /// The value of its session cookie.
    pub(crate) fn session(&self) -> Option<&String> {
        self.cookies.iter().find(|(name, _)| name.contains("session")).map(|(_, value)| value)
    }
}

fn is_set_cookie(name: &str) -> bool {
    name.eq_ignore_ascii_case("set-cookie")
}

/// Where an answer sends the browser.
pub(crate) fn location(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.header("location").expect("a place").to_owned()
}

/// The parameters of an answer to the client.
pub(crate) fn told(answer: &Answer) -> BTreeMap<String, String> {
    let place = location(answer);
    let (uri, query) = place.split_once('?').expect("an answer in the query");
    assert_eq!(uri, REDIRECT);
    parameters(query)
}

/// Pairs of a query or fragment.
pub(crate) fn parameters(text: &str) -> BTreeMap<String, String> {
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

/// The form of a page.
pub(crate) fn form_of(page: &Answer) -> Form {
    let text = page.text();
    let after = |text: &str, mark: &str| {
        let rest = text.split_once(mark).unwrap_or_else(|| panic!("{mark} in {text}")).1;
        rest.split_once('"').expect("its end").0.to_owned()
    };
    let form = text.split_once("<form method=\"post\"").expect("a form").1;
    Form { action: after(form, "action=\""), ticket: after(form, "name=\"ticket\" value=\"") }
}

/// What the usual client asks for, changed.
pub(crate) fn asking(client: &str, changes: &[(&str, &str)]) -> String {
    let challenge = challenge_of(VERIFIER);
    let mut pairs: Vec<(&str, &str)> = vec![
        ("response_type", "code"),
        ("client_id", client),
        ("redirect_uri", REDIRECT),
        ("scope", "openid read"),
        ("state", "s-t a&te"),
        ("nonce", "n-once"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in changes {
        pairs.retain(|(known, _)| known != name);
        if !value.is_empty() {
            pairs.push((name, value));
        }
    }
    format!("/oauth2/authorize?{}", form(&pairs))
}

impl Office {
    /// Gives somebody an account with the usual password.
    pub(crate) fn with_account(&self, user: &str) {
        let user = self.user(user);
        let premises = premises(&self.house.scratch, &self.house.kek, ISSUER);
        let verifier = SecretVerifier::start(
            Arc::clone(&premises.keys),
            Arc::new(SystemClock),
            Arc::new(OsRandomness),
            VerifierSettings { wait: Duration::from_secs(30), ..VerifierSettings::default() },
        );
        let stored = verifier.expect("a thread").store_chosen(&Secret::from(PASSWORD));
        let stored = stored.expect("a hash");
        let set = premises
            .store
            .change(|unit| unit.set_password(user.key, &stored, Timestamp::default()));
        set.expect("a password");
    }

    /// A browser in which somebody has logged in for this client and allowed it everything;
    /// the code that came of it.
    pub(crate) fn allowed(&self, user: &str, client: &str) -> (Browser, String) {
        self.with_account(user);
        let mut browser = Browser::at(self);
        let page = browser.get(&asking(client, &[]));
        let consent = browser.log_in(&page, user);
        assert!(consent.text().contains("Allow access"), "{}", consent.text());
        let answer = browser.send(&consent, &[("decision", "allow")]);
        let code = told(&answer).remove("code").expect("a code");
        (browser, code)
    }
}
