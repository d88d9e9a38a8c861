//! The JWT-bearer grant over HTTP: whose word about a user is believed.

use std::sync::Barrier;

use muster_admin::Proof;
use muster_crypto::{Algorithm, PrivateKey};
use muster_domain::{Clock, PartyStatus, Registration, TrustedIssuer, UserStatus};
use muster_server::clock::SystemClock;
use serde_json::{Map, Value, json};

use crate::house::Engine;
use crate::issuing::{
    Behind, ISSUER, Office, assert_invalid_grant, assert_refused, member, registration,
};
use crate::robot::now;

pub(crate) const TRUSTED: &str = "https://idp.example";

/// A trusted issuer with keys of its own.
pub(crate) struct Idp(PrivateKey);

impl Idp {
    pub(crate) fn trusted(office: &Office) -> Self {
        let idp = Self(PrivateKey::generate(Algorithm::Es256).expect("a key"));
        idp.be_trusted_by(&office.behind);
        idp
    }

    /// Lets another issuer believe it, too.
    pub(crate) fn be_trusted_by(&self, behind: &Behind) {
        let trusted = TrustedIssuer {
            issuer: behind.seed.issuer.key,
            url: TRUSTED.to_owned(),
            status: PartyStatus::Approved,
            jwks: format!("{{\"keys\":[{}]}}", self.0.public_jwk()),
            created_at: SystemClock.now(),
        };
        behind.seed.store.change(|unit| unit.add_trusted_issuer(&trusted)).expect("trust");
    }

    fn sign(&self, claims: &Map<String, Value>) -> String {
        self.0.signer().expect("a signer").sign("JWT", claims).expect("a JWT")
    }

    /// A good assertion about alice, with this beside what its header says anyway.
    pub(crate) fn about_alice_under(&self, jti: &str, name: &str, value: &Value) -> String {
        let mut header = json!({"typ": "JWT", "alg": self.0.algorithm().as_str()});
        header[name] = value.clone();
        let signer = self.0.signer().expect("a signer");
        signer.sign_under(&header, &claims("alice", jti)).expect("a JWT")
    }

    /// A good assertion about this user.
    pub(crate) fn about(&self, user: &str, jti: &str) -> String {
        self.sign(&claims(user, jti))
    }

    /// The same with one member changed; null takes it away.
    pub(crate) fn about_alice_but(&self, jti: &str, name: &str, value: Value) -> String {
        let mut claims = claims("alice", jti);
        if value.is_null() {
            claims.remove(name);
        } else {
            claims.insert(name.to_owned(), value);
        }
        self.sign(&claims)
    }
}

fn claims(user: &str, jti: &str) -> Map<String, Value> {
    let claims = json!({
        "iss": TRUSTED, "sub": user, "aud": ISSUER, "iat": now(), "exp": now() + 60, "jti": jti,
    });
    claims.as_object().cloned().expect("an object")
}

fn an_assertion_is_good_once(engine: Engine) {
    // S58, B93
    let office = Office::open(engine);
    let web = office.web();
    let idp = Idp::trusted(&office);
    office.user("alice");
    let assertion = idp.about("alice", "once");
    let answer = web.believe(&assertion);
    let told = web.introspect(&member(&answer, "access_token")).json();
    assert_eq!((&told["sub"], &told["client_id"]), (&json!("alice"), &json!("web")));
    assert!(answer.json().get("refresh_token").is_none(), "RFC 7521 4.1");
    assert_invalid_grant(&web.believe(&assertion));
    let raced = idp.about("alice", "raced");
    let together = Barrier::new(64);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let askers: Vec<_> = (0..64)
            .map(|_| {
                scope.spawn(|| {
                    together.wait();
                    web.believe(&raced).status
                })
            })
            .collect();
        askers.into_iter().map(|asker| asker.join().expect("an answer")).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
}

fn an_assertion_that_says_one_wrong_thing_is_refused(engine: Engine) {
    // S58, B83, B85, B89, B90, B91, B92, B93, B94, B95
    let office = Office::open(engine);
    let web = office.web();
    let idp = Idp::trusted(&office);
    office.user("alice");
    for (number, (name, value)) in [
        ("exp", json!(null)),
        ("exp", json!("soon")),
        ("exp", json!(1e300)),
        ("exp", json!(-1)),
        ("exp", json!(now() - 1)),
        ("exp", json!(now() + 10 * 365 * 86_400)),
        ("nbf", json!(now() + 61)),
        ("iat", json!(now() + 61)),
        ("iat", json!(1e13)),
        ("iat", json!(now() - 86_400)),
        ("aud", json!(null)),
        ("aud", json!([])),
        ("aud", json!([ISSUER])),
        ("aud", json!("https://elsewhere.example")),
        ("aud", json!(format!("{ISSUER}/token"))),
        ("aud", json!({"is": ISSUER})),
        ("aud", json!(1)),
        ("iss", json!(null)),
        ("iss", json!("https://nobody.example")),
        ("iss", json!("web")),
        ("sub", json!(null)),
        ("sub", json!("")),
        ("sub", json!(1)),
        ("jti", json!(null)),
        ("jti", json!(1)),
        ("jti", json!("")),
        ("jti", json!("x".repeat(4_000))),
    ]
    .into_iter()
    .enumerate()
    {
        let what = format!("{name} {value}");
        let assertion = idp.about_alice_but(&format!("wrong-{number}"), name, value);
        let answer = web.believe(&assertion);
        assert_eq!((answer.status, &*answer.error()), (400, "invalid_grant"), "{what}");
    }
    let stranger = Idp(PrivateKey::generate(Algorithm::Es256).expect("a key"));
    assert_invalid_grant(&web.believe(&stranger.about("alice", "another-key")));
    let good = idp.about("alice", "good");
    let (head, rest) = good.split_once('.').expect("a head");
    let none = data_encoding::BASE64URL_NOPAD.encode(b"{\"alg\":\"none\"}");
    for text in [format!("{none}.{rest}"), format!("{good}="), "a.b".to_owned(), head.to_owned()] {
        assert_invalid_grant(&web.believe(&text));
    }
    assert_refused(&web.believe(""), 400, "invalid_request");
    assert_eq!(web.believe(&good).status, 200);
}

fn only_known_active_users_and_trusted_issuers_count(engine: Engine) {
    // B99, S58
    let office = Office::open(engine);
    let web = office.web();
    let idp = Idp::trusted(&office);
    let alice = office.user("alice").key;
    assert_invalid_grant(&web.believe(&idp.about("nobody", "a")));
    let store = &office.seed.store;
    store.change(|unit| unit.set_user_status(alice, UserStatus::Disabled)).expect("a status");
    assert_invalid_grant(&web.believe(&idp.about("alice", "b")));
    store.change(|unit| unit.set_user_status(alice, UserStatus::Active)).expect("a status");
    let tenant = office.seed.issuer.key;
    let set = |status| store.change(|unit| unit.set_trusted_issuer_status(tenant, TRUSTED, status));
    set(PartyStatus::Suspended).expect("a status");
    assert_invalid_grant(&web.believe(&idp.about("alice", "c")));
    set(PartyStatus::Approved).expect("a status");
    assert_eq!(web.believe(&idp.about("alice", "d")).status, 200);
}

fn a_client_speaks_for_the_users_of_its_registration_alone(engine: Engine) {
    let office = Office::open(engine);
    let key = PrivateKey::generate(Algorithm::Es256).expect("a key");
    let jwks = format!("{{\"keys\":[{}]}}", key.public_jwk());
    let assertion_users = vec!["alice".to_owned()];
    let named = Registration { assertion_users, ..registration() };
    office.register_with("robot", named, Proof::KeySet(jwks));
    office.user("alice");
    office.user("bob");
    let robot = crate::robot::Robot { id: "robot".to_owned(), key };
    let ask = |user: &str, jti: &str| {
        let word = robot.claims_but(&format!("{jti}-grant"), "sub", json!(user));
        let proof = robot.signed("JWT", &robot.claims(jti));
        let grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
        let pairs = [
            ("grant_type", grant),
            ("assertion", &robot.signed("JWT", &word)),
            ("client_assertion_type", crate::robot::ASSERTION_TYPE),
            ("client_assertion", &proof),
        ];
        crate::wire::Request::new("POST", "/oauth2/token").form(&pairs).send(office.house.address)
    };
    assert_eq!(ask("alice", "a").status, 200);
    assert_invalid_grant(&ask("bob", "b"));
}

both! {
    an_assertion_about_a_user_is_good_once_on_sqlite
        an_assertion_about_a_user_is_good_once_on_postgres
        an_assertion_is_good_once;
    an_assertion_that_says_one_wrong_thing_is_refused_on_sqlite
        an_assertion_that_says_one_wrong_thing_is_refused_on_postgres
        an_assertion_that_says_one_wrong_thing_is_refused;
    only_known_active_users_and_trusted_issuers_count_on_sqlite
        only_known_active_users_and_trusted_issuers_count_on_postgres
        only_known_active_users_and_trusted_issuers_count;
    a_client_speaks_for_the_users_of_its_registration_alone_on_sqlite
        a_client_speaks_for_the_users_of_its_registration_alone_on_postgres
        a_client_speaks_for_the_users_of_its_registration_alone;
}
