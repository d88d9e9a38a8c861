//! The disabled matrix (T08, I16): what each grant and each question answers when something
//! that it rests on is no longer in good standing.
//!
//! The table is that of `docs/disabled-matrix.md`; what is written there is what is tried.

use muster_admin::Keeper;
use muster_domain::{Clock, GrantNames, PartyStatus, Registration, UserStatus};
use muster_server::clock::SystemClock;
use muster_store::PartyKey;

use crate::house::{Engine, TOKEN_INFO};
use crate::issuing::{ACCESS_TOKEN, API, Office, Party, member, registration, tokens};
use crate::jwt_bearer::{Idp, TRUSTED};
use crate::planting::add_admin;
use crate::wire::Answer;

const PAGE: &str = include_str!("../../../../docs/disabled-matrix.md");

/// What a cell plays with: a user with tokens at a client that has one admin.
struct Scene<'a> {
    office: &'a Office,
    idp: &'a Idp,
    api: &'a Party,
    /// A client and a user that nothing happens to.
    bystander: &'a Party,
    name: String,
    client: Party,
    admin: Party,
}

/// What is asked once something has been disabled.
type Act<'a> = Box<dyn Fn() -> Answer + 'a>;

impl<'a> Scene<'a> {
    fn set(
        (office, idp): (&'a Office, &'a Idp),
        (api, bystander): (&'a Party, &'a Party),
        number: usize,
    ) -> Self {
        let name = format!("scene-{number}");
        let client = office.register(&name, registration());
        let (id, secret) = add_admin(
            &office.keeper,
            &format!("{name}-admin"),
            (true, false),
            &[&name, "bystander"],
        );
        office.user(&name);
        let admin = office.party(&id, &secret);
        Self { office, idp, api, bystander, name, client, admin }
    }

    /// A code of the scene's user, its tokens meant for [`API`].
    fn code(&self) -> String {
        self.code_of(&self.name, &self.client.id)
    }

    fn code_of(&self, user: &str, client: &str) -> String {
        self.office.code_of(user, client, |_, code| {
            code.entitlement.audience = vec![API.to_owned()];
        })
    }

    /// Access and refresh token of the scene's user.
    fn issued(&self) -> (String, String) {
        tokens(&self.client.redeem(&self.code()))
    }

    fn question(&self, token: String) -> Act<'a> {
        let admin = self.admin.clone();
        Box::new(move || {
            admin.post("token", &[("grant_type", TOKEN_INFO), ("access_token", &token)])
        })
    }

    /// The bystander exchanges a token of its own for one that is meant for somebody.
    fn meant_for(&self, target: String) -> Act<'a> {
        let caller = self.bystander.clone();
        self.office
            .keeper
            .change_client("bystander", &|known| known.audiences.push(target.clone()))
            .expect("an audience");
        let subject = member(&caller.redeem(&self.office.code("bystander")), "access_token");
        Box::new(move || caller.exchange(&subject, &[("audience", &target)]))
    }

    /// Gets everything ready for a row.
    fn prepared(&self, row: &str) -> Act<'a> {
        let client = self.client.clone();
        match row {
            "`authorization_code`" => {
                let code = self.code();
                Box::new(move || client.redeem(&code))
            }
            "`refresh_token`" => {
                let (_, refresh) = self.issued();
                Box::new(move || client.refresh(&refresh))
            }
            "`client_credentials`" => Box::new(move || client.for_itself(&[])),
            "exchange, as subject" => {
                let (access, _) = self.issued();
                Box::new(move || client.exchange(&access, &[]))
            }
            "exchange, as actor" => {
                let (actor, _) = self.issued();
                let subject = self.client.redeem(&self.code_of("bystander", &self.client.id));
                let subject = member(&subject, "access_token");
                let kind = ("actor_token_type", ACCESS_TOKEN);
                Box::new(move || client.exchange(&subject, &[("actor_token", &actor), kind]))
            }
            "exchange, as audience" => self.meant_for(self.name.clone()),
            "exchange, as what serves the audience" => {
                let served = format!("https://{}.example", self.name);
                self.office
                    .keeper
                    .change_client(&self.name, &|known| known.serves.push(served.clone()))
                    .expect("a served name");
                self.meant_for(served)
            }
            "device poll" => {
                let device = self.office.device_approved_by(&self.name, &self.client);
                Box::new(move || client.poll(&device))
            }
            "`jwt-bearer`" => {
                let word = self.idp.about(&self.name, &self.name);
                Box::new(move || client.believe(&word))
            }
            "introspection, of the token" => {
                let ((access, _), api) = (self.issued(), self.api.clone());
                Box::new(move || api.introspect(&access))
            }
            "introspection, as caller" => {
                let own = self.client.redeem(&self.code_of("bystander", &self.client.id));
                let own = member(&own, "access_token");
                Box::new(move || client.introspect(&own))
            }
            "token-info, as caller" => {
                let token = self.bystander.redeem(&self.code_of("bystander", "bystander"));
                self.question(member(&token, "access_token"))
            }
            "token-info, as presented token" => self.question(self.issued().0),
            other => panic!("no row is called {other}"),
        }
    }

    /// Disables something, or puts it back where it concerns everybody.
    fn disable(&self, column: &str) {
        let (office, store) = (self.office, &self.office.seed.store);
        let (user, client) = (office.user(&self.name).key, office.client(&self.name).key);
        let stand =
            |status| store.change(|unit| unit.set_party_status(PartyKey::Client(client), status));
        let now = SystemClock.now();
        let done = match column {
            "in good standing" => Ok(true),
            "user disabled" => {
                store.change(|unit| unit.set_user_status(user, UserStatus::Disabled))
            }
            "user removed" => store.change(|unit| unit.remove_user(user)),
            "consent withdrawn" => store
                .change(|unit| unit.end_user_transactions(user, Some(client), now))
                .map(|_| true),
            "client pending" => stand(PartyStatus::Pending),
            "client suspended" => stand(PartyStatus::Suspended),
            "client revoked" => stand(PartyStatus::Revoked),
            "all its admins suspended" => {
                suspend_admin(&office.keeper, &self.admin.id);
                Ok(true)
            }
            "grants taken away" => {
                let taken = |known: &mut Registration| known.grants = GrantNames::NONE;
                office.keeper.change_client(&self.name, &taken).expect("a change");
                Ok(true)
            }
            "issuer suspended" => self.issuer_stands(PartyStatus::Suspended),
            "trusted issuer suspended" => self.trusted_stands(PartyStatus::Suspended),
            other => panic!("no column is called {other}"),
        };
        assert!(done.expect("a change"), "{column}");
    }

    fn restore(&self) {
        self.issuer_stands(PartyStatus::Approved).expect("a status");
        self.trusted_stands(PartyStatus::Approved).expect("a status");
    }

    fn issuer_stands(&self, status: PartyStatus) -> Result<bool, muster_store::StoreError> {
        let issuer = self.office.seed.issuer.key;
        self.office.seed.store.change(|unit| unit.set_issuer_status(issuer, status))
    }

    fn trusted_stands(&self, status: PartyStatus) -> Result<bool, muster_store::StoreError> {
        let issuer = self.office.seed.issuer.key;
        let store = &self.office.seed.store;
        store.change(|unit| unit.set_trusted_issuer_status(issuer, TRUSTED, status))
    }
}

fn suspend_admin(keeper: &Keeper, id: &str) {
    assert!(keeper.set_admin_status(id, PartyStatus::Suspended).expect("a status"));
}

/// An answer in a word.
fn word(answer: &Answer) -> String {
    if answer.status != 200 {
        return format!("`{}`", answer.error());
    }
    let body = answer.json();
    if let Some(active) = body["active"].as_bool() {
        return if active { "active" } else { "inactive" }.to_owned();
    }
    if body["clients"].is_array() {
        let valid = answer.text().contains("\"is_valid\":true");
        return if valid { "listed" } else { "listed, none valid" }.to_owned();
    }
    assert!(body["access_token"].is_string(), "{}", answer.text());
    "issued".to_owned()
}

/// The cells of the page's table, the head first.
fn table() -> Vec<Vec<&'static str>> {
    let lines = PAGE.lines().filter(|line| line.starts_with('|'));
    let cells = |line: &'static str| line.trim_matches('|').split('|').map(str::trim).collect();
    lines.filter(|line| !line.starts_with("|---")).map(cells).collect()
}

fn every_cell_answers_as_the_page_says(engine: Engine) {
    let office = Office::open(engine);
    let idp = Idp::trusted(&office);
    let (api, bystander) = (office.api(), office.register("bystander", registration()));
    office.user("bystander");
    let table = table();
    let (head, rows) = table.split_first().expect("a table");
    assert_eq!((head.len(), rows.len()), (12, 13), "columns and rows");
    let (mut number, mut wrong) = (0, Vec::new());
    for row in rows {
        for (column, expected) in head.iter().zip(row).skip(1) {
            number += 1;
            let scene = Scene::set((&office, &idp), (&api, &bystander), number);
            let act = scene.prepared(row[0]);
            scene.disable(column);
            let answered = word(&act());
            scene.restore();
            if answered != *expected {
                wrong.push(format!("{}, {column}: {answered} instead of {expected}", row[0]));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {number}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_disabled_matrix_holds_on_sqlite() {
    every_cell_answers_as_the_page_says(Engine::Sqlite);
}

#[test]
fn the_disabled_matrix_holds_on_postgres() {
    every_cell_answers_as_the_page_says(Engine::Postgres);
}
