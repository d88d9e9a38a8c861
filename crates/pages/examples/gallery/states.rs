//! Every page in every state, filled with given texts: samples to look at, or hostile ones.

#![expect(clippy::expect_used, reason = "the samples are well-formed")]

use muster_domain::{Scope, ScopeSet, Secret, Timestamp, TokenKind};
use muster_pages::{
    Application, Assurance, Catalogue, Client, CodeError, ConfirmDevice, ConfirmEnding,
    ConfirmLogOut, Consent, Destination, DeviceDecided, Done, EnterCode, ErrorPage, Flow, Form,
    FormPost, FormSource, Landing, Lasting, Link, LogIn, LogInError, LoggedOut, Memory, MyTokens,
    Onward, OwnPath, Policy, PostTarget, RememberedConsent, Site, Stylesheet, TokenLine,
    TokenShown, Trouble, Upstream,
};

/// A page in a state.
pub(crate) struct State {
    /// What it is called in the gallery.
    pub(crate) name: String,
    /// The page.
    pub(crate) html: String,
    /// Its policy.
    pub(crate) policy: Policy,
}

/// What strangers and settings may write.
pub(crate) struct Texts {
    pub(crate) site: String,
    pub(crate) client: String,
    pub(crate) person: String,
    pub(crate) text: String,
    pub(crate) name: String,
    pub(crate) upstream: String,
    pub(crate) words: String,
    pub(crate) code: String,
    pub(crate) key: String,
    pub(crate) scopes: ScopeSet,
    pub(crate) ticket: Secret<String>,
}

const NOW: i64 = 1_800_000_000_000;
const HOUR: i64 = 3_600_000;
const WORDS: Catalogue = Catalogue::ENGLISH;

impl Texts {
    /// As they might be.
    pub(crate) fn sample() -> Self {
        let scopes = "openid profile email storage.read:/atlas compute.create acme.calibration";
        Self {
            site: "Example Grid".to_owned(),
            client: "Workflow Portal".to_owned(),
            person: "alice@example.org".to_owned(),
            text: "the parameter scope stands twice".to_owned(),
            name: "urn:example:calibration".to_owned(),
            upstream: "Example University".to_owned(),
            words: "openid profile storage.read:/atlas".to_owned(),
            code: "WDJB-MJHT".to_owned(),
            key: "4f3c0a9be2d1".to_owned(),
            scopes: ScopeSet::parse(scopes).unwrap_or_default(),
            ticket: Secret::from("sealed.ticket.of.the.form"),
        }
    }

    /// One text everywhere.
    #[allow(dead_code, clippy::allow_attributes, reason = "the gallery has no use for it")]
    pub(crate) fn everywhere(text: &str) -> Self {
        let scope = Scope::new(text).or_else(|_| Scope::new("<script>alert(1)</script>'&"));
        Self {
            site: text.to_owned(),
            client: text.to_owned(),
            person: text.to_owned(),
            text: text.to_owned(),
            name: text.to_owned(),
            upstream: text.to_owned(),
            words: text.to_owned(),
            code: text.to_owned(),
            key: text.to_owned(),
            scopes: ScopeSet::from_words(scope),
            ticket: Secret::from(text),
        }
    }
}

/// What the pages are made with.
struct Maker<'a> {
    site: Site,
    texts: &'a Texts,
    states: Vec<State>,
}

/// Every page in every state.
pub(crate) fn states(texts: &Texts) -> Vec<State> {
    let stylesheet = path(&format!("/{}", Stylesheet::new().name));
    let site = Site { name: texts.site.clone(), stylesheet };
    let mut maker = Maker { site, texts, states: Vec::new() };
    log_in(&mut maker);
    consent(&mut maker);
    device(&mut maker);
    my_tokens(&mut maker);
    leaving(&mut maker);
    troubles(&mut maker);
    others(&mut maker);
    maker.states
}

impl Maker<'_> {
    fn add(&mut self, name: impl Into<String>, html: String) {
        self.add_with(name, html, Policy::ours());
    }

    fn add_with(&mut self, name: impl Into<String>, html: String, policy: Policy) {
        self.states.push(State { name: name.into(), html, policy });
    }

    fn form(&self, action: &str) -> Form<'_> {
        Form { action: path(action), ticket: &self.texts.ticket }
    }
}

fn path(text: &str) -> OwnPath {
    OwnPath::new(text).expect("a path of ours")
}

const fn at(hours: i64) -> Timestamp {
    Timestamp::from_millis(NOW + hours * HOUR)
}

fn log_in(maker: &mut Maker<'_>) {
    let texts = maker.texts;
    let upstreams =
        [Upstream { name: &texts.upstream, link: path("/oauth2/upstream/one?ticket=x&y=%22") }];
    let page = |maker: &Maker<'_>, user_name, error, upstreams| {
        let (site, form) = (&maker.site, maker.form("/oauth2/log-in"));
        LogIn { site, form, client: Some(&texts.client), user_name, error, upstreams }.html(&WORDS)
    };
    let person = Some(&*texts.person);
    let plain = LogIn {
        site: &maker.site,
        form: maker.form("/oauth2/log-in"),
        client: None,
        user_name: None,
        error: None,
        upstreams: &[],
    };
    let mut pages = vec![("log-in", plain.html(&WORDS))];
    pages.push(("log-in-hint", page(maker, person, None, &upstreams)));
    pages.push(("log-in-wrong", page(maker, person, Some(LogInError::Wrong), &[])));
    let wait = Some(LogInError::TooManyTries { seconds: 30 });
    pages.push(("log-in-wait", page(maker, person, wait, &[])));
    pages.push(("log-in-expired", page(maker, None, Some(LogInError::FormExpired), &upstreams)));
    for (name, html) in pages {
        maker.add(name, html);
    }
}

fn consent(maker: &mut Maker<'_>) {
    let texts = maker.texts;
    let claims = ["sub", "name", "email", &*texts.name];
    let audiences = ["https://storage.example.org", &*texts.name];
    let nothing = ScopeSet::default();
    let full = Consent {
        site: &maker.site,
        form: maker.form("/oauth2/consent"),
        client: client(texts, Assurance::Verified),
        person: &texts.person,
        not_you: path("/oauth2/log-out"),
        scopes: &texts.scopes,
        audiences: &audiences,
        claims: &claims,
        lasting: Lasting::Renewed { until: at(24 * 30) },
        memory: Memory::Remembered,
    };
    let unverified = Consent {
        client: client(texts, Assurance::Unverified),
        claims: &[],
        audiences: &[],
        lasting: Lasting::Once { until: at(1) },
        memory: Memory::AskedEachTime,
        ..full.clone()
    };
    let public = Consent {
        client: Client { home: None, ..client(texts, Assurance::Public) },
        scopes: &nothing,
        ..unverified.clone()
    };
    let pages = [
        ("consent", full.html(&WORDS)),
        ("consent-unverified", unverified.html(&WORDS)),
        ("consent-public", public.html(&WORDS)),
    ];
    let policy = FormSource::of_redirect_uri("https://portal.example.org/callback")
        .map(|source| Policy::ours().with_forms_to(source))
        .expect("a web address");
    for (name, html) in pages {
        maker.add_with(name, html, policy.clone());
    }
}

fn client(texts: &Texts, assurance: Assurance) -> Client<'_> {
    Client { name: &texts.client, home: Some("https://portal.example.org/about"), assurance }
}

fn device(maker: &mut Maker<'_>) {
    let texts = maker.texts;
    let enter = |maker: &Maker<'_>, code, error| {
        let (site, form) = (&maker.site, maker.form("/oauth2/device"));
        EnterCode { site, form, code, error }.html(&WORDS)
    };
    let code = Some(&*texts.code);
    let wait = Some(CodeError::TooManyTries { seconds: 300 });
    let confirm = ConfirmDevice {
        site: &maker.site,
        form: maker.form("/oauth2/device"),
        client: client(texts, Assurance::Public),
        person: &texts.person,
        not_you: path("/oauth2/log-out"),
        scopes: &texts.scopes,
        code: &texts.code,
    };
    let decided = |allowed| DeviceDecided { site: &maker.site, client: &texts.client, allowed };
    let pages = [
        ("device", enter(maker, None, None)),
        ("device-prefilled", enter(maker, code, None)),
        ("device-unknown", enter(maker, code, Some(CodeError::Unknown))),
        ("device-wait", enter(maker, code, wait)),
        ("device-expired", enter(maker, None, Some(CodeError::FormExpired))),
        ("device-confirm", confirm.html(&WORDS)),
        ("device-allowed", decided(true).html(&WORDS)),
        ("device-denied", decided(false).html(&WORDS)),
    ];
    for (name, html) in pages {
        maker.add(name, html);
    }
}

fn my_tokens(maker: &mut Maker<'_>) {
    let texts = maker.texts;
    let page = |maker: &Maker<'_>, applications, consents, (done, next): (_, Option<&str>)| {
        MyTokens {
            site: &maker.site,
            person: &texts.person,
            done,
            form: maker.form("/oauth2/me"),
            applications,
            next: next.map(path),
            consents,
            end_everything: path("/oauth2/me/end"),
            log_out: maker.form("/oauth2/log-out"),
        }
        .html(&WORDS)
    };
    let (all, shown) = (applications(texts), consents(texts));
    let next = Some("/oauth2/me?after=8Zk2&x=%3C");
    let mut pages = vec![
        ("me".to_owned(), page(maker, all, shown, (None, next))),
        ("me-empty".to_owned(), page(maker, Vec::new(), Vec::new(), (None, None))),
    ];
    for (name, done) in [
        ("token", Done::TokenEnded),
        ("flow", Done::FlowEnded),
        ("application", Done::ApplicationEnded),
        ("everything", Done::EverythingEnded),
        ("forgotten", Done::Forgotten),
    ] {
        let left = applications(texts).into_iter().skip(1).collect();
        pages.push((format!("me-done-{name}"), page(maker, left, Vec::new(), (Some(done), None))));
    }
    for (name, html) in pages {
        maker.add(name, html);
    }
}

fn applications(texts: &Texts) -> Vec<Application<'_>> {
    use TokenShown::{Ended, Expired, Replaced, Stopped, Valid};
    let token = |kind, from, state| TokenLine {
        key: &texts.key,
        kind,
        issued_at: at(from),
        expires_at: at(from + 24),
        last_used_at: (state == Valid).then_some(at(from + 1)),
        state,
    };
    let (access, refresh) = (TokenKind::Access, TokenKind::Refresh);
    let flow =
        |begun, tokens| Flow { key: &texts.key, begun_at: at(begun), scopes: &texts.words, tokens };
    let busy = vec![
        flow(-30, vec![token(access, -5, Valid), token(refresh, -5, Valid)]),
        flow(-90, vec![token(access, -90, Expired), token(refresh, -90, Replaced)]),
    ];
    let quiet = Flow { scopes: "", ..flow(-200, vec![token(access, -3, Ended)]) };
    let stopped = flow(-300, vec![token(refresh, -3, Stopped)]);
    vec![
        Application { key: &texts.key, name: &texts.client, flows: busy },
        Application { key: &texts.key, name: "Night Transfers", flows: vec![quiet] },
        Application { key: &texts.key, name: "Data Mover", flows: vec![stopped] },
    ]
}

fn consents(texts: &Texts) -> Vec<RememberedConsent<'_>> {
    let consent =
        |client, scopes| RememberedConsent { key: &texts.key, client, scopes, since: at(-400) };
    vec![consent(&texts.client, &*texts.words), consent("Data Mover", "")]
}

fn leaving(maker: &mut Maker<'_>) {
    let texts = maker.texts;
    let ending = ConfirmEnding {
        site: &maker.site,
        person: &texts.person,
        form: maker.form("/oauth2/me/end"),
        back: path("/oauth2/me"),
    };
    let out = ConfirmLogOut {
        site: &maker.site,
        person: &texts.person,
        form: maker.form("/oauth2/log-out"),
        back: Some(path("/oauth2/me")),
    };
    let without_back = ConfirmLogOut { back: None, ..out.clone() };
    let gone = LoggedOut { site: &maker.site, log_in: Some(path("/oauth2/me")) };
    let gone_for_good = LoggedOut { log_in: None, ..gone.clone() };
    let pages = [
        ("end-everything", ending.html(&WORDS)),
        ("log-out", out.html(&WORDS)),
        ("log-out-alone", without_back.html(&WORDS)),
        ("logged-out", gone.html(&WORDS)),
        ("logged-out-alone", gone_for_good.html(&WORDS)),
    ];
    for (name, html) in pages {
        maker.add(name, html);
    }
}

fn troubles(maker: &mut Maker<'_>) {
    let texts = maker.texts;
    for trouble in Trouble::ALL {
        let detail = (trouble == Trouble::RequestBroken).then_some(&*texts.text);
        let back = (trouble == Trouble::FormExpired).then(|| path("/oauth2/me"));
        let request_id = (trouble != Trouble::NotFound).then_some(&*texts.key);
        let page = ErrorPage { site: &maker.site, trouble, detail, request_id, back };
        let html = page.html(&WORDS);
        maker.add(format!("error-{}", kebab(&format!("{trouble:?}"))), html);
    }
}

/// `UnknownClient` as `unknown-client`.
fn kebab(name: &str) -> String {
    let mut words = String::new();
    for character in name.chars() {
        if character.is_uppercase() && !words.is_empty() {
            words.push('-');
        }
        words.extend(character.to_lowercase());
    }
    words
}

fn others(maker: &mut Maker<'_>) {
    let texts = maker.texts;
    let target = PostTarget::new("https://portal.example.org/callback").expect("a web address");
    let fields = [("code", Secret::from(&*texts.text)), ("state", Secret::from(&*texts.key))];
    let post = FormPost { site: &maker.site, target: &target, fields: &fields };
    let (html, policy) = (post.html(&WORDS), post.policy());
    let links = [
        Link { text: "Log in as a sample person", path: path("/demo/begin") },
        Link { text: &texts.client, path: path("/oauth2/me") },
    ];
    let paragraphs = ["This service runs for trying out only.", &*texts.text];
    let landing =
        Landing { site: &maker.site, heading: "Try it", paragraphs: &paragraphs, links: &links };
    let landing = landing.html(&WORDS);
    let uri = Secret::from("https://portal.example.org/callback?code=a&state=b;c");
    let destination = Destination::new(uri).expect("a web address");
    let onward = Onward { site: &maker.site, destination: &destination }.html(&WORDS);
    maker.add("onward", onward);
    maker.add_with("form-post", html, policy);
    maker.add("landing", landing);
}
