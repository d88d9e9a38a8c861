//! The federation that the tests speak of.

use std::sync::Arc;

use muster_admin::{AdminDraft, ClientDraft, Keeper, Proof};
use muster_cli::Premises;
use muster_crypto::{Algorithm, OsRandomness, PrivateKey};
use muster_domain::{
    AdminRights, Client, Clock, Ending, Lifetime, PartyStatus, Registration, TokenKind, UserId,
    UserStatus,
};
use muster_flows::{Seed, Sprout};
use muster_server::clock::SystemClock;

const DAY: Lifetime = Lifetime::from_days(1);

/// Who and what was planted.
#[derive(Clone)]
pub(crate) struct Planted {
    pub(crate) admin: (String, String),
    pub(crate) privileged: (String, String),
    pub(crate) admin_without_right: (String, String),
    pub(crate) client: (String, String),
    pub(crate) outcasts: Vec<(String, String)>,
    pub(crate) deserted: (String, String),
    pub(crate) keyed: String,
    pub(crate) alice_access: String,
    pub(crate) alice_refresh: String,
    pub(crate) foreign_access: String,
    pub(crate) expired_access: String,
    pub(crate) revoked_access: String,
    pub(crate) rotated_refresh: String,
    pub(crate) other_issuer_access: String,
    pub(crate) userless_access: String,
    pub(crate) disabled_access: String,
    pub(crate) forgeries: Vec<(String, String)>,
}

/// A keeper and a seed on these premises.
pub(crate) fn tools(premises: &Premises) -> (Keeper, Seed) {
    let (clock, randomness) = (Arc::new(SystemClock), Arc::new(OsRandomness));
    let keeper = premises.keeper(clock.clone(), randomness.clone());
    let (store, keys) = (premises.store.clone(), premises.keys.clone());
    let seed = Seed { store, keys, clock, randomness, issuer: premises.issuer.clone() };
    (keeper, seed)
}

pub(crate) fn add_client(keeper: &Keeper, id: &str, proof: Proof) -> (Client, String) {
    let draft = ClientDraft {
        id: id.to_owned(),
        name: None,
        proof,
        registration: Registration::default(),
        approved: true,
    };
    let (client, secret) = keeper.add_client(&draft).expect("a client");
    (client, secret.map(|secret| secret.expose().clone()).unwrap_or_default())
}

pub(crate) fn add_admin(
    keeper: &Keeper,
    id: &str,
    (list_users, list_users_other_clients): (bool, bool),
    clients: &[&str],
) -> (String, String) {
    let draft = AdminDraft {
        id: id.to_owned(),
        name: None,
        email: None,
        rights: AdminRights { list_users, list_users_other_clients },
        max_clients: None,
        proof: Proof::GeneratedSecret,
        approved: true,
    };
    let (_, secret) = keeper.add_admin(&draft).expect("an admin");
    for client in clients {
        keeper.link(id, client).expect("a link");
    }
    (id.to_owned(), secret.expect("a secret").expose().clone())
}

/// One token of a user at a client; its text.
pub(crate) fn token(seed: &Seed, client: &Client, user: Option<&str>, sprout: Sprout) -> String {
    let user = user.map(|user| seed.user(&UserId::new(user).unwrap()).expect("a user"));
    let flow = seed.flow(client, user.as_ref(), sprout.issued_at).expect("a flow");
    seed.element(&flow, &[sprout]).expect("a token")[0].text.clone()
}

/// Plants the federation.
pub(crate) fn plant(premises: &Premises) -> Planted {
    let (keeper, seed) = tools(premises);
    let now = SystemClock.now();
    let (portal, portal_secret) = add_client(&keeper, "portal", Proof::GeneratedSecret);
    let (other, _) = add_client(&keeper, "other", Proof::GeneratedSecret);
    let (_, deserted_secret) = add_client(&keeper, "deserted", Proof::GeneratedSecret);
    let key = PrivateKey::generate(Algorithm::Es256).expect("a key");
    let jwks = format!("{{\"keys\":[{}]}}", key.public_jwk());
    add_client(&keeper, "keyed", Proof::KeySet(jwks));
    let admin = add_admin(&keeper, "demo:/admin", (true, false), &["portal", "keyed"]);
    let privileged = add_admin(&keeper, "demo:/every", (true, true), &["other"]);
    let admin_without_right = add_admin(&keeper, "demo:/none", (false, true), &["portal"]);
    let outcasts = outcasts(&keeper);
    let (deserter, _) = add_admin(&keeper, "deserter", (true, true), &["deserted"]);
    keeper.set_admin_status(&deserter, PartyStatus::Suspended).expect("a status");
    let live = |kind| Sprout::live(kind, now, DAY);
    let alice = Some("alice");
    let ended = |kind, how| live(kind).ended(how, now);
    let long_ago = now.minus(Lifetime::from_days(2));
    let alice_access = token(&seed, &portal, alice, live(TokenKind::Access));
    Planted {
        admin,
        privileged,
        admin_without_right,
        client: ("portal".to_owned(), portal_secret),
        outcasts,
        deserted: ("deserted".to_owned(), deserted_secret),
        keyed: "keyed".to_owned(),
        alice_refresh: token(&seed, &portal, alice, live(TokenKind::Refresh)),
        foreign_access: token(&seed, &other, alice, live(TokenKind::Access)),
        expired_access: token(
            &seed,
            &portal,
            alice,
            Sprout::live(TokenKind::Access, long_ago, DAY),
        ),
        revoked_access: token(&seed, &portal, alice, ended(TokenKind::Access, Ending::Revoked)),
        rotated_refresh: token(&seed, &portal, alice, ended(TokenKind::Refresh, Ending::Rotated)),
        other_issuer_access: other_issuers_token(&seed),
        userless_access: token(&seed, &portal, None, live(TokenKind::Access)),
        disabled_access: disabled_users_token(&seed, &portal, live(TokenKind::Access)),
        forgeries: forgeries(&seed, &portal, &key),
        alice_access,
    }
}

/// Admins that may not come in, with their right secrets.
fn outcasts(keeper: &Keeper) -> Vec<(String, String)> {
    [
        ("pending", PartyStatus::Pending),
        ("denied", PartyStatus::Denied),
        ("suspended", PartyStatus::Suspended),
        ("revoked", PartyStatus::Revoked),
    ]
    .map(|(id, status)| {
        let admin = add_admin(keeper, id, (true, true), &["portal"]);
        keeper.set_admin_status(id, status).expect("a status");
        admin
    })
    .to_vec()
}

fn other_issuers_token(seed: &Seed) -> String {
    let url = "https://other.example/oauth2";
    let new = muster_domain::NewIssuer {
        url: muster_domain::IssuerUrl::new(url).unwrap(),
        created_at: SystemClock.now(),
    };
    let issuer = seed.store.change(|unit| unit.add_issuer(&new)).expect("an issuer");
    let new = muster_domain::samples::client(issuer.key, "portal", "none").unwrap();
    let client = seed.store.change(|unit| unit.add_client(&new)).expect("a client");
    let other = Seed { issuer, ..seed.clone() };
    token(&other, &client, Some("alice"), Sprout::live(TokenKind::Access, SystemClock.now(), DAY))
}

fn disabled_users_token(seed: &Seed, client: &Client, sprout: Sprout) -> String {
    let text = token(seed, client, Some("disabled"), sprout);
    let user = seed.user(&UserId::new("disabled").unwrap()).expect("a user");
    let done = seed.store.change(|unit| unit.set_user_status(user.key, UserStatus::Disabled));
    assert!(done.expect("a status"));
    text
}

/// JWTs that look like a real one and are not.
fn forgeries(seed: &Seed, client: &Client, key: &PrivateKey) -> Vec<(String, String)> {
    let claims = serde_json::json!({"jti": "https://issuer.example/jwt/1", "sub": "alice"});
    let claims = claims.as_object().unwrap();
    let signer = key.signer().expect("a signer");
    let real = signer.sign("at+jwt", claims).expect("a JWT");
    let now = SystemClock.now();
    let sprout = Sprout::live(TokenKind::Access, now, DAY).with_text(real.clone());
    token(seed, client, Some("alice"), sprout);
    let (head, payload) = (real.split('.').next().unwrap(), real.split('.').nth(1).unwrap());
    let none = data_encoding::BASE64URL_NOPAD.encode(b"{\"alg\":\"none\"}");
    let stranger = PrivateKey::generate(Algorithm::Es256).expect("a key").signer().unwrap();
    let flipped = if real.ends_with('A') { 'Q' } else { 'A' };
    vec![
        ("alg none".to_owned(), format!("{none}.{payload}.")),
        ("signature stripped".to_owned(), format!("{head}.{payload}.")),
        ("another key".to_owned(), stranger.sign("at+jwt", claims).unwrap()),
        ("another signature".to_owned(), format!("{}{flipped}", &real[..real.len() - 1])),
        ("padded".to_owned(), format!("{real}=")),
        ("the bare jti".to_owned(), "https://issuer.example/jwt/1".to_owned()),
    ]
}
