//! With `token_info.ended_tokens = "redact"` the texts of ended tokens are destroyed.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::house::{Engine, House};

/// How many texts are kept of tokens that have ended, and of others.
fn texts(house: &House) -> (u64, u64) {
    let question = "SELECT count(*) FILTER (WHERE ended), count(*) FILTER (WHERE NOT ended) \
        FROM (SELECT state <> 0 OR expires_at <= extract(epoch FROM now()) * 1000 AS ended \
        FROM tokens WHERE sealed IS NOT NULL) AS kept";
    let said = Command::new("psql")
        .args(["-X", "-A", "-t", "-F", " ", "-d", &house.scratch.url_text(), "-c", question])
        .output()
        .expect("psql");
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    let mut numbers = said.split_whitespace().map(|number| number.parse().expect("a number"));
    (numbers.next().expect("ended ones"), numbers.next().expect("others"))
}

#[test]
fn texts_of_ended_tokens_are_destroyed_where_the_keeper_wants_it() {
    let kept = House::start(Engine::Postgres);
    let (ended, others) = texts(&kept);
    assert!(ended > 1 && others > 1, "{ended} {others}");

    let house =
        House::start_with(Engine::Postgres, &[("MUSTER__TOKEN_INFO__ENDED_TOKENS", "redact")]);
    let deadline = Instant::now() + Duration::from_secs(30);
    while texts(&house).0 > 0 {
        assert!(Instant::now() < deadline, "the texts are still there: {:?}", texts(&house));
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(texts(&house).1, others, "those of live tokens stay");
    assert_eq!(texts(&kept).0, ended, "and by default all do");
}
