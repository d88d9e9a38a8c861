//! What the service itself issues and what is shown to it for that must not lie about either
//! (T16): tokens, codes, secrets, proofs and assertions of every grant, used rightly and
//! wrongly, and then looked for in the database's files, its dump, the log at its finest, and
//! the metrics. What a thief finds instead opens nothing (T17).

use muster_crypto::Algorithm;
use muster_flows::Decision;
use muster_testkit::Folder;

use crate::canary::{Canary, whole};
use crate::dpop::Holder;
use crate::house::Engine;
use crate::issuing::{Office, REFRESH_TOKEN, VERIFIER, assert_invalid_grant, member, tokens};
use crate::jwt_bearer::Idp;
use crate::raw_rows;
use crate::wire::{Request, encoded};

/// Shorter words stand in many a place by chance.
const SHORTEST: usize = 16;

/// What was secret in the course of a day.
#[derive(Default)]
struct Secrets(Vec<(String, String)>);

impl Secrets {
    fn note(&mut self, what: &str, secret: &str) {
        self.0.push((what.to_owned(), secret.to_owned()));
        // A JWT is worth nothing without its signature, and everything with it.
        if let Some((_, signature)) = secret.rsplit_once('.') {
            self.0.push((format!("the signature of {what}"), signature.to_owned()));
        }
        // Of what is random a part is as telling as the whole.
        if secret.starts_with("mst_") {
            let part = &secret[secret.len() - SHORTEST..];
            self.0.push((format!("a part of {what}"), part.to_owned()));
        }
    }

    fn note_both(&mut self, what: &str, pair: &(String, String)) {
        self.note(&format!("{what}: access token"), &pair.0);
        self.note(&format!("{what}: refresh token"), &pair.1);
    }
}

/// One use of everything, and some that are refused.
fn a_day(office: &Office) -> Secrets {
    let mut secrets = Secrets::default();
    let (web, app) = (office.web(), office.app());
    secrets.note("a client's secret", &web.secret);
    secrets.note("a verifier", VERIFIER);
    let code = office.code("web");
    secrets.note("a code", &code);
    let first = tokens(&web.redeem(&code));
    secrets.note_both("by code", &first);
    let second = tokens(&web.refresh(&first.1));
    secrets.note_both("by refreshing", &second);
    secrets.note("by exchange", &member(&web.exchange(&second.0, &[]), "access_token"));
    let refresh = web.exchange(&second.0, &[("requested_token_type", REFRESH_TOKEN)]);
    secrets.note("a refresh token by exchange", &member(&refresh, "access_token"));
    secrets.note("by itself", &member(&web.for_itself(&[]), "access_token"));
    let idp = Idp::trusted(office);
    let assertion = idp.about("alice", "once");
    secrets.note("an assertion", &assertion);
    secrets.note("by assertion", &member(&web.believe(&assertion), "access_token"));
    let started = web.post("device_authorization", &[]);
    let device = member(&started, "device_code");
    secrets.note("a device code", &device);
    assert_eq!(web.poll(&device).error(), "authorization_pending");
    office.decide(&member(&started, "user_code"), Decision::Approve(&office.user("alice")));
    secrets.note_both("by device", &tokens(&web.poll(&device)));
    let proof = Holder::new(Algorithm::Es256).proof("token", "1");
    secrets.note("a proof", &proof);
    secrets.note_both("bound", &tokens(&app.proving(proof).redeem(&office.code("app"))));
    assert!(web.finds_active(&second.0));
    // Refused, and logged: a replay, a reuse, a stranger, a wrong endpoint, a wrong secret.
    assert_invalid_grant(&web.believe(&assertion));
    assert_invalid_grant(&app.refresh(&second.1));
    assert_invalid_grant(&web.refresh(&first.1));
    assert_invalid_grant(&web.redeem(&code));
    let wrong = office.party("web", &first.0).redeem(&code);
    assert_eq!((wrong.status, wrong.error().as_str()), (401, "invalid_client"));
    assert_eq!(web.revoke(&second.0).status, 200);
    let target = format!("/oauth2/introspect?token={}", encoded(&second.0));
    assert!(Request::new("GET", &target).send(office.house.address).status >= 400);
    secrets
}

/// Whatever a dump holds and might be shown to the service.
fn words(dump: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(dump).into_owned();
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-_.+/=:?".contains(c);
    let words = text.split(|c| !is_part(c)).filter(|word| word.len() >= SHORTEST);
    let mut words: Vec<String> = words.map(ToOwned::to_owned).collect();
    words.sort();
    words.dedup();
    words
}

fn nothing_issued_lies_about(engine: Engine) {
    let mut office = Office::open(engine);
    let folder = Folder::new("canary-issuing");
    let log = folder.file("muster.log");
    office.house.restart_telling_all(std::fs::File::create(&log).expect("a log"));
    let secrets = a_day(&office);
    let metrics = Request::new("GET", "/metrics").send(office.house.management).body;
    let log = whole(&office.house, &log);
    let mut places = raw_rows::loot(&office.house);
    let dump = places[0].1.clone();
    let known = Canary::of("a client's id", b"web");
    assert!(known.stands_in(&dump).is_some(), "the dump holds what is no secret");
    places.extend([("the log".to_owned(), log), ("the metrics".to_owned(), metrics)]);
    assert!(secrets.0.len() > 25, "{}", secrets.0.len());
    for (what, secret) in &secrets.0 {
        let canary = Canary::of(what, secret.as_bytes());
        for (place, bytes) in &places {
            assert_eq!(canary.stands_in(bytes), None, "{what} in {place}");
        }
    }
    let web = office.party("web", &secrets.0[0].1);
    let words = words(&dump);
    assert!(words.len() > 20, "{}", words.len());
    for word in words {
        assert!(!web.finds_active(&word), "{word}");
        assert_invalid_grant(&web.refresh(&word));
        assert_invalid_grant(&web.redeem(&word));
        assert_invalid_grant(&web.poll(&word));
    }
}

#[test]
fn nothing_that_is_issued_lies_in_the_dump_the_files_the_log_or_the_metrics_on_sqlite() {
    nothing_issued_lies_about(Engine::Sqlite);
}

#[test]
fn nothing_that_is_issued_lies_in_the_dump_the_log_or_the_metrics_on_postgres() {
    nothing_issued_lies_about(Engine::Postgres);
}
