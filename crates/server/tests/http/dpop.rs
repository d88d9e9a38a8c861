//! DPoP over HTTP (RFC 9449): bound tokens, bound refresh tokens, and proofs that are none.

use muster_admin::Proof;
use muster_crypto::{Algorithm, PrivateKey};
use muster_domain::{GrantName, Lifetime, Registration};
use serde_json::{Map, Value, json};

use crate::client_credentials::verified;
use crate::house::Engine;
use crate::issuing::{
    ACCESS_TOKEN, ISSUER, Office, Party, assert_refused, member, public, registration, tokens,
};
use crate::robot::now;

/// A key that a client proves to hold.
pub(crate) struct Holder(PrivateKey);

impl Holder {
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        Self(PrivateKey::generate(algorithm).expect("a key"))
    }

    /// Its public half, as a proof brings it along.
    fn jwk(&self) -> Value {
        serde_json::from_str(&self.0.public_jwk()).expect("a JWK")
    }

    fn header(&self) -> Value {
        json!({"typ": "dpop+jwt", "alg": self.0.algorithm().as_str(), "jwk": self.jwk()})
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let claims: &Map<String, Value> = claims.as_object().expect("an object");
        self.0.signer().expect("a signer").sign_under(header, claims).expect("a JWT")
    }

    /// A good proof for an endpoint.
    pub(crate) fn proof(&self, endpoint: &str, jti: &str) -> String {
        self.sign(&self.header(), &claims(endpoint, jti))
    }

    /// A good proof for an endpoint of another issuer.
    pub(crate) fn proof_at(&self, issuer: &str, endpoint: &str, jti: &str) -> String {
        let mut claims = claims(endpoint, jti);
        claims["htu"] = json!(format!("{issuer}/{endpoint}"));
        self.sign(&self.header(), &claims)
    }

    /// A good proof for the token endpoint, with this beside what its header says anyway.
    pub(crate) fn proof_under(&self, jti: &str, name: &str, value: &Value) -> String {
        let mut header = self.header();
        header[name] = value.clone();
        self.sign(&header, &claims("token", jti))
    }
}

fn claims(endpoint: &str, jti: &str) -> Value {
    json!({"htm": "POST", "htu": format!("{ISSUER}/{endpoint}"), "iat": now(), "jti": jti})
}

fn tokens_are_bound(engine: Engine) {
    // S65, B69: the refresh token of a public client stays bound to its key.
    let office = Office::open(engine);
    let app = office.app();
    let (key, other) = (Holder::new(Algorithm::Es256), Holder::new(Algorithm::Es256));
    let answer = app.proving(key.proof("token", "1")).redeem(&office.code("app"));
    let (access, refresh) = tokens(&answer);
    assert_eq!(answer.json()["token_type"], "DPoP");
    let claims = verified(&office, "/oauth2", &access, "at+jwt");
    assert!(claims["cnf"]["jkt"].is_string());
    assert_refused(&app.refresh(&refresh), 400, "invalid_dpop_proof");
    let stolen = app.proving(other.proof("token", "2")).refresh(&refresh);
    assert_refused(&stolen, 400, "invalid_dpop_proof");
    let (_, next) = tokens(&app.proving(key.proof("token", "3")).refresh(&refresh));
    let again = app.proving(key.proof("token", "4")).refresh(&next);
    assert_eq!(again.json()["token_type"], "DPoP");
}

fn a_proof_at_refresh_binds_a_public_clients_next_refresh_token(engine: Engine) {
    // S65: RFC 9449 5
    let office = Office::open(engine);
    let app = office.app();
    let (key, other) = (Holder::new(Algorithm::Es256), Holder::new(Algorithm::Es256));
    let (_, unbound) = office.issued(&app);
    let (_, bound) = tokens(&app.proving(key.proof("token", "1")).refresh(&unbound));
    assert_refused(&app.refresh(&bound), 400, "invalid_dpop_proof");
    let stolen = app.proving(other.proof("token", "2")).refresh(&bound);
    assert_refused(&stolen, 400, "invalid_dpop_proof");
    assert_eq!(app.proving(key.proof("token", "3")).refresh(&bound).status, 200);
}

fn a_proof_counts_once_within_grace_too(engine: Engine) {
    // S65, B133
    let office = Office::open(engine);
    let patient = Registration { refresh_grace: Lifetime::from_seconds(60), ..public() };
    let app = office.register_with("app", patient, Proof::Nothing);
    let key = Holder::new(Algorithm::Es256);
    let (_, first) = office.issued(&app);
    let once = app.proving(key.proof("token", "1"));
    let given = tokens(&once.refresh(&first));
    assert_refused(&once.refresh(&first), 400, "invalid_dpop_proof");
    let again = app.proving(key.proof("token", "2"));
    assert_eq!(tokens(&again.refresh(&first)), given);
    assert_refused(&again.refresh(&first), 400, "invalid_dpop_proof");
}

fn a_proof_counts_once(engine: Engine) {
    // S65, B133
    let office = Office::open(engine);
    let web = office.web();
    let key = Holder::new(Algorithm::Es256);
    let proving = web.proving(key.proof("token", "once"));
    assert_eq!(proving.for_itself(&[]).status, 200);
    assert_refused(&proving.for_itself(&[]), 400, "invalid_dpop_proof");
    let another = Holder::new(Algorithm::EdDsa);
    let same_name = web.proving(another.proof("token", "once"));
    assert_eq!(same_name.for_itself(&[]).status, 200, "each key has its own names");
}

fn a_proof_that_says_one_wrong_thing_is_refused(engine: Engine) {
    // S65, B133
    let office = Office::open(engine);
    let web = office.web();
    let key = Holder::new(Algorithm::Es256);
    let mut wrong: Vec<(String, String)> = Vec::new();
    for (number, (name, value)) in [
        ("htm", json!("GET")),
        ("htm", json!(null)),
        ("htu", json!(format!("{ISSUER}/token?x=y"))),
        ("htu", json!(format!("{ISSUER}/revoke"))),
        ("htu", json!("https://elsewhere.example/oauth2/token")),
        ("htu", json!(null)),
        ("iat", json!(now() - 63)),
        ("iat", json!(now() + 63)),
        ("iat", json!("now")),
        ("iat", json!(null)),
        ("jti", json!("")),
        ("jti", json!(null)),
        ("jti", json!("x".repeat(4_000))),
    ]
    .into_iter()
    .enumerate()
    {
        let mut claims = claims("token", &format!("wrong-{number}"));
        let what = format!("{name} {value}");
        claims[name] = value;
        wrong.push((what, key.sign(&key.header(), &claims)));
    }
    assert_none_passes(&web, wrong);
}

/// Each is refused as no proof.
fn assert_none_passes(web: &Party, wrong: Vec<(String, String)>) {
    for (what, proof) in wrong {
        let answer = web.proving(proof).for_itself(&[]);
        assert_eq!((answer.status, &*answer.error()), (400, "invalid_dpop_proof"), "{what:.60}");
    }
    let key = Holder::new(Algorithm::Es256);
    assert_eq!(web.proving(key.proof("token", "good")).for_itself(&[]).status, 200);
}

fn a_proof_with_a_header_that_is_none_is_refused(engine: Engine) {
    // S65, B133
    let office = Office::open(engine);
    let web = office.web();
    let key = Holder::new(Algorithm::Es256);
    let mut wrong: Vec<(String, String)> = Vec::new();
    let other = Holder::new(Algorithm::Es256);
    let private = {
        let mut jwk = key.jwk();
        jwk["d"] = json!("AAAA");
        jwk
    };
    let symmetric = json!({"kty": "oct", "k": "AAAA"});
    for (number, (what, header)) in [
        ("no jwk", json!({"typ": "dpop+jwt", "alg": "ES256"})),
        ("a private jwk", json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": private})),
        ("HS256", json!({"typ": "dpop+jwt", "alg": "HS256", "jwk": symmetric})),
        ("none", json!({"typ": "dpop+jwt", "alg": "none", "jwk": key.jwk()})),
        ("another typ", json!({"typ": "JWT", "alg": "ES256", "jwk": key.jwk()})),
        ("no typ", json!({"alg": "ES256", "jwk": key.jwk()})),
        ("another key", json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": other.jwk()})),
    ]
    .into_iter()
    .enumerate()
    {
        let claims = claims("token", &format!("header-{number}"));
        wrong.push((what.to_owned(), key.sign(&header, &claims)));
    }
    wrong.push(("no JWT".to_owned(), "x".to_owned()));
    assert_none_passes(&web, wrong);
    let two = web
        .proving(key.proof("token", "two-a"))
        .request("token", &[("grant_type", "client_credentials")]);
    let two = two.header("DPoP", &key.proof("token", "two-b")).send(office.house.address);
    assert_refused(&two, 400, "invalid_dpop_proof");
}

fn a_client_whose_tokens_are_bound_always_proves(engine: Engine) {
    // RFC 9449 5.2
    let office = Office::open(engine);
    let bound = Registration { binds_tokens: true, ..registration() };
    let web = office.register("web", bound);
    assert_refused(&web.for_itself(&[]), 400, "invalid_dpop_proof");
    assert_refused(&web.redeem(&office.code("web")), 400, "invalid_dpop_proof");
    assert_refused(&web.post("device_authorization", &[]), 400, "invalid_dpop_proof");
    let key = Holder::new(Algorithm::Es256);
    assert_eq!(web.proving(key.proof("token", "a")).for_itself(&[]).status, 200);
}

fn a_stolen_bound_token_is_worth_nothing_at_our_own_endpoints(engine: Engine) {
    // S65, B134
    let office = Office::open(engine);
    let web = office.web();
    let (key, other) = (Holder::new(Algorithm::Es256), Holder::new(Algorithm::Es256));
    let answer = web.proving(key.proof("token", "a")).redeem(&office.code("web"));
    let access = member(&answer, "access_token");
    assert_refused(&web.exchange(&access, &[]), 400, "invalid_dpop_proof");
    let thief = web.proving(other.proof("token", "b")).exchange(&access, &[]);
    assert_refused(&thief, 400, "invalid_dpop_proof");
    let kept = web.proving(key.proof("token", "c")).exchange(&access, &[]);
    assert_eq!(kept.json()["token_type"], "DPoP", "{}", kept.text());
    // Neither does it act for somebody (RFC 8693 4.1).
    let own = member(&web.proving(key.proof("token", "d")).for_itself(&[]), "access_token");
    let subject = office.issued(&web).0;
    let acting = [("actor_token", own.as_str()), ("actor_token_type", ACCESS_TOKEN)];
    assert_refused(&web.exchange(&subject, &acting), 400, "invalid_dpop_proof");
    let thief = web.proving(other.proof("token", "e")).exchange(&subject, &acting);
    assert_refused(&thief, 400, "invalid_dpop_proof");
    let kept = web.proving(key.proof("token", "f")).exchange(&subject, &acting);
    assert_eq!(kept.status, 200, "{}", kept.text());
    let told = web.introspect(&access).json();
    assert_eq!(told["token_type"], "DPoP");
    assert!(told["cnf"]["jkt"].is_string());
    // Nothing of ours takes an access token in place of client authentication.
    for scheme in ["Bearer", "DPoP"] {
        for endpoint in ["token", "introspect", "revoke"] {
            let request = crate::wire::Request::new("POST", &format!("/oauth2/{endpoint}"))
                .header("Authorization", &format!("{scheme} {access}"))
                .form(&[("grant_type", GrantName::ClientCredentials.as_str()), ("token", &access)]);
            let answer = request.send(office.house.address);
            assert_refused(&answer, 401, "invalid_client");
        }
    }
}

fn a_code_or_device_bound_to_a_key_needs_it(engine: Engine) {
    // RFC 9449 10, S65
    let office = Office::open(engine);
    let web = office.web();
    let (key, other) = (Holder::new(Algorithm::Es256), Holder::new(Algorithm::Es256));
    let started =
        web.proving(key.proof("device_authorization", "a")).post("device_authorization", &[]);
    let code = member(&started, "device_code");
    let alice = office.user("alice");
    office.decide(&member(&started, "user_code"), muster_flows::Decision::Approve(&alice));
    assert_refused(&web.poll(&code), 400, "invalid_dpop_proof");
    let thief = web.proving(other.proof("token", "b")).poll(&code);
    assert_refused(&thief, 400, "invalid_dpop_proof");
    assert_eq!(web.proving(key.proof("token", "c")).poll(&code).status, 200);
}

both! {
    tokens_are_bound_to_the_proved_key_on_sqlite
        tokens_are_bound_to_the_proved_key_on_postgres
        tokens_are_bound;
    a_proof_counts_once_on_sqlite
        a_proof_counts_once_on_postgres
        a_proof_counts_once;
    a_proof_that_says_one_wrong_thing_is_refused_on_sqlite
        a_proof_that_says_one_wrong_thing_is_refused_on_postgres
        a_proof_that_says_one_wrong_thing_is_refused;
    a_proof_with_a_header_that_is_none_is_refused_on_sqlite
        a_proof_with_a_header_that_is_none_is_refused_on_postgres
        a_proof_with_a_header_that_is_none_is_refused;
    a_client_whose_tokens_are_bound_always_proves_on_sqlite
        a_client_whose_tokens_are_bound_always_proves_on_postgres
        a_client_whose_tokens_are_bound_always_proves;
    a_stolen_bound_token_is_worth_nothing_at_our_own_endpoints_on_sqlite
        a_stolen_bound_token_is_worth_nothing_at_our_own_endpoints_on_postgres
        a_stolen_bound_token_is_worth_nothing_at_our_own_endpoints;
    a_code_or_device_bound_to_a_key_needs_it_on_sqlite
        a_code_or_device_bound_to_a_key_needs_it_on_postgres
        a_code_or_device_bound_to_a_key_needs_it;
    a_proof_at_refresh_binds_a_public_clients_next_refresh_token_on_sqlite
        a_proof_at_refresh_binds_a_public_clients_next_refresh_token_on_postgres
        a_proof_at_refresh_binds_a_public_clients_next_refresh_token;
    a_proof_counts_once_within_grace_too_on_sqlite
        a_proof_counts_once_within_grace_too_on_postgres
        a_proof_counts_once_within_grace_too;
}
