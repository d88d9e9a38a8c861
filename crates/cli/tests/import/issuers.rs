//! Virtual organisations, keys and ids that meet: what belongs to which issuer.

use crate::new::{ISSUER, New, Target, number, said};
use crate::old::{Engine, Old};
use crate::taking::adds_up;

pub(crate) const VIRTUAL: &str = "https://virtual.example.org/oauth2";

/// The database of the fixtures, one of whose admins has a virtual organisation.
pub(crate) fn with_organization(engine: Engine) -> Old {
    let old = Old::new(engine);
    old.ask(&format!(
        "INSERT INTO virtual_organizations (vo_id, issuer, json_web_keys) VALUES \
         ('vo:/1', '{VIRTUAL}', '{{\"keys\":[{{\"kid\":\"virtual\"}}]}}'), \
         ('vo:/2', NULL, NULL), \
         ('vo:/3', 'https://third.example.org', 'garbage')"
    ));
    old.ask(
        "INSERT INTO key_records (key_id, kid, vi, jwk, is_valid) VALUES \
         ('k1', 'own', NULL, '{\"kid\":\"own\"}', true), \
         ('k2', 'more', 'vo:/1', '{\"kid\":\"more\"}', true), \
         ('k3', 'old', NULL, '{\"kid\":\"old\"}', false), \
         ('k4', 'bad', NULL, '{', true), ('k5', 'none', NULL, NULL, true)",
    );
    old.ask("UPDATE adminClients SET vo_uri = 'vo:/1' WHERE admin_id = 'localhost:admin-list'");
    old.ask("UPDATE adminClients SET vo_uri = 'vo:/9' WHERE admin_id = 'localhost:admin-none'");
    old
}

fn an_organization_is_an_issuer_with_its_admin_clients_and_keys(engine: Engine, target: Target) {
    let old = with_organization(engine);
    let new = New::on(target);
    let report = new.take(&old);
    adds_up(&old, &report);
    let told = new.told(&old);
    let stands = |line: &str| told.iter().any(|other| other.starts_with(line));
    for id in ["client {} localhost:app-jwt ", "admin {} localhost:admin-list ", "key {} virtual "]
    {
        assert!(stands(&id.replace("{}", VIRTUAL)), "{id}: {told:#?}");
        assert!(!stands(&id.replace("{}", ISSUER)), "{id}: {told:#?}");
    }
    assert!(stands(&format!("key {VIRTUAL} more ")) && stands(&format!("key {ISSUER} own ")));
    assert!(stands(&format!("client {ISSUER} localhost:app-public ")));
    let taken = |table| number(&report, table, "taken");
    assert_eq!((taken("virtual_organizations"), taken("key_records")), (2, 2), "{report}");
    for (words, example) in [
        ("its issuer is absent", "vo:/2"),
        ("keys of the virtual organisation cannot be read", "vo:/3"),
        ("the key is not valid", "k3"),
        ("the key cannot be read", "k4"),
        ("it holds no key", "k5"),
        ("virtual organisation unknown", "admin-none"),
        // Two admins of two issuers administer this client.
        ("its client belongs to another issuer", "/permission/000"),
    ] {
        let said = said(&report, words);
        assert!(said.iter().any(|said| said.1.contains(example)), "{words}: {report}");
    }
    let second = new.take(&old);
    assert!(second.changed_nothing(), "{second}");
    adds_up(&old, &second);
    assert_eq!(new.told(&old), told);
}

#[test]
fn an_organization_is_an_issuer_with_its_admin_clients_and_keys_on_sqlite() {
    an_organization_is_an_issuer_with_its_admin_clients_and_keys(Engine::Postgres, Target::Sqlite);
}

#[test]
fn an_organization_is_an_issuer_with_its_admin_clients_and_keys_on_postgres() {
    an_organization_is_an_issuer_with_its_admin_clients_and_keys(Engine::Mariadb, Target::Postgres);
}

#[test]
fn an_admin_with_the_id_of_a_client_is_left_and_stops_nothing() {
    let old = Old::new(Engine::Postgres);
    let same = "admin_id = 'localhost:app-jwt'";
    old.copy_row("adminclients", ("admin_id", "localhost:admin-list"), same);
    let report = New::on(Target::Sqlite).take(&old);
    adds_up(&old, &report);
    assert_eq!(said(&report, "a client has the same id"), [(1, "[\"localhost:app-jwt\"]".into())]);
}
