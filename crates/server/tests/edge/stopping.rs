//! Stopping in order (T36, F24).

use std::future::pending;
use std::time::{Duration, Instant};

use muster_server::shutdown::{Patience, Stopped};

use crate::house::{House, Peer, quick};

fn patience(drain: u64, finish: u64) -> Patience {
    Patience { drain: Duration::from_millis(drain), finish: Duration::from_millis(finish) }
}

#[test]
fn requests_under_way_are_finished_and_idle_connections_closed() {
    let house = House::open(quick());
    let (mut busy, mut idle) = (house.peer(), house.peer());
    idle.say("GET /echo HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!(idle.hear().status, 200);
    busy.say("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
    assert!(house.seen.wait_for("slow begins"));
    assert_eq!(house.stop(patience(50, 3_000), pending()), Stopped::InOrder);
    let answer = busy.hear();
    assert_eq!((answer.status, answer.header("connection")), (200, Some("close")));
    assert_eq!(busy.hear_end(), (0, true));
    assert_eq!(idle.hear_end(), (0, true));
    assert!(std::net::TcpStream::connect(house.address).is_err());
}

#[test]
fn while_the_balancer_is_given_time_requests_are_still_served() {
    let house = House::open(quick());
    let address = house.address;
    let asking = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(150));
        let mut peer = Peer::to(address);
        peer.say("GET /echo HTTP/1.1\r\nHost: h\r\n\r\n");
        peer.hear()
    });
    assert_eq!(house.stop(patience(400, 3_000), pending()), Stopped::InOrder);
    let answer = asking.join().unwrap();
    assert_eq!((answer.status, answer.header("connection")), (200, Some("close")));
}

#[test]
fn what_does_not_end_is_cut_when_the_time_is_over() {
    let house = House::open(quick());
    let mut peer = house.peer();
    peer.say("GET /endless HTTP/1.1\r\nHost: h\r\n\r\n");
    assert!(house.seen.wait_for("endless begins"));
    let reading = std::thread::spawn(move || {
        let mut peer = peer;
        peer.hear_end()
    });
    let began = Instant::now();
    assert_eq!(house.stop(patience(0, 2_000), pending()), Stopped::InOrder);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert!(house.seen.wait_for("endless dropped"));
    assert!(reading.join().unwrap().0 > 0);
}

#[test]
fn told_a_second_time_it_ends_at_once() {
    let house = House::open(quick());
    let began = Instant::now();
    let hurry = tokio_sleep(100);
    assert_eq!(house.stop(patience(5_000, 20_000), hurry), Stopped::AtOnce);
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
}

async fn tokio_sleep(millis: u64) {
    tokio::time::sleep(Duration::from_millis(millis)).await;
}
