//! No name from outside can forge a record, end a line or bring in a secret (ASVS 16.4.1).

use muster_audit::{Actor, Ending, Entry, Event, Subject, Trail, line_of};
use proptest::prelude::*;
use serde_json::Value;

use crate::bench::{Paper, clock, keys};

fn line_with(entry: &Entry) -> String {
    let mut paper = Paper::blank();
    Trail::in_table(keys(), clock()).append_in(&mut paper, entry).unwrap();
    line_of(&paper.records[0])
}

fn members(line: &str) -> serde_json::Map<String, Value> {
    let value: Value = serde_json::from_str(line).unwrap();
    value.as_object().unwrap().clone()
}

#[test]
fn no_name_can_end_a_line_or_bring_in_a_member() {
    let evil = "a\r\n{\"seq\":2}\n\u{2028}\u{2029}\u{85}\u{7f}\u{1b}[2J\",\"event\":\"started\",\
                \"prev_hash\":\"00\",\"hash\":\"11\"}";
    let plain = Entry::new(Event::GrantRefused, Ending::Refused);
    let entry = |name: &str| {
        plain.clone().by(Actor::Admin(name)).to_client(name).in_issuer(name).because(name)
    };
    let line = line_with(&entry(evil).from(evil, evil));
    assert!(line.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{line}");
    let expected: Vec<String> =
        members(&line_with(&entry("good").from("a", "b"))).keys().cloned().collect();
    let found = members(&line);
    assert_eq!(found.keys().cloned().collect::<Vec<_>>(), expected);
    assert_eq!(found["client"], Value::from(evil));
    assert_eq!((&found["seq"], &found["event"]), (&Value::from(1), &Value::from("grant_refused")));
}

#[test]
fn nothing_takes_the_place_of_the_records_own_members() {
    let entry = Entry::new(Event::Started, Ending::Done);
    let line = line_with(&entry.with_count("seq", 99).with_word("event", "stopped"));
    assert_eq!(members(&line)["seq"], Value::from(1));
    assert_eq!(members(&line)["event"], Value::from("started"));
}

#[test]
fn users_and_tokens_stand_under_pseudonyms_that_are_the_same_each_time() {
    let about = |user: &str| {
        let entry = Entry::new(Event::TokenInfoListed, Ending::Begun);
        let line = line_with(
            &entry.about(Subject::User(user.to_owned())).about(Subject::Token(7_654_321)),
        );
        assert!(!line.contains("alice") && !line.contains("7654321"), "{line}");
        members(&line)["subject_hmac"].clone()
    };
    assert_eq!(about("alice@example.org"), about("alice@example.org"));
    assert_ne!(about("alice@example.org"), about("alice@example.com"));
}

#[test]
fn a_name_that_is_too_long_is_cut_and_can_still_be_told_from_others() {
    let named = |end: &str| {
        let line = line_with(
            &Entry::new(Event::Linked, Ending::Done)
                .to_client(&format!("{}{end}", "x".repeat(5_000))),
        );
        assert!(line.len() < 1_000);
        members(&line)["client_hmac"].clone()
    };
    assert_ne!(named("a"), named("b"));
}

#[test]
fn a_listing_over_many_clients_is_still_one_short_record() {
    let ids: Vec<String> = (0..10_000).map(|number| format!("client:/{number}")).collect();
    let entry = Entry::new(Event::TokenInfoFinished, Ending::Done)
        .with_clients(ids.iter().map(|id| (id.as_str(), 3)));
    let line = line_with(&entry);
    assert!(line.len() < 4_000);
    assert_eq!(members(&line)["clients"], Value::from(10_000));
    assert_eq!(members(&line)["client_ids"]["client:/7"], Value::from(3));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_name_holds_it_reads_back_as_itself(name in any::<String>()) {
        let keys = keys();
        let mut paper = Paper::blank();
        let trail = Trail::in_table(std::sync::Arc::clone(&keys), clock());
        let entry = Entry::new(Event::ClientAuthentication, Ending::Refused);
        trail.append_in(&mut paper, &entry.by(Actor::Client(&name))).unwrap();
        let line = line_of(&paper.records[0]);
        prop_assert!(line.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
        let short: String = name.chars().take(200).collect();
        prop_assert_eq!(&members(&line)["actor_client"], &Value::from(short));
        prop_assert!(paper.verify(&keys, None).is_ok());
    }
}
