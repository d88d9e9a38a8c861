//! Trials of clients and admin clients.

use muster_domain::{
    AccessTokenProfile, AdminId, AdminKey, AdminRights, AuthMethod, AuthMethods, ClientId,
    ClientKey, ClientKind, CredentialVersion, Credentials, GrantName, GrantNames, Lifetime,
    NewAdmin, NewClient, PartyStatus, Registration, ScopeSet, StoredSecret, samples,
};

use super::ground::{Ground, LISTS, LISTS_ALL, at, is_conflict, together};
use crate::{Party, PartyKey, PartyPage, Store};

pub fn a_client_is_found_as_it_was_given(store: &dyn Store) {
    let ground = Ground::of(store);
    let registration = Registration {
        home_url: Some("https://app.example/?a=\"b\"".to_owned()),
        email: Some("keeper@app.example".to_owned()),
        redirect_uris: vec!["https://app.example/ready".to_owned(), "http://[::1]/".to_owned()],
        grants: GrantNames::of(&[GrantName::JwtBearer, GrantName::ClientCredentials]),
        scopes: ScopeSet::parse("openid storage.read:/").unwrap(),
        strict_scopes: true,
        audiences: vec!["https://se.example".to_owned()],
        serves: vec!["https://se.example/a".to_owned()],
        introspects_every_token: true,
        may_act: vec!["robot".to_owned()],
        binds_tokens: true,
        profile: AccessTokenProfile::Wlcg,
        access_lifetime: Some(Lifetime::from_seconds(900)),
        access_lifetime_max: Some(Lifetime::from_days(1)),
        refresh_lifetime: Some(Lifetime::from_millis(0)),
        refresh_lifetime_max: None,
        refresh_grace: Lifetime::from_seconds(10),
        assertion_users: vec!["*@app.example".to_owned()],
    };
    let new = NewClient {
        issuer: ground.issuer.key,
        id: ClientId::new("localhost:command.line2").unwrap(),
        name: "Ein Client, \u{1f511}".to_owned(),
        kind: ClientKind::Public,
        status: PartyStatus::Pending,
        credentials: Credentials::key_set(r#"{"keys":[]}"#),
        registration: registration.clone(),
        created_at: at(1_654_791_488_268),
    };
    let added = store.change(|unit| unit.add_client(&new)).unwrap();
    assert_eq!(added.registration, registration);
    assert_eq!((&added.name, added.kind, added.status), (&new.name, new.kind, new.status));
    assert_eq!((&added.credentials, added.created_at), (&new.credentials, new.created_at));
    let found = store.read(|reading| reading.find_client(new.issuer, &new.id)).unwrap();
    assert_eq!(found, Some(added));
}

pub fn an_admin_is_found_as_it_was_given(store: &dyn Store) {
    let ground = Ground::of(store);
    let methods = AuthMethods::of(&[AuthMethod::SecretBasic, AuthMethod::PrivateKeyJwt]);
    let secret = Some(StoredSecret::new("$argon2id$v=19$x"));
    let new = NewAdmin {
        issuer: ground.issuer.key,
        id: AdminId::new("demo:/admin").unwrap(),
        name: "Demo".to_owned(),
        email: Some("admin@vo.example".to_owned()),
        status: PartyStatus::Suspended,
        rights: AdminRights { list_users: false, list_users_other_clients: true },
        max_clients: Some(50),
        credentials: Credentials { methods, secret, jwks: Some("{}".to_owned()) },
        created_at: at(-1),
    };
    let added = store.change(|unit| unit.add_admin(&new)).unwrap();
    assert_eq!((&added.email, added.rights), (&new.email, new.rights));
    assert_eq!((added.max_clients, added.status), (new.max_clients, new.status));
    assert_eq!((&added.credentials, added.created_at), (&new.credentials, new.created_at));
    let found = store.read(|reading| reading.find_admin(new.issuer, &new.id)).unwrap();
    assert_eq!(found, Some(added));
}

pub fn an_id_names_a_client_or_an_admin_or_nobody(store: &dyn Store) {
    let (ground, other) = (Ground::of(store), Ground::at(store, "https://other.example"));
    let (client, admin) = (ground.client("c:/1"), ground.admin("a:/1", LISTS));
    let find = |ground: &Ground<'_>, id: &str| {
        store.read(|reading| reading.find_party(ground.issuer.key, id)).unwrap()
    };
    let found = find(&ground, "c:/1");
    assert!(matches!(found, Some(Party::Client(found, standing))
        if *found == client && standing.is_good()));
    assert!(matches!(find(&ground, "a:/1"), Some(Party::Admin(found)) if *found == admin));
    let long = "x".repeat(5_000);
    for nobody in ["", "c", "c:/1 ", "c:/%", "\0", "c:/1\0", "' OR 1=1 --", long.as_str()] {
        assert_eq!(find(&ground, nobody), None, "{nobody}");
    }
    // I11
    assert_eq!(find(&other, "c:/1"), None);
    assert_eq!(find(&other, "a:/1"), None);
}

pub fn a_caller_is_found_only_while_its_issuer_serves(store: &dyn Store) {
    let (ground, other) = (Ground::of(store), Ground::at(store, "https://other.example"));
    let (client, admin) = (ground.client("c:1"), ground.admin("a:1", LISTS));
    ground.admin("a:2", LISTS);
    ground.link(&admin, &[&client]);
    // I11: a namesake elsewhere is somebody else.
    other.client("c:1");
    let find = |ground: &Ground<'_>, id: &str| {
        let caller = store.read(|reading| reading.find_caller(ground.issuer.key, id)).unwrap();
        let party = store.read(|reading| reading.find_party(ground.issuer.key, id)).unwrap();
        (caller, party)
    };
    let long = "x".repeat(5_000);
    let ids = ["c:1", "a:1", "a:2", "nobody", "", "\0", long.as_str(), "c:1\0", "C:1"];
    for status in [PartyStatus::Approved, PartyStatus::Suspended] {
        store.change(|unit| unit.set_party_status(PartyKey::Admin(admin.key), status)).unwrap();
        for id in ids {
            let (caller, party) = find(&ground, id);
            assert_eq!(caller, party, "{id}");
        }
    }
    store.change(|unit| unit.set_issuer_status(ground.issuer.key, PartyStatus::Suspended)).unwrap();
    assert!(ids.iter().all(|id| find(&ground, id).0.is_none()));
    assert!(find(&other, "c:1").0.is_some());
}

pub fn ids_compare_byte_for_byte(store: &dyn Store) {
    let ground = Ground::of(store);
    // The letter with two dots, as one character and as two.
    for id in ["demo", "Demo", "demo ", "d\u{e9}mo", "de\u{301}mo"] {
        ground.client(id);
    }
    let find = |id: &str| {
        let id = ClientId::new(id).unwrap();
        store.read(|reading| reading.find_client(ground.issuer.key, &id)).unwrap()
    };
    for id in ["demo", "Demo", "demo ", "d\u{e9}mo", "de\u{301}mo"] {
        assert_eq!(find(id).unwrap().id.as_str(), id);
    }
    for unknown in ["DEMO", " demo", "demo  ", "de\u{300}mo"] {
        assert_eq!(find(unknown), None, "{unknown}");
    }
}

pub fn clients_and_admins_share_one_name_space(store: &dyn Store) {
    let ground = Ground::of(store);
    ground.client("one");
    ground.admin("two", LISTS);
    for id in ["one", "two"] {
        let client = samples::client(ground.issuer.key, id, "h").unwrap();
        assert!(is_conflict(&store.change(|unit| unit.add_client(&client))), "client {id}");
        let admin = samples::admin(ground.issuer.key, id, LISTS).unwrap();
        assert!(is_conflict(&store.change(|unit| unit.add_admin(&admin))), "admin {id}");
    }
    let other = Ground::at(store, "https://other.example");
    other.client("two");
    other.admin("one", LISTS);
}

pub fn of_simultaneous_registrations_of_one_id_one_wins(store: &dyn Store) {
    let ground = Ground::of(store);
    for id in (0..8).map(|round| format!("wanted {round}")) {
        let added = together(6, |number| {
            let outcome = if number % 2 == 0 {
                let new = samples::client(ground.issuer.key, &id, "h").unwrap();
                store.change(|unit| unit.add_client(&new)).map(drop)
            } else {
                let new = samples::admin(ground.issuer.key, &id, LISTS).unwrap();
                store.change(|unit| unit.add_admin(&new)).map(drop)
            };
            assert!(outcome.is_ok() || is_conflict(&outcome), "{outcome:?}");
            outcome.is_ok()
        });
        assert_eq!(added.into_iter().filter(|added| *added).count(), 1, "{id}");
    }
}

pub fn a_clients_registration_is_changed_as_a_whole(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, other) = (ground.client("c:/1"), ground.client("c:/2"));
    let registration = Registration {
        scopes: ScopeSet::parse("openid storage.read:/").unwrap(),
        strict_scopes: true,
        serves: vec!["https://api.example".to_owned()],
        grants: GrantNames::of(&[GrantName::TokenExchange]),
        ..Registration::default()
    };
    let set = |key| store.change(|unit| unit.set_registration(key, &registration)).unwrap();
    assert!(set(client.key));
    let find = |id| store.read(|reading| reading.find_client(ground.issuer.key, id)).unwrap();
    let version = CredentialVersion(client.version.0 + 1);
    let expected = muster_domain::Client { registration: registration.clone(), version, ..client };
    assert_eq!(find(&expected.id), Some(expected.clone()), "what was remembered of it ends");
    assert_eq!(find(&other.id), Some(other));
    assert!(!set(ClientKey::new(9_999)));
}

fn versions(ground: &Ground<'_>) -> (i64, i64) {
    let issuer = ground.issuer.key;
    let client = ClientId::new("client").unwrap();
    let admin = AdminId::new("admin").unwrap();
    let found = ground.store.read(|reading| {
        Ok((reading.find_client(issuer, &client)?, reading.find_admin(issuer, &admin)?))
    });
    let (client, admin) = found.unwrap();
    (client.unwrap().version.0, admin.unwrap().version.0)
}

pub fn every_change_counts_up_the_version(store: &dyn Store) {
    let ground = Ground::of(store);
    let (client, admin) = (ground.client("client"), ground.admin("admin", LISTS));
    let (mut of_client, mut of_admin) = versions(&ground);
    assert_eq!((client.version.0, admin.version.0), (of_client, of_admin));
    let secret = StoredSecret::new("another");
    for status in PartyStatus::ALL {
        for party in [PartyKey::Client(client.key), PartyKey::Admin(admin.key)] {
            assert!(store.change(|unit| unit.set_party_status(party, status)).unwrap());
            let credentials = Credentials::secret(secret.clone());
            assert!(store.change(|unit| unit.set_credentials(party, &credentials)).unwrap());
        }
        of_client += 2;
        of_admin += 2;
        assert_eq!(versions(&ground), (of_client, of_admin));
        let found = store.read(|reading| reading.find_admin(admin.issuer, &admin.id)).unwrap();
        let found = found.unwrap();
        assert_eq!((found.status, found.credentials.secret), (status, Some(secret.clone())));
    }
    assert!(store.change(|unit| unit.set_admin_rights(admin.key, LISTS_ALL)).unwrap());
    assert_eq!(versions(&ground), (of_client, of_admin + 1));
    let found = store.read(|reading| reading.find_admin(admin.issuer, &admin.id)).unwrap();
    assert_eq!(found.unwrap().rights, LISTS_ALL);
}

pub fn a_change_of_nobody_changes_nothing(store: &dyn Store) {
    let ground = Ground::of(store);
    ground.client("client");
    ground.admin("admin", LISTS);
    let before = versions(&ground);
    let secret = StoredSecret::new("s");
    let (client, admin) = (ClientKey::new(99_999), AdminKey::new(99_999));
    for party in [PartyKey::Client(client), PartyKey::Admin(admin)] {
        let changed = store.change(|unit| {
            Ok([
                unit.set_party_status(party, PartyStatus::Denied)?,
                unit.set_credentials(party, &Credentials::none())?,
                unit.upgrade_secret(party, CredentialVersion(before.0), &secret)?,
            ])
        });
        assert_eq!(changed.unwrap(), [false; 3]);
    }
    assert!(!store.change(|unit| unit.set_admin_rights(admin, LISTS_ALL)).unwrap());
    assert!(!store.change(|unit| unit.revoke_client(client, at(1))).unwrap());
    assert_eq!(versions(&ground), before);
}

pub fn a_secret_is_upgraded_only_if_nothing_changed_since(store: &dyn Store) {
    let ground = Ground::of(store);
    let client = ground.client("client");
    let admin = ground.admin("admin", LISTS);
    let upgrade = |party, version, secret: &str| {
        let secret = StoredSecret::new(secret);
        store.change(|unit| unit.upgrade_secret(party, version, &secret)).unwrap()
    };
    for (party, version) in [
        (PartyKey::Client(client.key), client.version),
        (PartyKey::Admin(admin.key), admin.version),
    ] {
        assert!(upgrade(party, version, "better"));
        assert!(!upgrade(party, version, "late"), "the version is an old one now");
    }
    let found = store.read(|reading| reading.find_client(client.issuer, &client.id)).unwrap();
    assert_eq!(found.unwrap().credentials.secret, Some(StoredSecret::new("better")));
    let found = store.read(|reading| reading.find_admin(admin.issuer, &admin.id)).unwrap();
    assert_eq!(found.unwrap().credentials.secret, Some(StoredSecret::new("better")));
}

pub fn parties_come_in_pages_by_the_bytes_of_their_id(store: &dyn Store) {
    let (ground, other) = (Ground::of(store), Ground::at(store, "https://other.example"));
    for id in ["b", "a", "C", "a b", "a/b", "ä"] {
        ground.client(id);
        ground.admin(&format!("admin {id}"), LISTS);
    }
    other.client("a");
    let clients = |after, limit| {
        let page = PartyPage { after, limit };
        let found = store.read(|reading| reading.list_clients(ground.issuer.key, &page)).unwrap();
        found.into_iter().map(|client| client.id.as_str().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(clients(None, 100), ["C", "a", "a b", "a/b", "b", "ä"]);
    assert_eq!(clients(None, 2), ["C", "a"]);
    assert_eq!(clients(Some("a"), 2), ["a b", "a/b"]);
    assert_eq!(clients(Some("a!"), 1), ["a/b"], "the place need not exist");
    assert!(clients(Some("ä"), 2).is_empty());
    let page = PartyPage { after: Some("admin C"), limit: 3 };
    let admins = store.read(|reading| reading.list_admins(ground.issuer.key, &page)).unwrap();
    let admins: Vec<&str> = admins.iter().map(|admin| admin.id.as_str()).collect();
    assert_eq!(admins, ["admin a", "admin a b", "admin a/b"]);
}

pub fn a_revoked_client_keeps_its_id(store: &dyn Store) {
    let ground = Ground::of(store);
    let client = ground.client("client");
    assert!(store.change(|unit| unit.revoke_client(client.key, at(5))).unwrap());
    let found = store.read(|reading| reading.find_client(client.issuer, &client.id)).unwrap();
    assert_eq!(found.unwrap().status, PartyStatus::Revoked);
    let again = samples::client(ground.issuer.key, "client", "h").unwrap();
    assert!(is_conflict(&store.change(|unit| unit.add_client(&again))));
}
