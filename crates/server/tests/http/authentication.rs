//! Shared secrets over HTTP: every reading of a Basic header, secrets that came as a bare
//! SHA-1, and floods of wrong ones.

use std::sync::atomic::{AtomicBool, Ordering};

use muster_domain::{
    AdminId, AdminRights, Clock, Credentials, NewAdmin, PartyStatus, Secret, StoredSecret,
};
use muster_server::clock::SystemClock;

use crate::house::{Engine, House, TOKEN_INFO, premises};
use crate::meanwhile::Ending;
use crate::planting::tools;
use crate::wire::{Request, base64};

const ISSUER: &str = "https://issuer.example/oauth2";
const ENDPOINT: &str = "/oauth2/token";
const MANY: &str = "100000";

/// Registers an admin of the portal; `store` makes what is kept of its secret.
pub(crate) fn register(
    house: &House,
    id: &str,
    store: impl Fn(&muster_crypto::KeyRing) -> StoredSecret,
) {
    let premises = premises(&house.scratch, &house.kek, ISSUER);
    let new = NewAdmin {
        issuer: premises.issuer.key,
        id: AdminId::new(id).expect("an id"),
        name: id.to_owned(),
        email: None,
        status: PartyStatus::Approved,
        rights: AdminRights { list_users: true, list_users_other_clients: false },
        max_clients: None,
        credentials: Credentials::secret(store(&premises.keys)),
        created_at: SystemClock.now(),
    };
    premises.store.change(|unit| unit.add_admin(&new)).expect("an admin");
    tools(&premises).0.link(id, "portal").expect("a link");
}

/// An admin with this very secret.
fn register_with(house: &House, id: &str, secret: &str) {
    register(house, id, |keys| keys.store_generated(&Secret::from(secret)));
}

/// The good question under a header made of exactly this pair.
fn asking(house: &House, pair: &str) -> Request {
    Request::new("POST", ENDPOINT)
        .header("Authorization", &format!("Basic {}", base64(pair.as_bytes())))
        .form(&house.question())
}

fn status(house: &House, pair: &str) -> u16 {
    let answer = asking(house, pair).send(house.address);
    if answer.status == 401 {
        assert_eq!(answer.error(), "invalid_client", "{pair}");
    }
    answer.status
}

#[test]
fn each_of_the_four_readings_of_a_basic_header_lets_its_admin_in() {
    // D8, S04
    let house = House::start(Engine::Sqlite);
    register_with(&house, "demo:/encoded", "a:b c");
    register_with(&house, "plain", "50%+x");
    register_with(&house, "localhost:command.line2", "a b");
    register_with(&house, "cilogon:/client_id/ab12", "a+b%41");
    for (reading, pair) in [
        ("first colon, decoded", "demo%3A%2Fencoded:a%3Ab+c"),
        ("first colon, decoded, a colon in the secret", "demo%3A%2Fencoded:a:b%20c"),
        ("first colon, encoded where it need not be", "%70lain:50%25%2Bx"),
        ("first colon, as it is", "plain:50%+x"),
        ("last colon, decoded", "localhost:command.line2:a+b"),
        ("last colon, decoded", "localhost:command.line2:a b"),
        ("last colon, as it is", "cilogon:/client_id/ab12:a+b%41"),
        ("the same, well encoded", "cilogon%3A%2Fclient_id%2Fab12:a%2Bb%2541"),
    ] {
        assert_eq!(status(&house, pair), 200, "{reading}: {pair}");
    }
    for (what, pair) in [
        ("a wrong secret", "cilogon:/client_id/ab12:a+b%42"),
        ("the secret of another one", "plain:a b"),
        ("no secret", "plain:"),
        ("decoded twice", "demo%253A%252Fencoded:a%3Ab+c"),
        ("no colon behind the id", "demo%3A%2Fencoded"),
        ("another case", "Plain:50%+x"),
        ("a prefix of the secret", "plain:50%+"),
    ] {
        assert_eq!(status(&house, pair), 401, "{what}: {pair}");
    }
}

#[test]
fn no_more_than_two_readings_of_registered_ids_are_verified() {
    // token-info.md 2
    let house = House::start(Engine::Sqlite);
    register_with(&house, "long:er", "a+b");
    // Nobody is called "long": its readings do not count.
    assert_eq!(status(&house, "long:er:a+b"), 200);
    register_with(&house, "long", "another secret");
    // Now they do, decoded and as it is, and the right one would be the fourth.
    assert_eq!(status(&house, "long:er:a+b"), 401);
    // Who names itself is not taken for another one.
    let kind = ("grant_type", crate::house::TOKEN_INFO);
    let token = ("access_token", house.tokens.alice_access.as_str());
    let header = format!("Basic {}", base64(b"long:er:a+b"));
    let named = Request::new("POST", ENDPOINT)
        .header("Authorization", &header)
        .form(&[kind, token, ("client_id", "long:er")])
        .send(house.address);
    assert_eq!(named.status, 200, "{}", named.text());
    assert_eq!(status(&house, "long%3Aer:a%2Bb"), 200, "well encoded, it is the first reading");
}

#[test]
fn strictly_read_a_header_has_the_one_reading_of_the_rfc() {
    // D8
    let settings = [("MUSTER__CLIENT_AUTH__BASIC_READINGS", "strict")];
    let house = House::start_with(Engine::Sqlite, &settings);
    register_with(&house, "localhost:x", "a+b");
    register_with(&house, "plain", "a b");
    assert_eq!(status(&house, "localhost%3Ax:a%2Bb"), 200);
    assert_eq!(status(&house, "plain:a+b"), 200, "a plus is a space");
    assert_eq!(status(&house, "localhost:x:a+b"), 401, "the last colon does not count");
    assert_eq!(status(&house, "localhost:x:a%2Bb"), 401, "decoded or not");
    register_with(&house, "raw", "a+b");
    assert_eq!(status(&house, "raw:a+b"), 401, "nothing is read as it is");
}

/// What is kept of an admin's secret.
fn kept(house: &House, id: &str) -> String {
    let (keeper, _) = tools(&premises(&house.scratch, &house.kek, ISSUER));
    let admin = keeper.find_admin(id).expect("the admin");
    admin.credentials.secret.expect("a secret").as_str().to_owned()
}

fn an_imported_secret_is_upgraded(engine: Engine) {
    // The SHA-1 of "abc", as FIPS 180 gives it.
    let sha1 = "a9993e364706816aba3e25717850c26c9cd0d89d";
    let mut house = House::start(engine);
    register(&house, "old:timer", |keys| keys.store_imported(sha1));
    let imported = kept(&house, "old:timer");
    assert!(!imported.contains(sha1), "the SHA-1 itself is not kept: {imported}");
    assert_eq!(status(&house, "old%3Atimer:abd"), 401);
    assert_eq!(status(&house, &format!("old%3Atimer:{sha1}")), 401, "the hash is no secret");
    assert_eq!(kept(&house, "old:timer"), imported, "a failure changes nothing");
    assert_eq!(status(&house, "old%3Atimer:abc"), 200);
    let better = kept(&house, "old:timer");
    assert!(better.starts_with("$argon2id$"), "{better}");
    assert_eq!(status(&house, "old%3Atimer:abc"), 200);
    assert_eq!(kept(&house, "old:timer"), better, "once is enough");
    // Nothing is remembered from before.
    house.restart();
    assert_eq!(status(&house, "old%3Atimer:abc"), 200);
    assert_eq!(status(&house, "old%3Atimer:abd"), 401);
}

#[test]
fn a_secret_that_came_as_sha1_works_and_is_kept_better_after_its_first_use_on_sqlite() {
    an_imported_secret_is_upgraded(Engine::Sqlite);
}

#[test]
fn a_secret_that_came_as_sha1_works_and_is_kept_better_after_its_first_use_on_postgres() {
    an_imported_secret_is_upgraded(Engine::Postgres);
}

/// A hand at each of these addresses knocks with wrong secrets while `work` is done; the
/// statuses that they got.
fn flooded(house: &House, (addresses, sign): (&[[u8; 4]], u16), work: impl Fn()) -> Vec<u16> {
    let (enough, seen) = (AtomicBool::new(false), AtomicBool::new(false));
    let id = house.admin().0;
    let flood = |address: [u8; 4]| {
        let mut statuses = Vec::new();
        while !(enough.load(Ordering::Relaxed) && seen.load(Ordering::Relaxed)) {
            let request = Request::new("POST", ENDPOINT).basic(&id, "wrong");
            let request = request.form(&house.question());
            let status = house.send_from(address, &request).status;
            seen.fetch_or(status == sign, Ordering::Relaxed);
            statuses.push(status);
        }
        statuses
    };
    std::thread::scope(|scope| {
        let flooding: Vec<_> =
            addresses.iter().map(|address| scope.spawn(|| flood(*address))).collect();
        let ending = Ending(&enough);
        work();
        drop(ending);
        flooding.into_iter().flat_map(|hand| hand.join().expect("statuses")).collect()
    })
}

/// A good client is let in fifty times in a row.
fn assert_let_in(house: &House) {
    let request = house.as_admin().form(&house.question());
    for number in 0..50 {
        let answer = house.send_from([127, 0, 0, 9], &request);
        assert_eq!(answer.status, 200, "{number}: {}", answer.text());
    }
}

#[test]
fn a_flood_of_wrong_secrets_is_told_to_slow_down_and_the_good_client_is_let_in() {
    // T31, B36
    let settings = [("MUSTER__TOKEN_INFO__PER_ADMIN_PER_MINUTE", MANY)];
    let house = House::start_with(Engine::Sqlite, &settings);
    let statuses = flooded(&house, (&[[127, 0, 1, 1]; 4], 429), || assert_let_in(&house));
    assert!(statuses.contains(&401) && statuses.contains(&429), "{statuses:?}");
    assert!(statuses.iter().all(|status| [401, 429, 503].contains(status)), "{statuses:?}");
}

#[test]
fn a_flood_from_everywhere_leaves_threads_for_the_good_client() {
    // T31: those who wait for a hash hold a thread each; by default some are left.
    let settings = [
        ("MUSTER__CLIENT_AUTH__FAILURES_PER_CLIENT_AND_ADDRESS", MANY),
        ("MUSTER__CLIENT_AUTH__FAILURES_PER_ADDRESS", MANY),
        ("MUSTER__TOKEN_INFO__PER_ADMIN_PER_MINUTE", MANY),
    ];
    let house = House::start_with(Engine::Sqlite, &settings);
    let addresses: Vec<[u8; 4]> = (1..=24).map(|last| [127, 0, 1, last]).collect();
    let statuses = flooded(&house, (&addresses, 503), || assert_let_in(&house));
    assert!(statuses.contains(&401) && statuses.contains(&503), "some hash, some are sent away");
    assert!(statuses.iter().all(|status| [401, 503].contains(status)), "{statuses:?}");
}

#[test]
fn guesses_at_tokens_count_as_much_as_listings() {
    // token-info.md 4: requests a minute, then 429 with Retry-After
    let house =
        House::start_with(Engine::Sqlite, &[("MUSTER__TOKEN_INFO__PER_ADMIN_PER_MINUTE", "3")]);
    let guess = [("grant_type", TOKEN_INFO), ("access_token", "guess")];
    let statuses: Vec<u16> =
        (0..4).map(|_| house.as_admin().form(&guess).send(house.address).status).collect();
    assert_eq!(statuses, [400, 400, 400, 429]);
    let listing = house.as_admin().form(&house.question()).send(house.address);
    assert_eq!(listing.status, 429);
    assert!(listing.header("retry-after").is_some(), "{}", listing.text());
}
