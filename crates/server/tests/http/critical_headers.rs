//! Headers of JWTs that would change what a signature means (B86, V36): refused wherever a JWT
//! comes in over HTTP, each under a good signature, so that nothing else can refuse it.

use muster_crypto::{Algorithm, PrivateKey};
use muster_domain::{
    ElementKey, Lifetime, Token, TokenId, TokenKey, TokenKind, TokenState, UserId,
};
use muster_server::clock::SystemClock;
use muster_store::{Sequence, SigningKeyState, StoredSigningKey, StoredToken};
use serde_json::{Value, json};

use crate::dpop::Holder;
use crate::house::{Engine, TOKEN_INFO};
use crate::issuing::{ACCESS_TOKEN, Office, assert_invalid_grant, assert_refused, registration};
use crate::jwt_bearer::Idp;
use crate::robot::{self, Robot};

/// Members that no header of ours or for us may have (RFC 7515 4.1.11, RFC 7797, RFC 7516).
fn wrong() -> Vec<(&'static str, Value)> {
    vec![
        ("crit", json!(["x"])),
        ("crit", json!([])),
        ("crit", json!("x")),
        ("crit", json!(["exp"])),
        ("crit", json!(["b64"])),
        ("crit", json!(["alg", "typ"])),
        ("crit", json!({"exp": true})),
        ("crit", json!(null)),
        ("crit", json!([null])),
        ("b64", json!(false)),
        ("b64", json!(true)),
        ("b64", json!("false")),
        ("zip", json!("DEF")),
        ("enc", json!("A256GCM")),
    ]
}

/// One that nobody minds (RFC 7515 4): what is not understood and not critical is ignored.
const HARMLESS: (&str, &str) = ("x-colour", "green");

fn client_assertions(engine: Engine) {
    let office = Office::open(engine);
    let robot = Robot::new(&office.house, "robot");
    let signed = |jti: &str, name: &str, value: &Value| {
        let mut header = json!({"typ": "JWT", "alg": "ES256", "kid": robot.key.kid()});
        header[name] = value.clone();
        let signer = robot.key.signer().expect("a signer");
        signer.sign_under(&header, &robot.claims(jti)).expect("a JWT")
    };
    for (number, (name, value)) in wrong().iter().enumerate() {
        let text = signed(&format!("wrong-{number}"), name, value);
        robot::assert_refused(&office.house, &format!("{name} {value}"), &text);
    }
    let good = signed("good", HARMLESS.0, &json!(HARMLESS.1));
    assert_eq!(robot::ask(&office.house, &good).status, 200);
}

fn words_about_users(engine: Engine) {
    let office = Office::open(engine);
    let (web, idp) = (office.web(), Idp::trusted(&office));
    office.user("alice");
    for (number, (name, value)) in wrong().iter().enumerate() {
        let word = idp.about_alice_under(&format!("wrong-{number}"), name, value);
        assert_invalid_grant(&web.believe(&word));
    }
    let good = idp.about_alice_under("good", HARMLESS.0, &json!(HARMLESS.1));
    assert_eq!(web.believe(&good).status, 200);
}

fn proofs_of_possession(engine: Engine) {
    let office = Office::open(engine);
    let web = office.web();
    let key = Holder::new(Algorithm::Es256);
    let ask = |proof: String| web.proving(proof).for_itself(&[]);
    for (number, (name, value)) in wrong().iter().enumerate() {
        let proof = key.proof_under(&format!("wrong-{number}"), name, value);
        assert_refused(&ask(proof), 400, "invalid_dpop_proof");
    }
    let good = key.proof_under("good", HARMLESS.0, &json!(HARMLESS.1));
    assert_eq!(ask(good).status, 200);
}

/// A token of alice at this client that came by an import without its text: whoever shows its
/// `jti` under a good signature holds it (token-info.md 2). The key that signed it.
fn imported(office: &Office, client: &str, id: &str) -> PrivateKey {
    let key = PrivateKey::generate(Algorithm::Es256).expect("a key");
    let seed = &office.seed;
    let now = muster_domain::Clock::now(&SystemClock);
    let published = StoredSigningKey {
        issuer: seed.issuer.key,
        kid: key.kid().to_owned(),
        algorithm: "ES256".to_owned(),
        state: SigningKeyState::Retired,
        public_jwk: key.public_jwk(),
        private: None,
        created_at: now,
        published_until: None,
    };
    let user = seed.user(&UserId::new("alice").expect("an id")).expect("a user");
    let client = office.client(client);
    let flow = seed.flow(&client, Some(&user), now).expect("a flow").transaction;
    let planted = seed.store.change(|unit| {
        unit.put_signing_key(&published)?;
        let number = unit.take_numbers(Sequence::Tokens, 1)?.start;
        let token = Token {
            key: TokenKey::new(flow.key.shard, number),
            issuer: flow.issuer,
            client: flow.client,
            user: flow.user,
            transaction: flow.key,
            element: ElementKey::new(number),
            kind: TokenKind::Access,
            id: TokenId::new(id).expect("an id"),
            issued_at: now,
            expires_at: now.plus(Lifetime::from_days(1)),
            state: TokenState::Live,
        };
        let started_at = flow.started_at;
        unit.add_tokens(&[StoredToken {
            token,
            started_at,
            element_at: now,
            tag: None,
            text: None,
        }])
    });
    planted.expect("a token");
    key
}

fn tokens_that_came_without_their_text(engine: Engine) {
    let office = Office::open(engine);
    let (id, _) = office.house.client();
    office.keeper.change_client(&id, &|known| *known = registration()).expect("a registration");
    let (id, secret) = office.house.client();
    let portal = office.party(&id, &secret);
    let key = imported(&office, &id, "urn:imported:1");
    let shown = |name: &str, value: &Value| {
        let mut header = json!({"typ": "JWT", "alg": "ES256", "kid": key.kid()});
        header[name] = value.clone();
        let claims = json!({"jti": "urn:imported:1", "sub": "alice"});
        let signer = key.signer().expect("a signer");
        signer.sign_under(&header, claims.as_object().expect("an object")).expect("a JWT")
    };
    let listed = |token: &str| {
        let question = [("grant_type", TOKEN_INFO), ("access_token", token)];
        office.house.as_admin().form(&question).send(office.house.address)
    };
    let good = shown(HARMLESS.0, &json!(HARMLESS.1));
    assert!(portal.finds_active(&good));
    let (subject, _) = office.issued(&portal);
    for (name, value) in wrong() {
        let text = shown(name, &value);
        assert!(!portal.finds_active(&text), "{name} {value}");
        assert_refused(&portal.exchange(&text, &[]), 400, "invalid_request");
        let acting = [("actor_token", text.as_str()), ("actor_token_type", ACCESS_TOKEN)];
        assert_refused(&portal.exchange(&subject, &acting), 400, "invalid_request");
        assert_eq!(portal.revoke(&text).status, 200, "nobody knows it");
        assert_invalid_grant(&listed(&text));
    }
    assert_eq!(portal.exchange(&good, &[]).status, 200, "and none of them revoked it");
    assert_eq!(listed(&good).status, 200);
    // Who withdraws a key that has leaked is obeyed in the very next request.
    let withdrawn = office.keeper.retire_signing_key(key.kid());
    withdrawn.expect("the key is withdrawn");
    assert!(!portal.finds_active(&good));
    assert_invalid_grant(&listed(&good));
}

both! {
    b86_no_client_assertion_has_a_critical_header_on_sqlite
        b86_no_client_assertion_has_a_critical_header_on_postgres
        client_assertions;
    b86_no_word_about_a_user_has_a_critical_header_on_sqlite
        b86_no_word_about_a_user_has_a_critical_header_on_postgres
        words_about_users;
    b86_no_proof_of_possession_has_a_critical_header_on_sqlite
        b86_no_proof_of_possession_has_a_critical_header_on_postgres
        proofs_of_possession;
    b86_no_token_that_is_known_by_its_signature_has_a_critical_header_on_sqlite
        b86_no_token_that_is_known_by_its_signature_has_a_critical_header_on_postgres
        tokens_that_came_without_their_text;
}
