//! What a registration leaves of what was granted before: never more than both, and no less.

use muster_domain::{ErrorCode, Registration};

use crate::house::{Engine, House, Told, every_grant};

impl House {
    /// Gives a client another registration.
    fn register_anew(&self, client: &str, registration: &Registration) {
        let id = muster_domain::ClientId::new(client).unwrap();
        let issuer = self.tools.issuer.key;
        let key = self.store().read(|reading| reading.find_client(issuer, &id)).unwrap().unwrap();
        self.store().change(|unit| unit.set_registration(key.key, registration)).unwrap();
    }
}

#[test]
fn a_narrower_path_than_the_registered_one_is_kept_by_every_grant() {
    // I19, B57: the code says less than the registration.
    let house = House::new(Engine::Sqlite);
    let (client, user) =
        (house.client("app", every_grant("storage.read:/data")), house.user("alice"));
    let code = house.codes(&client, &user, 1).remove(0);
    house.register_anew("app", &every_grant("storage.read:/"));
    let mut held = house.redeem("app", &code).unwrap();
    for _ in 0..2 {
        assert_eq!(held.scopes.to_string(), "storage.read:/data");
        let access = held.access_token.expose().clone();
        let exchanged = house.exchange("app", &access, "").unwrap();
        assert_eq!(exchanged.scopes.to_string(), "storage.read:/data");
        let refresh = held.refresh_token.expect("a refresh token");
        held = house.refresh("app", refresh.expose(), "").unwrap();
    }
}

#[test]
fn a_narrower_path_in_the_registration_narrows_what_was_granted() {
    // I19, B57
    let house = House::new(Engine::Sqlite);
    let (client, user) =
        (house.client("app", every_grant("email storage.read:/")), house.user("alice"));
    let code = house.codes(&client, &user, 1).remove(0);
    let held = house.family(&client, &user);
    let refresh = held.refresh_token.expect("a refresh token");
    house.register_anew("app", &every_grant("storage.read:/data storage.modify:/"));
    for told in [
        house.redeem("app", &code),
        house.exchange("app", held.access_token.expose(), ""),
        house.refresh("app", refresh.expose(), ""),
    ] {
        assert_eq!(told.unwrap().scopes.to_string(), "storage.read:/data");
    }
}

#[test]
fn a_path_asked_for_is_narrowed_to_the_registered_one() {
    let house = House::new(Engine::Sqlite);
    house.client("app", every_grant("storage.read:/data"));
    let told = house.client_credentials("app", "&scope=storage.read:/+email").unwrap();
    assert_eq!(told.scopes.to_string(), "storage.read:/data");
}

#[test]
fn a_grant_of_which_no_scope_is_left_is_refused_rather_than_emptied() {
    // B57, S10: an answer without `scope` says that everything was granted.
    let house = House::new(Engine::Sqlite);
    let (client, user) = (house.client("app", every_grant("a b")), house.user("alice"));
    let code = house.codes(&client, &user, 1).remove(0);
    let device = house.start_device("app").unwrap();
    house.approve(&device, &user).unwrap();
    let held = house.family(&client, &user);
    let (access, refresh) = (held.access_token.expose(), held.refresh_token.unwrap());
    let refused = |told: Told| told.unwrap_err();
    house.register_anew("app", &every_grant("b"));
    assert_eq!(
        refused(house.refresh("app", refresh.expose(), "&scope=a")),
        ErrorCode::InvalidScope
    );
    assert_eq!(refused(house.exchange("app", access, "&scope=a")), ErrorCode::InvalidScope);
    for registered in ["c", ""] {
        house.register_anew("app", &every_grant(registered));
        assert_eq!(refused(house.redeem("app", &code)), ErrorCode::InvalidGrant);
        assert_eq!(refused(house.refresh("app", refresh.expose(), "")), ErrorCode::InvalidGrant);
        assert_eq!(
            refused(house.poll("app", device.device_code.expose())),
            ErrorCode::InvalidGrant
        );
        assert_eq!(refused(house.exchange("app", access, "")), ErrorCode::InvalidScope);
        let asked = house.client_credentials("app", "&scope=a");
        assert_eq!(refused(asked), ErrorCode::InvalidScope);
    }
    // A refusal uses nothing up.
    house.register_anew("app", &every_grant("a"));
    for told in [
        house.redeem("app", &code),
        house.refresh("app", refresh.expose(), ""),
        house.poll("app", device.device_code.expose()),
    ] {
        assert_eq!(told.unwrap().scopes.to_string(), "a");
    }
}

#[test]
fn a_client_without_scopes_that_asks_for_none_gets_a_token_without() {
    let house = House::new(Engine::Sqlite);
    let (client, user) = (house.client("app", every_grant("")), house.user("alice"));
    assert!(house.client_credentials("app", "").unwrap().scopes.is_empty());
    let held = house.family(&client, &user);
    let access = held.access_token.expose().clone();
    let refresh = held.refresh_token.unwrap();
    for told in [house.refresh("app", refresh.expose(), ""), house.exchange("app", &access, "")] {
        assert!(told.unwrap().scopes.is_empty());
    }
}

#[test]
fn an_audience_that_is_taken_away_is_gone_from_every_token_to_come() {
    // I19, B57
    let house = House::new(Engine::Sqlite);
    let names = |names: &[&str]| Registration {
        audiences: names.iter().map(|&name| name.to_owned()).collect(),
        ..every_grant("a")
    };
    house.client("app", names(&["urn:x", "urn:y"]));
    let access = house.client_credentials("app", "&resource=urn:x&resource=urn:y").unwrap();
    let access = access.access_token.expose();
    let refresh = house.exchange_for_refresh("app", access).unwrap();
    house.register_anew("app", &names(&["urn:y", "urn:z"]));
    let refreshed = house.refresh("app", refresh.access_token.expose(), "").unwrap();
    let exchanged = house.exchange("app", access, "").unwrap();
    for told in [&refreshed, &exchanged] {
        let active = house.introspect("app", told.access_token.expose()).unwrap().unwrap();
        assert_eq!(active.entitlement.audience, ["urn:y"]);
    }
    house.register_anew("app", &names(&["urn:z"]));
    // Rather than for everybody: without an audience it would be.
    let next = refreshed.refresh_token.unwrap();
    let refused = house.refresh("app", next.expose(), "").unwrap_err();
    assert_eq!(refused, ErrorCode::InvalidGrant);
    assert_eq!(house.exchange("app", access, "").unwrap_err(), ErrorCode::InvalidTarget);
}
