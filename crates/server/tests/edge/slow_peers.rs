//! Peers that are slow, silent or stalled are let go in time (T32, T33).

use std::time::{Duration, Instant};

use crate::bad_http::check_refusal;
use crate::house::{House, Peer, quick};

const HEAD: &str = "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2000\r\n\r\n";

fn milliseconds(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// Sends a byte now and then; the thread ends when the peer is cut or satisfied.
fn drip(peer: &mut Peer, pause: Duration, times: usize) {
    for _ in 0..times {
        std::thread::sleep(pause);
        if !peer.say("x") {
            return;
        }
    }
}

#[test]
fn a_silent_connection_is_closed_without_a_word() {
    let house = House::open(quick());
    let (mut peer, began) = (house.peer(), Instant::now());
    assert_eq!(peer.hear_end(), (0, true));
    assert!(began.elapsed() < milliseconds(1_500), "{:?}", began.elapsed());
}

#[test]
fn a_head_that_drips_is_refused_when_its_time_is_over() {
    let house = House::open(quick());
    let (mut peer, began) = (house.peer(), Instant::now());
    peer.say("GET /echo HTTP/1.1\r\nX: ");
    drip(&mut peer, milliseconds(50), 8);
    check_refusal("slow head", &peer.hear(), 408);
    assert!(began.elapsed() < milliseconds(1_500), "{:?}", began.elapsed());
}

#[test]
fn a_body_that_stops_is_refused() {
    // B06
    let house = House::open(quick());
    let mut peer = house.peer();
    peer.say(HEAD);
    peer.say("abc");
    check_refusal("B06", &peer.hear(), 408);
    assert_eq!(peer.hear_end().0, 0);
    assert_eq!(house.seen.all(), Vec::<String>::new());
}

#[test]
fn a_body_below_the_lowest_rate_is_refused() {
    // B07: 20 bytes a second where 1,024 are wanted after 0.4 s.
    let house = House::open(quick());
    let (mut peer, began) = (house.peer(), Instant::now());
    peer.say(HEAD);
    drip(&mut peer, milliseconds(50), 9);
    check_refusal("B07", &peer.hear(), 408);
    assert!(began.elapsed() < milliseconds(850), "{:?}", began.elapsed());
}

#[test]
fn a_body_that_keeps_up_is_taken_and_one_beyond_all_time_is_not() {
    let house = House::open(quick());
    let mut peer = house.peer();
    peer.say(HEAD);
    for _ in 0..4 {
        std::thread::sleep(milliseconds(100));
        peer.say("x".repeat(500));
    }
    assert_eq!(peer.hear().json()["length"], 2_000);
    // A rate that is kept, but for longer than a request may take.
    let mut peer = house.peer();
    peer.say("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 16000\r\n\r\n");
    for _ in 0..9 {
        std::thread::sleep(milliseconds(100));
        peer.say("x".repeat(500));
    }
    check_refusal("whole request", &peer.hear(), 408);
}

#[test]
fn a_kept_connection_is_closed_when_it_is_idle_but_not_while_it_is_answered() {
    let house = House::open(quick());
    let mut peer = house.peer();
    // Half a second of answering is as long as it may be idle.
    peer.say("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!(peer.hear().status, 200);
    std::thread::sleep(milliseconds(250));
    peer.say("GET /echo HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!(peer.hear().status, 200);
    let began = Instant::now();
    assert_eq!(peer.hear_end(), (0, true));
    assert!(began.elapsed() > milliseconds(400), "{:?}", began.elapsed());
}

#[test]
fn a_stalled_reader_is_cut_and_its_listing_let_go() {
    // T33, F18: after the limit on stalling, the body is dropped and with it whatever it holds.
    let house = House::open(quick());
    let (mut peer, began) = (house.peer(), Instant::now());
    peer.say("GET /endless HTTP/1.1\r\nHost: h\r\n\r\n");
    assert!(house.seen.wait_for("endless dropped"));
    let lasted = began.elapsed();
    assert!(lasted > milliseconds(550) && lasted < milliseconds(2_500), "{lasted:?}");
    let (count, in_order) = peer.hear_end();
    assert!(count > 0 && !in_order, "cut visibly, after {count} bytes");
}

#[test]
fn a_slow_reader_that_goes_on_reading_is_not_cut() {
    // T33: progress within the limit is all that is asked.
    let house = House::open(quick());
    let mut peer = house.peer();
    peer.say("GET /endless HTTP/1.1\r\nHost: h\r\n\r\n");
    let began = Instant::now();
    while began.elapsed() < milliseconds(1_500) {
        peer.hear_some(512 * 1_024);
        std::thread::sleep(milliseconds(100));
    }
    assert!(!house.seen.all().contains(&"endless dropped".to_owned()));
}

#[test]
fn a_reader_that_leaves_lets_go_at_once() {
    // T33
    let house = House::open(quick());
    let mut peer = house.peer();
    peer.say("GET /endless HTTP/1.1\r\nHost: h\r\n\r\n");
    peer.hear_head().unwrap();
    let began = Instant::now();
    drop(peer);
    assert!(house.seen.wait_for("endless dropped"));
    assert!(began.elapsed() < milliseconds(400), "{:?}", began.elapsed());
}

#[test]
fn many_slow_peers_do_not_slow_a_good_one() {
    // T32
    let house = House::open(quick());
    let mut slow: Vec<_> = (0..50).map(|_| house.peer()).collect();
    for peer in &mut slow {
        peer.say("GET /echo HTTP/1.1\r\nX: ");
    }
    let began = Instant::now();
    assert_eq!(house.ask("GET /echo HTTP/1.1\r\nHost: h\r\n\r\n").status, 200);
    assert!(began.elapsed() < milliseconds(200), "{:?}", began.elapsed());
    for peer in &mut slow {
        check_refusal("slow", &peer.hear(), 408);
    }
}
