//! Invariants of the whole service, proved by taking tables away from under it, by counting
//! what the database reads, and by looking from a second connection.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use muster_admin::Proof;
use muster_domain::{Clock, Lifetime, PartyStatus, TokenKind};
use muster_flows::Sprout;
use muster_server::clock::SystemClock;

use crate::crowd::Crowd;
use crate::house::{Engine, House, PATH, TOKEN_INFO, premises};
use crate::planting::{add_admin, add_client, token, tools};
use crate::raw_rows::tell;
use crate::wire::{self, Answer, Request, form};

const ISSUER: &str = "https://issuer.example/oauth2";

/// Status, headers and body.
type Steady = (u16, Vec<(String, String)>, String);

/// An answer without what differs each time: two fields, and the order of them all.
fn steady(answer: &Answer) -> Steady {
    let differs = |name: &str| ["date", "x-request-id"].contains(&name);
    let mut headers = answer.headers.clone();
    headers.retain(|(name, _)| !differs(&name.to_ascii_lowercase()));
    headers.sort();
    (answer.status, headers, answer.text())
}

/// Takes the tables of tokens away, or brings them back.
fn rename_token_tables(house: &House, from: &str, to: &str) {
    for table in ["tokens", "transactions", "holdings", "users", "signing_keys"] {
        tell(house, &format!("ALTER TABLE {table}{from} RENAME TO {table}{to}"));
    }
}

/// Questions of callers that cannot prove who they are, or that may not ask.
fn stray_questions(house: &House) -> Vec<Request> {
    let question = house.question();
    let post = || Request::new("POST", PATH);
    let (id, secret) = house.admin();
    let mut strays = vec![
        post().form(&question),
        post().header("Authorization", "Basic").form(&question),
        post().basic("nobody", &secret).form(&question),
        post().basic(&id, "wrong").form(&question),
        post().basic(&id, "").form(&question),
        post().basic(&id, &secret).basic(&id, &secret).form(&question),
        Request::new("GET", &format!("{PATH}?{}", form(&question))).basic(&id, "wrong"),
        post().form(&[
            question[0],
            question[1],
            ("client_assertion_type", crate::robot::ASSERTION_TYPE),
            ("client_assertion", "e30.e30.AAAA"),
        ]),
    ];
    let mut known = house.outcast_admins();
    known.extend([
        house.deserted_client(),
        house.keyed_client(),
        house.client(),
        house.admin_without_right(),
    ]);
    strays.extend(known.iter().map(|(id, secret)| post().basic(id, secret).form(&question)));
    strays
}

fn nothing_is_asked_about_the_token(engine: Engine) {
    // I01
    let house = House::start(engine);
    let ask = || -> Vec<_> {
        let strays = stray_questions(&house);
        strays.iter().map(|stray| steady(&stray.send(house.address))).collect()
    };
    let before = ask();
    assert!(before.iter().all(|(status, ..)| [400, 401].contains(status)), "{before:?}");
    rename_token_tables(&house, "", "_away");
    // Whoever gets as far as the token is in trouble now.
    let good = house.as_admin().form(&house.question());
    let answer = good.send(house.address);
    assert!([500, 503].contains(&answer.status), "{} {}", answer.status, answer.text());
    assert_eq!(ask(), before, "all others are answered as if nothing were missing");
    rename_token_tables(&house, "_away", "");
    assert_eq!(good.send(house.address).status, 200);
}

#[test]
fn without_authentication_and_right_the_store_is_never_asked_about_the_token_on_sqlite() {
    nothing_is_asked_about_the_token(Engine::Sqlite);
}

#[test]
fn without_authentication_and_right_the_store_is_never_asked_about_the_token_on_postgres() {
    nothing_is_asked_about_the_token(Engine::Postgres);
}

/// Everything that the good admin may ask, and be told.
fn all_answers(house: &House, texts: &[String]) -> Vec<Steady> {
    let answers = texts.iter().flat_map(|text| {
        ["access_token", "refresh_token"].map(|kind| {
            let question = [("grant_type", TOKEN_INFO), (kind, text.as_str())];
            steady(&house.as_admin().form(&question).send(house.address))
        })
    });
    answers.collect()
}

fn invisible_data_never_shows(engine: Engine) {
    // I09, I02
    let house = House::start(engine);
    let (keeper, seed) = tools(&premises(&house.scratch, &house.kek, ISSUER));
    let planted = &house.tokens;
    let texts = [
        &planted.alice_access,
        &planted.alice_refresh,
        &planted.foreign_access,
        &planted.expired_access,
        &planted.revoked_access,
        &planted.disabled_access,
        &"not there yet".to_owned(),
    ]
    .map(Clone::clone);
    let before = all_answers(&house, &texts);
    assert!(before.iter().any(|(status, ..)| *status == 200));
    let change = |what: &str, work: &mut dyn FnMut()| {
        work();
        assert_eq!(all_answers(&house, &texts), before, "{what}");
    };
    let now = SystemClock.now();
    let live = |kind| Sprout::live(kind, now, Lifetime::from_days(1));
    let find = |client: &str| keeper.find_client(client).expect("a client");
    change("more tokens of the user at a client of others", &mut || {
        for kind in [TokenKind::Access, TokenKind::Refresh] {
            token(&seed, &find("other"), Some("alice"), live(kind));
        }
    });
    change("a new client of others, with the user's tokens", &mut || {
        let (client, _) = add_client(&keeper, "a-new-one", Proof::GeneratedSecret);
        add_admin(&keeper, "somebody", (true, true), &["a-new-one"]);
        token(&seed, &client, Some("alice"), live(TokenKind::Access));
    });
    change("a text that was unknown is one of others now", &mut || {
        let text = live(TokenKind::Access).with_text("not there yet");
        token(&seed, &find("other"), Some("bob"), text);
    });
    change("a client of others is suspended", &mut || {
        keeper.set_client_status("other", PartyStatus::Suspended).expect("a status");
    });
    change("an admin of others is suspended", &mut || {
        keeper.set_admin_status("somebody", PartyStatus::Suspended).expect("a status");
    });
    change("others administer the same client, too", &mut || {
        add_admin(&keeper, "a-second-one", (true, true), &["portal"]);
    });
    change("a client of others is removed, with all its tokens", &mut || {
        keeper.remove_client("a-new-one", &mut || {}).expect("removed");
        keeper.remove_client("other", &mut || {}).expect("removed");
    });
    // The comparison sees what is visible.
    token(&seed, &find("portal"), Some("alice"), live(TokenKind::Access));
    assert_ne!(all_answers(&house, &texts), before);
}

#[test]
fn answers_are_the_same_bytes_whatever_the_asker_may_not_see_on_sqlite() {
    invisible_data_never_shows(Engine::Sqlite);
}

#[test]
fn answers_are_the_same_bytes_whatever_the_asker_may_not_see_on_postgres() {
    invisible_data_never_shows(Engine::Postgres);
}

/// How many records of this event a second connection sees.
fn records(house: &House, event: &str) -> String {
    tell(house, &format!("SELECT count(*) FROM audit WHERE event = '{event}'")).remove(0)
}

fn the_record_comes_first(engine: Engine) {
    // I23
    let mut house = House::start(engine);
    let crowd = Crowd::plant(&house, 16_000);
    let question = crowd.question(&house);
    // Nothing can be recorded: nothing is listed.
    tell(&house, "ALTER TABLE audit RENAME TO audit_away");
    let refused = question.send(house.address);
    assert!([500, 503].contains(&refused.status), "{} {}", refused.status, refused.text());
    assert!(!refused.text().contains("user_uid"), "{}", refused.text());
    tell(&house, "ALTER TABLE audit_away RENAME TO audit");
    assert_eq!(records(&house, "token_info_listed"), "0");
    for number in ["1", "2", "3"] {
        let mut stream = wire::connect(house.address);
        stream.write_all(&question.bytes(house.address)).expect("the request is taken");
        stream.read_exact(&mut [0]).expect("the first byte");
        assert_eq!(records(&house, "token_info_listed"), number, "one for each");
        // A power cut at the first byte does not undo it.
        house.restart();
        assert_eq!(records(&house, "token_info_listed"), number);
    }
    let texts = tell(&house, "SELECT body FROM audit").join("\n");
    assert!(!texts.contains(&crowd.token), "no token stands in a record");
}

#[test]
fn each_listing_has_one_record_that_is_durable_before_the_first_byte_on_sqlite() {
    the_record_comes_first(Engine::Sqlite);
}

#[test]
fn each_listing_has_one_record_that_is_durable_before_the_first_byte_on_postgres() {
    the_record_comes_first(Engine::Postgres);
}

/// Rows that the server has read from the tables of tokens. What a session has read is
/// told when it ends, so all must have ended.
fn rows_read(house: &House) -> i64 {
    let began = Instant::now();
    let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                  AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
    while tell(house, others) != ["0"] {
        assert!(began.elapsed() < Duration::from_secs(30), "sessions stay");
        std::thread::park_timeout(Duration::from_millis(20));
    }
    let read = "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint \
                FROM pg_stat_user_tables \
                WHERE relname IN ('tokens', 'transactions', 'holdings', 'users')";
    tell(house, read)[0].parse().expect("a number")
}

/// Rows that one listing of alice's tokens makes the server read.
fn rows_of_a_listing(house: &mut House) -> i64 {
    house.kill();
    let before = rows_read(house);
    house.restart();
    let answer = house.as_admin().form(&house.question()).send(house.address);
    assert!(answer.whole && answer.status == 200, "{}", answer.text());
    house.kill();
    let read = rows_read(house) - before;
    house.restart();
    read
}

#[test]
fn a_listing_reads_as_many_rows_whatever_else_the_database_holds() {
    // I25
    let mut house = House::start(Engine::Postgres);
    let visible = {
        let answer = house.as_admin().form(&house.question()).send(house.address);
        i64::try_from(answer.text().matches("\"jti\"").count()).unwrap()
    };
    let few = rows_of_a_listing(&mut house);
    assert!(few >= visible, "{few} rows were counted for {visible} tokens");
    let (keeper, seed) = tools(&premises(&house.scratch, &house.kek, ISSUER));
    let other = keeper.find_client("other").expect("other");
    let alice = seed.user(&muster_domain::UserId::new("alice").unwrap()).expect("alice");
    let now = SystemClock.now();
    // The same user's at a client of others, and those of other users at the same client.
    let flow = seed.flow(&other, Some(&alice), now).expect("a flow");
    let sprout = || vec![Sprout::live(TokenKind::Access, now, Lifetime::from_days(1))];
    let elements: Vec<Vec<Sprout>> = (0..2_000).map(|_| sprout()).collect();
    seed.elements(&flow, &elements).expect("tokens");
    drop((keeper, seed));
    drop(Crowd::plant(&house, 20_000));
    let many = rows_of_a_listing(&mut house);
    assert!(many <= few + visible, "{many} rows instead of {few}");
}
