//! The whole service: two listeners, readiness, metrics, and its end.

use std::io::{Read as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::web::{self, ServiceConfig};
use muster_server::management::Readiness;
use muster_server::service::{Doors, Listeners, Running, Service};
use muster_server::settings::{self, Environment};
use muster_server::shutdown::Stopped;
use muster_server::telemetry;

use crate::house::{Peer, steady_ids};

/// A database that is there or not.
#[derive(Default)]
struct Switch(AtomicBool);

impl Readiness for Switch {
    fn problems(&self) -> Vec<String> {
        if self.0.load(Ordering::SeqCst) { vec!["the database is away".to_owned()] } else { vec![] }
    }
}

fn open(broken: Arc<Switch>) -> (Running, muster_server::shutdown::Stop) {
    crate::logs::start();
    let variables = [
        ("MUSTER__HTTP__LISTEN", "127.0.0.1:0"),
        ("MUSTER__MANAGEMENT__LISTEN", "127.0.0.1:0"),
        ("MUSTER__HTTP__FINISH_SECONDS", "2"),
        ("MUSTER__HTTP__DRAIN_SECONDS", "0"),
    ];
    let pairs = variables.into_iter().map(|(name, value)| (name.into(), value.into()));
    let settings = settings::load(None, &Environment::of(pairs)).unwrap();
    let service = Service::prepare(&settings.http).unwrap();
    let stop = service.stop();
    let metrics = telemetry::start_metrics().unwrap();
    let doors = Doors { ids: steady_ids(), readiness: broken, metrics };
    let routes = |app: &mut ServiceConfig| {
        app.route("/hello", web::get().to(async || "hello"));
    };
    let listeners = Listeners::take(&settings).unwrap();
    (service.start(listeners, &settings, doors, routes).unwrap(), stop)
}

fn ask(address: std::net::SocketAddr, path: &str) -> crate::house::Answer {
    let mut peer = Peer::to(address);
    peer.say(format!("GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
    peer.hear()
}

#[test]
fn readiness_follows_the_database_and_liveness_does_not() {
    // T38, F10
    let switch = Arc::new(Switch::default());
    let (running, _) = open(Arc::clone(&switch));
    let managed = running.management_address;
    assert_eq!(ask(running.address, "/hello").body, "hello");
    assert_eq!(ask(managed, "/health/ready").json()["status"], "ready");
    switch.0.store(true, Ordering::SeqCst);
    let answer = ask(managed, "/health/ready");
    assert_eq!(answer.status, 503);
    assert_eq!(answer.json()["problems"][0], "the database is away");
    assert_eq!(ask(managed, "/health/live").status, 200);
    assert_eq!(running.stop(), Stopped::InOrder);
}

#[test]
fn metrics_are_told_at_the_management_listener_alone() {
    let (running, _) = open(Arc::default());
    ask(running.address, "/hello");
    let metrics = ask(running.management_address, "/metrics");
    assert!(metrics.header("content-type").unwrap().starts_with("text/plain; version=0.0.4"));
    for text in ["# HELP muster_panics_total ", "muster_connections ", "route=\"/hello\""] {
        assert!(metrics.body.contains(text), "{text}: {}", metrics.body);
    }
    assert_eq!(ask(running.address, "/metrics").status, 404);
    assert_eq!(running.stop(), Stopped::InOrder);
}

/// Everything that comes for a head, until the connection ends.
fn told(address: std::net::SocketAddr, request: &str) -> String {
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let head = format!("{request} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn balancers_may_look_by_head() {
    // RFC 9110 9.3.2
    let (running, _) = open(Arc::default());
    for path in ["/health/live", "/health/ready", "/metrics"] {
        let looked = told(running.management_address, &format!("HEAD {path}"));
        assert!(looked.starts_with("HTTP/1.1 200 "), "{looked}");
        assert!(looked.ends_with("\r\n\r\n"), "a body came: {looked}");
        let posted = told(running.management_address, &format!("POST {path}"));
        assert!(posted.starts_with("HTTP/1.1 405 "), "{posted}");
    }
    assert_eq!(running.stop(), Stopped::InOrder);
}

#[test]
fn a_part_that_gives_up_ends_the_service_with_an_error() {
    // F31
    let (running, stop) = open(Arc::default());
    stop.give_up();
    let stopped = running.until_told().unwrap();
    assert_eq!((stopped, stopped.exit_code()), (Stopped::GivenUp, 1));
}

#[test]
fn while_it_stops_it_is_alive_but_not_ready() {
    // T36: readiness is off before the door is shut.
    let (running, _) = open(Arc::default());
    let (public, managed) = (running.address, running.management_address);
    let mut reader = std::net::TcpStream::connect(public).unwrap();
    // A request under way (its head is not complete) keeps the service from ending.
    reader.write_all(b"GET /hello HTTP/1.1\r\n").unwrap();
    std::thread::sleep(std::time::Duration::from_millis(100));
    let stopping = std::thread::spawn(move || running.stop());
    std::thread::sleep(std::time::Duration::from_millis(300));
    let ready = ask(managed, "/health/ready");
    assert_eq!(
        (ready.status, &ready.json()["problems"][0]),
        (503, &"the service is stopping".into())
    );
    assert_eq!(ask(managed, "/health/live").status, 200);
    reader.write_all(b"Host: h\r\n\r\n").unwrap();
    assert_eq!(stopping.join().unwrap(), Stopped::InOrder);
}
