//! The database is killed in the middle of a listing, and comes back (F09, F18).

use std::time::{Duration, Instant};

use muster_store_diesel::Scratch;

use crate::crowd::Crowd;
use crate::house::House;
use crate::listing_faults::{MANY, NEVER, Stalled, assert_cut, assert_whole};
use crate::own_postgres::OwnPostgres;

/// Until then it counts as hanging. How soon it is back (F09: within 5 s) is a figure of a
/// quiet machine, and no test's affair.
const HEALED: Duration = Duration::from_mins(1);

#[test]
fn a_database_killed_in_the_middle_cuts_the_listing_and_is_taken_up_again_when_it_is_back() {
    let server = OwnPostgres::start_new();
    let scratch = Scratch::postgres(&server.url()).expect("a database");
    let settings = [("MUSTER__TOKEN_INFO__STALL_SECONDS", NEVER)];
    let house = House::start_on(scratch, &settings);
    let crowd = Crowd::plant(&house, MANY);
    let question = crowd.question(&house);
    let stalled = Stalled::at_the_beginning(&house, &question);
    server.kill();
    assert_cut(&stalled.go_on());
    for _ in 0..3 {
        let refused = question.send(house.address);
        assert_eq!((refused.status, refused.error().as_str()), (503, "temporarily_unavailable"));
        assert!(refused.header("Retry-After").is_some(), "{:?}", refused.headers);
    }
    server.start();
    let back = Instant::now();
    let healed = loop {
        let answer = question.send(house.address);
        if answer.status == 200 {
            break answer;
        }
        assert_eq!(answer.status, 503, "{}", answer.text());
        assert!(back.elapsed() < HEALED, "still refused: {}", answer.text());
        std::thread::park_timeout(Duration::from_millis(50));
    };
    assert_whole(&healed, MANY);
}
