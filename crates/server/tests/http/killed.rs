//! The service is killed at any moment, again and again, and started on the same database:
//! nothing that was acknowledged is lost, nothing that was ended lives, and what was under
//! way was done wholly or not at all (F01, F02; I17, I18; T05, T06).
//!
//! 200 times in all; as often as is wanted with `MUSTER_TEST_KILLS`.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use muster_domain::{AccessTokenProfile, Lifetime, Randomness as _, Registration};
use muster_testkit::CountingRandomness;

use crate::books::{Books, count};
use crate::clerk::{Clerk, Lost};
use crate::house::{Engine, House, free_address_at};
use crate::issuing::{Office, registration};

/// Over both engines, unless the environment says otherwise.
const KILLS: usize = 200;
/// Each client has so many clerks.
const CLERKS: u64 = 2;
/// Answers that come before the service is killed, at most.
const ANSWERS: u64 = 40;
/// How long after an answer it is killed, in microseconds, at most: a request's time.
const BEHIND: u64 = 4_000;

/// Half of the kills that the environment asks for, or of these.
pub(crate) fn kills_of_one_engine(usual: usize) -> usize {
    let asked = std::env::vars().find(|(name, _)| name == "MUSTER_TEST_KILLS");
    asked.map_or(usual, |(_, number)| number.parse().expect("a number of kills")).div_ceil(2)
}

/// A client whose tokens outlive the test, and whether it has a period of grace.
fn clients() -> [(&'static str, Registration, bool); 3] {
    let day = Some(Lifetime::from_days(1));
    let lasting = Registration { access_lifetime: day, ..registration() };
    let opaque = Registration { profile: AccessTokenProfile::Opaque, ..lasting.clone() };
    let mild = Registration { refresh_grace: Lifetime::from_seconds(10), ..lasting.clone() };
    [("strict", lasting, false), ("opaque", opaque, false), ("mild", mild, true)]
}

/// Clerks of several clients, each with so many codes.
pub(crate) fn clerks(office: &Office, codes: usize, is_answered: bool) -> Vec<Clerk> {
    let mut clerks = Vec::new();
    for (id, registration, has_grace) in clients() {
        let party = office.register(id, registration);
        for number in 0..CLERKS {
            let seed = number + CLERKS * u64::try_from(clerks.len()).expect("a small number");
            clerks.push(Clerk {
                party: party.clone(),
                address: office.house.address,
                has_grace,
                is_answered,
                codes: office.lasting_codes(id, codes),
                chance: CountingRandomness::seeded(seed),
                families: Vec::new(),
                closed: Vec::new(),
                lost: Lost::default(),
            });
        }
    }
    clerks
}

/// Does something with every clerk at once.
pub(crate) fn at_once(clerks: &mut [Clerk], work: impl Fn(&mut Clerk) + Sync) {
    std::thread::scope(|scope| {
        let work = &work;
        for clerk in clerks {
            scope.spawn(move || work(clerk));
        }
    });
}

/// After so many answers, and so long after the last of them.
pub(crate) fn a_moment(chance: &CountingRandomness) -> (usize, Duration) {
    let [answers, behind] = [ANSWERS, BEHIND].map(|end| {
        let mut bytes = [0; 8];
        chance.fill(&mut bytes).expect("bytes of a counter");
        u64::from_be_bytes(bytes) % end
    });
    (usize::try_from(answers).expect("a small number"), Duration::from_micros(behind))
}

/// Lets the clerks work and kills the service: after so many answers and a moment, while
/// requests are under way, or when the last one has been answered.
fn kill_at_work(
    house: &mut House,
    clerks: &mut [Clerk],
    (answers, behind): (usize, Duration),
    in_peace: bool,
) {
    let (enough, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        let (enough, answered) = (&enough, &answered);
        let at_work: Vec<_> = clerks
            .iter_mut()
            .map(|clerk| scope.spawn(move || clerk.work(enough, answered)))
            .collect();
        let some_work = || at_work.iter().any(|clerk| !clerk.is_finished());
        while answered.load(Ordering::Relaxed) < answers && some_work() {
            std::thread::park_timeout(Duration::from_micros(100));
        }
        std::thread::park_timeout(behind);
        enough.store(in_peace, Ordering::Relaxed);
        while in_peace && some_work() {
            std::thread::park_timeout(Duration::from_micros(100));
        }
        house.kill();
    });
}

/// What a killed service has sent to PostgreSQL may still come about: until the server has
/// noticed that nobody is there any more.
pub(crate) fn until_nothing_is_under_way(house: &House, engine: Engine) {
    const OTHERS: &str = "pg_stat_activity WHERE datname = current_database() \
         AND pid <> pg_backend_pid()";
    while engine != Engine::Sqlite && count(house, OTHERS) > 0 {
        std::thread::park_timeout(Duration::from_millis(2));
    }
}

fn nothing_is_lost(engine: Engine, host: [u8; 4]) {
    // An address of its own: nobody else takes it while the service is dead.
    let addresses = (free_address_at(host), free_address_at(host));
    let settings = [("MUSTER__TOKENS__INTROSPECTIONS_PER_SECOND", "100000")];
    let house = House::start_at(engine.scratch(), &settings, addresses);
    let kills = kills_of_one_engine(KILLS);
    let office = Office::of(house);
    let mut clerks = clerks(&office, 2 * kills + 8, false);
    // From here on the service alone has the database open: it, and nobody else, recovers it.
    let Office { mut house, behind } = office;
    drop(behind);
    let books = Books::of(&house);
    let chance = CountingRandomness::default();
    for round in 0..kills {
        kill_at_work(&mut house, &mut clerks, a_moment(&chance), round % 4 == 0);
        until_nothing_is_under_way(&house, engine);
        house.revive();
        at_once(&mut clerks, |clerk| {
            clerk.is_answered = true;
            clerk.settle();
            clerk.look_around();
            clerk.is_answered = false;
        });
    }
    at_once(&mut clerks, Clerk::look_at_all);
    books.assert_balanced(&house);
    let lost = clerks.iter().map(|clerk| clerk.lost);
    let (done, undone) = lost.fold((0, 0), |(d, u), lost| (d + lost.done, u + lost.undone));
    // Otherwise the service was never killed where it matters.
    assert!(done > 0 && undone > 0, "{done} were done without an answer, {undone} were not");
}

#[test]
fn a_service_killed_again_and_again_loses_nothing_that_it_acknowledged_on_sqlite() {
    nothing_is_lost(Engine::Sqlite, [127, 0, 0, 9]);
}

#[test]
fn a_service_killed_again_and_again_loses_nothing_that_it_acknowledged_on_postgres() {
    nothing_is_lost(Engine::Postgres, [127, 0, 0, 10]);
}
