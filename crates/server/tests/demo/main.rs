//! The demo of the real binary: what it says of alice is what the grants have issued, and
//! its JWTs verify by the published keys.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use muster_crypto::VerifyingKeys;
use serde_json::Value;

/// The running demo and the two listings that it has told.
struct Demo {
    child: Child,
    port: u16,
    listings: Vec<Value>,
}

impl Demo {
    fn start() -> Self {
        let free = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let mut child = Command::new(env!("CARGO_BIN_EXE_muster"))
            .args(["--json", "demo", "--port", &free.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary starts");
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let listings = (0..2).map(|_| listing(&mut lines)).collect();
        Self { child, port: free, listings }
    }

    /// The keys as anybody may fetch them.
    fn keys(&self) -> VerifyingKeys {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let host = format!("127.0.0.1:{}", self.port);
        let head =
            format!("GET /oauth2/certs HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        VerifyingKeys::of_jwk_set(body).unwrap()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // SIGTERM, so that the demo clears its folder away.
        let id = self.child.id().to_string();
        let told = Command::new("kill").arg(id).status();
        if told.is_ok_and(|status| status.success()) {
            let _ended = self.child.wait();
        }
    }
}

/// The next listing that was told: one JSON value, on a line or on several.
fn listing(lines: &mut impl BufRead) -> Value {
    let mut text = String::new();
    loop {
        let read = lines.read_line(&mut text).unwrap();
        if let Ok(told) = serde_json::from_str::<Value>(&text) {
            assert_eq!(told["status"], 200, "{told}");
            return told["listing"].clone();
        }
        assert!(read > 0, "the demo ended with: {text}");
    }
}

/// Every token of a client: its kind and what the listing says of it.
fn tokens<'a>(listing: &'a Value, client: &str) -> Vec<(&'a str, &'a Value)> {
    transactions(listing, client)
        .iter()
        .flat_map(|transaction| transaction["tokens"].as_array().unwrap())
        .flat_map(|element| element.as_object().unwrap())
        .map(|(kind, token)| (kind.as_str(), token))
        .collect()
}

fn transactions<'a>(listing: &'a Value, client: &str) -> &'a [Value] {
    let clients = listing["clients"].as_array().unwrap();
    let found = clients.iter().find(|one| one["client_id"] == client);
    found.map_or(&[], |client| client["transactions"].as_array().unwrap().as_slice())
}

fn standing(listing: &Value, client: &str) -> Vec<(String, bool)> {
    let told = |(kind, token): (&str, &Value)| (kind.to_owned(), token["is_valid"] == true);
    let mut standing: Vec<_> = tokens(listing, client).into_iter().map(told).collect();
    standing.sort();
    standing
}

/// The lines of the demo up to the one in which it says that it goes on.
fn told(lines: &mut impl BufRead) -> String {
    let mut text = String::new();
    while !text.contains("goes on at") {
        assert!(lines.read_line(&mut text).unwrap() > 0, "the demo ended with: {text}");
    }
    text
}

#[test]
fn the_command_that_the_demo_names_ends_what_alice_holds() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_muster"))
        .arg("demo")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary starts");
    let text = told(&mut BufReader::new(child.stdout.take().unwrap()));
    let demo = Demo { child, port: 0, listings: Vec::new() };
    let begins = text.find("  MUSTER__DATABASE__URL").expect("a command");
    let command = text[begins..].split("\n\n").next().unwrap();
    assert!(command.ends_with("user revoke alice@example.org"), "{command}");
    let run = |command: &str| {
        let ran = Command::new("sh").args(["-c", command]).output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8(ran.stdout).unwrap()
    };
    let ended = run(command);
    assert!(ended.contains("transactions were ended, with all their tokens"), "{ended}");
    let again = run(command);
    assert!(again.contains("no transaction was open"), "{again}");
    drop(demo);
}

#[test]
fn the_demo_shows_a_token_of_each_kind_and_its_jwts_verify_by_the_published_keys() {
    let demo = Demo::start();
    let everything = &demo.listings[1];
    let (access, refresh) = ("access_token".to_owned(), "refresh_token".to_owned());
    let pair = |is_valid| [(access.clone(), is_valid), (refresh.clone(), is_valid)];
    // Refreshed: the used refresh token has ended, its successor and both access tokens live.
    let refreshed =
        [(access.clone(), true), (access.clone(), true), (refresh.clone(), false)].to_vec();
    let refreshed = [refreshed, vec![(refresh.clone(), true)]].concat();
    assert_eq!(standing(everything, "portal"), refreshed);
    assert_eq!(standing(everything, "data-mover"), [(access.clone(), true)], "exchanged");
    assert_eq!(standing(everything, "lab-console"), pair(true), "a device");
    assert_eq!(standing(everything, "mailing-lists"), pair(false), "revoked");
    let notebook = standing(everything, "notebook");
    assert!(notebook.contains(&(access.clone(), false)), "expired: {notebook:?}");
    assert!(notebook.contains(&(access.clone(), true)), "fresh: {notebook:?}");
    let flows = transactions(everything, "notebook");
    let abandoned = flows.iter().filter(|flow| flow["tokens"].as_array().unwrap().is_empty());
    assert_eq!(abandoned.count(), 1);
    assert!(transactions(&demo.listings[0], "data-mover").is_empty(), "not the campus IT's");
    // Nobody else's: a client that spoke for itself holds nothing of alice.
    assert!(transactions(everything, "night-backup").is_empty());
    let keys = demo.keys();
    for client in ["notebook", "data-mover", "mailing-lists"] {
        for (kind, token) in tokens(everything, client) {
            if kind == access && token["token"].is_string() {
                let text = token["token"].as_str().unwrap();
                let claims = keys.verified_claims(text, &["at+jwt"]).unwrap();
                assert_eq!(claims["jti"], token["jti"], "{client}");
                assert_eq!(claims["sub"], "alice@example.org");
            }
        }
    }
}
