//! What the log and the metrics say, and what they never say (S70).

use std::io;
use std::sync::{Mutex, Once};

use muster_server::settings::{LogFormat, Telemetry};
use muster_server::telemetry;

use crate::house::{House, quick};

static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Log;

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Logs into memory, for all tests of this process.
pub(crate) fn start() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let settings = Telemetry { format: LogFormat::Json, directives: "trace".to_owned() };
        telemetry::start_logs_to(&settings, || Log, false).unwrap();
        telemetry::start_metrics().unwrap();
    });
}

/// The value of a metric without labels.
pub(crate) fn metric(name: &str) -> f64 {
    let text = telemetry::start_metrics().unwrap().render();
    let line = text.lines().find(|line| line.starts_with(&format!("{name} ")));
    line.unwrap().rsplit(' ').next().unwrap().parse().unwrap()
}

/// The lines of the log that hold a text, waiting a moment for the first.
fn lines_with(text: &str) -> Vec<serde_json::Value> {
    for _ in 0..200 {
        let log = String::from_utf8(LOG.lock().unwrap().clone()).unwrap();
        let lines: Vec<_> = log.lines().filter(|line| line.contains(text)).collect();
        if !lines.is_empty() {
            return lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    Vec::new()
}

fn named(path_and_query: &str, name: &str) -> String {
    format!("GET {path_and_query} HTTP/1.1\r\nHost: h\r\nX-Request-Id: {name}\r\n\r\n")
}

#[test]
fn one_line_tells_how_a_request_was_answered() {
    let house = House::behind(quick(), &["127.0.0.1"]);
    assert_eq!(house.ask(named("/echo?a=b", "told-once")).status, 200);
    let lines = lines_with("told-once");
    assert_eq!(lines.len(), 1, "{lines:?}");
    let (line, span) = (&lines[0], &lines[0]["span"]);
    assert_eq!((&line["message"], &line["status"]), (&"answered".into(), &200.into()));
    assert_eq!((&span["method"], &span["path"]), (&"GET".into(), &"/echo".into()));
    assert_eq!((&span["client"], &line["whole"]), (&"127.0.0.1".into(), &true.into()));
}

#[test]
fn no_query_is_ever_logged_even_at_the_finest_level() {
    // S70, F31
    let house = House::behind(quick(), &["127.0.0.1"]);
    for path in ["/echo", "/nothing", "/panic", "/blocking-panic"] {
        house.ask(named(&format!("{path}?access_token=s3cr3t-{path}"), "secretive"));
    }
    house.ask("GET /echo?access_token=s3cr3t HTTP/1.1\r\nX: s3cr3t\r\n\r\n");
    assert!(lines_with("secretive").len() >= 4);
    let metrics = telemetry::start_metrics().unwrap().render();
    let log = String::from_utf8(LOG.lock().unwrap().clone()).unwrap();
    assert!(!log.contains("s3cr3t") && !metrics.contains("s3cr3t"));
    assert!(!log.contains("access_token"));
}

#[test]
fn what_happens_on_a_blocking_thread_is_told_of_its_request() {
    let house = House::behind(quick(), &["127.0.0.1"]);
    assert_eq!(house.ask(named("/blocking", "carried-along")).status, 200);
    let lines = lines_with("carried-along");
    let told = |line: &&serde_json::Value| line["message"] == "from the blocking thread";
    assert_eq!(lines.iter().filter(told).count(), 1, "{lines:?}");
}
