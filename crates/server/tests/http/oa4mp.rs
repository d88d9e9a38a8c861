//! Real OA4MP databases, imported by the binary and asked over HTTP: every request of the
//! fixtures, and the listing of every admin and user, on both engines from both sources.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use muster_cli::Premises;
use muster_crypto::OsRandomness;
use muster_server::assemble::{World, start_on};
use muster_server::service::Running;
use muster_server::settings::{Environment, load};
use muster_server::telemetry::start_metrics;
use muster_testkit::{HandClock, TestServer, database_url};
use serde_json::Value;

use crate::house::{Engine, keeper_settings, kek_file};
use crate::wire::{Answer, Request, base64, encoded};

const ISSUER: &str = "https://localhost:9443/oauth2";

/// Which old database.
#[derive(Clone, Copy, Debug)]
enum Old {
    Mariadb,
    Postgres,
}

impl Old {
    const fn name(self) -> &'static str {
        match self {
            Self::Mariadb => "mariadb",
            Self::Postgres => "postgres",
        }
    }

    fn fixture(self, what: &str) -> Value {
        let text = std::fs::read_to_string(fixtures().join(format!("{what}-{}.json", self.name())));
        serde_json::from_str(&text.expect("a fixture")).expect("JSON")
    }
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/oa4mp")
}

/// A loaded old database, gone with the value.
struct Loaded {
    old: Old,
    server: String,
    name: String,
}

impl Loaded {
    fn new(old: Old, tag: &str) -> Self {
        let name = format!("oa4mp_{tag}_{}", std::process::id());
        let server = match old {
            Old::Mariadb => TestServer::Mariadb,
            Old::Postgres => TestServer::Postgres,
        };
        let loaded = Self { old, server: database_url(server), name };
        loaded.tell(&format!("CREATE DATABASE {}", loaded.name), None);
        let dump = std::fs::File::open(fixtures().join(format!("{}.sql", old.name())));
        loaded.tell("", Some(dump.expect("a dump")));
        loaded
    }

    fn url(&self) -> String {
        let (head, query) = self.server.split_once('?').unwrap_or((&self.server, ""));
        let (base, _) = head.rsplit_once('/').expect("a URL with a path");
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{base}/{}{mark}{query}", self.name)
    }

    /// Runs a statement on the server, or a dump in the database, by the engine's client.
    fn tell(&self, statement: &str, dump: Option<std::fs::File>) {
        let mut command = match (self.old, &dump) {
            (Old::Postgres, None) => {
                let mut command = Command::new("psql");
                command.args(["-q", "-d", &self.server, "-c", statement]);
                command
            }
            (Old::Postgres, Some(_)) => {
                let mut command = Command::new("psql");
                command.args(["-q", "-v", "ON_ERROR_STOP=1", "-d", &self.url()]);
                command
            }
            (Old::Mariadb, _) => mariadb(&self.server, dump.is_some().then_some(&self.name)),
        };
        if matches!(self.old, Old::Mariadb) && dump.is_none() {
            command.args(["-e", statement]);
        }
        if let Some(dump) = dump {
            command.stdin(dump);
        }
        let output = command.output().expect("the client runs");
        let complaint = String::from_utf8_lossy(&output.stderr);
        // A failed test must still tell its own failure.
        let bad = !output.status.success() && !std::thread::panicking();
        assert!(!bad, "{statement}: {complaint}");
    }
}

impl Drop for Loaded {
    fn drop(&mut self) {
        let force = match self.old {
            Old::Mariadb => "",
            Old::Postgres => " WITH (FORCE)",
        };
        self.tell(&format!("DROP DATABASE {}{force}", self.name), None);
    }
}

/// The client program with the parts of a URL.
fn mariadb(url: &str, database: Option<&String>) -> Command {
    let rest = url.split_once("://").expect("a URL").1;
    let (account, place) = rest.split_once('@').expect("an account");
    let (user, password) = account.split_once(':').unwrap_or((account, ""));
    let place = place.split(['/', '?']).next().expect("a host");
    let (host, port) = place.split_once(':').expect("a port");
    let mut command = Command::new("mariadb");
    command.args(["-h", host, "-P", port, "-u", user, "--protocol=tcp"]);
    command.env("MYSQL_PWD", password);
    command.args(database);
    command
}

/// The old database imported, and the service on it, at the moment of the fixtures.
struct Taken {
    running: Option<Running>,
    kek: PathBuf,
    _scratch: muster_store_diesel::Scratch,
    address: std::net::SocketAddr,
}

impl Taken {
    fn over(old: Old, engine: Engine) -> Self {
        let loaded = Loaded::new(old, &format!("{engine:?}").to_lowercase());
        let scratch = engine.scratch();
        let kek = kek_file(&scratch);
        let run = || import(&loaded.url(), &scratch.url_text(), &kek);
        run();
        let second = run();
        for table in second["tables"].as_object().expect("tables").values() {
            assert_eq!((&table["taken"], &table["updated"]), (&Value::from(0), &Value::from(0)));
        }
        let now = old.fixture("requests")["now"].as_i64().expect("a moment");
        let running = serve(&scratch, &kek, now);
        let address = running.address;
        Self { running: Some(running), kek, _scratch: scratch, address }
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop();
        }
        let _ = std::fs::remove_file(&self.kek);
    }
}

fn import(from: &str, to: &str, kek: &Path) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_muster"))
        .args(["--config", "/dev/null", "--json", "import", "oa4mp"])
        .args(["--from", from, "--to", to, "--issuer", ISSUER])
        .arg("--keys")
        .arg(fixtures().join("keys.jwk"))
        .env("MUSTER__KEYS__KEK_FILE", kek)
        .output()
        .expect("the binary runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("a report")
}

fn serve(scratch: &muster_store_diesel::Scratch, kek: &Path, now: i64) -> Running {
    let many = "1000000";
    let environment = Environment::of(
        [
            ("MUSTER__HTTP__LISTEN", "127.0.0.1:0"),
            ("MUSTER__MANAGEMENT__LISTEN", "127.0.0.1:0"),
            ("MUSTER__ISSUER__URL", ISSUER),
            ("MUSTER__CLIENT_AUTH__FAILURES_PER_CLIENT_AND_ADDRESS", many),
            ("MUSTER__CLIENT_AUTH__FAILURES_PER_ADDRESS", many),
            ("MUSTER__TOKEN_INFO__PER_ADMIN_PER_MINUTE", many),
        ]
        .map(|(name, value)| (name.into(), value.into())),
    );
    let settings = load(Some(Path::new("/dev/null")), &environment).expect("settings");
    let world = World {
        clock: HandClock::shared(now),
        randomness: Arc::new(OsRandomness),
        metrics: start_metrics().expect("metrics"),
    };
    let keeper = keeper_settings(scratch, kek, ISSUER);
    let premises = Premises::open(&keeper, &world.clock, &world.randomness).expect("premises");
    start_on(&settings, &world, &premises).expect("the doors open")
}

fn sent(request: &Value, address: std::net::SocketAddr) -> Answer {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let method = text(&request["method"]);
    let mut target = text(&request["path"]);
    let pairs: Vec<(String, String)> = match &request["params"] {
        Value::Object(members) => members.iter().map(|(n, v)| (n.clone(), text(v))).collect(),
        Value::Array(pairs) => pairs.iter().map(|p| (text(&p[0]), text(&p[1]))).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    let pairs: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    let mut body = request["raw_body"].as_str().map(ToOwned::to_owned);
    let mut typed = request["headers"].get("Content-Type").is_some() || body.is_some();
    if !pairs.is_empty() && method == "POST" {
        body = Some(pairs.join("&"));
    } else if !pairs.is_empty() {
        target = format!("{target}?{}", pairs.join("&"));
        typed = true;
    }
    let mut made = Request::new(&method, &target);
    for (name, value) in request["headers"].as_object().into_iter().flatten() {
        made = made.header(name, &text(value));
    }
    if let Some(body) = body {
        if !typed {
            made = made.header("Content-Type", "application/x-www-form-urlencoded");
        }
        made = made.body(&body);
    }
    made.send(address)
}

fn judged(request: &Value, fixture: &Value, answer: &Answer) -> Result<(), String> {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
    let fits = |expected: &Value| {
        expected["status"] == answer.status
            && (expected["error"].is_null() || expected["error"] == body["error"])
    };
    let expected = request["expected"].as_array().expect("a list");
    if !expected.iter().any(fits) {
        return Err(format!("{} {} instead of {expected:?}", answer.status, body["error"]));
    }
    match request["listing"].as_str() {
        Some(key) if answer.status == 200 && fixture["listings"][key] != body => {
            Err("another listing".to_owned())
        }
        Some(_) | None => Ok(()),
    }
}

fn every_request_is_answered_as_the_contract_says(old: Old, engine: Engine) {
    let taken = Taken::over(old, engine);
    let fixture = old.fixture("requests");
    let requests = fixture["requests"].as_array().expect("requests");
    assert_eq!(requests.len(), 292);
    let mut failures = Vec::new();
    for request in requests {
        let answer = sent(&request["request"], taken.address);
        if let Err(reason) = judged(request, &fixture, &answer) {
            failures.push(format!("{}: {reason}", request["name"]));
        }
    }
    assert!(failures.is_empty(), "{} of 292:\n{}", failures.len(), failures.join("\n"));
    every_answer_is_the_expected_one(old, &taken);
}

/// The admins that may list, their secrets, and the clients that each administers.
const LISTING_ADMINS: [(&str, &str, &[&str]); 2] = [
    (
        "localhost:admin-list",
        "adm-list-1",
        &[
            "localhost:app-jwt",
            "localhost:app-opaque",
            "localhost:app-shared",
            "localhost:app-short",
        ],
    ),
    (
        "localhost:admin-all",
        "adm-all-2",
        &[
            "localhost:app-shared",
            "localhost:app-public",
            "cilogon:/client_id/7c1f0d4be9a24d5f9e2b6a1c3d8e4f50",
        ],
    ),
];

/// How many texts are accepted, for each admin by user in the order of their names: Zoe with
/// her signs, alice, bob, carol whose tokens have expired, one with a URI, one named as a client.
const ACCEPTED: [[usize; 6]; 2] = [[4, 18, 4, 0, 4, 2], [0, 4, 0, 0, 5, 0]];

/// Every admin and every user, asked with each of the user's tokens: one that is valid and
/// of a client under this admin is answered with the whole listing, any other is refused.
fn every_answer_is_the_expected_one(old: Old, taken: &Taken) {
    let answers = old.fixture("answers");
    let answers = answers["answers"].as_object().expect("admins");
    assert_eq!(answers.len(), LISTING_ADMINS.len());
    let mut accepted = Vec::new();
    for (admin, secret, administered) in LISTING_ADMINS {
        let pair = base64(format!("{}:{secret}", encoded(admin)).as_bytes());
        for (user, expected) in answers[admin].as_object().expect("users") {
            let mut count = 0;
            for Shown { client, kind, text, is_valid } in texts_of(expected) {
                let question = [("grant_type", crate::house::TOKEN_INFO), (kind, text.as_str())];
                let request = Request::new("POST", "/oauth2/token")
                    .header("Authorization", &format!("Basic {pair}"))
                    .form(&question);
                let answer = request.send(taken.address);
                let (status, body) = (answer.status, answer.json());
                if is_valid && administered.contains(&client.as_str()) {
                    assert_eq!((status, &body), (200, expected), "{admin} | {user} | {client}");
                    count += 1;
                } else {
                    let error = &body["error"];
                    assert_eq!((status, error), (400, &"invalid_grant".into()), "{admin} | {user}");
                }
            }
            accepted.push(count);
        }
    }
    assert_eq!(accepted, ACCEPTED.concat());
}

/// A text as a listing shows it.
struct Shown {
    client: String,
    kind: &'static str,
    text: String,
    is_valid: bool,
}

fn texts_of(listing: &Value) -> Vec<Shown> {
    let array = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut texts = Vec::new();
    for client in array(&listing["clients"]) {
        let id = client["client_id"].as_str().expect("an id");
        for transaction in array(&client["transactions"]) {
            for element in array(&transaction["tokens"]) {
                for kind in ["access_token", "refresh_token"] {
                    let token = &element[kind];
                    let Some(text) = token["token"].as_str() else { continue };
                    let (client, text) = (id.to_owned(), text.to_owned());
                    let is_valid = token["is_valid"].as_bool().expect("a flag");
                    texts.push(Shown { client, kind, text, is_valid });
                }
            }
        }
    }
    texts
}

#[test]
fn a_postgres_database_taken_over_into_sqlite_answers_every_request() {
    every_request_is_answered_as_the_contract_says(Old::Postgres, Engine::Sqlite);
}

#[test]
fn a_postgres_database_taken_over_into_postgres_answers_every_request() {
    every_request_is_answered_as_the_contract_says(Old::Postgres, Engine::Postgres);
}

#[test]
fn a_mariadb_database_taken_over_into_sqlite_answers_every_request() {
    every_request_is_answered_as_the_contract_says(Old::Mariadb, Engine::Sqlite);
}

#[test]
fn a_mariadb_database_taken_over_into_postgres_answers_every_request() {
    every_request_is_answered_as_the_contract_says(Old::Mariadb, Engine::Postgres);
}

#[test]
fn a_postgres_database_taken_over_into_a_citus_cluster_answers_every_request() {
    every_request_is_answered_as_the_contract_says(Old::Postgres, Engine::Citus);
}
