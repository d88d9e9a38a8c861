//! What a DPoP proof binds, and that it counts once (RFC 9449, S65).

use std::sync::Barrier;

use muster_domain::{Clock, Credentials, ErrorCode, Registration, TokenKind};
use muster_flows::TokenAnswer;

use crate::asker::Showing;
use crate::house::{Engine, House, Told, VERIFIER, every_grant, with_grace};
use crate::proving::{Holder, NO_PROOF};

fn refresh_of(answer: &TokenAnswer) -> String {
    answer.refresh_token.as_ref().expect("a refresh token").expose().clone()
}

/// A client that shows nothing but its name, with a refresh token that is bound to no key.
fn public_with_token(house: &House, registration: Registration) -> String {
    let client = house.client_by("app", registration, Credentials::none());
    let code = house.codes(&client, &house.user("alice"), 1).remove(0);
    let body = format!("grant_type=authorization_code&code={code}&code_verifier={VERIFIER}");
    refresh_of(&house.ask_proving(PUBLIC, None, &body).expect("a fresh code is good"))
}

const PUBLIC: (&str, Showing<'_>) = ("app", Showing::Name);

fn refresh(house: &House, token: &str, proof: Option<&str>) -> Told {
    house.ask_proving(PUBLIC, proof, &format!("grant_type=refresh_token&refresh_token={token}"))
}

#[test]
fn a_public_clients_refresh_token_is_bound_by_the_first_proof_that_comes_with_it() {
    // S65: RFC 9449 5
    for engine in Engine::BOTH {
        let house = House::new(engine);
        let first = public_with_token(&house, every_grant("a"));
        let (key, other) = (Holder::new(), Holder::new());
        let proof = |holder: &Holder, name: &str| holder.proof(house.clock.now(), name);
        let unbound = refresh_of(&refresh(&house, &first, None).unwrap());
        let bound = refresh_of(&refresh(&house, &unbound, Some(&proof(&key, "1"))).unwrap());
        assert_eq!(refresh(&house, &bound, None).unwrap_err(), NO_PROOF);
        let stolen = refresh(&house, &bound, Some(&proof(&other, "2")));
        assert_eq!(stolen.unwrap_err(), NO_PROOF);
        let next = refresh_of(&refresh(&house, &bound, Some(&proof(&key, "3"))).unwrap());
        assert_eq!(refresh(&house, &next, None).unwrap_err(), NO_PROOF);
    }
}

#[test]
fn a_client_that_proves_itself_may_refresh_with_one_key_after_the_other() {
    // RFC 9449 5: its refresh token is bound to its credentials.
    let house = House::new(Engine::Sqlite);
    let client = house.client("web", every_grant("a"));
    let mut held = refresh_of(&house.family(&client, &house.user("alice")));
    for name in ["1", "2"] {
        let proof = Holder::new().proof(house.clock.now(), name);
        let body = format!("grant_type=refresh_token&refresh_token={held}");
        let answer = house.ask_proving(("web", Showing::Secret), Some(&proof), &body);
        held = refresh_of(&answer.unwrap());
    }
    assert!(house.refresh("web", &held, "").is_ok());
}

#[test]
fn who_proves_nothing_lists_nothing_with_a_token_that_it_found() {
    // I01: otherwise one stolen access token would yield every refresh token beside it.
    for engine in Engine::BOTH {
        let house = House::new(engine);
        let client = house.client_by("app", every_grant("a"), Credentials::none());
        let code = house.codes(&client, &house.user("alice"), 1).remove(0);
        let found = house.redeem(PUBLIC, &code).unwrap();
        let told = house.told(PUBLIC, (TokenKind::Access, found.access_token.expose()));
        assert_eq!(told.map(drop), Err(ErrorCode::UnauthorizedClient));
    }
}

#[test]
fn within_grace_a_proof_counts_once_and_the_successors_key_is_asked_for() {
    // S65, B133, D4
    for engine in Engine::BOTH {
        let house = House::new(engine);
        let first = public_with_token(&house, with_grace("a"));
        let (key, other) = (Holder::new(), Holder::new());
        let proof = |holder: &Holder, name: &str| holder.proof(house.clock.now(), name);
        let once = proof(&key, "1");
        let answer = refresh(&house, &first, Some(&once)).unwrap();
        assert_eq!(refresh(&house, &first, Some(&once)).unwrap_err(), NO_PROOF);
        let twice = proof(&key, "2");
        let again = refresh(&house, &first, Some(&twice)).unwrap();
        assert_eq!(refresh_of(&again), refresh_of(&answer));
        assert_eq!(refresh(&house, &first, Some(&twice)).unwrap_err(), NO_PROOF);
        // What was unbound has a successor that is bound.
        assert_eq!(refresh(&house, &first, None).unwrap_err(), NO_PROOF);
        let stolen = refresh(&house, &first, Some(&proof(&other, "3")));
        assert_eq!(stolen.unwrap_err(), NO_PROOF);
        assert!(refresh(&house, &refresh_of(&answer), Some(&proof(&key, "4"))).is_ok());
    }
}

#[test]
fn whoever_loses_a_race_within_grace_is_not_told_that_its_proof_is_spent() {
    // B133, I17: the one proof of a request is spent once, however often it looks.
    for engine in Engine::BOTH {
        let house = House::new(engine);
        let key = Holder::new();
        let client = house.client_by("app", with_grace("a"), Credentials::none());
        for code in house.codes(&client, &house.user("alice"), 12) {
            let body =
                format!("grant_type=authorization_code&code={code}&code_verifier={VERIFIER}");
            let first = refresh_of(&house.ask_proving(PUBLIC, None, &body).unwrap());
            let proofs: Vec<String> = (0..6)
                .map(|number| key.proof(house.clock.now(), &format!("{code} {number}")))
                .collect();
            let barrier = Barrier::new(proofs.len());
            let given: Vec<String> = std::thread::scope(|scope| {
                let ask = |proof| {
                    barrier.wait();
                    refresh_of(&refresh(&house, &first, Some(proof)).unwrap())
                };
                let threads: Vec<_> =
                    proofs.iter().map(|proof| scope.spawn(move || ask(proof))).collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            assert!(given.iter().all(|text| *text == given[0]), "one lineage");
        }
    }
}

#[test]
fn a_bound_actor_token_of_the_callers_own_acts_only_with_its_key() {
    // S65, B134
    for engine in Engine::BOTH {
        let house = House::new(engine);
        let (client, user) = (house.client("app", every_grant("a")), house.user("alice"));
        let (key, other) = (Holder::new(), Holder::new());
        let proof = |holder: &Holder, name: &str| holder.proof(house.clock.now(), name);
        let ask = |proof: Option<&str>, body: &str| {
            house.ask_proving(("app", Showing::Secret), proof, body)
        };
        let subject = house.family(&client, &user);
        let actor = ask(Some(&proof(&key, "1")), "grant_type=client_credentials").unwrap();
        let token = "urn:ietf:params:oauth:token-type:access_token";
        let body = format!(
            "grant_type=urn:ietf:params:oauth:grant-type:token-exchange\
             &subject_token={}&subject_token_type={token}\
             &actor_token={}&actor_token_type={token}",
            subject.access_token.expose(),
            actor.access_token.expose(),
        );
        assert_eq!(ask(None, &body).unwrap_err(), NO_PROOF);
        assert_eq!(ask(Some(&proof(&other, "2")), &body).unwrap_err(), NO_PROOF);
        assert!(ask(Some(&proof(&key, "3")), &body).is_ok());
    }
}
