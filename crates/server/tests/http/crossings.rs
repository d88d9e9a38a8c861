//! What belongs to one issuer, shown at another one of the same service: refused there, and as
//! good as before where it belongs (I11, I14, B53, V4, V14, S61). Both have a client and a user
//! of the same name, so that nothing but the issuer can tell them apart.

use muster_admin::Proof;
use muster_crypto::{Algorithm, PrivateKey};
use muster_domain::{Registration, UserId};
use muster_flows::{Decision, Unrecorded, decide_device};
use serde_json::json;

use crate::dpop::Holder;
use crate::house::{Engine, TOKEN_INFO};
use crate::issuing::{
    ACCESS_TOKEN, API, Behind, ISSUER, Office, Party, REFRESH_TOKEN, assert_invalid_grant,
    assert_refused, member, public, registration, tokens,
};
use crate::jwt_bearer::Idp;
use crate::planting::add_admin;
use crate::robot::{ASSERTION_TYPE, Robot};
use crate::virtual_issuers::{PATH, Two, VIRTUAL, two};
use crate::wire::{Answer, Request};

/// The client `web` of each issuer; that of the second may ask about every token.
fn webs(first: &Office, second: &Behind) -> (Party, Party) {
    let curious = Registration { introspects_every_token: true, ..registration() };
    let secret = second.add("web", curious, Proof::GeneratedSecret);
    (first.web(), first.party("web", &secret).at(PATH))
}

fn codes_and_tokens_stay_at_home(engine: Engine) {
    let Two { first, second } = two(engine);
    let (here, there) = webs(&first, &second);
    let code = first.code("web");
    for _ in 0..4 {
        // Not even a stranger's try (S07): the third one would end it.
        assert_invalid_grant(&there.redeem(&code));
    }
    let (access, refresh) = tokens(&here.redeem(&code));
    assert_invalid_grant(&there.redeem(&code));
    let own = second.code("web");
    let (others, _) = tokens(&there.redeem(&own));
    for token in [&access, &refresh] {
        assert_invalid_grant(&there.refresh(token));
        assert!(!there.finds_active(token), "whoever may ask about every token");
        assert_eq!(there.revoke(token).status, 200, "nobody knows it there");
        assert_refused(&there.exchange(token, &[]), 400, "invalid_request");
        let kind = [("subject_token_type", REFRESH_TOKEN), ("subject_token", token.as_str())];
        let asked = there.ask(muster_domain::GrantName::TokenExchange, &kind);
        assert_refused(&asked, 400, "invalid_request");
        let acting = [("actor_token", token.as_str()), ("actor_token_type", ACCESS_TOKEN)];
        assert_refused(&there.exchange(&others, &acting), 400, "invalid_request");
        assert_refused(
            &here.exchange(token, &[("actor_token", &others), acting[1]]),
            400,
            "invalid_request",
        );
    }
    assert!(here.finds_active(&access), "unharmed");
    assert_eq!(here.refresh(&refresh).status, 200, "and neither used up nor ended");
    assert!(there.finds_active(&others));
}

fn devices_stay_at_home(engine: Engine) {
    let Two { first, second } = two(engine);
    let (here, there) = webs(&first, &second);
    let started = here.post("device_authorization", &[]);
    let (code, user_code) = (member(&started, "device_code"), member(&started, "user_code"));
    assert_invalid_grant(&there.poll(&code));
    // A person of the other issuer types the code in there.
    let tools = second.tools();
    let other = second.seed.user(&UserId::new("alice").expect("an id")).expect("a user");
    for decision in [Decision::Approve(&other), Decision::Deny] {
        let decided = decide_device(&user_code, decision, (&tools, &Unrecorded));
        assert!(!decided.expect("an answer"), "nobody waits for it there");
    }
    assert_refused(&here.poll(&code), 400, "authorization_pending");
    first.decide(&user_code, Decision::Approve(&first.user("alice")));
    assert_invalid_grant(&there.poll(&code));
    let access = member(&here.poll(&code), "access_token");
    assert!(here.finds_active(&access) && !there.finds_active(&access));
}

fn words_about_users_are_for_one_issuer(engine: Engine) {
    let Two { first, second } = two(engine);
    let (here, there) = webs(&first, &second);
    first.user("alice");
    second.user("alice");
    let idp = Idp::trusted(&first);
    // Trusted here alone, whatever it says there.
    let aimed = |jti: &str| idp.about_alice_but(jti, "aud", json!(VIRTUAL));
    assert_invalid_grant(&there.believe(&aimed("a")));
    idp.be_trusted_by(&second);
    let word = idp.about("alice", "b");
    assert_invalid_grant(&there.believe(&word));
    let access = member(&here.believe(&word), "access_token");
    assert!(!there.finds_active(&access) && here.finds_active(&access));
    assert_invalid_grant(&here.believe(&aimed("c")));
    assert_eq!(there.believe(&aimed("c")).status, 200, "and it was not used up");
    // Each issuer has its own names for what was used.
    assert_eq!(there.believe(&aimed("b")).status, 200);
    assert_invalid_grant(&there.believe(&aimed("b")));
    let stopped = muster_domain::PartyStatus::Suspended;
    let tenant = first.seed.issuer.key;
    let suspend = first
        .seed
        .store
        .change(|unit| unit.set_trusted_issuer_status(tenant, crate::jwt_bearer::TRUSTED, stopped));
    suspend.expect("a status");
    assert_invalid_grant(&here.believe(&idp.about("alice", "d")));
    assert_eq!(there.believe(&aimed("d")).status, 200, "V12: it is stopped here alone");
}

/// A request whose caller is proved by this statement.
fn stated(office: &Office, path: &str, statement: &str, more: &[(&str, &str)]) -> Answer {
    let mut pairs =
        vec![("client_assertion_type", ASSERTION_TYPE), ("client_assertion", statement)];
    pairs.extend_from_slice(more);
    Request::new("POST", &format!("{path}/token")).form(&pairs).send(office.house.address)
}

fn statements_of_clients_are_for_one_issuer(engine: Engine) {
    // S55, S56, V52
    let Two { first, second } = two(engine);
    let key = PrivateKey::generate(Algorithm::Es256).expect("a key");
    let jwks = format!("{{\"keys\":[{}]}}", key.public_jwk());
    let speaks = Registration { assertion_users: vec!["alice".to_owned()], ..registration() };
    first.add("robot", speaks.clone(), Proof::KeySet(jwks.clone()));
    second.add("robot", speaks, Proof::KeySet(jwks));
    first.user("alice");
    second.user("alice");
    let robot = Robot { id: "robot".to_owned(), key };
    let for_itself = [("grant_type", "client_credentials")];
    let here = |jti: &str| robot.signed("JWT", &robot.claims(jti));
    let there = |jti: &str| robot.signed("JWT", &robot.claims_but(jti, "aud", json!(VIRTUAL)));
    for (statement, home, abroad) in [(here("a"), "/oauth2", PATH), (there("a"), PATH, "/oauth2")] {
        assert_refused(&stated(&first, abroad, &statement, &for_itself), 401, "invalid_client");
        assert_eq!(stated(&first, home, &statement, &for_itself).status, 200, "not used up");
        assert_refused(&stated(&first, home, &statement, &for_itself), 401, "invalid_client");
    }
    // Its word about a user, shown by itself where it is not meant.
    let grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    let word = |jti: &str, aud: &str| {
        let mut claims = robot.claims_but(jti, "sub", json!("alice"));
        claims.insert("aud".to_owned(), json!(aud));
        robot.signed("JWT", &claims)
    };
    let word = word("word", ISSUER);
    let asked = [("grant_type", grant), ("assertion", word.as_str())];
    assert_invalid_grant(&stated(&first, PATH, &there("b"), &asked));
    assert_eq!(stated(&first, "/oauth2", &here("b"), &asked).status, 200);
}

fn proofs_of_possession_are_for_one_endpoint_of_one_issuer(engine: Engine) {
    // S65, B133
    let Two { first, second } = two(engine);
    let (here, there) = webs(&first, &second);
    let key = Holder::new(Algorithm::Es256);
    let (at_home, abroad) = (key.proof("token", "a"), key.proof_at(VIRTUAL, "token", "a"));
    assert_refused(&there.proving(at_home.clone()).for_itself(&[]), 400, "invalid_dpop_proof");
    assert_refused(&here.proving(abroad.clone()).for_itself(&[]), 400, "invalid_dpop_proof");
    let bound = here.proving(at_home).for_itself(&[]);
    assert_eq!(bound.json()["token_type"], "DPoP", "and neither was used up");
    assert_eq!(there.proving(abroad).for_itself(&[]).status, 200);
    // The same key at the other issuer opens nothing of this one's.
    let app = first.app();
    second.add("app", public(), Proof::Nothing);
    let twin = first.party("app", "").at(PATH);
    let issued = app.proving(key.proof("token", "b")).redeem(&first.code("app"));
    let (_, refresh) = tokens(&issued);
    let proof = key.proof_at(VIRTUAL, "token", "b");
    assert_invalid_grant(&twin.proving(proof).refresh(&refresh));
    assert_eq!(app.proving(key.proof("token", "c")).refresh(&refresh).status, 200);
}

fn callers_are_known_at_home_alone(engine: Engine) {
    // Past failure 14: what is remembered of a secret is remembered for one issuer.
    let Two { first, second } = two(engine);
    let (here, there) = webs(&first, &second);
    for _ in 0..2 {
        assert_eq!(here.for_itself(&[]).status, 200);
        assert_eq!(there.for_itself(&[]).status, 200);
        for (caller, abroad) in [(&here, PATH), (&there, "/oauth2")] {
            let moved = caller.at(abroad);
            assert_refused(&moved.for_itself(&[]), 401, "invalid_client");
            for endpoint in ["introspect", "revoke", "device_authorization"] {
                let asked = moved.post(endpoint, &[("token", "x")]);
                assert_refused(&asked, 401, "invalid_client");
            }
        }
    }
    // Admins, and what they list.
    let admin = first.house.admin();
    let (id, secret) = add_admin(&second.keeper, "demo:/admin", (true, true), &["web"]);
    let (access, _) = tokens(&there.redeem(&second.code("web")));
    let list = |path: &str, (id, secret): (&str, &str), token: &str| {
        let question = [("grant_type", TOKEN_INFO), ("access_token", token)];
        let request = Request::new("POST", &format!("{path}/token")).basic(id, secret);
        request.form(&question).send(first.house.address)
    };
    let (ours, theirs) = ((&*admin.0, &*admin.1), (&*id, &*secret));
    let alices = first.house.tokens.alice_access.clone();
    for (path, stranger) in [(PATH, ours), ("/oauth2", theirs)] {
        for token in [&alices, &access] {
            assert_refused(&list(path, stranger, token), 401, "invalid_client");
        }
    }
    assert_invalid_grant(&list("/oauth2", ours, &access));
    assert_invalid_grant(&list(PATH, theirs, &alices));
    let listed = list(PATH, theirs, &access).json();
    assert_eq!(listed["clients"].as_array().expect("clients").len(), 1);
    assert!(!listed.to_string().contains(ISSUER_ONLY), "I11: {listed}");
    assert_eq!(list("/oauth2", ours, &alices).status, 200);
}

/// A client that the first issuer alone has.
const ISSUER_ONLY: &str = "portal";

fn an_audience_is_a_client_of_the_same_issuer(engine: Engine) {
    // V8, V9, D6: what a resource server of one issuer serves says nothing at the other one.
    let Two { first, second } = two(engine);
    let (here, there) = webs(&first, &second);
    let serves = Registration { serves: vec![API.to_owned()], ..registration() };
    let secret = second.add("api", serves, Proof::GeneratedSecret);
    let api = first.party("api", &secret).at(PATH);
    let access = member(&here.for_itself(&[("resource", API)]), "access_token");
    assert!(!api.finds_active(&access));
    assert_refused(&api.exchange(&access, &[]), 400, "invalid_request");
    let stopped = muster_domain::PartyStatus::Suspended;
    second.keeper.set_client_status("api", stopped).expect("a status");
    assert_refused(&there.for_itself(&[("resource", API)]), 400, "invalid_target");
    assert_eq!(here.for_itself(&[("resource", API)]).status, 200, "it is stopped there alone");
}

both! {
    codes_and_tokens_stay_at_home_on_sqlite
        codes_and_tokens_stay_at_home_on_postgres
        codes_and_tokens_stay_at_home;
    device_codes_and_user_codes_stay_at_home_on_sqlite
        device_codes_and_user_codes_stay_at_home_on_postgres
        devices_stay_at_home;
    words_about_users_are_for_one_issuer_on_sqlite
        words_about_users_are_for_one_issuer_on_postgres
        words_about_users_are_for_one_issuer;
    statements_of_clients_are_for_one_issuer_on_sqlite
        statements_of_clients_are_for_one_issuer_on_postgres
        statements_of_clients_are_for_one_issuer;
    proofs_of_possession_are_for_one_issuer_on_sqlite
        proofs_of_possession_are_for_one_issuer_on_postgres
        proofs_of_possession_are_for_one_endpoint_of_one_issuer;
    callers_are_known_at_home_alone_on_sqlite
        callers_are_known_at_home_alone_on_postgres
        callers_are_known_at_home_alone;
    an_audience_is_a_client_of_the_same_issuer_on_sqlite
        an_audience_is_a_client_of_the_same_issuer_on_postgres
        an_audience_is_a_client_of_the_same_issuer;
}
