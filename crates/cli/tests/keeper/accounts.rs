//! `muster user`: passwords, what is known of somebody, and the end of their sessions.

use muster_cli::{Exit, Premises};
use muster_crypto::{SecretVerifier, Verification, VerifierSettings};
use muster_domain::{
    ClientId, Consent, Door, LookupTag, ScopeSet, Secret, Session, SessionKey, Timestamp, User,
    UserId,
};
use muster_store::Sequence;
use serde_json::{Value, json};

use crate::desk::{Desk, both};
use muster_cli::Host;

const GOOD: &str = "correct horse";

fn user(premises: &Premises, id: &str) -> User {
    let id = UserId::new(id).unwrap();
    let found = premises.store.read(|reading| reading.find_user(premises.issuer.key, &id));
    found.unwrap().unwrap()
}

/// Whether this is the user's password now.
fn opens(desk: &Desk, id: &str, password: &str) -> bool {
    let premises = desk.premises();
    let key = user(&premises, id).key;
    let stored = premises.store.read(|reading| reading.find_password(key)).unwrap();
    let keys = premises.keeper(desk.clock(), desk.randomness()).keys;
    let settings =
        VerifierSettings { wait: std::time::Duration::from_mins(1), ..Default::default() };
    let verifier = SecretVerifier::start(keys, desk.clock(), desk.randomness(), settings).unwrap();
    match verifier.verify_password(stored.as_ref(), &Secret::from(password)) {
        Verification::Right { .. } => true,
        Verification::Wrong => false,
        Verification::Busy => panic!("nobody else is here"),
    }
}

/// A session of a user that began at this moment.
fn session(premises: &Premises, id: &str, began: Timestamp) {
    let user = user(premises, id).key;
    let added = premises.store.change(|unit| {
        let number = unit.take_numbers(Sequence::Sessions, 1)?.start;
        let session = Session {
            key: SessionKey::new(user.shard, number),
            issuer: premises.issuer.key,
            user,
            door: Door::Account,
            authenticated_at: began,
            used_at: began,
            expires_at: began.plus(muster_domain::Lifetime::from_days(1)),
        };
        let mut tag = [7; 32];
        tag[..8].copy_from_slice(&number.to_be_bytes());
        unit.add_session(&session, LookupTag::new(tag))
    });
    added.unwrap();
}

fn sessions(desk: &Desk, id: &str) -> usize {
    desk.json(&["user", "show", id])["sessions"].as_array().unwrap().len()
}

fn a_password_is_given_replaced_and_taken_away(desk: &Desk) {
    let file = desk.file("password", "correct horse\n");
    desk.muster(&["user", "add", "alice", "--password-file", &file]).done();
    assert_eq!(desk.json(&["user", "show", "alice"])["has_password"], true);
    assert!(opens(desk, "alice", GOOD) && !opens(desk, "alice", "correct horse\n"));
    let premises = desk.premises();
    session(&premises, "alice", desk.clock().now());
    let other = desk.file("other", "battery staple\r\n");
    let changed = desk.json(&["user", "passwd", "alice", "--password-file", &other]);
    assert_eq!(changed, json!({"id": "alice", "changed": true, "sessions_ended": 1}));
    assert!(opens(desk, "alice", "battery staple") && !opens(desk, "alice", GOOD));
    session(&premises, "alice", desk.clock().now());
    assert_eq!(desk.json(&["user", "passwd", "alice", "--remove"])["changed"], true);
    assert_eq!(desk.json(&["user", "passwd", "alice", "--remove"])["changed"], false);
    let shown = desk.json(&["user", "show", "alice"]);
    assert_eq!((&shown["has_password"], &shown["sessions"]), (&json!(false), &json!([])));
    assert!(!opens(desk, "alice", "battery staple"));
    assert_eq!(desk.events(), ["user_changed"; 3]);
    let trail = desk.muster(&["audit", "tail"]).done().out;
    for words in ["\"password\"", "\"password_removed\"", "\"sessions\":1"] {
        assert!(trail.contains(words), "{words}: {trail}");
    }
    assert!(!trail.contains("horse") && !trail.contains("argon2"), "{trail}");
}
both!(
    a_password_is_given_replaced_and_taken_away_on_sqlite,
    a_password_is_given_replaced_and_taken_away_on_postgres,
    a_password_is_given_replaced_and_taken_away
);

#[test]
fn a_person_at_the_terminal_types_a_password_twice_and_a_script_pipes_it_in() {
    let mut desk = Desk::sqlite();
    desk.piped = "piped in by a script\n";
    desk.muster(&["user", "add", "alice", "--password-stdin"]).done();
    assert!(opens(&desk, "alice", "piped in by a script"));
    desk.piped = "piped in again";
    desk.muster(&["user", "passwd", "alice"]).done();
    assert!(opens(&desk, "alice", "piped in again"));
    desk.answer = Some("");
    desk.hidden = std::sync::Mutex::new(["correct horse", "corect horse"].into());
    desk.muster(&["user", "passwd", "alice"]).fails(Exit::Failed, "nothing was changed");
    assert!(opens(&desk, "alice", "piped in again"));
    desk.hidden = std::sync::Mutex::new([GOOD, GOOD].into());
    let typed = desk.muster(&["user", "passwd", "alice"]).done();
    assert!(!typed.out.contains(GOOD) && typed.out.contains("no session was open"), "{typed:?}");
    assert!(opens(&desk, "alice", GOOD));
    desk.muster(&["user", "passwd", "bob"]).fails(Exit::NotFound, "bob");
    // Whoever is entered without one is not asked for one.
    desk.muster(&["user", "add", "bob"]).done();
    assert_eq!(desk.json(&["user", "show", "bob"])["has_password"], false);
}

#[test]
fn what_may_be_no_password_is_refused_and_changes_nothing() {
    let desk = Desk::sqlite();
    let good = desk.file("good", GOOD);
    desk.muster(&["user", "add", "alice@example", "--password-file", &good]).done();
    let endless = "p".repeat(1_025);
    for (text, words) in [
        ("", "fewer than 8"),
        ("1234567\n", "fewer than 8"),
        ("alice@example", "the user id"),
        ("one line\nand another", "control characters"),
        (&endless, "more than 1024 bytes"),
        (&"p".repeat(5_000), "longer than any secret"),
    ] {
        let file = desk.file("bad", text);
        let from = ["--password-file", file.as_str()];
        let passwd = [&["user", "passwd", "alice@example"], &from[..]].concat();
        desk.muster(&passwd).fails(Exit::Failed, words);
        if text != "alice@example" {
            desk.muster(&[&["user", "add", "bob"], &from[..]].concat()).fails(Exit::Failed, words);
        }
    }
    assert!(opens(&desk, "alice@example", GOOD));
    desk.muster(&["user", "show", "bob"]).fails(Exit::NotFound, "bob");
    let lost = ["user", "passwd", "alice@example", "--password-file", "/nonexistent"];
    desk.muster(&lost).fails(Exit::Failed, "/nonexistent cannot be read");
    let both = ["user", "passwd", "alice@example", "--remove", "--password-stdin"];
    desk.muster(&both).fails(Exit::Usage, "cannot be used with");
    assert_eq!(desk.events(), ["user_changed"]);
}

fn what_is_known_of_a_user_is_entered_changed_and_shown(desk: &Desk) {
    let add = ["user", "add", "alice", "--name", "Ada L", "--email", "ada@example.org"];
    desk.muster(&[&add[..], &["--claim", "email_verified=true"]].concat()).done();
    let known = |value: Value| assert_eq!(desk.json(&["user", "show", "alice"])["claims"], value);
    known(json!({"name": "Ada L", "email": "ada@example.org", "email_verified": true}));
    let groups = "groups=[\"a\",\"b c\"]";
    let set = ["user", "set", "alice", "--name", "Ada", "--claim", groups, "--clear", "email"];
    let changed = json!({"name": "Ada", "email_verified": true, "groups": ["a", "b c"]});
    assert_eq!(desk.json(&set), json!({"id": "alice", "claims": changed}));
    known(changed.clone());
    let shown = desk.muster(&["user", "show", "alice"]).done().out;
    assert!(shown.contains("b c") && shown.contains("Ada"), "{shown}");
    // Nothing new is nothing done.
    desk.muster(&["user", "set", "alice", "--name", "Ada", "--clear", "email"]).done();
    for claim in ["sub=root", "iss=x", "cnf=x"] {
        let set = ["user", "set", "alice", "--claim", claim];
        desk.muster(&set).fails(Exit::Failed, "tokens say about themselves");
        let add = ["user", "add", "bob", "--claim", claim];
        desk.muster(&add).fails(Exit::Failed, "tokens say about themselves");
    }
    known(changed);
    desk.muster(&["user", "set", "alice", "--claim", "name"]).fails(Exit::Usage, "NAME=VALUE");
    desk.muster(&["user", "set", "bob", "--name", "B"]).fails(Exit::NotFound, "bob");
    // Whoever is there is not entered anew, with whatever it would be.
    assert_eq!(desk.json(&["user", "add", "alice"])["changed"], false);
    desk.muster(&["user", "add", "alice", "--name", "M"]).fails(Exit::Conflict, "already");
    assert_eq!(desk.events(), ["user_changed"; 2]);
}
both!(
    what_is_known_of_a_user_is_entered_changed_and_shown_on_sqlite,
    what_is_known_of_a_user_is_entered_changed_and_shown_on_postgres,
    what_is_known_of_a_user_is_entered_changed_and_shown
);

fn disabling_and_revoking_end_sessions_and_what_was_allowed(desk: &Desk) {
    desk.muster(&["client", "add", "app"]).done();
    desk.muster(&["client", "add", "portal"]).done();
    for id in ["alice", "bob"] {
        desk.muster(&["user", "add", id]).done();
    }
    let premises = desk.premises();
    let (issuer, now) = (premises.issuer.key, desk.clock().now());
    let allow = |client: &str| {
        let user = user(&premises, "alice").key;
        let client = ClientId::new(client).unwrap();
        let allowed = premises.store.change(|unit| {
            let client = unit.find_client(issuer, &client)?.unwrap().key;
            let scopes = ScopeSet::parse("openid email").unwrap();
            unit.remember_consent(&Consent { user, client, scopes, given_at: now })
        });
        allowed.unwrap();
    };
    let began = now.minus(muster_domain::Lifetime::from_days(2));
    for (id, began) in [("alice", now), ("alice", now), ("alice", began), ("bob", now)] {
        session(&premises, id, began);
    }
    assert_eq!((sessions(desk, "alice"), sessions(desk, "bob")), (2, 1), "one is over");
    desk.muster(&["user", "disable", "alice"]).done();
    desk.muster(&["user", "enable", "alice"]).done();
    assert_eq!((sessions(desk, "alice"), sessions(desk, "bob")), (0, 1), "they stay ended");
    ["app", "portal"].into_iter().for_each(allow);
    session(&premises, "alice", now);
    let allowed = || {
        let shown = desk.json(&["user", "show", "alice"])["allowed"].clone();
        let clients = shown.as_array().unwrap().iter().map(|one| one["client"].to_string());
        clients.collect::<Vec<_>>().concat()
    };
    assert_eq!(allowed(), "\"app\"\"portal\"");
    let shown = desk.muster(&["user", "show", "alice"]).done().out;
    assert!(shown.contains("portal: email openid") && shown.contains("by account"), "{shown}");
    desk.muster(&["user", "revoke", "alice", "--client", "app"]).done();
    assert_eq!((sessions(desk, "alice"), allowed().as_str()), (1, "\"portal\""));
    desk.muster(&["user", "revoke", "alice"]).done();
    assert_eq!((sessions(desk, "alice"), allowed().as_str()), (0, ""));
}
both!(
    disabling_and_revoking_end_sessions_and_what_was_allowed_on_sqlite,
    disabling_and_revoking_end_sessions_and_what_was_allowed_on_postgres,
    disabling_and_revoking_end_sessions_and_what_was_allowed
);
