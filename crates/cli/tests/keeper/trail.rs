//! `muster audit`, and what deeds leave behind.

use std::path::PathBuf;

use muster_audit::Trail;
use muster_cli::Exit;
use muster_store::AuditRecord;
use serde_json::Value;

use crate::desk::{Desk, ISSUER, both};

both!(
    f34_the_trail_of_many_keepers_at_once_holds,
    f34_the_trail_of_many_keepers_at_once_holds_on_postgres,
    many_keepers
);

fn many_keepers(desk: &Desk) {
    desk.muster(&["admin", "add", "a"]).done();
    let premises = desk.premises();
    std::thread::scope(|scope| {
        for keeper in 0..4 {
            let premises = &premises;
            scope.spawn(move || {
                use muster_cli::Host;
                let hands = premises.keeper(desk.clock(), desk.randomness());
                for number in 0..25 {
                    let draft = muster_admin::ClientDraft {
                        id: format!("c:/{keeper}/{number}"),
                        name: None,
                        proof: muster_admin::Proof::GeneratedSecret,
                        registration: muster_domain::Registration::default(),
                        approved: true,
                    };
                    hands.add_client(&draft).unwrap();
                    hands.link("a", &draft.id).unwrap();
                }
            });
        }
    });
    assert_eq!(desk.json(&["audit", "verify"])["ok"], true);
    let events = desk.events();
    assert_eq!(events.iter().filter(|event| *event == "client_added").count(), 100);
    assert_eq!(events.iter().filter(|event| *event == "linked").count(), 100);
    assert_eq!(events.len(), 201);
}

both!(
    f34_a_record_that_this_service_did_not_make_is_named,
    f34_a_record_that_this_service_did_not_make_is_named_on_postgres,
    forged_record
);

fn forged_record(desk: &Desk) {
    desk.muster(&["admin", "add", "a"]).done();
    let count = desk.json(&["audit", "verify"])["records"].as_i64().unwrap();
    let forged = desk.premises().store.change(|unit| {
        unit.append_audit(Box::new(|link| AuditRecord {
            number: link.next,
            at: link.last_at,
            event: "right_taken".to_owned(),
            body: format!("{{\"seq\":{},\"event\":\"right_taken\"}}", link.next),
            previous: link.last_hash,
            hash: [9; 32],
        }))
    });
    forged.unwrap();
    desk.muster(&["admin", "add", "b"]).done();
    let ran = desk.muster(&["--json", "audit", "verify"]);
    let said: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&said["ok"], &said["record"]), (&Value::from(false), &Value::from(count + 1)));
    ran.fails(Exit::Bad, "was changed, or was not made by this service");
}

#[test]
fn a_record_says_who_did_what_to_whom_and_in_which_issuer() {
    let desk = Desk::sqlite();
    desk.muster(&["admin", "add", "a:/1", "--list-users"]).done();
    desk.muster(&["client", "add", "c:/1"]).done();
    desk.muster(&["admin", "link", "a:/1", "c:/1"]).done();
    let last = desk.muster(&["audit", "tail", "-n", "1"]).done().out;
    let record: Value = serde_json::from_str(&last).unwrap();
    let said = ["event", "outcome", "actor", "admin", "client", "issuer"];
    let expected = ["linked", "done", "keeper", "a:/1", "c:/1", ISSUER];
    assert_eq!(said.map(|member| record[member].as_str().unwrap()), expected);
    for member in ["seq", "ts", "prev_hash", "hash"] {
        assert!(record.get(member).is_some(), "{member}");
    }
}

#[test]
fn f34_a_checkpoint_shows_that_the_end_was_cut_off() {
    let desk = Desk::sqlite();
    desk.muster(&["admin", "add", "a"]).done();
    let verified = desk.json(&["audit", "verify"]);
    let checkpoint = verified["checkpoint"].as_str().unwrap();
    desk.muster(&["admin", "add", "b"]).done();
    desk.muster(&["audit", "verify", "--checkpoint", checkpoint]).done();
    let (number, hash) = checkpoint.split_once('-').unwrap();
    let later = format!("{}-{hash}", number.parse::<i64>().unwrap() + 10);
    desk.muster(&["audit", "verify", "--checkpoint", &later]).fails(Exit::Bad, "is missing");
    let other = format!("{number}-{}", "0".repeat(64));
    desk.muster(&["audit", "verify", "--checkpoint", &other]).fails(Exit::Bad, "rewritten");
    desk.muster(&["audit", "verify", "--checkpoint", "7"]).fails(Exit::Usage, "checkpoint");
}

fn with_file(name: &str) -> Desk {
    let mut desk = Desk::sqlite();
    let file: PathBuf = desk.folder().join(name);
    desk.settings.audit_file = Some(file);
    desk
}

#[test]
fn a_trail_in_a_file_is_read_and_verified_like_one_in_the_database() {
    let desk = with_file("audit.jsonl");
    desk.muster(&["admin", "add", "a"]).done();
    desk.muster(&["admin", "suspend", "a"]).done();
    assert_eq!(desk.events(), ["admin_added", "admin_suspended"]);
    assert_eq!(desk.json(&["audit", "verify"])["records"], 8);
    let file = desk.settings.audit_file.clone().unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("admin_added", "admin_approv")).unwrap();
    desk.muster(&["audit", "verify"]).fails(Exit::Bad, "record 7 was changed");
}

#[test]
fn f26_a_deed_whose_record_cannot_be_written_is_not_done() {
    let mut desk = Desk::sqlite();
    desk.muster(&["admin", "add", "a"]).done();
    // Every write there ends with "no space left".
    desk.settings.audit_file = Some("/dev/full".into());
    desk.muster(&["admin", "suspend", "a"]).fails(Exit::Unavailable, "/dev/full");
    desk.muster(&["admin", "add", "b"]).fails(Exit::Unavailable, "/dev/full");
    desk.settings.audit_file = None;
    assert_eq!(desk.json(&["admin", "show", "a"])["status"], "approved");
    desk.muster(&["admin", "show", "b"]).fails(Exit::NotFound, "`b`");
}

#[test]
fn i23_a_record_by_itself_is_durable_when_it_is_made() {
    let desk = Desk::sqlite();
    let premises = desk.premises();
    let trail: &Trail = &premises.trail;
    let entry =
        muster_audit::Entry::new(muster_audit::Event::TokenInfoListed, muster_audit::Ending::Begun);
    trail.append(&*premises.store, &entry).unwrap();
    // Another opening of the same database sees it.
    assert_eq!(desk.events(), ["token_info_listed"]);
    let checkpoint = trail.checkpoint(&*premises.store).unwrap().to_string();
    desk.muster(&["audit", "verify", "--checkpoint", &checkpoint]).done();
}
