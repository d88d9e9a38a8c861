//! A log that nobody reads: the pipe behind standard error is full (F26).

use std::io::{BufRead as _, BufReader};

use crate::house::Engine;
use crate::issuing::{Office, member};
use crate::wire::Request;

/// The value of a metric without labels.
fn metric(office: &Office, name: &str) -> f64 {
    let told = Request::new("GET", "/metrics").send(office.house.management).text();
    let line = told.lines().find(|line| line.starts_with(&format!("{name} ")));
    let value = line.and_then(|line| line.rsplit(' ').next()).expect("the metric is there");
    value.parse().expect("a number")
}

#[test]
fn a_log_that_nobody_reads_holds_nobody_up_and_its_drops_are_counted() {
    // F26: what must be recorded is recorded, everything else goes on and counts drops.
    const DROPPED: &str = "muster_log_lines_dropped_total";
    let mut office = Office::open(Engine::Sqlite);
    let (reader, pipe) = std::io::pipe().expect("a pipe");
    office.house.restart_telling_all(pipe);
    let web = office.web();
    let mut asked = 0;
    while metric(&office, DROPPED) < 100.0 {
        assert!(asked < 100_000, "no line was dropped");
        for _ in 0..50 {
            asked += 1;
            assert_eq!(Request::new("GET", "/oauth2/certs").send(office.house.address).status, 200);
        }
    }
    // What is recorded in the trail goes on, too.
    let access = member(&web.for_itself(&[]), "access_token");
    assert!(web.finds_active(&access));
    assert_eq!(web.revoke(&access).status, 200);
    assert!(!web.finds_active(&access));
    // Once somebody reads, the log says what it lacks.
    let mut lines = BufReader::new(reader).lines();
    let told = lines.find(|line| {
        let line = line.as_ref().expect("text");
        line.contains("lines of the log were dropped")
    });
    assert!(told.is_some());
    let drain = std::thread::spawn(move || lines.count());
    office.house.stop();
    assert!(drain.join().expect("it reads to the end") > 0);
}
