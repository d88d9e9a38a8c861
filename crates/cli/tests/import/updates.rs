//! What has changed in the source between two runs, and what must not change here.

use muster_import_oa4mp::ImportOptions;

use crate::new::{New, Target, number, options, said, take};
use crate::old::{Engine, Old};

/// Lines that are only in `told`.
fn beyond<'a>(told: &'a [String], other: &[String]) -> Vec<&'a String> {
    told.iter().filter(|line| !other.contains(line)).collect()
}

fn tokens_that_have_become_invalid_end(engine: Engine, target: Target) {
    let old = Old::new(engine);
    old.ask("UPDATE tx_records SET valid = true");
    old.ask("UPDATE transactions SET access_token_valid = true, refresh_token_valid = true");
    let new = New::on(target);
    new.take(&old);
    let live = new.told(&old);
    let flow = "(SELECT temp_token FROM (SELECT min(temp_token) AS temp_token FROM transactions \
                WHERE refresh_token IS NOT NULL) AS one)";
    old.ask(&format!(
        "UPDATE transactions SET refresh_token_valid = false WHERE temp_token = {flow}"
    ));
    let child = "(SELECT token_id FROM (SELECT min(token_id) AS token_id FROM tx_records \
                 WHERE token_type LIKE '%access_token') AS one)";
    old.ask(&format!("UPDATE tx_records SET valid = NULL WHERE token_id = {child}"));
    let report = new.take(&old);
    let updated = |table| number(&report, table, "updated");
    assert_eq!((updated("tokens"), updated("tx_records")), (2, 1), "{report}");
    let ended = new.told(&old);
    let changed = beyond(&ended, &live);
    assert_eq!(changed.len(), 2, "{changed:#?}");
    assert!(changed.iter().all(|line| line.starts_with("token") && line.contains("Revoked")));
    assert!(new.take(&old).changed_nothing());
    // Never the other way: what has ended stays so.
    old.ask("UPDATE tx_records SET valid = true");
    old.ask("UPDATE transactions SET access_token_valid = true, refresh_token_valid = true");
    assert!(new.take(&old).changed_nothing());
    assert_eq!(new.told(&old), ended);
}

#[test]
fn tokens_that_have_become_invalid_end_and_never_revive_on_sqlite() {
    tokens_that_have_become_invalid_end(Engine::Mariadb, Target::Sqlite);
}

#[test]
fn tokens_that_have_become_invalid_end_and_never_revive_on_postgres() {
    tokens_that_have_become_invalid_end(Engine::Postgres, Target::Postgres);
}

/// A rotation between two runs shortens the life of the refresh token that was replaced.
fn a_refresh_token_that_expires_earlier_does_so_here(engine: Engine, target: Target) {
    let old = Old::new(engine);
    old.ask("UPDATE transactions SET refresh_token_valid = true");
    let new = New::on(target);
    new.take(&old);
    let before = new.told(&old);
    let one = "(SELECT temp_token FROM (SELECT max(temp_token) AS temp_token FROM transactions \
               WHERE refresh_token_lifetime > 1000000) AS one)";
    let shorten = |to: &str| {
        old.ask(&format!(
            "UPDATE transactions SET refresh_token_expires_at = {to} WHERE temp_token = {one}"
        ));
    };
    shorten("1795503436999");
    let dry = ImportOptions { dry_run: true, ..options() };
    let foretold = take(&old.url(), &*new.store, &dry).unwrap();
    let report = new.take(&old);
    assert_eq!(foretold.to_json()["tables"], report.to_json()["tables"]);
    assert_eq!(number(&report, "tokens", "updated"), 1, "{report}");
    let after = new.told(&old);
    let changed = beyond(&after, &before);
    assert_eq!(changed.len(), 1, "{changed:#?}");
    assert!(changed[0].contains("Refresh") && changed[0].contains("1795503436999"), "{changed:?}");
    assert!(new.take(&old).changed_nothing());
    // Never the other way.
    shorten("1795503437999");
    assert!(new.take(&old).changed_nothing());
    assert_eq!(new.told(&old), after);
}

#[test]
fn a_refresh_token_that_expires_earlier_does_so_here_on_sqlite() {
    a_refresh_token_that_expires_earlier_does_so_here(Engine::Mariadb, Target::Sqlite);
}

#[test]
fn a_refresh_token_that_expires_earlier_does_so_here_on_postgres() {
    a_refresh_token_that_expires_earlier_does_so_here(Engine::Postgres, Target::Postgres);
}

fn approvals_and_rights_follow_only_downwards(engine: Engine, target: Target) {
    let old = Old::new(engine);
    let new = New::on(target);
    new.take(&old);
    let before = new.told(&old);
    old.ask("UPDATE client_approvals SET status = 'revoked' WHERE client_id LIKE '%app-opaque'");
    old.ask("UPDATE client_approvals SET status = 'denied' WHERE client_id LIKE '%admin-none'");
    old.ask("DELETE FROM client_approvals WHERE client_id LIKE '%app-short'");
    old.ask("UPDATE adminClients SET list_users_other_clients = NULL, list_users = false");
    let report = new.take(&old);
    assert_eq!(number(&report, "clients", "updated"), 2, "{report}");
    let after = new.told(&old);
    let changed = beyond(&after, &before);
    let told = |kind: &str, words: &str| {
        changed.iter().filter(|line| line.starts_with(kind) && line.contains(words)).count()
    };
    assert_eq!((told("client", " Revoked "), told("client", " Pending ")), (1, 1), "{changed:#?}");
    assert_eq!(told("admin", " Denied "), 1, "{changed:#?}");
    let rightless = "list_users: false, list_users_other_clients: false";
    let admins = |lines: &[String]| lines.iter().filter(|line| line.contains(rightless)).count();
    assert_eq!((admins(&before), admins(&after)), (1, 4), "{after:#?}");
    assert!(new.take(&old).changed_nothing());
    // Never the other way.
    old.ask("UPDATE client_approvals SET status = 'approved'");
    old.ask("UPDATE adminClients SET list_users_other_clients = true, list_users = true");
    let report = new.take(&old);
    assert!(report.changed_nothing(), "{report}");
    assert_eq!(new.told(&old), after);
}

#[test]
fn approvals_and_rights_follow_only_downwards_on_sqlite() {
    approvals_and_rights_follow_only_downwards(Engine::Mariadb, Target::Sqlite);
}

#[test]
fn approvals_and_rights_follow_only_downwards_on_postgres() {
    approvals_and_rights_follow_only_downwards(Engine::Postgres, Target::Postgres);
}

fn what_is_new_is_taken_and_what_is_gone_stays(engine: Engine, target: Target) {
    let old = Old::new(engine);
    let whole = New::on(target);
    whole.take(&old);
    let (whole, users) = (whole.told(&old), old.users());
    // The first run sees less: no children, no link of one admin, not the last client.
    for table in ["tx_records", "permissions", "clients"] {
        old.ask(&format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}"));
    }
    old.ask("DELETE FROM tx_records WHERE token_type LIKE '%refresh_token'");
    old.ask("DELETE FROM permissions WHERE admin_id LIKE '%admin-all'");
    old.ask("DELETE FROM clients WHERE client_id LIKE '%app-public'");
    let new = New::on(target);
    new.take(&old);
    assert_ne!(new.told_of(&users), whole);
    for table in ["tx_records", "permissions", "clients"] {
        old.ask(&format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept_{table}"));
    }
    let report = new.take(&old);
    assert!(number(&report, "tx_records", "taken") > 0, "{report}");
    assert_eq!(number(&report, "permissions", "taken"), 3, "{report}");
    assert_eq!(new.told_of(&users), whole);
    // What the old service has thrown away stays here.
    for table in ["tx_records", "permissions", "transactions", "clients"] {
        old.ask(&format!("DELETE FROM {table}"));
    }
    assert!(new.take(&old).changed_nothing());
    assert_eq!(new.told_of(&users), whole);
}

#[test]
fn what_is_new_is_taken_and_what_is_gone_stays_on_sqlite() {
    what_is_new_is_taken_and_what_is_gone_stays(Engine::Postgres, Target::Sqlite);
}

#[test]
fn what_is_new_is_taken_and_what_is_gone_stays_on_postgres() {
    what_is_new_is_taken_and_what_is_gone_stays(Engine::Mariadb, Target::Postgres);
}

/// The limit was raised and used between two runs: the link is not lost in silence.
#[test]
fn a_link_beyond_the_limit_of_the_first_run_is_made_or_told() {
    let old = Old::new(Engine::Postgres);
    old.ask("UPDATE adminclients SET max_clients = 1 WHERE admin_id LIKE '%admin-none'");
    let new = New::on(Target::Sqlite);
    new.take(&old);
    let permission = ("permission_id", "oa4mp:/permission/0008");
    old.copy_row("permissions", permission, "permission_id = 'p', client_id = 'localhost:app-jwt'");
    old.ask("UPDATE adminclients SET max_clients = 2 WHERE admin_id LIKE '%admin-none'");
    let report = new.take(&old);
    let skipped = &report.to_json()["tables"]["permissions"]["skipped"];
    let full = "its admin has reached its limit of clients here";
    assert_eq!((&skipped[0]["reason"], &skipped[0]["count"]), (&full.into(), &1.into()));
    assert_eq!(skipped[0]["examples"], serde_json::json!(["p"]));
}

fn what_is_gone_there_and_keeps_its_power_here_is_told(engine: Engine, target: Target) {
    let old = Old::new(engine);
    let new = New::on(target);
    let first = new.take(&old);
    assert!(said(&first, "no longer").is_empty(), "{first}");
    let pair = "admin_id = 'localhost:admin-list' AND client_id = 'localhost:app-jwt'";
    old.ask(&format!("DELETE FROM permissions WHERE {pair}"));
    old.ask("DELETE FROM permissions WHERE client_id = 'localhost:app-public'");
    old.ask("DELETE FROM clients WHERE client_id = 'localhost:app-public'");
    let dry = ImportOptions { dry_run: true, ..options() };
    for options in [dry, options()] {
        let report = take(&old.url(), &*new.store, &options).expect("an import");
        let link = said(&report, "linked here, no longer linked there");
        let names = r#"["localhost:admin-list > localhost:app-jwt"]"#;
        assert_eq!(link, [(1, names.to_owned())], "{report}");
        let client = said(&report, "client here, no longer there");
        assert_eq!(client, [(1, r#"["localhost:app-public"]"#.to_owned())], "{report}");
    }
}

#[test]
fn links_and_clients_that_are_gone_there_are_told_on_sqlite() {
    what_is_gone_there_and_keeps_its_power_here_is_told(Engine::Mariadb, Target::Sqlite);
}

#[test]
fn links_and_clients_that_are_gone_there_are_told_on_postgres() {
    what_is_gone_there_and_keeps_its_power_here_is_told(Engine::Postgres, Target::Postgres);
}
