//! The pages of `docs/grants` and `docs/endpoints` are true: the example of each is run by
//! `curl` against the real binary, its answer compared with the page's, and every case of
//! its table of refusals provoked (`page_refusals.rs`).

use std::collections::{BTreeMap, BTreeSet};

use muster_domain::{GrantName, GrantNames, Lifetime, Registration, ScopeSet};
use serde_json::Value;

use crate::curl::Curl;
use crate::house::Engine;
use crate::issuing::{API, Office, Party, VERIFIER, public, registration, tokens};
use crate::jwt_bearer::Idp;
use crate::wire::Answer;

const KNOWN: &str = include_str!("../../../../docs/reference/http-api.md");
const REDIRECT: &str = "https://portal.example.org/callback";

/// What a page says.
pub(crate) struct Page {
    /// `grants/refresh_token`
    pub(crate) name: String,
    pub(crate) example: Curl,
    /// The words before the answer.
    answer: String,
    /// The answer, if it has a body.
    body: Option<Value>,
    pub(crate) refusals: Vec<Row>,
}

/// A row of the table of refusals.
pub(crate) struct Row {
    pub(crate) cases: Vec<String>,
    pub(crate) status: u16,
    pub(crate) error: String,
    /// Headers that the refusal has.
    pub(crate) headers: Vec<String>,
}

impl Page {
    /// Every page there is.
    pub(crate) fn all() -> Vec<Self> {
        let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs");
        let mut pages = Vec::new();
        for folder in ["grants", "endpoints"] {
            for entry in std::fs::read_dir(format!("{docs}/{folder}")).expect("the folder") {
                let path = entry.expect("a page").path();
                let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
                let text = std::fs::read_to_string(&path).expect("a text");
                pages.push(Self::read(format!("{folder}/{name}"), &text));
            }
        }
        pages.sort_by(|one, other| one.name.cmp(&other.name));
        pages
    }

    fn read(name: String, text: &str) -> Self {
        let section = |title: &str| {
            let found = text.split("\n## ").find_map(|part| part.strip_prefix(title));
            found.unwrap_or_else(|| panic!("{name} has no section {title}"))
        };
        let block = |part: &str, begin: &str| {
            let (_, rest) = part.split_once(begin)?;
            rest.split_once("\n```").map(|(block, _)| block.to_owned())
        };
        let example = block(section("Request\n"), "\n```\n");
        let example = example.unwrap_or_else(|| panic!("{name} has no example"));
        let answer = section("Answer\n");
        let body = block(answer, "\n```json\n");
        let body = body.map(|body| serde_json::from_str(&body).expect("JSON"));
        let rows = section("Refusals\n").lines().filter(|line| line.starts_with("| "));
        let refusals: Vec<Row> = rows.skip(1).map(|line| Row::read(&name, line)).collect();
        assert!(!refusals.is_empty(), "{name} refuses nothing");
        let answer = answer.trim().lines().next().unwrap_or_default().to_owned();
        Self { name, example: Curl::read(&example), answer, body, refusals }
    }

    /// Compares an answer with that of the page.
    fn check(&self, answer: &Answer) {
        let (page, told) = (&self.name, answer.text());
        let mut code = coded(&self.answer).into_iter();
        let status = code.next().expect("a status");
        assert_eq!(answer.status.to_string(), status, "{page}: {told}");
        for word in code {
            match word.split_once('/') {
                Some(_) => assert_eq!(answer.header("Content-Type"), Some(&*word), "{page}"),
                None => assert!(answer.header(&word).is_some(), "{page} promises {word}"),
            }
        }
        let kept = answer.header("Cache-Control").unwrap_or_default();
        if self.answer.contains("never cached") {
            assert_eq!((kept, answer.header("Pragma")), ("no-cache, no-store", Some("no-cache")));
        }
        if self.answer.contains("300 seconds") {
            assert_eq!(kept, "public, max-age=300", "{page}");
        }
        match &self.body {
            Some(body) => assert_eq!(members(&answer.json()), members(body), "{page}: {told}"),
            None => assert_eq!(told, "", "{page}: the body is empty"),
        }
    }
}

impl Row {
    fn read(page: &str, line: &str) -> Self {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [case, status, error] = cells[..] else { panic!("{page}: {line}") };
        let mut code = coded(error).into_iter();
        let error = code.next().unwrap_or_else(|| panic!("{page}: no error in {line}"));
        // Made of the code by `cargo xtask reference`.
        let known = KNOWN.contains(&format!("| {status} | `{error}` |"));
        assert!(known, "{page}: nobody is told {status} {error}");
        let status: u16 = status.parse().unwrap_or_else(|_| panic!("{page}: {line}"));
        let cases = case.split("; ").map(str::to_owned).collect();
        Self { cases, status, error, headers: code.collect() }
    }
}

/// The words between backticks.
fn coded(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The names of the members, from the outside in.
fn members(value: &Value) -> BTreeSet<String> {
    fn walk(value: &Value, path: &str, names: &mut BTreeSet<String>) {
        match value {
            Value::Object(inner) => {
                for (name, value) in inner {
                    let path = format!("{path}.{name}");
                    walk(value, &path, names);
                    names.insert(path);
                }
            }
            Value::Array(inner) => inner.iter().for_each(|value| walk(value, path, names)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut names = BTreeSet::new();
    walk(value, "", &mut names);
    names
}

/// Everybody whom the pages speak of.
pub(crate) struct Cast {
    pub(crate) office: Office,
    pub(crate) idp: Idp,
    /// Client, secret.
    secrets: BTreeMap<String, String>,
    names: std::cell::Cell<u32>,
}

impl Cast {
    fn assemble(office: Office) -> Self {
        let idp = Idp::trusted(&office);
        office.user("alice");
        let grants = GrantNames::of(&GrantName::ALL);
        let words = "openid email read storage.read:/data";
        let usual = Registration {
            redirect_uris: vec![REDIRECT.to_owned()],
            grants,
            scopes: ScopeSet::parse(words).expect("scopes"),
            audiences: ["gateway", "storage", API, "https://storage.example.org/"]
                .map(str::to_owned)
                .to_vec(),
            ..registration()
        };
        let change = usual.clone();
        office.keeper.change_client("portal", &|known| *known = change.clone()).expect("a change");
        let mut secrets = BTreeMap::from([office.house.client(), office.house.admin()]);
        let serves = vec![API.to_owned()];
        for (id, registration) in [
            ("robot", usual.clone()),
            ("gateway", usual.clone()),
            ("storage", Registration { serves, ..usual.clone() }),
            ("stranger", usual.clone()),
            ("no-grants", Registration { grants: GrantNames::NONE, ..usual }),
        ] {
            secrets.insert(id.to_owned(), office.register(id, registration).secret);
        }
        office.register_with("tv", public(), muster_admin::Proof::Nothing);
        let names = std::cell::Cell::default();
        Self { office, idp, secrets, names }
    }

    /// A client with its secret, if it has one.
    pub(crate) fn party(&self, id: &str) -> Party {
        self.office.party(id, self.secrets.get(id).map_or("", String::as_str))
    }

    /// A name that was not used before.
    pub(crate) fn name(&self) -> String {
        self.names.set(self.names.get() + 1);
        format!("name-{}", self.names.get())
    }

    /// A code of this user at the portal, its tokens meant for nobody in particular.
    pub(crate) fn code_of(&self, user: &str, client: &str) -> String {
        self.office.code_of(user, client, |_, code| {
            code.redirect_uri = Some(REDIRECT.to_owned());
            code.entitlement.scopes = ScopeSet::parse("openid email read").expect("scopes");
        })
    }

    /// The same, too old by now.
    pub(crate) fn old_code(&self) -> String {
        self.office.code_like("portal", |_, code| {
            code.redirect_uri = Some(REDIRECT.to_owned());
            code.expires_at = code.issued_at.minus(Lifetime::from_seconds(1));
        })
    }

    /// A code without a challenge.
    pub(crate) fn unchallenged_code(&self) -> String {
        self.office.code_like("portal", |_, code| {
            code.redirect_uri = Some(REDIRECT.to_owned());
            code.challenge = None;
        })
    }

    /// Access and refresh token of this user at the portal.
    pub(crate) fn tokens_of(&self, user: &str, audience: &str) -> (String, String) {
        let code = self.office.code_of(user, "portal", |_, code| {
            code.entitlement.audience = vec![audience.to_owned()];
            code.entitlement.scopes = ScopeSet::parse("openid email read").expect("scopes");
        });
        tokens(&self.party("portal").redeem(&code))
    }

    /// The example of a page with everything in it that only its reader has: words in
    /// capitals stand for that.
    pub(crate) fn filled(&self, page: &Page) -> Curl {
        self.filled_for(page, "alice")
    }

    /// The same with what belongs to this user.
    pub(crate) fn filled_for(&self, page: &Page, user: &str) -> Curl {
        let mut curl = page.example.clone();
        let client = curl.client();
        if let Some((_, secret)) = &mut curl.user {
            assert_eq!(secret, "SECRET", "{}", page.name);
            secret.clone_from(&self.secrets[&client]);
        }
        for (_, value) in &mut curl.pairs {
            let word = match (page.name.as_str(), value.as_str()) {
                ("grants/authorization_code", "CODE") => self.code_of(user, &client),
                (_, "VERIFIER") => VERIFIER.to_owned(),
                ("grants/device_code", "CODE") => {
                    self.office.device_approved_by(user, &self.party(&client))
                }
                ("grants/jwt_bearer", "JWT") => self.idp.about(user, &self.name()),
                ("grants/refresh_token" | "endpoints/revocation", "TOKEN") => {
                    self.tokens_of(user, API).1
                }
                ("grants/token_exchange", "TOKEN") => self.tokens_of(user, "gateway").0,
                ("endpoints/introspection" | "grants/token_info", "TOKEN") => {
                    self.tokens_of(user, API).0
                }
                (page, word) if is_placeholder(word) => panic!("{page}: what is {word}?"),
                _ => continue,
            };
            *value = word;
        }
        curl
    }
}

fn is_placeholder(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn every_example_is_answered_as_its_page_says(engine: Engine) {
    let cast = Cast::assemble(Office::open(engine));
    for page in Page::all() {
        page.check(&cast.filled(&page).run(cast.office.house.address));
    }
}

fn every_case_of_a_table_is_refused_as_its_page_says(engine: Engine) {
    let cast = Cast::assemble(Office::open(engine));
    let all: Vec<&str> = GrantName::ALL.iter().map(|grant| grant.room()).collect();
    let off = Office::open_with(engine, &[("MUSTER__TOKENS__GRANTS_OFF", &all.join(","))]);
    let mut wrong = Vec::new();
    for page in Page::all() {
        for row in &page.refusals {
            wrong.extend(crate::page_refusals::untrue(&cast, &off, (&page, row)));
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

both! {
    every_example_is_answered_as_its_page_says_on_sqlite
        every_example_is_answered_as_its_page_says_on_postgres
        every_example_is_answered_as_its_page_says;
    every_case_of_a_table_is_refused_as_its_page_says_on_sqlite
        every_case_of_a_table_is_refused_as_its_page_says_on_postgres
        every_case_of_a_table_is_refused_as_its_page_says;
}
