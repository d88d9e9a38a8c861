//! Too many connections: the doors shut for the one too many, and for nobody else.

use muster_server::edge::Limits;

use crate::house::{House, Peer, quick};

const ASK: &str = "GET /echo HTTP/1.1\r\nHost: h\r\n\r\n";

/// Connects and asks, keeping the connection; none when the door was shut.
fn enter(house: &House) -> Option<Peer> {
    let mut peer = house.peer();
    peer.say(ASK);
    peer.hear_head().map(|_| peer)
}

fn limits(connections: usize, connections_per_peer: usize) -> Limits {
    let idle = std::time::Duration::from_secs(5);
    Limits { connections, connections_per_peer, idle, ..quick() }
}

#[test]
fn one_peer_takes_no_more_than_its_places() {
    let house = House::open(limits(10, 3));
    let inside: Vec<_> = (0..3).map(|_| enter(&house).expect("a place")).collect();
    assert!(enter(&house).is_none());
    drop(inside);
    // The places are free again as soon as the server notices.
    std::thread::sleep(std::time::Duration::from_millis(200));
    assert!(enter(&house).is_some());
}

#[test]
fn a_trusted_proxy_brings_as_many_as_the_house_takes() {
    let house = House::behind(limits(5, 3), &["127.0.0.1"]);
    let inside: Vec<_> = (0..5).map(|_| enter(&house).expect("a place")).collect();
    assert!(enter(&house).is_none());
    drop(inside);
}
