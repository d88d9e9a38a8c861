//! The metadata document: in its places, from the configured issuer, and nothing but what
//! works.

use std::collections::BTreeMap;
use std::io::{BufReader, Write};

use muster_admin::Proof;
use muster_crypto::{Algorithm, PrivateKey};
use muster_domain::GrantName;
use serde_json::{Value, json};

use crate::client_credentials::verified;
use crate::house::{Engine, House};
use crate::issuing::{ISSUER, Office, REDIRECT, VERIFIER, assert_refused, member, registration};
use crate::jwt_bearer::Idp;
use crate::robot::{ASSERTION_TYPE, now};
use crate::wire::{self, Answer, Request};

fn the_document_names_the_configured_issuer(engine: Engine) {
    // B130, S60, S61
    let house = House::start(engine);
    for place in [
        "/oauth2/.well-known/openid-configuration",
        "/oauth2/.well-known/oauth-authorization-server",
        "/.well-known/oauth-authorization-server/oauth2",
        "/.well-known/openid-configuration/oauth2",
    ] {
        let answer =
            Request::new("GET", place).header("X-Forwarded-Host", "evil").send(house.address);
        assert_eq!(answer.status, 200, "{place}");
        let document = answer.json();
        assert_eq!(document["issuer"], "https://issuer.example/oauth2");
        assert_eq!(document["token_endpoint"], "https://issuer.example/oauth2/token");
        let mut grants: Vec<&str> = GrantName::ALL.iter().map(|grant| grant.as_str()).collect();
        grants.push(crate::house::TOKEN_INFO);
        let named = document["grant_types_supported"].as_array().expect("grants");
        assert_eq!(named.len(), grants.len(), "S14: no implicit, no password");
        assert!(grants.iter().all(|grant| named.contains(&(*grant).into())), "{named:?}");
        // Whatever name the asker has for this host.
        let head = format!("GET {place} HTTP/1.1\r\nHost: evil\r\nConnection: close\r\n\r\n");
        let misled = wire::send_raw(house.address, head.as_bytes());
        assert_eq!((misled.status, misled.body), (200, answer.body), "{place}");
    }
}

#[test]
fn the_document_stands_in_all_places_and_names_the_configured_issuer_on_sqlite() {
    the_document_names_the_configured_issuer(Engine::Sqlite);
}

#[test]
fn the_document_stands_in_all_places_and_names_the_configured_issuer_on_postgres() {
    the_document_names_the_configured_issuer(Engine::Postgres);
}

/// The places of what can only be read.
const DOCUMENTS: [&str; 3] = [
    "/oauth2/certs",
    "/oauth2/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server/oauth2",
];

#[test]
fn a_document_answers_head_like_get_without_the_body() {
    // S79; the second answer on the connection shows that nothing of a body was sent.
    let house = House::start(Engine::Sqlite);
    for place in DOCUMENTS {
        let got = Request::new("GET", place).send(house.address);
        let mut stream = wire::connect(house.address);
        let asked = format!(
            "HEAD {place} HTTP/1.1\r\nHost: h\r\n\r\n\
             GET {place} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(asked.as_bytes()).expect("the requests are taken");
        let mut reader = BufReader::new(stream);
        let (status, headers) = wire::read_head(&mut reader).expect("a head");
        let length = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        let length = length.expect("a length").1.parse();
        assert_eq!((status, length), (200, Ok(got.body.len())), "{place}");
        let next = wire::read_answer(&mut reader).expect("the next answer");
        assert_eq!((next.status, next.body), (200, got.body), "{place}");
    }
}

#[test]
fn a_document_refuses_every_other_method_and_says_which_it_takes() {
    // S79
    let house = House::start(Engine::Sqlite);
    for place in DOCUMENTS {
        for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"] {
            let answer = Request::new(method, place).send(house.address);
            assert_eq!(answer.status, 405, "{method} {place}");
            assert_eq!(answer.header("Allow"), Some("GET, HEAD"), "{method} {place}");
            assert_eq!(answer.error(), "invalid_request");
        }
    }
}

#[test]
fn paths_that_only_look_like_it_are_not_found() {
    // B131
    let house = House::start(Engine::Sqlite);
    for path in ["/.well-known/..%2f", "//", "/oauth2/.well-known/openid-configuration/", "/"] {
        let answer = Request::new("GET", path).send(house.address);
        assert_eq!((answer.status, answer.error().as_str()), (404, "invalid_request"), "{path}");
    }
}

#[test]
fn grants_that_do_not_exist_or_are_switched_off_are_unsupported_and_unnamed() {
    // S09, S14
    let off = ("MUSTER__TOKENS__GRANTS_OFF", "device_code,jwt_bearer");
    let office = Office::open_with(Engine::Sqlite, &[off]);
    let web = office.web();
    let switched_off = [GrantName::DeviceCode.as_str(), GrantName::JwtBearer.as_str()];
    for grant in switched_off.into_iter().chain(["password", "implicit"]) {
        let answer = web.post("token", &[("grant_type", grant), ("device_code", "x")]);
        assert_refused(&answer, 400, "unsupported_grant_type");
        let named = document(&office)["grant_types_supported"].clone();
        assert!(!named.as_array().expect("grants").contains(&grant.into()), "{grant}");
    }
    assert_eq!(web.for_itself(&[]).status, 200);
    // Nor does the place where a device would begin (S60).
    let started = web.post("device_authorization", &[]);
    let nothing = web.post("nothing-is-here", &[]);
    assert_eq!((started.status, started.text()), (nothing.status, nothing.text()));
    assert_eq!(started.status, 404);
    assert_eq!(document(&office).get("device_authorization_endpoint"), None);
    let all = Office::open(Engine::Sqlite);
    assert!(document(&all)["device_authorization_endpoint"].is_string());
}

fn document(office: &Office) -> Value {
    let place = "/oauth2/.well-known/oauth-authorization-server";
    Request::new("GET", place).send(office.house.address).json()
}

/// The texts of an array.
fn names(document: &Value, member: &str) -> Vec<String> {
    let names = document[member].as_array().expect(member).iter();
    names.map(|name| name.as_str().expect("a text").to_owned()).collect()
}

#[test]
fn every_advertised_grant_issues() {
    // S60
    let office = Office::open(Engine::Sqlite);
    let web = office.web();
    let idp = Idp::trusted(&office);
    let (access, refresh) = office.issued(&web);
    for name in names(&document(&office), "grant_types_supported") {
        let grant = GrantName::ALL.into_iter().find(|grant| grant.as_str() == name);
        let answer = match grant {
            Some(GrantName::AuthorizationCode) => web.redeem(&office.code("web")),
            Some(GrantName::RefreshToken) => web.refresh(&refresh),
            Some(GrantName::ClientCredentials) => web.for_itself(&[]),
            Some(GrantName::TokenExchange) => web.exchange(&access, &[]),
            Some(GrantName::DeviceCode) => web.poll(&office.approved_device(&web)),
            Some(GrantName::JwtBearer) => web.believe(&idp.about("alice", "a")),
            None => {
                assert_eq!(name, crate::house::TOKEN_INFO);
                office.house.as_admin().form(&office.house.question()).send(office.house.address)
            }
        };
        assert_eq!(answer.status, 200, "{name}: {}", answer.text());
    }
}

/// A client that signs with this algorithm, by the name that the metadata give it.
struct Signer {
    id: String,
    key: PrivateKey,
    name: String,
}

impl Signer {
    fn registered(office: &Office, name: &str) -> Self {
        let algorithm = Algorithm::from_name(name).expect("an algorithm");
        let key = PrivateKey::generate(algorithm).expect("a key");
        let id = format!("signs-{name}");
        let jwks = format!("{{\"keys\":[{}]}}", key.public_jwk());
        office.register_with(&id, registration(), Proof::KeySet(jwks));
        Self { id, key, name: name.to_owned() }
    }

    /// A JWT whose header has the advertised name, which the key itself may not use.
    fn sign(&self, mut header: Value, claims: &Value) -> String {
        header["alg"] = json!(self.name);
        let claims = claims.as_object().expect("an object");
        self.key.signer().expect("a signer").sign_under(&header, claims).expect("a JWT")
    }

    fn statement(&self, jti: &str) -> String {
        let claims = json!({
            "iss": self.id, "sub": self.id, "aud": ISSUER, "exp": now() + 60, "jti": jti,
        });
        self.sign(json!({"typ": "JWT"}), &claims)
    }

    fn proof(&self) -> String {
        let jwk: Value = serde_json::from_str(&self.key.public_jwk()).expect("a JWK");
        let claims = json!({
            "htm": "POST", "htu": format!("{ISSUER}/token"), "iat": now(), "jti": self.id,
        });
        self.sign(json!({"typ": "dpop+jwt", "jwk": jwk}), &claims)
    }
}

/// The path of an endpoint of the document.
fn path(document: &Value, endpoint: &str) -> String {
    let url = document[format!("{endpoint}_endpoint")].as_str().expect("a URL");
    url.strip_prefix("https://issuer.example").expect("ours").to_owned()
}

/// A request to an endpoint by this method of authentication, good but for that.
fn asked_by(
    office: &Office,
    (endpoint, path): (&str, &str),
    method: &str,
    robot: &Signer,
) -> Answer {
    let (web, app) = (office.party("web", ""), office.party("app", ""));
    let secret = office.keeper.rotate_client_secret("web").expect("a secret").expose().clone();
    let proof = robot.statement(&format!("{endpoint}-{method}"));
    let request = Request::new("POST", path);
    let (request, client, mut pairs) = match method {
        "client_secret_basic" => (request.basic(&web.id, &secret), "web", vec![]),
        "client_secret_post" => {
            (request, "web", vec![("client_id", &*web.id), ("client_secret", &*secret)])
        }
        "private_key_jwt" => {
            let kind = ("client_assertion_type", ASSERTION_TYPE);
            (request, &*robot.id, vec![kind, ("client_assertion", &*proof)])
        }
        "none" => (request, "app", vec![("client_id", &*app.id)]),
        other => panic!("{other} is not tried"),
    };
    let code = office.code(client);
    pairs.extend([("grant_type", "authorization_code"), ("code", &*code)]);
    pairs.extend([("redirect_uri", REDIRECT), ("code_verifier", VERIFIER), ("token", "x")]);
    request.form(&pairs).send(office.house.address)
}

fn every_advertised_endpoint_takes_every_method(engine: Engine) {
    // S60
    let office = Office::open(engine);
    office.web();
    office.app();
    let document = document(&office);
    let robot = Signer::registered(&office, "ES256");
    for endpoint in ["token", "introspection", "revocation"] {
        let path = path(&document, endpoint);
        for method in names(&document, &format!("{endpoint}_endpoint_auth_methods_supported")) {
            let answer = asked_by(&office, (endpoint, &path), &method, &robot);
            assert_eq!(answer.status, 200, "{endpoint} {method}: {}", answer.text());
        }
    }
    let started = office.party("app", "").post("device_authorization", &[]);
    assert_eq!(path(&document, "device_authorization"), "/oauth2/device_authorization");
    assert_eq!(started.status, 200, "{}", started.text());
    let keys =
        document["jwks_uri"].as_str().and_then(|url| url.strip_prefix("https://issuer.example"));
    let keys = Request::new("GET", keys.expect("ours")).send(office.house.address);
    assert!(!keys.json()["keys"].as_array().expect("keys").is_empty());
}

fn every_advertised_algorithm_authenticates_and_proves(engine: Engine) {
    // S60: Ed25519, by which newer libraries know EdDSA, among them.
    let office = Office::open(engine);
    let document = document(&office);
    // RSA keys take long to make: one of each kind.
    let mut known: BTreeMap<String, Signer> = BTreeMap::new();
    for endpoint in ["token", "introspection", "revocation"] {
        let path = path(&document, endpoint);
        let member = format!("{endpoint}_endpoint_auth_signing_alg_values_supported");
        for name in names(&document, &member) {
            let robot = known.entry(name.clone());
            let robot = robot.or_insert_with(|| Signer::registered(&office, &name));
            let answer = asked_with_key(&office, (endpoint, &path), robot);
            assert_eq!(answer.status, 200, "{endpoint} {name}: {}", answer.text());
        }
    }
    let web = office.web();
    for name in names(&document, "dpop_signing_alg_values_supported") {
        let holder = known.entry(name.clone());
        let holder = holder.or_insert_with(|| Signer::registered(&office, &name));
        let answer = web.proving(holder.proof()).for_itself(&[]);
        assert_eq!(answer.json()["token_type"], "DPoP", "{name}: {}", answer.text());
    }
}

fn asked_with_key(office: &Office, (endpoint, path): (&str, &str), robot: &Signer) -> Answer {
    let proof = robot.statement(endpoint);
    let pairs = [
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", &*proof),
        ("grant_type", "client_credentials"),
        ("token", "x"),
    ];
    Request::new("POST", path).form(&pairs).send(office.house.address)
}

fn every_list_of_the_document_is_one_that_is_tried(engine: Engine) {
    // S60: whoever adds one adds what tries its values.
    let office = Office::open(engine);
    let document = document(&office);
    for (member, value) in document.as_object().expect("an object") {
        if !member.ends_with("_supported") {
            continue;
        }
        let values = value.as_array().unwrap_or_else(|| panic!("{member} is no list"));
        match member.as_str() {
            // Tried value by value in this file.
            "grant_types_supported"
            | "token_endpoint_auth_methods_supported"
            | "introspection_endpoint_auth_methods_supported"
            | "revocation_endpoint_auth_methods_supported"
            | "token_endpoint_auth_signing_alg_values_supported"
            | "introspection_endpoint_auth_signing_alg_values_supported"
            | "revocation_endpoint_auth_signing_alg_values_supported"
            | "dpop_signing_alg_values_supported"
            | "introspection_signing_alg_values_supported"
            | "id_token_signing_alg_values_supported" => assert!(!values.is_empty(), "{member}"),
            // Until the login pages are there, nobody is sent anywhere.
            "response_types_supported" => assert!(values.is_empty(), "{member}"),
            "code_challenge_methods_supported" => {
                let web = office.web();
                for method in values {
                    assert_eq!(method, "S256");
                    assert_eq!(web.redeem(&office.code("web")).status, 200);
                }
            }
            "subject_types_supported" => {
                // Every client knows a user by the same name.
                assert_eq!(values, &[json!("public")]);
                for id in ["this", "that"] {
                    let party = office.register(id, registration());
                    let access =
                        crate::issuing::member(&party.redeem(&office.code(id)), "access_token");
                    assert_eq!(party.introspect(&access).json()["sub"], "alice");
                }
            }
            other => panic!("nobody tries the values of {other}"),
        }
    }
}

both! {
    every_advertised_endpoint_takes_every_method_of_authentication_that_it_names_on_sqlite
        every_advertised_endpoint_takes_every_method_of_authentication_that_it_names_on_postgres
        every_advertised_endpoint_takes_every_method;
    every_advertised_algorithm_authenticates_and_proves_on_sqlite
        every_advertised_algorithm_authenticates_and_proves_on_postgres
        every_advertised_algorithm_authenticates_and_proves;
    every_list_of_the_document_is_one_that_is_tried_on_sqlite
        every_list_of_the_document_is_one_that_is_tried_on_postgres
        every_list_of_the_document_is_one_that_is_tried;
}

#[test]
fn every_advertised_algorithm_signs_what_it_is_advertised_for() {
    // S60: access tokens, ID tokens and signed introspections.
    let document = document(&Office::open(Engine::Sqlite));
    let algorithms = names(&document, "id_token_signing_alg_values_supported");
    assert_eq!(algorithms, names(&document, "introspection_signing_alg_values_supported"));
    for name in algorithms {
        let mut office = Office::open(Engine::Sqlite);
        let algorithm = Algorithm::from_name(&name).expect("an algorithm");
        // The key that was next signs first; the one that is asked for, after another rotation.
        for _ in 0..2 {
            let day = muster_domain::Lifetime::from_days(1);
            office.behind.keeper.rotate_signing_key(Some(algorithm), day).expect("a rotation");
        }
        office.house.restart();
        let web = office.web();
        let answer = web.redeem(&office.code("web"));
        let id_token = member(&answer, "id_token");
        let header = id_token.split('.').next().expect("a header");
        let header = data_encoding::BASE64URL_NOPAD.decode(header.as_bytes()).expect("base64url");
        let header: Value = serde_json::from_slice(&header).expect("JSON");
        assert_eq!(header["alg"], name.as_str());
        assert_eq!(verified(&office, "/oauth2", &id_token, "JWT")["sub"], "alice");
        let signed = web
            .request("introspect", &[("token", &member(&answer, "access_token"))])
            .header("Accept", "application/token-introspection+jwt")
            .send(office.house.address);
        verified(&office, "/oauth2", &signed.text(), "token-introspection+jwt");
    }
}
