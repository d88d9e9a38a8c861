//! Texts that must not lie about (tokens-at-rest.md 8.5; T16): planted, used over HTTP in
//! every way, and then looked for in whatever a thief of the database, of its backups or of
//! the log carries away, in every spelling that comes to mind.

use std::path::Path;
use std::time::{Duration, Instant};

use muster_crypto::{GivenKey, OsRandomness};
use muster_domain::{Clock, Lifetime, Secret, TokenKind};
use muster_flows::Sprout;
use muster_server::clock::SystemClock;
use muster_store::{SigningKeyState, StoredSigningKey};
use muster_testkit::Folder;

use crate::authentication::register;
use crate::house::{Engine, House, PATH, TOKEN_INFO, premises};
use crate::planting::{token, tools};
use crate::raw_rows;
use crate::wire::{Request, encoded, form};

const ISSUER: &str = "https://issuer.example/oauth2";
const DAY: Lifetime = Lifetime::from_days(1);
/// With bytes that the spellings spell differently.
const LIVE: &str = "canary/live+token?1:a~b_c-d=";
const ENDED: &str = "canary/ended+token?2:a~b_c-d=";
const REFRESH: &str = "canary/refresh+token?3:a~b_c-d=";
/// Never known to the database at all.
const STRANGE: &str = "canary/strange+token?4:a~b_c-d=";
const SECRET: &str = "canary/client+secret?5:a~b_c-d=";
/// Came as its SHA-1.
const OLD_SECRET: &str = "canary/old+secret?6:a~b_c-d=";
const WRONG_SECRET: &str = "canary/wrong+secret?7:a~b_c-d=";
/// The key of RFC 7515 A.3, and the private member of it.
const KEY_SET: &str = r#"{"keys":[{"kty":"EC","crv":"P-256","kid":"canary-key",
    "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    "d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}]}"#;
const PRIVATE: &str = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI";

/// Looks for a secret, however it is spelled.
pub(crate) struct Canary {
    name: String,
    spellings: Vec<(&'static str, Vec<u8>)>,
}

impl Canary {
    pub(crate) fn of(name: &str, secret: &[u8]) -> Self {
        let mut spellings = vec![
            ("as it is", secret.to_vec()),
            ("in hexadecimal digits", data_encoding::HEXLOWER.encode(secret).into_bytes()),
            ("in large hexadecimal digits", data_encoding::HEXUPPER.encode(secret).into_bytes()),
            ("in base32", data_encoding::BASE32_NOPAD.encode(secret).into_bytes()),
        ];
        if let Ok(text) = std::str::from_utf8(secret) {
            spellings.push(("percent-encoded", encoded(text).into_bytes()));
            let small = encoded(text).to_ascii_lowercase();
            spellings.push(("percent-encoded in small letters", small.into_bytes()));
        }
        // In base64 the same bytes look differently behind none, one or two others.
        for before in 0..3 {
            let shifted = [&b"xx"[..before], secret].concat();
            let whole = shifted.len() / 3 * 4;
            for (how, encoding) in
                [("in base64", &data_encoding::BASE64), ("in base64url", &data_encoding::BASE64URL)]
            {
                let text = encoding.encode(&shifted);
                let first = [0, 2, 3][before];
                spellings.push((how, text.as_bytes()[first..whole].to_vec()));
            }
        }
        Self { name: name.to_owned(), spellings }
    }

    /// How it stands there, if it does.
    pub(crate) fn stands_in(&self, place: &[u8]) -> Option<&'static str> {
        let found = |spelling: &[u8]| place.windows(spelling.len()).any(|part| part == spelling);
        self.spellings.iter().find(|(_, spelling)| found(spelling)).map(|(how, _)| *how)
    }
}

fn canaries(house: &House) -> Vec<Canary> {
    let mut canaries: Vec<Canary> =
        [LIVE, ENDED, REFRESH, STRANGE, SECRET, OLD_SECRET, WRONG_SECRET, PRIVATE]
            .iter()
            .map(|secret| Canary::of(secret, secret.as_bytes()))
            .collect();
    let number = data_encoding::BASE64URL_NOPAD.decode(PRIVATE.as_bytes()).expect("a number");
    canaries.push(Canary::of("the private number", &number));
    // The key-encryption key lies in its own file alone.
    let kek = std::fs::read(&house.kek).expect("the key file");
    let kek = String::from_utf8_lossy(&kek).trim().to_owned();
    canaries.push(Canary::of("the key-encryption key's file", kek.as_bytes()));
    canaries
}

fn plant(house: &House) {
    let premises = premises(&house.scratch, &house.kek, ISSUER);
    let (keeper, seed) = tools(&premises);
    let portal = keeper.find_client("portal").expect("portal");
    let now = SystemClock.now();
    let live = |kind, text| Sprout::live(kind, now, DAY).with_text(text);
    let revoked = muster_domain::Ending::Revoked;
    token(&seed, &portal, Some("planted-user"), live(TokenKind::Access, LIVE));
    token(&seed, &portal, Some("planted-user"), live(TokenKind::Refresh, REFRESH));
    let ended = live(TokenKind::Access, ENDED).ended(revoked, now);
    token(&seed, &portal, Some("planted-user"), ended);
    register(house, "planted-admin", |keys| keys.store_generated(&Secret::from(SECRET)));
    let digest = "e7cd42795cb03dca80beba55ed5576b74cb0598f";
    register(house, "planted-old-admin", |keys| keys.store_imported(digest));
    let given = GivenKey::of_jwk_set(KEY_SET).expect("a key set").remove(0).expect("a key");
    let key = given.private().expect("a private half");
    let stored = StoredSigningKey {
        issuer: premises.issuer.key,
        kid: key.kid().to_owned(),
        algorithm: key.algorithm().as_str().to_owned(),
        state: SigningKeyState::Current,
        public_jwk: key.public_jwk(),
        private: Some(key.seal(&premises.keys, &OsRandomness).expect("a sealed key")),
        created_at: now,
        published_until: None,
    };
    premises.store.change(|unit| unit.put_signing_key(&stored)).expect("a signing key");
}

/// Says the secrets to the service in every way, rightly and wrongly.
fn use_them(house: &House) {
    let ask = |(id, secret): (&str, &str), (kind, text): (&str, &str)| {
        let question = [("grant_type", TOKEN_INFO), (kind, text)];
        let posted = Request::new("POST", PATH).basic(id, secret).form(&question);
        let posted = posted.send(house.address);
        let target = format!("{PATH}?{}", form(&question));
        let got = Request::new("GET", &target).basic(id, secret).send(house.address);
        assert_eq!(posted.body, got.body);
        posted
    };
    let (new, old) = (("planted-admin", SECRET), ("planted-old-admin", OLD_SECRET));
    for caller in [new, old] {
        for presented in [("access_token", LIVE), ("refresh_token", REFRESH)] {
            let told = ask(caller, presented);
            assert_eq!(told.status, 200, "{}", told.text());
            assert!([LIVE, ENDED, REFRESH].iter().all(|text| told.text().contains(text)));
        }
        for text in [ENDED, STRANGE] {
            assert_eq!(ask(caller, ("access_token", text)).status, 400);
        }
        for (id, secret) in [(caller.0, WRONG_SECRET), (SECRET, SECRET), (LIVE, caller.1)] {
            assert_eq!(ask((id, secret), ("access_token", LIVE)).status, 401);
        }
    }
    let question = [("grant_type", TOKEN_INFO), ("access_token", LIVE)];
    let bearer = Request::new("POST", PATH).header("Authorization", &format!("Bearer {LIVE}"));
    assert_eq!(bearer.form(&question).send(house.address).status, 401);
    let secret =
        [question[0], question[1], ("client_id", "planted-admin"), ("client_secret", SECRET)];
    let in_query = Request::new("GET", &format!("{PATH}?{}", form(&secret)));
    assert_eq!(in_query.send(house.address).status, 400);
    let elsewhere = Request::new("GET", &format!("/nowhere?access_token={}", encoded(LIVE)));
    assert_eq!(elsewhere.send(house.address).status, 404);
    let published = Request::new("GET", "/oauth2/certs").send(house.address);
    assert!(published.text().contains("canary-key"), "{}", published.text());
}

/// The log with everything that was told so far: lines are written by a thread of their own.
pub(crate) fn whole(house: &House, log: &Path) -> Vec<u8> {
    Request::new("GET", "/the-last-line").send(house.address);
    let began = Instant::now();
    loop {
        let told = std::fs::read(log).expect("the log");
        if Canary::of("the last line", b"/the-last-line").stands_in(&told).is_some() {
            return told;
        }
        assert!(began.elapsed() < Duration::from_secs(30), "the last line does not come");
        std::thread::park_timeout(Duration::from_millis(5));
    }
}

fn nothing_lies_about(engine: Engine) {
    let mut house = House::start(engine);
    let folder = Folder::new("canary");
    let log = folder.file("muster.log");
    house.restart_telling_all(std::fs::File::create(&log).expect("a log"));
    plant(&house);
    use_them(&house);
    let metrics = Request::new("GET", "/metrics").send(house.management).body;
    let log = whole(&house, &log);
    let said = Canary::of("what is logged", b"listing ended");
    assert!(said.stands_in(&log).is_some(), "{}", String::from_utf8_lossy(&log));
    let mut places = raw_rows::loot(&house);
    for (planted, name) in [("planted-user", "a user"), ("canary-key", "a key's name")] {
        let known = Canary::of(name, planted.as_bytes());
        assert_eq!(known.stands_in(&places[0].1), Some("as it is"), "{name} is in the dump");
    }
    places.extend([("the log".to_owned(), log), ("the metrics".to_owned(), metrics)]);
    for canary in canaries(&house) {
        for (place, bytes) in &places {
            assert_eq!(canary.stands_in(bytes), None, "{} in {place}", canary.name);
        }
    }
}

#[test]
fn no_secret_lies_in_the_dump_the_files_the_log_or_the_metrics_on_sqlite() {
    nothing_lies_about(Engine::Sqlite);
}

#[test]
fn no_secret_lies_in_the_dump_the_log_or_the_metrics_on_postgres() {
    nothing_lies_about(Engine::Postgres);
}

#[test]
fn a_canary_is_found_in_every_spelling() {
    let canary = Canary::of("a token", LIVE.as_bytes());
    for before in ["", "a", "ab", "abc"] {
        let text = format!("{before}{LIVE} and more");
        let spelled = [
            text.clone(),
            data_encoding::HEXUPPER.encode(text.as_bytes()),
            data_encoding::HEXLOWER.encode(text.as_bytes()),
            data_encoding::BASE64.encode(text.as_bytes()),
            data_encoding::BASE64URL_NOPAD.encode(text.as_bytes()),
            encoded(&text),
        ];
        for text in spelled {
            assert!(canary.stands_in(text.as_bytes()).is_some(), "{text}");
        }
    }
    assert_eq!(canary.stands_in(STRANGE.as_bytes()), None);
}
