//! Every route that the service registers has a page and is guarded (T09): whoever adds one
//! finds this file, which does not build, or does not pass, without both.

use std::path::{Path, PathBuf};

use muster_domain::GrantName;
use muster_server::management;
use muster_server::routes::Endpoint;

use crate::house::Engine;
use crate::issuing::{Office, assert_refused, registration};
use crate::wire::{Answer, Request, form};

/// Who may ask at an endpoint.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Guard {
    /// Who has proved who it is; this is a request that nothing else is wrong with.
    Proof(&'static [(&'static str, &'static str)]),
    /// Anybody: it tells what everybody may know, and takes nothing.
    Nobody,
}

/// What an endpoint is guarded by, its page, and its file of tests.
fn kept(endpoint: Endpoint) -> (Guard, &'static str, &'static str) {
    let asked = Guard::Proof(&[("token", "x")]);
    match endpoint {
        Endpoint::Token => (
            Guard::Proof(&[("grant_type", "client_credentials")]),
            "grants/client_credentials",
            "bad_inputs_issuing",
        ),
        Endpoint::Introspection => (asked, "endpoints/introspection", "introspection"),
        Endpoint::Revocation => (asked, "endpoints/revocation", "revocation"),
        Endpoint::DeviceStart => {
            (Guard::Proof(&[("scope", "read")]), "grants/device_start", "device_start")
        }
        Endpoint::Keys => (Guard::Nobody, "endpoints/certs", "keys"),
        Endpoint::Metadata => (Guard::Nobody, "endpoints/metadata", "metadata"),
    }
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn room() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn t09_every_endpoint_has_its_page_and_its_tests() {
    for endpoint in Endpoint::ALL {
        let (_, page, tests) = kept(endpoint);
        let page = read(&room().join(format!("../../docs/{page}.md")));
        let tests = read(&room().join(format!("tests/http/{tests}.rs")));
        let places = endpoint.places("/oauth2");
        let last = |place: &String| place.rsplit('/').next().expect("a name").to_owned();
        let names: Vec<String> = places.iter().map(last).filter(|name| name != "oauth2").collect();
        for name in names {
            assert!(page.contains(&name), "the page of {endpoint:?} does not speak of {name}");
            // What is asked by a method of `Party` is named there.
            let asked = tests.contains(&name) || name == "token";
            assert!(asked, "the tests of {endpoint:?} do not ask at {name}");
        }
    }
    // Each grant has a page and tests of its own (`cargo xtask tidy`).
    for grant in GrantName::ALL {
        read(&room().join(format!("../../docs/grants/{}.md", grant.room())));
        read(&room().join(format!("tests/http/{}.rs", grant.room())));
    }
}

/// The answer, once the house is not full: a busy machine is not what is tested.
fn served(office: &Office, request: &Request) -> Answer {
    let answers = std::iter::repeat_with(|| request.send(office.house.address));
    answers.take(100).find(|answer| answer.status != 503).expect("an answer")
}

/// What is asked of an endpoint by whoever proves nothing, or not enough.
fn unproved(office: &Office, place: &str, pairs: &[(&str, &str)]) -> Vec<(&'static str, Answer)> {
    let ask = |request: Request| served(office, &request.form(pairs));
    let post = || Request::new("POST", place);
    vec![
        ("nobody", ask(post())),
        ("a stranger", ask(post().basic("stranger", "x"))),
        ("a wrong secret", ask(post().basic("web", "wrong"))),
        ("a name alone", {
            let mut named = pairs.to_vec();
            named.push(("client_id", "web"));
            served(office, &post().form(&named))
        }),
        ("a token", ask(post().header("Authorization", "Bearer x"))),
        ("an empty header", ask(post().header("Authorization", "Basic Og=="))),
    ]
}

fn every_endpoint_is_guarded(engine: Engine) {
    let office = Office::open(engine);
    let web = office.register("web", registration());
    for endpoint in Endpoint::ALL {
        let (guard, _, _) = kept(endpoint);
        for place in endpoint.places("/oauth2") {
            match guard {
                Guard::Proof(pairs) => {
                    for (who, answer) in unproved(&office, &place, pairs) {
                        let told = (answer.status, answer.error());
                        assert_eq!(told, (401, "invalid_client".into()), "{place}: {who}");
                    }
                    let by_get = Request::new("GET", &format!("{place}?{}", form(pairs)));
                    let by_get = by_get.basic(&web.id, &web.secret).send(office.house.address);
                    assert_refused(&by_get, 405, "invalid_request");
                    let good = Request::new("POST", &place).basic(&web.id, &web.secret);
                    assert_eq!(good.form(pairs).send(office.house.address).status, 200, "{place}");
                }
                Guard::Nobody => {
                    let by_get = Request::new("GET", &place).send(office.house.address);
                    assert_eq!(by_get.status, 200, "{place}");
                    let posted = Request::new("POST", &place).form(&[("a", "b")]);
                    assert_refused(&posted.send(office.house.address), 405, "invalid_request");
                }
            }
        }
    }
}

#[test]
fn t09_every_endpoint_asks_who_is_there_unless_it_tells_what_everybody_may_know_on_sqlite() {
    every_endpoint_is_guarded(Engine::Sqlite);
}

#[test]
fn t09_every_endpoint_asks_who_is_there_unless_it_tells_what_everybody_may_know_on_postgres() {
    every_endpoint_is_guarded(Engine::Postgres);
}

#[test]
fn t09_the_management_listener_has_its_places_and_the_public_one_none_of_them() {
    let office = Office::open(Engine::Sqlite);
    let running = read(&room().join("../../docs/operations/running.md"));
    for (place, _) in management::PLACES {
        let ask = |address| Request::new("GET", place).send(address);
        assert_eq!(ask(office.house.management).status, 200, "{place}");
        assert_eq!(ask(office.house.address).status, 404, "{place}");
        assert!(running.contains(place), "running.md does not speak of {place}");
    }
    for endpoint in Endpoint::ALL {
        for place in endpoint.places("/oauth2") {
            let answer = Request::new("GET", &place).send(office.house.management);
            assert_eq!(answer.status, 404, "{place}");
        }
    }
}

#[test]
fn t09_no_issuer_is_added_where_an_endpoint_lies() {
    let office = Office::open(Engine::Sqlite);
    for endpoint in Endpoint::ALL {
        for place in endpoint.places("/oauth2") {
            for below in ["", "/vo"] {
                let url = format!("https://issuer.example{place}{below}");
                assert!(office.keeper.add_issuer(&url).is_err(), "{url}");
            }
        }
    }
    let beside = "https://issuer.example/oauth2/tokens";
    assert!(office.keeper.add_issuer(beside).is_ok());
}

/// Every Rust text below this folder, with its path.
fn texts(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            texts(&path, found);
        } else {
            found.push((path.display().to_string(), read(&path)));
        }
    }
}

#[test]
fn t09_nothing_is_registered_beside_the_sitemap() {
    let mut sources = Vec::new();
    texts(&room().join("src"), &mut sources);
    let marks = ["web::resource(", "web::scope(", ".service(", "#[get(", "#[post(", "#[route("];
    let mut registered = Vec::new();
    for (path, text) in &sources {
        let count: usize = marks.iter().map(|mark| text.matches(mark).count()).sum();
        if count > 0 {
            let file = path.rsplit("/src/").next().expect("a file").to_owned();
            registered.push((file, text.matches("web::resource(").count()));
        }
    }
    registered.sort();
    // The public doors are one line for every endpoint.
    let wanted = [("management.rs", management::PLACES.len()), ("routes/doors.rs", 1)];
    let wanted = wanted.map(|(file, count)| (file.to_owned(), count));
    assert_eq!(registered, wanted, "routes are named by `Endpoint` and `management::PLACES` alone");
}
