//! One of each: what is done over HTTP, and what the trail says of it.

use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};

use muster_admin::Proof;
use muster_cli::Premises;
use muster_domain::Credentials;
use muster_store::{Party, PartyKey};
use serde_json::Value;

use crate::crowd::{Crowd, ISSUER};
use crate::house::{Engine, House, PATH, TOKEN_INFO, premises};
use crate::planting::{add_client, tools};
use crate::wire::{self, Request, form};

/// A secret as OA4MP keeps it: its SHA-1.
const IMPORTED: (&str, &str) = ("imported-secret", "b39554a16365f71a49b82d9a8b3f1afbe6465532");

/// The trail of a running service, from its start on.
struct Watcher<'a> {
    house: &'a House,
    premises: Premises,
    seen: usize,
}

impl<'a> Watcher<'a> {
    fn of(house: &'a House) -> Self {
        let premises = premises(&house.scratch, &house.kek, ISSUER);
        let mut watcher = Self { house, premises, seen: 0 };
        let all =
            watcher.until(|records| records.iter().any(|record| record["event"] == "started"));
        watcher.seen = all.len();
        watcher
    }

    fn records(&self) -> Vec<Value> {
        let records = self.premises.store.read(|reading| reading.list_audit(1, 100_000));
        let records = records.expect("records");
        records.iter().map(|record| serde_json::from_str(&record.body).expect("JSON")).collect()
    }

    fn until(&self, is_there: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            let records = self.records();
            if is_there(&records) {
                return records;
            }
            assert!(Instant::now() < until, "{records:#?}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// The records that are new, which are these: events and outcomes.
    #[track_caller]
    fn follow(&mut self, expected: &[(&str, &str)]) -> Vec<Value> {
        let wanted = self.seen + expected.len();
        let records = self.until(|records| records.len() >= wanted);
        let new = records[self.seen..].to_vec();
        let found: Vec<(&str, &str)> = new
            .iter()
            .map(|record| (record["event"].as_str().unwrap(), record["outcome"].as_str().unwrap()))
            .collect();
        assert_eq!(found, expected, "{new:#?}");
        self.seen = records.len();
        new
    }

    fn holds(&self) {
        let walked = muster_audit::verify_store(&*self.premises.store, &self.premises.keys);
        assert!(walked.expect("a walk").is_ok());
    }

    fn ask(&self, (id, secret): &(String, String), token: &str) -> u16 {
        let question = [("grant_type", TOKEN_INFO), ("access_token", token)];
        let request = Request::new("POST", PATH).basic(id, secret).form(&question);
        request.send(self.house.address).status
    }
}

const LISTED: [(&str, &str); 2] = [("token_info_listed", "begun"), ("token_info_finished", "done")];

fn a_listing(trail: &mut Watcher<'_>) {
    let (admin, tokens) = (trail.house.admin(), &trail.house.tokens);
    assert_eq!(trail.ask(&admin, &tokens.alice_access), 200);
    let new = trail.follow(&LISTED);
    assert_eq!(new[0]["admin"], "demo:/admin");
    assert_eq!(new[0]["method"], "client_secret_basic");
    assert_eq!((&new[0]["every_client"], &new[0]["by_get"]), (&false.into(), &false.into()));
    assert!(new[0]["subject_hmac"].is_string() && new[0]["token_ref"].is_string());
    assert_eq!(new[0]["request_id"], new[1]["request_id"]);
    assert_eq!(new[1]["clients"], 1);
    assert_eq!(new[1]["client_ids"]["portal"], new[1]["tokens"]);
    assert!(new[1]["pages"].as_u64() >= Some(1));
}

fn refusals(trail: &mut Watcher<'_>) {
    let (admin, tokens) = (trail.house.admin(), &trail.house.tokens);
    let wrong = (admin.0.clone(), "wrong".to_owned());
    assert_eq!(trail.ask(&admin, "no token of ours"), 400);
    let new = trail.follow(&[("grant_refused", "refused")]);
    assert_eq!(
        (&new[0]["grant"], &new[0]["actor_client"]),
        (&"token_info".into(), &"demo:/admin".into())
    );

    assert_eq!(trail.ask(&wrong, &tokens.alice_access), 401);
    let new = trail.follow(&[("client_authentication", "refused")]);
    assert_eq!(new[0]["reason"], "client authentication failed: wrong secret");
    assert_eq!(
        (&new[0]["actor_client"], &new[0]["ip"]),
        (&"demo:/admin".into(), &"127.0.0.1".into())
    );

    assert_eq!(trail.ask(&trail.house.admin_without_right(), &tokens.alice_access), 400);
    trail.follow(&[("grant_refused", "refused")]);

    let answer = Request::new("POST", PATH)
        .header("Authorization", "Basic ???")
        .form(&trail.house.question())
        .send(trail.house.address);
    assert_eq!(answer.status, 401);
    trail.follow(&[("client_authentication", "refused")]);
}

fn a_listing_of_every_client_by_get(trail: &mut Watcher<'_>) {
    let tokens = &trail.house.tokens;
    let (id, secret) = &tokens.privileged;
    let question = [("grant_type", TOKEN_INFO), ("access_token", &tokens.foreign_access)];
    let target = format!("{PATH}?{}", form(&question));
    let answer = Request::new("GET", &target).basic(id, secret).send(trail.house.address);
    assert_eq!(answer.status, 200);
    let new = trail.follow(&LISTED);
    assert_eq!((&new[0]["every_client"], &new[0]["by_get"]), (&true.into(), &true.into()));
    assert_eq!(new[1]["clients"], 2);
}

fn a_limit(trail: &mut Watcher<'_>) {
    let (admin, tokens) = (trail.house.admin(), &trail.house.tokens);
    assert_eq!(trail.ask(&admin, &tokens.alice_access), 200);
    trail.follow(&LISTED);
    assert_eq!(trail.ask(&admin, &tokens.alice_access), 429);
    let new = trail.follow(&[("limit_hit", "refused")]);
    assert_eq!(new[0]["reason"], "requests of one caller");
}

fn one_of_each(engine: Engine) {
    // I23
    let mut house = House::start_with(engine, &[("MUSTER__TOKEN_INFO__PER_ADMIN_PER_MINUTE", "3")]);
    let mut trail = Watcher::of(&house);
    a_listing(&mut trail);
    refusals(&mut trail);
    a_listing_of_every_client_by_get(&mut trail);
    a_limit(&mut trail);
    let (admin, tokens) = (house.admin(), house.tokens.clone());
    let whole = serde_json::to_string(&trail.records()).unwrap();
    for secret in [&tokens.alice_access, &tokens.foreign_access, "no token of ours", &admin.1] {
        assert!(!whole.contains(secret));
    }
    trail.holds();
    let (premises, seen) = (trail.premises, trail.seen);
    house.stop();
    house.restart();
    let mut trail = Watcher { house: &house, premises, seen };
    let new = trail.follow(&[("stopped", "done"), ("started", "done"), ("config_changed", "done")]);
    assert!(new[2]["reason"].as_str().unwrap().contains("token_info"), "{}", new[2]);
    trail.holds();
}

#[test]
fn one_of_each_leaves_exactly_its_records_on_sqlite() {
    one_of_each(Engine::Sqlite);
}

#[test]
fn one_of_each_leaves_exactly_its_records_on_postgres() {
    one_of_each(Engine::Postgres);
}

#[test]
fn a_listing_whose_reader_leaves_is_recorded_as_aborted() {
    let house = House::start(Engine::Sqlite);
    let crowd = Crowd::plant(&house, 20_000);
    let mut trail = Watcher::of(&house);
    let mut stream = wire::connect(house.address);
    let question = crowd.question(&house).bytes(house.address);
    stream.write_all(&question).expect("the request is taken");
    stream.read_exact(&mut [0; 1_000]).expect("the listing begins");
    drop(stream);
    let new = trail.follow(&[LISTED[0], ("token_info_finished", "aborted")]);
    assert_eq!(new[1]["reason"], "the reader is gone");
    assert!(new[1]["tokens"].as_u64() < Some(20_000), "{}", new[1]);
    assert_eq!(new[1]["client_ids"]["portal"], new[1]["tokens"]);
}

#[test]
fn a_start_with_the_settings_of_the_one_before_is_no_change() {
    let mut house = House::start_with(Engine::Sqlite, &[]);
    let address = (house.address, house.management);
    house.restart_at(address);
    let trail = Watcher::of(&house);
    let starts = |records: &[Value]| records.iter().filter(|r| r["event"] == "started").count();
    let records = trail.until(|records| starts(records) == 2);
    assert!(records.iter().all(|record| record["event"] != "config_changed"), "{records:#?}");
}

#[test]
fn a_flood_of_failures_leaves_few_records_and_their_number() {
    let mut house = House::start(Engine::Sqlite);
    let mut trail = Watcher::of(&house);
    let wrong = (house.admin().0, "wrong".to_owned());
    for _ in 0..60 {
        assert_eq!(trail.ask(&wrong, &house.tokens.alice_access), 401);
    }
    let failure = ("client_authentication", "refused");
    let premises = {
        trail.follow(&[failure; 10]);
        trail.premises
    };
    let seen = trail.seen;
    house.stop();
    let mut trail = Watcher { house: &house, premises, seen };
    let new = trail.follow(&[failure, ("stopped", "done")]);
    assert_eq!(new[0]["stands_for"], 50);
    assert_eq!(new[0]["actor_client"], "demo:/admin");
}

#[test]
fn callers_over_the_limit_of_failures_are_recorded_as_such() {
    let setting = ("MUSTER__CLIENT_AUTH__FAILURES_PER_CLIENT_AND_ADDRESS", "1");
    let house = House::start_with(Engine::Sqlite, &[setting]);
    let mut trail = Watcher::of(&house);
    let wrong = (house.admin().0, "wrong".to_owned());
    let statuses = [(); 2].map(|()| trail.ask(&wrong, &house.tokens.alice_access));
    assert_eq!(statuses, [401, 429]);
    let new = trail.follow(&[("client_authentication", "refused"), ("limit_hit", "refused")]);
    let reason = new[1]["reason"].as_str().unwrap();
    assert!(reason.contains("failures of a client at an address"), "{reason}");
}

#[test]
fn a_hash_that_is_replaced_is_recorded_once() {
    let house = House::start(Engine::Sqlite);
    let mut trail = Watcher::of(&house);
    let (store, keys) = (&trail.premises.store, &trail.premises.keys);
    let secret = keys.store_imported(IMPORTED.1);
    let (issuer, id) = (trail.premises.issuer.key, house.admin().0);
    let changed = store.change(|unit| {
        let Some(Party::Admin(admin)) = unit.find_party(issuer, &id)? else { return Ok(false) };
        unit.set_credentials(PartyKey::Admin(admin.key), &Credentials::secret(secret.clone()))
    });
    assert!(changed.expect("an imported secret"));
    let caller = (id, IMPORTED.0.to_owned());
    assert_eq!(trail.ask(&caller, &house.tokens.alice_access), 200);
    let new = trail.follow(&[("secret_upgraded", "done"), LISTED[0], LISTED[1]]);
    assert_eq!(new[0]["client"], "demo:/admin");
    assert_eq!(trail.ask(&caller, &house.tokens.alice_access), 200);
    trail.follow(&LISTED);
}

/// Texts that would like to be records.
const FORGERIES: [&str; 4] = [
    "evil\r\n{\"seq\":1,\"event\":\"admin_approved\",\"outcome\":\"done\"}",
    "evil\u{2028}{\"event\":\"admin_approved\"}\u{2029}\u{85}",
    "evil\",\"event\":\"admin_approved\",\"x\":\"",
    "evil\u{1b}[2K\u{202e}\\\",\"prev_hash\":\"00\",\"hash\":\"00\"}",
];

#[test]
fn no_name_and_no_header_forges_a_record() {
    let house = House::start(Engine::Sqlite);
    let mut trail = Watcher::of(&house);
    let (keeper, _) = tools(&trail.premises);
    // An id that no client could say is not given; the others stand in the trail as they are.
    let sayable = FORGERIES.iter().filter(|forgery| !forgery.chars().any(char::is_control));
    let sayable: Vec<&str> = sayable.copied().collect();
    assert!(!sayable.is_empty());
    for forgery in &sayable {
        add_client(&keeper, forgery, Proof::GeneratedSecret);
    }
    let added = vec![("client_added", "done"); sayable.len()];
    for (record, forgery) in trail.follow(&added).iter().zip(sayable) {
        assert_eq!(record["client"], *forgery);
    }
    let question = form(&house.question());
    for forgery in FORGERIES {
        let basic = wire::base64(format!("{forgery}:wrong").as_bytes());
        // A header takes no line ends; what comes behind one is a header of its own.
        let in_header: String = forgery.chars().filter(|c| !c.is_ascii_control()).collect();
        let raw = format!(
            "POST {PATH} HTTP/1.1\r\nHost: {}\r\nAuthorization: Basic {basic}\r\n\
             User-Agent: {in_header}\r\nX-Request-Id: {in_header}\r\n\
             X-Forwarded-For: {in_header}\r\nContent-Length: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n\r\n{question}",
            house.address,
            question.len(),
        );
        assert_eq!(wire::send_raw(house.address, raw.as_bytes()).status, 401, "{forgery:?}");
        trail.follow(&[("client_authentication", "refused")]);
        let by_body = [
            ("grant_type", TOKEN_INFO),
            ("access_token", &house.tokens.alice_access),
            ("client_id", forgery),
            ("client_secret", "wrong"),
        ];
        let answer = Request::new("POST", PATH).form(&by_body).send(house.address);
        if answer.status == 401 {
            trail.follow(&[("client_authentication", "refused")]);
        } else {
            assert_eq!(answer.status, 400, "{forgery:?}");
        }
    }
    let bodies = trail.premises.store.read(|reading| reading.list_audit(1, 1_000));
    for body in bodies.expect("records").iter().map(|record| &record.body) {
        assert!(body.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{body}");
        let record: Value = serde_json::from_str(body).unwrap();
        let is_approval = record["event"] == "admin_approved";
        assert!(!(is_approval && record["actor"] != "keeper"), "{body}");
    }
    trail.holds();
}
