//! No space is left for an embedded database: what needs to be written is refused, what is
//! only read goes on, nothing is lost, and with the space everything comes back (F05).
//!
//! The service's process is forbidden to write behind the beginning of any file, as if its
//! disk were full: that needs no right and no file system of one's own.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::books::Books;
use crate::clerk::Clerk;
use crate::house::{Engine, House};
use crate::issuing::{Office, Party, assert_refused, tokens};
use crate::killed::{at_once, clerks};

/// By its default the signal that comes with the failing write ends a process.
const DEAF: &str = "trap '' XFSZ; exec \"$0\" \"$@\"";

/// The same command, of a process that does not die of a failing write.
fn deaf(command: &Command) -> Command {
    let mut deaf = Command::new("sh");
    deaf.args(["-c", DEAF]).arg(command.get_program()).args(command.get_args());
    deaf.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    deaf
}

/// Leaves the service this much space in each file.
fn leave(house: &House, bytes: &str) {
    let (process, limit) = (house.process().to_string(), format!("--fsize={bytes}:"));
    let told = Command::new("prlimit").args(["--pid", &process, &limit]).status();
    assert!(told.expect("prlimit runs").success());
}

/// Whatever writes is refused and can be tried again.
fn assert_nothing_is_done(office: &Office, web: &Party, held: &(String, String), code: &str) {
    let refused = |endpoint: &str, pairs: &[(&str, &str)]| {
        let answer = web.request(endpoint, pairs).send(office.house.address);
        assert_refused(&answer, 503, "temporarily_unavailable");
        assert!(answer.header("Retry-After").is_some(), "{:?}", answer.headers);
    };
    let by = |grant| ("grant_type", grant);
    refused("token", &[by("client_credentials")]);
    refused("token", &[by("refresh_token"), ("refresh_token", &held.1)]);
    let verifier = ("code_verifier", crate::issuing::VERIFIER);
    let redirect = ("redirect_uri", crate::issuing::REDIRECT);
    refused("token", &[by("authorization_code"), ("code", code), redirect, verifier]);
    refused("revoke", &[("token", &held.1)]);
    refused("revoke", &[("token", &held.0)]);
    refused("device_authorization", &[]);
    assert!(web.finds_active(&held.0) && web.finds_active(&held.1), "reading goes on");
    // No listing without its record.
    let listing = office.house.as_admin().form(&office.house.question());
    assert_refused(&listing.send(office.house.address), 503, "temporarily_unavailable");
}

#[test]
fn a_full_disk_refuses_what_must_be_written_loses_nothing_and_is_got_over_without_a_restart() {
    let settings = [("MUSTER__TOKENS__INTROSPECTIONS_PER_SECOND", "100000")];
    let mut house = House::start_with(Engine::Sqlite, &settings);
    let (log, told) = std::io::pipe().expect("a pipe");
    house.revive_by(deaf, Stdio::from(told));
    // Read all the time: a full pipe would stop the service.
    let reading =
        std::thread::spawn(|| BufReader::new(log).lines().map_while(Result::ok).collect());
    let office = Office::of(house);
    let mut clerks = clerks(&office, 20, true);
    let books = Books::of(&office.house);
    let web = office.web();
    let (held, code) = (office.issued(&web), office.lasting_codes("web", 1).remove(0));
    let (never, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
    let some_work = |clerk: &mut Clerk| {
        let before = answered.load(Ordering::Relaxed);
        while answered.load(Ordering::Relaxed) < before + 100 && clerk.step() {
            answered.fetch_add(1, Ordering::Relaxed);
        }
    };
    at_once(&mut clerks, some_work);
    leave(&office.house, "4096");
    // Each goes on until it is sent away.
    at_once(&mut clerks, |clerk| clerk.work(&never, &answered));
    for _ in 0..3 {
        assert_nothing_is_done(&office, &web, &held, &code);
    }
    leave(&office.house, "unlimited");
    at_once(&mut clerks, Clerk::settle);
    assert!(clerks.iter().all(|clerk| clerk.lost.done == 0), "a refused deed was done");
    at_once(&mut clerks, some_work);
    assert_eq!(web.redeem(&code).status, 200);
    let (_, next) = tokens(&web.refresh(&held.1));
    assert_eq!(web.revoke(&next).status, 200);
    assert!(!web.finds_active(&held.0));
    let listing = office.house.as_admin().form(&office.house.question());
    assert_eq!(listing.send(office.house.address).status, 200);
    at_once(&mut clerks, Clerk::look_at_all);
    books.assert_balanced(&office.house);
    drop(office);
    let told: Vec<String> = reading.join().expect("a log");
    let is_clear = |line: &&String| line.contains("503") && line.contains("disk");
    assert!(told.iter().any(|line| is_clear(&line)), "{told:#?}");
}
