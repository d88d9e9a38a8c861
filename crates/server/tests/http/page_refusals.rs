//! What provokes each case of the tables of refusals in `docs/grants` and `docs/endpoints`.
//!
//! A case that nobody can provoke here says which file of tests does; one that is not known
//! fails the test of the pages.

use muster_domain::{PartyStatus, UserStatus};
use muster_flows::Decision;
use serde_json::json;

use crate::curl::Curl;
use crate::issuing::{API, Office, member};
use crate::pages::{Cast, Page, Row};
use crate::robot::now;
use crate::wire::Answer;

/// What becomes of a case.
enum Proof {
    Answers(Vec<Answer>),
    /// In this file of tests, for a reason.
    Elsewhere(&'static str),
    Nowhere,
}

/// The cases of a row that are not refused as the page says.
pub(crate) fn untrue(cast: &Cast, off: &Office, (page, row): (&Page, &Row)) -> Vec<String> {
    let mut wrong = Vec::new();
    for case in &row.cases {
        let scene = Scene { cast, off, page };
        let answers = match scene.proof(case) {
            Proof::Answers(answers) => answers,
            Proof::Elsewhere(file) => {
                let path = format!("{}/tests/http/{file}.rs", env!("CARGO_MANIFEST_DIR"));
                assert!(std::path::Path::new(&path).exists(), "{path}");
                continue;
            }
            Proof::Nowhere => {
                wrong.push(format!("{}: nobody provokes: {case}", page.name));
                continue;
            }
        };
        for answer in answers {
            let lacks = |name: &&String| answer.header(name).is_none();
            let told = (answer.status, answer.error());
            if told != (row.status, row.error.clone()) || row.headers.iter().any(|n| lacks(&n)) {
                let (page, text) = (&page.name, answer.text());
                wrong.push(format!("{page}: {case}: {} {text}", answer.status));
            }
        }
    }
    wrong
}

struct Scene<'a> {
    cast: &'a Cast,
    off: &'a Office,
    page: &'a Page,
}

impl Scene<'_> {
    fn example(&self) -> Curl {
        self.cast.filled(self.page)
    }

    fn run(&self, curl: &Curl) -> Answer {
        curl.run(self.cast.office.house.address)
    }

    /// The example with this parameter like that.
    fn with(&self, name: &str, values: &[&str]) -> Vec<Curl> {
        values.iter().map(|value| self.example().with(name, value)).collect()
    }

    /// The example by this client.
    fn by(&self, id: &str) -> Curl {
        self.example().by(id, &self.cast.party(id).secret)
    }

    fn proof(&self, case: &str) -> Proof {
        let requests = self
            .malformed(case)
            .or_else(|| self.not_allowed(case))
            .or_else(|| self.of_codes(case))
            .or_else(|| self.of_tokens(case))
            .or_else(|| self.of_exchanges(case));
        if let Some(requests) = requests {
            return Proof::Answers(requests.iter().map(|curl| self.run(curl)).collect());
        }
        if let Some(answers) = self.of_devices(case).or_else(|| self.of_standing(case)) {
            return Proof::Answers(answers);
        }
        let name = self.page.name.as_str();
        Proof::Elsewhere(match (name, case) {
            // They take their time.
            ("grants/device_code", "the code's time is over") => "device_code",
            ("grants/refresh_token", "the family is older than its limit") => "refresh_token",
            ("grants/token_exchange", "a chain that is too long") => "token_exchange",
            ("grants/token_info", case) if case.starts_with("too many ") => "token_info",
            ("endpoints/introspection", case) if case.starts_with("more than") => "introspection",
            // Registrations that change meanwhile.
            (_, case) if case.starts_with("the registration allows none of") => "refresh_token",
            (_, case) if case.starts_with("nothing is left of") => "refresh_token",
            ("grants/token_exchange", case) if case.starts_with("none was asked for") => {
                "token_exchange"
            }
            // Another service, with other settings.
            ("grants/device_start", "the device grant is switched off") => "metadata",
            // They need a store that fails.
            ("endpoints/revocation", case) if case.starts_with("the store is not reachable") => {
                "revocation_faults"
            }
            (_, "the store is not reachable" | "the store cannot be reached") => "database_killed",
            _ => return Proof::Nowhere,
        })
    }

    /// What is wrong whoever asks.
    fn malformed(&self, case: &str) -> Option<Vec<Curl>> {
        let example = || self.example();
        if let Some(name) = case.strip_prefix("no `").and_then(|rest| rest.split('`').next())
            && case.ends_with(", or an empty one")
        {
            // With nothing at all in it, it would not be a POST.
            let without = example().without(name).and("unknown", "x");
            return Some(vec![without, example().with(name, "")]);
        }
        Some(match case {
            "a parameter twice" => {
                let example = example();
                let (name, value) = example.pairs[0].clone();
                vec![example.and(&name, &value)]
            }
            "a parameter in the query" => vec![example().query("scope=read")],
            "the token in the query" => vec![example().query("token=x")],
            "two authentication methods" => {
                let id = example().client();
                let twice = example().by(&id, "x").and("client_id", &id);
                vec![twice.and("client_secret", "x")]
            }
            "bad encoding" => vec![example().raw("x=%zz")],
            "a wish that is no lifetime" => vec![example().and("at_lifetime", "soon")],
            "another method than POST" | "another method" => vec![example().method("PUT")],
            "another method than GET or HEAD" => vec![example().method("POST")],
            "another path that looks like it" => vec![example().path_end("/")],
            case if case.starts_with("two `DPoP` headers") => {
                vec![example().header("DPoP: x"), example().header("DPoP: x").header("DPoP: x")]
            }
            case if case.starts_with("a scope that is malformed or ") => {
                self.with("scope", &["a\"b", "not-granted"])
            }
            case if case.starts_with("a resource ") => {
                self.with("resource", &["/relative", "https://a.example/#x", "urn:unknown"])
            }
            "more than 16" => {
                let more = |curl: Curl, n| curl.and("resource", &format!("urn:{n}"));
                vec![(0..17).fold(example(), more)]
            }
            _ => return None,
        })
    }

    /// What is wrong with whoever asks.
    fn not_allowed(&self, case: &str) -> Option<Vec<Curl>> {
        let example = || self.example();
        let id = example().client();
        let as_admin = {
            let (id, secret) = self.cast.office.house.admin();
            move |curl: Curl| curl.by(&id, &secret)
        };
        Some(match case {
            "authentication missing or wrong" => vec![
                example().by_nobody(),
                example().by(&id, "wrong"),
                example().by("nobody", "wrong"),
            ],
            "a public client with a secret" => vec![example().by("tv", "x")],
            "a public client" => vec![example().by_nobody().and("client_id", "tv")],
            "the client may not use this grant"
            | "a client that may not use this grant"
            | "the client is not registered for the device grant" => {
                vec![self.by("no-grants"), as_admin(example())]
            }
            "no, malformed, wrong or doubled authentication" => vec![
                example().by_nobody(),
                example().by_nobody().header("Authorization: Basic !"),
                example().by(&id, "wrong"),
            ],
            "unknown, pending, denied, suspended or deleted caller" => {
                let outcasts = self.cast.office.house.outcast_admins();
                let mut asked: Vec<Curl> =
                    outcasts.iter().map(|(id, secret)| example().by(id, secret)).collect();
                asked.push(example().by("nobody", "x"));
                asked
            }
            "`client_id` differs from the Basic id" => vec![example().and("client_id", "portal")],
            "no `list_users`" | "an admin without `list_users`" => {
                let (id, secret) = self.cast.office.house.admin_without_right();
                vec![example().by(&id, &secret)]
            }
            _ => return None,
        })
    }

    fn of_codes(&self, case: &str) -> Option<Vec<Curl>> {
        let example = || self.example();
        let with = |name: &str, value: &str| example().with(name, value);
        Some(match case {
            "the code is unknown, expired, used, of another client or of another issuer"
                if self.page.name == "grants/authorization_code" =>
            {
                let used = example();
                assert_eq!(self.run(&used).status, 200);
                let others = self.cast.code_of("alice", "stranger");
                let old = self.cast.old_code();
                vec![with("code", "x"), with("code", &old), used, with("code", &others)]
            }
            "`redirect_uri` missing or differing" => vec![
                example().without("redirect_uri"),
                with("redirect_uri", "https://portal.example.org/callback/"),
            ],
            "`code_verifier` missing, malformed, wrong, or sent without a challenge" => {
                let unchallenged = self.cast.unchallenged_code();
                vec![
                    example().without("code_verifier"),
                    with("code_verifier", &"x".repeat(42)),
                    with("code_verifier", &"x".repeat(43)),
                    with("code", &unchallenged),
                ]
            }
            _ => return None,
        })
    }

    /// What is wrong with a token, an assertion, or whoever they are about.
    fn of_tokens(&self, case: &str) -> Option<Vec<Curl>> {
        let with = |name: &str, value: &str| self.example().with(name, value);
        let (cast, planted) = (self.cast, &self.cast.office.house.tokens);
        Some(match case {
            "the token is unknown, cut, expired, used, revoked, an access token, of another client or of another issuer" =>
            {
                let name = "refresh_token";
                let (used, revoked) = (self.example(), self.example());
                assert_eq!(self.run(&used).status, 200);
                assert_eq!(cast.party("portal").revoke(revoked.value(name)).status, 200);
                let cut = self.example();
                let cut = cut.clone().with(name, &cut.value(name)[1..]);
                let (access, _) = cast.tokens_of("alice", API);
                vec![with(name, "x"), cut, used, revoked, with(name, &access), self.by("stranger")]
            }
            case if case.starts_with("the proof is missing, of another key") => {
                vec![self.example().header("DPoP: x")]
            }
            "the assertion is malformed, unsigned, wrongly signed, expired or too old, without `jti` or used before, for another audience, or of an issuer that is not trusted or disabled" =>
            {
                let used = self.example();
                assert_eq!(self.run(&used).status, 200);
                let cut = self.example();
                let cut = cut.clone().with("assertion", &cut.value("assertion")[1..]);
                let mut wrong = vec![with("assertion", "x"), cut, used];
                for (name, value) in [
                    ("exp", json!(now() - 1)),
                    ("iat", json!(now() - 3_610)),
                    ("jti", json!(null)),
                    ("aud", json!("https://issuer.example/oauth2/token")),
                    ("iss", json!("https://nobody.example")),
                ] {
                    let word = cast.idp.about_alice_but(&cast.name(), name, value);
                    wrong.push(with("assertion", &word));
                }
                wrong
            }
            "no token, both, one twice, an empty one, bad encoding" => vec![
                self.example().without("access_token"),
                with("refresh_token", "x"),
                self.example().and("access_token", "x"),
                with("access_token", ""),
                self.example().raw("x=%zz"),
            ],
            "token not acceptable, for whatever reason" => vec![
                with("access_token", "x"),
                with("access_token", &planted.expired_access),
                with("access_token", &planted.revoked_access),
                with("access_token", &planted.foreign_access),
            ],
            "the token is another client's, which stays as it is" => vec![self.by("stranger")],
            _ => return None,
        })
    }

    fn of_exchanges(&self, case: &str) -> Option<Vec<Curl>> {
        let with = |name: &str, value: &str| self.example().with(name, value);
        let kind = self.page.example.pairs.iter().find(|(name, _)| name == "subject_token_type");
        let kind = kind.map(|(_, value)| value.as_str())?;
        let acting = |token: &str| {
            let curl = with("actor_token", token).with("actor_token_type", kind);
            curl.with("audience", "storage")
        };
        Some(match case {
            "`subject_token` or its type missing or empty" => vec![
                self.example().without("subject_token"),
                self.example().without("subject_token_type"),
                with("subject_token", ""),
                with("subject_token_type", ""),
            ],
            "a type that is not known" => vec![with("subject_token_type", "urn:x")],
            "`actor_token` without its type, or the type without the token" => {
                vec![with("actor_token", "x"), with("actor_token_type", kind)]
            }
            case if case.starts_with("a subject or actor token that is") => {
                let revoked = self.example();
                let portal = self.cast.party("portal");
                assert_eq!(portal.revoke(revoked.value("subject_token")).status, 200);
                let refresh = kind.replace("access", "refresh");
                vec![
                    revoked,
                    with("subject_token", &self.cast.office.house.tokens.expired_access),
                    with("subject_token_type", &refresh),
                    acting("x"),
                ]
            }
            "an actor that the subject's `may_act` does not name, or that is the subject" => {
                let (bobs, _) = self.cast.tokens_of("bob", "gateway");
                let (alices, _) = self.cast.tokens_of("alice", "gateway");
                vec![acting(&bobs), acting(&alices)]
            }
            "`requested_token_type` not known, or not for this client" => vec![
                with("requested_token_type", "urn:x"),
                with("requested_token_type", &kind.replace("access", "id")),
            ],
            _ => return None,
        })
    }

    fn of_devices(&self, case: &str) -> Option<Vec<Answer>> {
        if self.page.name != "grants/device_code" {
            return None;
        }
        let party = self.cast.party(&self.example().client());
        let waiting = || {
            let started = party.post("device_authorization", &[]);
            let curl = self.example().with("device_code", &member(&started, "device_code"));
            (curl, member(&started, "user_code"))
        };
        Some(match case {
            "the user has not decided yet" => vec![self.run(&waiting().0)],
            case if case.starts_with("asked faster than `interval`") => {
                let (curl, _) = waiting();
                assert_eq!(self.run(&curl).error(), "authorization_pending");
                vec![self.run(&curl), self.run(&curl)]
            }
            case if case.starts_with("the user said no") => {
                let (curl, user_code) = waiting();
                self.cast.office.decide(&user_code, Decision::Deny);
                let name = self.cast.name();
                let taken_back = self.cast.filled_for(self.page, &name);
                self.cast.office.keeper.revoke_user(&name, None).expect("a revocation");
                vec![self.run(&curl), self.run(&taken_back)]
            }
            "the code is unknown, redeemed, of another client or of another issuer" => {
                let redeemed = self.example();
                assert_eq!(self.run(&redeemed).status, 200);
                let unknown = self.example().with("device_code", "x");
                [redeemed, unknown, self.by("stranger")].map(|curl| self.run(&curl)).to_vec()
            }
            _ => return None,
        })
    }

    /// What is asked once something above it does not stand any more.
    fn of_standing(&self, case: &str) -> Option<Vec<Answer>> {
        let (cast, office) = (self.cast, &self.cast.office);
        let id = self.example().client();
        Some(match case {
            "the grant is switched off" => vec![self.example().run(self.off.house.address)],
            "the client, its admins or the issuer not in good standing" => {
                let (one, other) = (self.example(), self.example());
                let set = |status| office.keeper.set_client_status(&id, status).expect("a status");
                set(PartyStatus::Suspended);
                let by_client = self.run(&one);
                set(PartyStatus::Approved);
                let (store, issuer) = (&office.seed.store, office.seed.issuer.key);
                let set = |status| store.change(|unit| unit.set_issuer_status(issuer, status));
                set(PartyStatus::Suspended).expect("a status");
                let by_issuer = self.run(&other);
                set(PartyStatus::Approved).expect("a status");
                vec![by_client, by_issuer]
            }
            "the user is disabled or removed, or has withdrawn its consent"
            | "the user is disabled or removed"
            | "its user is unknown, disabled, removed or of another issuer" => {
                let [disabled, removed] = ["disabled", "removed"].map(|how| {
                    let name = format!("{how}-{}", cast.name());
                    let curl = cast.filled_for(self.page, &name);
                    let user = office.user(&name).key;
                    let done = office.seed.store.change(|unit| match how {
                        "disabled" => unit.set_user_status(user, UserStatus::Disabled),
                        _ => unit.remove_user(user),
                    });
                    assert!(done.expect("a change"));
                    self.run(&curl)
                });
                vec![disabled, removed]
            }
            "a client that the token is meant for is not in good standing" => {
                let (_, refresh) = cast.tokens_of("alice", "storage");
                let example = self.example();
                let set =
                    |status| office.keeper.set_client_status("storage", status).expect("a status");
                set(PartyStatus::Suspended);
                let answer = self.run(&example.with("refresh_token", &refresh));
                set(PartyStatus::Approved);
                vec![answer]
            }
            _ => return None,
        })
    }
}
