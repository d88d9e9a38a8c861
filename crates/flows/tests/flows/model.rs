//! Random worlds against the reference model: after every step, every admin presents every
//! token, and what it is told must be what the model says (I02 to I08, I10 to I13, I20, T08).

use muster_domain::{
    AdminClient, AdminRights, Client, ClientKind, Ending, Lifetime, PartyStatus, Registration,
    Timestamp, TokenKind, UserId, UserStatus,
};
use muster_flows::{Flow, Planted, Sprout};
use muster_store::PartyKey;
use proptest::prelude::*;
use serde_json::Value;

use crate::house::{Engine, House, NOW};
use crate::reference::{Model, ModelAdmin, ModelToken, ModelTransaction, Told};

const ADMINS: [&str; 3] = ["admin-a", "admin-b", "admin-c"];
const CLIENTS: [&str; 4] = ["Z-app", "app", "app%", "app_"];
const USERS: [&str; 3] = ["alice", "%", ""];

/// One thing that happens. Numbers choose among what there is.
#[derive(Clone, Debug)]
enum Command {
    Rights { admin: usize, list_users: bool, list_others: bool },
    AdminStatus { admin: usize, approved: bool },
    ClientStatus { client: usize, approved: bool },
    Link { admin: usize, client: usize },
    Unlink { admin: usize, client: usize },
    UserStatus { user: usize, active: bool },
    Start { client: usize, user: Option<usize>, ago: i64 },
    Issue { flow: usize, pair: bool, ago: i64, lifetime: i64 },
    End { token: usize, rotated: bool },
    EndFlow { flow: usize },
    Wait { millis: i64 },
    ReplaceUser { user: usize },
    ReplaceClient { client: usize },
}

fn commands() -> impl Strategy<Value = Vec<Command>> {
    use Command as C;
    let (admin, client, user) = (0..ADMINS.len(), 0..CLIENTS.len(), 0..USERS.len());
    let one = prop_oneof![
        2 => (admin.clone(), any::<bool>(), any::<bool>())
            .prop_map(|(admin, list_users, list_others)| C::Rights { admin, list_users, list_others }),
        1 => (admin.clone(), any::<bool>())
            .prop_map(|(admin, approved)| C::AdminStatus { admin, approved }),
        1 => (client.clone(), any::<bool>())
            .prop_map(|(client, approved)| C::ClientStatus { client, approved }),
        4 => (admin.clone(), client.clone()).prop_map(|(admin, client)| C::Link { admin, client }),
        2 => (admin, client.clone()).prop_map(|(admin, client)| C::Unlink { admin, client }),
        1 => (user.clone(), any::<bool>()).prop_map(|(user, active)| C::UserStatus { user, active }),
        5 => (client.clone(), proptest::option::weighted(0.9, user.clone()), 0..3_i64)
            .prop_map(|(client, user, ago)| C::Start { client, user, ago }),
        8 => (0..32_usize, any::<bool>(), 0..2_i64, 1..2_000_i64)
            .prop_map(|(flow, pair, ago, lifetime)| C::Issue { flow, pair, ago, lifetime }),
        2 => (0..64_usize, any::<bool>()).prop_map(|(token, rotated)| C::End { token, rotated }),
        1 => (0..32_usize).prop_map(|flow| C::EndFlow { flow }),
        1 => (1..600_i64).prop_map(|millis| C::Wait { millis }),
        1 => user.prop_map(|user| C::ReplaceUser { user }),
        1 => client.prop_map(|client| C::ReplaceClient { client }),
    ];
    proptest::collection::vec(one, 1..24)
}

/// Model and house, side by side.
struct World {
    house: House,
    model: Model,
    admins: Vec<AdminClient>,
    clients: Vec<Client>,
    flows: Vec<Flow>,
    planted: Vec<(usize, Planted)>,
    count: usize,
}

impl World {
    fn new(engine: Engine) -> Self {
        let mut house = House::new(engine);
        house.page_rows = 3;
        let mut model = Model { now: NOW, ..Model::default() };
        let admins = ADMINS.map(|id| house.admin(id, true, false)).to_vec();
        let clients = CLIENTS.map(|id| house.client(id)).to_vec();
        for id in ADMINS {
            let admin = ModelAdmin { approved: true, list_users: true, list_others: false };
            model.admins.insert(id.to_owned(), admin);
        }
        for id in CLIENTS {
            model.clients.insert(id.to_owned(), true);
        }
        for id in USERS {
            house.user(id);
            model.users.insert(id.to_owned(), true);
        }
        Self { house, model, admins, clients, flows: Vec::new(), planted: Vec::new(), count: 0 }
    }

    fn apply(&mut self, command: &Command) {
        match command {
            Command::Rights { admin, list_users, list_others } => {
                self.rights(*admin, *list_users, *list_others);
            }
            Command::AdminStatus { admin, approved } => {
                let key = PartyKey::Admin(self.admins[*admin].key);
                self.model.admins.get_mut(ADMINS[*admin]).unwrap().approved = *approved;
                self.party_status(key, *approved);
            }
            Command::ClientStatus { client, approved } => {
                let key = PartyKey::Client(self.clients[*client].key);
                self.model.clients.insert(CLIENTS[*client].to_owned(), *approved);
                self.party_status(key, *approved);
            }
            Command::Link { admin, client } => {
                self.house.link(self.admins[*admin].key, self.clients[*client].key);
                self.model.links.insert((ADMINS[*admin].to_owned(), CLIENTS[*client].to_owned()));
            }
            Command::Unlink { admin, client } => {
                let (a, c) = (self.admins[*admin].key, self.clients[*client].key);
                self.house.store().change(|unit| unit.unlink(a, c)).unwrap();
                self.model.links.remove(&(ADMINS[*admin].to_owned(), CLIENTS[*client].to_owned()));
            }
            Command::UserStatus { user, active } => self.user_status(*user, *active),
            Command::Start { client, user, ago } => self.start(*client, *user, *ago),
            Command::Issue { flow, pair, ago, lifetime } => {
                self.issue(*flow, *pair, (*ago, *lifetime));
            }
            Command::End { token, rotated } => self.end(*token, *rotated),
            Command::EndFlow { flow } => self.end_flow(*flow),
            Command::Wait { millis } => {
                self.house.clock.turn(Lifetime::from_millis(*millis));
                self.model.now += millis;
            }
            Command::ReplaceUser { user } => self.replace_user(*user),
            Command::ReplaceClient { client } => self.replace_client(*client),
        }
    }

    fn rights(&mut self, admin: usize, list_users: bool, list_users_other_clients: bool) {
        let rights = AdminRights { list_users, list_users_other_clients };
        let key = self.admins[admin].key;
        self.house.store().change(|unit| unit.set_admin_rights(key, rights)).unwrap();
        let model = self.model.admins.get_mut(ADMINS[admin]).unwrap();
        (model.list_users, model.list_others) = (list_users, list_users_other_clients);
    }

    fn party_status(&self, party: PartyKey, approved: bool) {
        let status = if approved { PartyStatus::Approved } else { PartyStatus::Suspended };
        self.house.store().change(|unit| unit.set_party_status(party, status)).unwrap();
    }

    fn user_status(&mut self, user: usize, active: bool) {
        let status = if active { UserStatus::Active } else { UserStatus::Disabled };
        let key = self.house.user(USERS[user]).key;
        self.house.store().change(|unit| unit.set_user_status(key, status)).unwrap();
        self.model.users.insert(USERS[user].to_owned(), active);
    }

    fn start(&mut self, client: usize, user: Option<usize>, ago: i64) {
        let started_at = self.model.now - ago;
        let holder = user.map(|user| self.house.user(USERS[user]));
        let moment = Timestamp::from_millis(started_at);
        let flow = self.house.seed.flow(&self.clients[client], holder.as_ref(), moment).unwrap();
        self.model.transactions.push(ModelTransaction {
            code: flow.transaction.id.as_str().to_owned(),
            client: CLIENTS[client].to_owned(),
            user: user.map(|user| USERS[user].to_owned()),
            started_at,
            open: true,
        });
        self.flows.push(flow);
    }

    fn issue(&mut self, flow: usize, pair: bool, (ago, lifetime): (i64, i64)) {
        let open = |(_, transaction): &(usize, &ModelTransaction)| !transaction.client.is_empty();
        let alive: Vec<usize> =
            self.model.transactions.iter().enumerate().filter(open).map(|(n, _)| n).collect();
        let Some(number) = alive.get(flow % alive.len().max(1)).copied() else { return };
        let issued_at = self.model.now - ago;
        let sprout = |kind| {
            Sprout::live(kind, Timestamp::from_millis(issued_at), Lifetime::from_millis(lifetime))
        };
        let kinds: &[TokenKind] =
            if pair { &[TokenKind::Access, TokenKind::Refresh] } else { &[TokenKind::Refresh] };
        let sprouts: Vec<Sprout> = kinds.iter().map(|kind| sprout(*kind)).collect();
        let planted = self.house.seed.element(&self.flows[number], &sprouts).unwrap();
        self.count += 1;
        let transaction = self.model.transactions[number].clone();
        for (kind, token) in kinds.iter().zip(planted) {
            self.model.tokens.push(ModelToken {
                kind: *kind,
                text: token.text.clone(),
                jti: token.id.as_str().to_owned(),
                client: transaction.client.clone(),
                user: transaction.user.clone(),
                transaction: number,
                element: self.count,
                issued_at,
                expires_at: issued_at + lifetime,
                live: true,
            });
            self.planted.push((number, token));
        }
    }

    fn end(&mut self, token: usize, rotated: bool) {
        let count = self.model.tokens.len().max(1);
        let Some(model) = self.model.tokens.get_mut(token % count) else { return };
        model.live = false;
        let (_, planted) =
            self.planted.iter().find(|(_, planted)| planted.text == model.text).unwrap();
        let how = if rotated { Ending::Rotated } else { Ending::Revoked };
        self.house.seed.end(&[planted], how).unwrap();
    }

    fn end_flow(&mut self, flow: usize) {
        let count = self.flows.len().max(1);
        let Some(planted) = self.flows.get(flow % count) else { return };
        let (key, now) = (planted.transaction.key, Timestamp::from_millis(self.model.now));
        self.house.store().change(|unit| unit.end_transaction(key, now)).unwrap();
        self.model.transactions[flow % count].open = false;
    }

    /// Deleted, and back under the same name (I12).
    fn replace_user(&mut self, user: usize) {
        let key = self.house.user(USERS[user]).key;
        self.house.store().change(|unit| unit.remove_user(key)).unwrap();
        self.model.forget_user(USERS[user]);
        self.house.user(USERS[user]);
        self.model.users.insert(USERS[user].to_owned(), true);
    }

    /// Deleted, and the id given to another client (I13).
    fn replace_client(&mut self, client: usize) {
        let key = self.clients[client].key;
        while self.house.store().change(|unit| unit.purge_client(key, 1)).unwrap() {}
        self.model.forget_client(CLIENTS[client]);
        self.clients[client] = self.house.client(CLIENTS[client]);
        self.model.clients.insert(CLIENTS[client].to_owned(), true);
    }

    /// Every admin presents every token.
    fn check(&self) -> Result<(), TestCaseError> {
        for admin in ADMINS {
            for (number, token) in self.model.tokens.iter().enumerate() {
                let presented = (token.kind.as_str(), token.text.as_str());
                let told = self.house.ask(admin, presented).map(|listing| rows(&listing));
                prop_assert_eq!(told, self.model.expected(admin, number), "{} {}", admin, number);
            }
        }
        Ok(())
    }
}

/// The tokens of a listing in order.
fn rows(listing: &Value) -> Vec<Told> {
    let mut rows = Vec::new();
    for client in listing["clients"].as_array().unwrap() {
        for transaction in client["transactions"].as_array().unwrap() {
            for element in transaction["tokens"].as_array().unwrap() {
                for token in element.as_object().unwrap().values() {
                    let word = |value: &Value| value.as_str().unwrap().to_owned();
                    let valid = token["is_valid"].as_bool().unwrap();
                    let (client, code) = (word(&client["client_id"]), word(&transaction["code"]));
                    rows.push((client, code, word(&token["token"]), valid));
                }
            }
        }
    }
    rows
}

fn the_model_holds(engine: Engine, cases: u32) {
    let config = ProptestConfig {
        cases,
        max_shrink_iters: 40,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(commands in commands())| {
        let mut world = World::new(engine);
        for command in &commands {
            world.apply(command);
            world.check()?;
        }
    });
}

#[test]
fn every_admin_is_told_what_the_model_says_after_every_step_on_sqlite() {
    the_model_holds(Engine::Sqlite, 24);
}

#[test]
fn every_admin_is_told_what_the_model_says_after_every_step_on_postgres() {
    the_model_holds(Engine::Postgres, 8);
}

#[test]
fn two_admins_of_disjoint_clients_share_nothing_and_together_see_what_the_privileged_sees() {
    // I06
    let house = House::new(Engine::Sqlite);
    let (a, b) = (house.admin("a", true, false), house.admin("b", true, false));
    let every = house.admin("every", true, true);
    let user = house.user("alice");
    let day = Lifetime::from_days(1);
    let now = Timestamp::from_millis(NOW);
    let mut texts = Vec::new();
    for (number, admin) in [(0, &a), (1, &b), (2, &a), (3, &b)] {
        let client = house.client(&format!("app-{number}"));
        house.link(admin.key, client.key);
        house.link(every.key, client.key);
        let flow = house.seed.flow(&client, Some(&user), now).unwrap();
        let token = Sprout::live(TokenKind::Access, now, day);
        texts.extend(house.seed.element(&flow, &[token]).unwrap().into_iter().map(|t| t.text));
    }
    let listed = |admin: &str, text: &str| {
        let listing = house.ask(admin, ("access_token", text)).unwrap();
        let mut texts: Vec<String> = rows(&listing).into_iter().map(|row| row.2).collect();
        texts.sort();
        texts
    };
    let (of_a, of_b) = (listed("a", &texts[0]), listed("b", &texts[1]));
    assert!(of_a.iter().all(|text| !of_b.contains(text)));
    let mut union = [of_a, of_b].concat();
    union.sort();
    assert_eq!(union, listed("every", &texts[0]));
}

#[test]
fn users_of_one_name_in_two_issuers_are_two_users() {
    // I11, B120
    let house = House::new(Engine::Sqlite);
    let admin = house.admin("admin", true, true);
    let client = house.client("app");
    house.link(admin.key, client.key);
    let mut other = house.seed.clone();
    other.issuer = house.other_issuer("https://b.example/oauth2");
    let stranger = muster_domain::NewClient {
        issuer: other.issuer.key,
        id: client.id.clone(),
        name: String::new(),
        kind: ClientKind::Confidential,
        status: PartyStatus::Approved,
        credentials: client.credentials.clone(),
        registration: Registration::default(),
        created_at: Timestamp::default(),
    };
    let stranger = house.store().change(|unit| unit.add_client(&stranger)).unwrap();
    let (now, day) = (Timestamp::from_millis(NOW), Lifetime::from_days(1));
    let sprout = || [Sprout::live(TokenKind::Access, now, day)];
    let ours = house.seed.flow(&client, Some(&house.user("alice")), now).unwrap();
    let ours = house.seed.element(&ours, &sprout()).unwrap();
    let alice = other.user(&UserId::new("alice").unwrap()).unwrap();
    let theirs = other.flow(&stranger, Some(&alice), now).unwrap();
    let theirs = other.element(&theirs, &sprout()).unwrap();
    let listing = house.ask("admin", ("access_token", &ours[0].text)).unwrap();
    assert_eq!(rows(&listing).len(), 1);
    let refused = house.ask("admin", ("access_token", &theirs[0].text));
    assert_eq!(refused, Err(muster_domain::ErrorCode::InvalidGrant));
}
