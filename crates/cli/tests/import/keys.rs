//! Signing keys: which are published, and the one that goes on signing.

use muster_import_oa4mp::{ImportOptions, Report};

use crate::issuers::{VIRTUAL, with_organization};
use crate::new::{ISSUER, New, Target, number, options, said, take};
use crate::old::{Engine, Old};
use crate::taking::adds_up;

/// A run with the wish that keys go on signing.
#[track_caller]
fn keep_signing(old: &Old, new: &New, keys: Option<&str>) -> Report {
    let keys = keys.map(ToOwned::to_owned);
    let options = ImportOptions { keys, keep_signing: true, ..options() };
    let report = take(&old.url(), &*new.store, &options).unwrap();
    adds_up(old, &report);
    report
}

/// The keys of an issuer: name and state.
fn keys_of(new: &New, url: &str) -> Vec<String> {
    let told = new.told_of(&[]);
    let keys = told.iter().filter_map(|line| line.strip_prefix(&format!("key {url} ")));
    keys.map(|key| key.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn the_default_key_of_each_issuer_and_no_other_goes_on_signing_without_a_file() {
    let old = with_organization(Engine::Postgres);
    old.ask("UPDATE virtual_organizations SET default_key_id = 'more' WHERE vo_id = 'vo:/1'");
    old.ask(
        "INSERT INTO key_records (key_id, kid, jwk, is_valid, is_default) VALUES \
             ('k0', 'aside', '{\"kid\":\"aside\"}', true, false), \
             ('k9', 'usual', '{\"kid\":\"usual\"}', true, true)",
    );
    let new = New::on(Target::Sqlite);
    keep_signing(&old, &new, None);
    assert_eq!(keys_of(&new, ISSUER), ["aside Retired", "own Retired", "usual Current"]);
    assert_eq!(keys_of(&new, VIRTUAL), ["more Current", "virtual Retired"]);
    assert!(keep_signing(&old, &new, None).changed_nothing());
}

#[test]
fn a_default_key_that_has_expired_or_is_public_only_does_not_go_on_signing() {
    let old = Old::new(Engine::Mariadb);
    old.ask("ALTER TABLE key_records ADD COLUMN is_default tinyint(1)");
    old.ask(
        "INSERT INTO key_records (key_id, kid, jwk, is_valid, is_default, exp) VALUES \
             ('k1', 'a', '{\"kid\":\"a\"}', true, true, 1799999999999), \
             ('k2', 'b', '{\"kid\":\"b\",\"public\":true}', true, false, NULL), \
             ('k3', 'c', '{\"kid\":\"c\"}', true, false, 1800000000001)",
    );
    let new = New::on(Target::Sqlite);
    let report = keep_signing(&old, &new, None);
    assert_eq!(keys_of(&new, ISSUER), ["a Retired", "b Retired", "c Current"]);
    assert_eq!(said(&report, "the default key cannot sign"), [(1, "[\"a\"]".into())]);
    assert_eq!(said(&report, "public half of a key only"), [(1, "[\"b\"]".into())]);
    let none = Old::new(Engine::Postgres);
    let report = keep_signing(
        &none,
        &New::on(Target::Sqlite),
        Some("{\"keys\":[{\"kid\":\"b\",\"public\":true}]}"),
    );
    assert_eq!(said(&report, "can go on signing"), [(1, format!("[\"{ISSUER}\"]"))]);
}

#[test]
fn a_later_run_that_asks_for_it_promotes_a_key_and_never_makes_a_second_signer() {
    let old = Old::new(Engine::Postgres);
    let new = New::on(Target::Sqlite);
    let public = "{\"keys\":[{\"kid\":\"one\",\"public\":true}]}";
    take(&old.url(), &*new.store, &ImportOptions { keys: Some(public.into()), ..options() })
        .unwrap();
    assert_eq!(keys_of(&new, ISSUER), ["one Retired"]);
    let report = keep_signing(&old, &new, Some("{\"keys\":[{\"kid\":\"one\"}]}"));
    assert_eq!(number(&report, "signing keys", "updated"), 1, "{report}");
    assert_eq!(keys_of(&new, ISSUER), ["one Current"]);
    let report = keep_signing(&old, &new, Some("{\"keys\":[{\"kid\":\"two\"},{\"kid\":\"one\"}]}"));
    assert_eq!(keys_of(&new, ISSUER), ["one Current", "two Retired"]);
    assert_eq!(said(&report, "another key signs here already"), [(1, "[\"two\"]".into())]);
}

#[test]
fn a_key_of_an_odd_kind_or_with_the_kid_of_another_is_named_and_stops_nothing() {
    let old = Old::new(Engine::Mariadb);
    old.ask(
        "INSERT INTO key_records (key_id, kid, jwk, is_valid) VALUES \
             ('k1', 'strange', '{\"kid\":\"strange\",\"alg\":\"odd\"}', true), \
             ('k2', 'good', '{\"kid\":\"good\"}', true), \
             ('k3', 'other', '{\"kid\":\"good\",\"n\":2}', true)",
    );
    let new = New::on(Target::Postgres);
    let file = "{\"keys\":[{\"kid\":\"odd\",\"alg\":\"odd\"},{\"kid\":\"filed\"}]}";
    let report = keep_signing(&old, &new, Some(file));
    assert_eq!(keys_of(&new, ISSUER), ["filed Current", "good Retired"]);
    let odd = "[\"odd\",\"strange\"]".to_owned();
    assert_eq!(said(&report, "it is odd"), [(1, "[\"k1\"]".into()), (2, odd)]);
    let same = said(&report, "another key has the same kid");
    assert_eq!(same, [(1, "[\"k3\"]".into()), (1, "[\"good\"]".into())]);
}

#[test]
fn a_key_that_goes_on_signing_is_not_ended_by_a_run_that_does_not_ask_for_it() {
    let old = Old::new(Engine::Postgres);
    let new = New::on(Target::Sqlite);
    let keys = Some("{\"keys\":[{\"kid\":\"one\"},{\"kid\":\"two\"}]}".to_owned());
    let signing = ImportOptions { keys: keys.clone(), keep_signing: true, ..options() };
    let retiring = ImportOptions { keys, ..options() };
    take(&old.url(), &*new.store, &signing).unwrap();
    let told = new.told(&old);
    let key = |words: &str| told.iter().any(|line| *line == format!("key {ISSUER} {words}"));
    assert!(key("one Current None"), "{told:#?}");
    assert!(told.iter().any(|line| line.starts_with(&format!("key {ISSUER} two Retired Some"))));
    for options in [&retiring, &signing] {
        let report = take(&old.url(), &*new.store, options).unwrap();
        assert!(report.changed_nothing(), "{report}");
        assert_eq!(new.told(&old), told);
    }
}
