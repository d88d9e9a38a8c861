//! Listings that are cut, by the reader or by the end of the service: what was sent until
//! then cannot be taken for a whole listing.

use std::io::{BufReader, Cursor, Read, Write};

use muster_domain::Randomness;
use muster_testkit::CountingRandomness;

use crate::crowd::Crowd;
use crate::house::{Engine, House};
use crate::wire::{self, Answer, Request, is_json};

/// Sends a request and reads at most so many bytes of what comes; then it hangs up.
fn beginning(house: &House, request: &Request, bytes: usize) -> Vec<u8> {
    let mut stream = wire::connect(house.address);
    stream.write_all(&request.bytes(house.address)).expect("the request is taken");
    let mut begun = Vec::new();
    let limit = u64::try_from(bytes).expect("a length");
    stream.take(limit).read_to_end(&mut begun).expect("an answer");
    begun
}

fn read(bytes: &[u8]) -> Option<Answer> {
    wire::read_answer(&mut BufReader::new(Cursor::new(bytes)))
}

/// Neither the chunks nor the JSON came to their end.
fn assert_cut(begun: &[u8], what: &str) {
    let Some(answer) = read(begun) else { return };
    assert_eq!(answer.status, 200, "{what}");
    assert!(!answer.whole, "{what}: the chunks are complete");
    assert!(!is_json(&answer.body), "{what}: it is JSON");
}

fn a_hundred_cuts(engine: Engine) {
    // F18, T33
    let house = House::start(engine);
    let crowd = Crowd::plant(&house, 400);
    let question = crowd.question(&house);
    let whole = question.send(house.address);
    assert!(whole.whole && is_json(&whole.body), "{}", whole.status);
    let chance = CountingRandomness::default();
    for _ in 0..100 {
        let mut random = [0; 8];
        chance.fill(&mut random).expect("bytes of a counter");
        // The head comes on top, so that this much is sent in any case.
        let length = u64::try_from(whole.body.len()).unwrap();
        let offset = usize::try_from(u64::from_be_bytes(random) % length).unwrap();
        let begun = beginning(&house, &question, offset);
        assert_eq!(begun.len(), offset, "the reader hung up, not the service");
        assert_cut(&begun, &format!("cut after {offset} bytes"));
    }
    let again = question.send(house.address);
    assert!(again.whole && again.body == whole.body, "a hundred readers left, nothing changed");
}

#[test]
fn a_listing_cut_after_any_of_a_hundred_offsets_is_never_whole_on_sqlite() {
    a_hundred_cuts(Engine::Sqlite);
}

#[test]
fn a_listing_cut_after_any_of_a_hundred_offsets_is_never_whole_on_postgres() {
    a_hundred_cuts(Engine::Postgres);
}

#[test]
fn only_the_last_chunk_completes_the_body_and_only_the_last_bracket_the_json() {
    // F18: a small listing, cut everywhere near its end.
    let house = House::start(Engine::Sqlite);
    let question = house.as_admin().form(&house.question());
    let whole = beginning(&house, &question, usize::MAX);
    let listing = read(&whole).expect("a listing");
    assert!(listing.whole && is_json(&listing.body));
    let closed = whole.len() - b"\r\n0\r\n\r\n".len();
    // The reader here is content with the last line's carriage return.
    for offset in whole.len() - 400..whole.len() - 1 {
        let answer = read(&beginning(&house, &question, offset)).expect("a head");
        assert!(!answer.whole, "{} bytes short", whole.len() - offset);
        assert_eq!(is_json(&answer.body), offset >= closed, "{} bytes short", whole.len() - offset);
    }
}

fn killed_in_the_middle(engine: Engine) {
    // F01, F18
    let mut house = House::start(engine);
    let crowd = Crowd::plant(&house, 20_000);
    let question = crowd.question(&house);
    let mut stream = wire::connect(house.address);
    stream.write_all(&question.bytes(house.address)).expect("the request is taken");
    let mut begun = vec![0; 256 * 1_024];
    stream.read_exact(&mut begun).expect("the listing begins");
    house.kill();
    begun.extend(wire::read_rest(&mut stream));
    assert_cut(&begun, "the service was killed");
    house.restart();
    let again = question.send(house.address);
    assert!(again.whole && again.status == 200, "{}", again.status);
    assert_eq!(again.text().matches("\"jti\"").count(), 20_000);
}

#[test]
fn a_service_killed_in_the_middle_leaves_no_whole_listing_on_sqlite() {
    killed_in_the_middle(Engine::Sqlite);
}

#[test]
fn a_service_killed_in_the_middle_leaves_no_whole_listing_on_postgres() {
    killed_in_the_middle(Engine::Postgres);
}
