//! PostgreSQL is restarted under load, without a warning and again and again: meanwhile
//! requests succeed or are sent away, and afterwards everything is there (F09, F13).

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use muster_store_diesel::Scratch;

use crate::books::Books;
use crate::clerk::Clerk;
use crate::house::House;
use crate::issuing::Office;
use crate::killed::{at_once, clerks};
use crate::meanwhile::Ending;
use crate::own_postgres::OwnPostgres;
use crate::wire::Request;

const RESTARTS: usize = 4;
/// Answers between two of them: so much is done before, and again afterwards.
const ANSWERS: usize = 60;

/// Waits for so many answers more, as long as somebody works for them.
fn until_answered(answered: &AtomicUsize, is_at_work: impl Fn() -> bool) {
    let wanted = answered.load(Ordering::Relaxed) + ANSWERS;
    while answered.load(Ordering::Relaxed) < wanted && is_at_work() {
        std::thread::park_timeout(Duration::from_millis(1));
    }
}

#[test]
fn a_database_restarted_under_load_costs_time_and_nothing_else() {
    let server = OwnPostgres::start_new();
    let scratch = Scratch::postgres(&server.url()).expect("a database");
    let settings = [("MUSTER__TOKENS__INTROSPECTIONS_PER_SECOND", "100000")];
    let office = Office::of(House::start_on(scratch, &settings));
    let mut clerks = clerks(&office, 200, true);
    let books = Books::of(&office.house);
    let (enough, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        let (enough, answered) = (&enough, &answered);
        let ending = Ending(enough);
        let at_work: Vec<_> = clerks
            .iter_mut()
            .map(|clerk| scope.spawn(move || clerk.work_on(enough, answered)))
            .collect();
        let all_work = || at_work.iter().all(|clerk| !clerk.is_finished());
        for _ in 0..RESTARTS {
            until_answered(answered, all_work);
            server.kill();
            server.start();
        }
        until_answered(answered, all_work);
        drop(ending);
    });
    at_once(&mut clerks, Clerk::settle);
    let ready = Request::new("GET", "/health/ready").send(office.house.management);
    assert_eq!(ready.status, 200, "{}", ready.text());
    at_once(&mut clerks, Clerk::look_at_all);
    books.assert_balanced(&office.house);
    let undone: usize = clerks.iter().map(|clerk| clerk.lost.undone).sum();
    assert!(undone > 0, "nobody was sent away: it was not restarted under load");
}
