//! Whether refusals can be told apart by their time, over HTTP (T18): measured and judged with
//! `MUSTER_TEST_TIMING=20000` samples, on a machine that does nothing else; with a few, and
//! judged by their answers alone, otherwise. That the same work is done: `alike.rs`.

use std::io::Write as _;

use muster_crypto::{Algorithm, Handle, HandleKind, OsRandomness, PrivateKey};
use muster_domain::{AccessTokenProfile, Registration, Shard};
use muster_testkit::Timings;

use crate::alike::{by_header, outsiders};
use crate::house::Engine;
use crate::issuing::{ACCESS_TOKEN, Office, registration, tokens};
use crate::robot::{ASSERTION_TYPE, Robot};
use crate::wire::Request;

/// The medians of two kinds of refusals are not further apart.
const APART: f64 = 0.02;

/// How often each is asked, and whether the times are judged.
fn samples() -> (usize, bool) {
    let asked = std::env::vars().find(|(name, _)| name == "MUSTER_TEST_TIMING");
    asked.map_or((2, false), |(_, number)| (number.parse().expect("a number of samples"), true))
}

/// Two questions that get one answer.
struct Pair {
    what: &'static str,
    one: Request,
    other: Request,
}

impl Pair {
    /// How far apart their times are, if that is judged; the answers are the same anyway.
    fn measured(&self, office: &Office, samples: usize) -> Timings {
        let ask = |request: &Request| {
            let answer = request.send(office.house.address);
            (answer.status, answer.body)
        };
        // A machine that is busy with other things may send somebody away.
        let served = std::iter::repeat_with(|| ask(&self.one)).find(|told| told.0 != 503);
        let wanted = served.expect("an answer");
        let again = |request: &Request| {
            let told = ask(request);
            assert!(told == wanted || told.0 == 503, "{}: {told:?}", self.what);
        };
        Timings::measure(samples, || again(&self.one), || again(&self.other))
    }
}

/// Callers who fail.
fn callers(office: &Office) -> Vec<Pair> {
    let outsiders = outsiders(office);
    let nobody = by_header("nobody", "not-its-secret");
    let mut pairs: Vec<Pair> = outsiders
        .iter()
        .filter(|(id, _)| ["web", "chosen", "app", "client-suspended"].contains(&id.as_str()))
        .map(|(id, secret)| Pair {
            what: "a caller whom nobody knows, and one who may not come in",
            one: nobody.clone(),
            other: by_header(id, secret),
        })
        .collect();
    let right = &office.register("guessed", registration()).secret;
    let (first, last) = ("mst_cs_".len(), right.len() - 1);
    let changed = |at: usize| -> String {
        right.char_indices().map(|(place, c)| if place == at { '~' } else { c }).collect()
    };
    pairs.push(Pair {
        what: "a secret that is wrong at its beginning, and one at its end",
        one: by_header("guessed", &changed(first)),
        other: by_header("guessed", &changed(last)),
    });
    let key = || PrivateKey::generate(Algorithm::Es256).expect("a key");
    let jwks = format!("{{\"keys\":[{}]}}", key().public_jwk());
    office.register_with("signs", registration(), muster_admin::Proof::KeySet(jwks));
    let stated = |id: &str| {
        let stranger = Robot { id: id.to_owned(), key: key() };
        Request::new("POST", "/oauth2/token").form(&[
            ("grant_type", "client_credentials"),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", &stranger.signed("JWT", &stranger.claims("a"))),
        ])
    };
    pairs.push(Pair {
        what: "a statement about nobody, and one under a wrong key",
        one: stated("nobody"),
        other: stated("signs"),
    });
    pairs
}

/// Tokens and codes that nobody knows, and those of somebody else.
fn texts(office: &Office) -> Vec<Pair> {
    let opaque = Registration { profile: AccessTokenProfile::Opaque, ..registration() };
    let holder = office.register("holder", opaque);
    let thief = office.register("thief", registration());
    let (access, refresh) = tokens(&holder.redeem(&office.code("holder")));
    let device = office.approved_device(&holder);
    let unknown = |kind| {
        let shard = Shard::from_number(3).expect("a shard");
        Handle::generate(kind, shard, &OsRandomness).expect("a text").expose().clone()
    };
    let pair = |what, endpoint: &str, kind, text: &str, more: &[(&str, &str)], name: &str| {
        let asked = |text: &str| {
            let mut pairs = more.to_vec();
            pairs.push((name, text));
            thief.request(endpoint, &pairs)
        };
        Pair { what, one: asked(&unknown(kind)), other: asked(text) }
    };
    let device_code = "urn:ietf:params:oauth:grant-type:device_code";
    let exchange = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("subject_token_type", ACCESS_TOKEN),
    ];
    let (at, rt, dc) = (HandleKind::Access, HandleKind::Refresh, HandleKind::DeviceCode);
    vec![
        pair("introspection", "introspect", at, &access, &[], "token"),
        pair("introspection of a refresh token", "introspect", rt, &refresh, &[], "token"),
        pair(
            "a refresh",
            "token",
            rt,
            &refresh,
            &[("grant_type", "refresh_token")],
            "refresh_token",
        ),
        pair("an exchange", "token", at, &access, &exchange, "subject_token"),
        pair("a poll", "token", dc, &device, &[("grant_type", device_code)], "device_code"),
    ]
}

fn refusals_come_after_the_same_time(engine: Engine) {
    let office = Office::open(engine);
    let (samples, judged) = samples();
    let mut apart = Vec::new();
    for pair in callers(&office).iter().chain(&texts(&office)) {
        let timings = pair.measured(&office, samples);
        let ((one, other), t) = (timings.medians(), timings.t());
        let told = format!(
            "{engine:?}, {}: medians {:.3} and {:.3} ms, {:.2} % apart, t = {t:.2}",
            pair.what,
            one * 1_000.0,
            other * 1_000.0,
            timings.apart() * 100.0,
        );
        if judged {
            writeln!(std::io::stderr(), "{told}").expect("somebody reads it");
            apart.extend((timings.apart() > APART).then_some(told));
        }
    }
    assert!(apart.is_empty(), "{}", apart.join("\n"));
}

both! {
    t18_refusals_come_after_the_same_time_on_sqlite
        t18_refusals_come_after_the_same_time_on_postgres
        refusals_come_after_the_same_time;
}
