//! A house without HTTP: a database of its own, keys, a clock that is turned by hand, and
//! the way of a request from bytes to a listing.

use std::sync::{Arc, Mutex};

use muster_client_auth::{AuthError, Identity};
use muster_crypto::{Kek, KeyRing, OsRandomness, SecretVerifier, VerifierSettings, WrappedKey};
use muster_domain::{
    AdminClient, AdminKey, AdminRights, Client, ClientKey, Credentials, DataKeyId, ErrorCode,
    Issuer, Secret, Timestamp, UserId, samples,
};
use muster_flows::{
    Doing, EndedTexts, FlowError, ListingCursor, ListingSink, Outcome, Progress, PublishedKeys,
    Seed, ShowTokens, ShownProof, ShownToken, Tools, Unrecorded, carry_out,
};
use muster_grants::{BasicReadings, GrantTypes, Method, ParseSettings, RawRequest, parse};
use muster_policy::{Rulebook, permit};
use muster_store::{Sequence, Store, StoredDataKey, StoredToken};
use muster_store_diesel::{PoolSettings, Scratch, open};
use muster_testkit::{Folder, HandClock, TestServer, database_url};
use serde_json::{Value, json};

pub(crate) const NOW: i64 = 1_795_000_000_000;

/// Which engine a test runs on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

pub(crate) struct House {
    pub(crate) seed: Seed,
    pub(crate) clock: Arc<HandClock>,
    pub(crate) page_rows: i64,
    pub(crate) ended: EndedTexts,
    verifier: Arc<SecretVerifier>,
    _scratch: Scratch,
}

impl House {
    pub(crate) fn new(engine: Engine) -> Self {
        let scratch = match engine {
            Engine::Sqlite => Scratch::sqlite().expect("a SQLite database"),
            Engine::Postgres => {
                let server = database_url(TestServer::Postgres);
                Scratch::postgres(&server).expect("a PostgreSQL database")
            }
        };
        let store = open(scratch.url(), &PoolSettings::default()).expect("the database opens");
        let clock = HandClock::shared(NOW);
        let keys = Arc::new(key_ring(&*store));
        let issuer = store
            .change(|unit| unit.add_issuer(&samples::issuer("https://a.example/oauth2").unwrap()))
            .expect("an issuer");
        let randomness = Arc::new(OsRandomness);
        let verifier = SecretVerifier::start(
            Arc::clone(&keys),
            clock.clone(),
            randomness.clone(),
            VerifierSettings::default(),
        )
        .expect("a hashing thread");
        let seed = Seed { store, keys, clock: clock.clone(), randomness, issuer };
        Self {
            seed,
            clock,
            page_rows: 5_000,
            ended: EndedTexts::Keep,
            verifier: Arc::new(verifier),
            _scratch: scratch,
        }
    }

    pub(crate) fn store(&self) -> &dyn Store {
        &*self.seed.store
    }

    /// Another tenant in the same database.
    pub(crate) fn other_issuer(&self, url: &str) -> Issuer {
        self.store().change(|unit| unit.add_issuer(&samples::issuer(url).unwrap())).unwrap()
    }

    pub(crate) fn client(&self, id: &str) -> Client {
        let secret = self.seed.keys.store_generated(&Secret::from(id));
        let new = samples::client(self.seed.issuer.key, id, secret.as_str()).unwrap();
        self.store().change(|unit| unit.add_client(&new)).expect("a new client")
    }

    /// An admin whose secret is its id.
    pub(crate) fn admin(
        &self,
        id: &str,
        list_users: bool,
        list_users_other_clients: bool,
    ) -> AdminClient {
        let rights = AdminRights { list_users, list_users_other_clients };
        let mut new = samples::admin(self.seed.issuer.key, id, rights).unwrap();
        new.credentials = Credentials::secret(self.seed.keys.store_generated(&Secret::from(id)));
        self.store().change(|unit| unit.add_admin(&new)).expect("a new admin")
    }

    pub(crate) fn link(&self, admin: AdminKey, client: ClientKey) {
        self.store().change(|unit| unit.link(admin, client)).expect("a link");
    }

    pub(crate) fn user(&self, id: &str) -> muster_domain::User {
        self.seed.user(&UserId::new(id).unwrap()).expect("a user")
    }

    /// The whole way of a request: what `admin` is answered about this token.
    pub(crate) fn ask(&self, admin: &str, (kind, text): (&str, &str)) -> Result<Value, ErrorCode> {
        let outcome = self.plan(admin, (kind, text))?;
        let Outcome::Listing(planned) = outcome else { panic!("a listing") };
        let mut cursor = ListingCursor::new(planned.plan, self.page_rows);
        let keys = Arc::clone(&self.seed.keys);
        let show = ShowTokens::new(keys, self.clock.clone(), self.ended, planned.warrant);
        let mut sink = Gathered::default();
        loop {
            let progress =
                self.store().list(|reading| cursor.advance(reading, &show, &mut sink)).unwrap();
            match progress {
                Progress::More => {}
                Progress::Done => break,
                Progress::RightLost => panic!("the right was lost meanwhile"),
            }
        }
        Ok(json!({"user_uid": cursor.plan().user_id.as_str(), "clients": sink.clients}))
    }

    pub(crate) fn plan(
        &self,
        admin: &str,
        (kind, text): (&str, &str),
    ) -> Result<Outcome, ErrorCode> {
        let basic = data_encoding::BASE64.encode(format!("{admin}:{admin}").as_bytes());
        let authorization = vec![format!("Basic {basic}").into_bytes()];
        let body = format!(
            "grant_type=urn:oa4mp:params:oauth:grant-type:token-info&{kind}={}",
            encoded(text)
        );
        let raw = RawRequest {
            method: Method::Post,
            query: b"",
            body: body.as_bytes(),
            authorization: &authorization,
            dpop: &[],
        };
        let settings = ParseSettings {
            basic_readings: BasicReadings::All,
            token_info_by_get: true,
            grants: GrantTypes::ALL,
        };
        let request = parse(&raw, &settings).map_err(|error| error.code())?;
        let identity = Identity {
            store: Arc::clone(&self.seed.store),
            verifier: Arc::clone(&self.verifier),
            clock: self.clock.clone(),
            issuer: self.seed.issuer.clone(),
            on_upgrade: Arc::new(|_, _| Ok(())),
        };
        let caller = identity.authenticate(&request.presented).map_err(|error| match error {
            AuthError::InvalidClient { .. } => ErrorCode::InvalidClient,
            AuthError::Busy | AuthError::Store(_) => panic!("{error}"),
        })?;
        let permit = permit(caller, request.grant, &Rulebook::default())
            .map_err(muster_policy::Denial::code)?;
        let tools = Tools {
            issuer: self.seed.issuer.clone(),
            signers: Arc::default(),
            randomness: Arc::clone(&self.seed.randomness),
            store: Arc::clone(&self.seed.store),
            keys: Arc::clone(&self.seed.keys),
            published: Arc::new(PublishedKeys::default()),
            clock: self.clock.clone(),
        };
        let shown = ShownProof::default();
        let doing = Doing { tools: &tools, chronicle: &Unrecorded, shown };
        carry_out(&permit, &doing).map_err(|error| {
            assert!(!matches!(error, FlowError::Store(_)), "{error}");
            error.code()
        })
    }
}

/// A key ring that is made for the test and kept in its database.
fn key_ring(store: &dyn Store) -> KeyRing {
    let folder = Folder::new("kek");
    let kek = Kek::create(&folder.file("muster.kek"), &OsRandomness).expect("a key file");
    let numbers =
        Mutex::new(store.change(|unit| unit.take_numbers(Sequence::DataKeys, 10)).unwrap());
    let mut number = || DataKeyId::new(numbers.lock().unwrap().next().unwrap());
    let now = Timestamp::from_millis(NOW);
    let made = KeyRing::missing_keys(&kek, &[], (now, &OsRandomness), &mut number).unwrap();
    let stored = |key: &WrappedKey| StoredDataKey {
        id: key.id,
        purpose: key.purpose,
        kek_id: key.kek_id.clone(),
        wrapped: key.wrapped.clone(),
        created_at: key.created_at,
    };
    store.change(|unit| made.iter().try_for_each(|key| unit.add_data_key(&stored(key)))).unwrap();
    KeyRing::open(&kek, &made).expect("the ring opens")
}

pub(crate) fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |out, byte| out + &format!("%{byte:02X}"))
}

/// The listing as JSON values.
#[derive(Default)]
pub(crate) struct Gathered {
    pub(crate) clients: Vec<Value>,
    pub(crate) damaged: usize,
}

impl Gathered {
    fn last(values: &mut Value) -> &mut Value {
        values.as_array_mut().and_then(|values| values.last_mut()).expect("something is open")
    }
}

impl ListingSink for Gathered {
    fn client(&mut self, id: &muster_domain::ClientId) {
        self.clients.push(json!({"client_id": id.as_str(), "transactions": []}));
    }

    fn transaction(&mut self, id: &muster_domain::TransactionId) {
        let client = self.clients.last_mut().expect("a client is open");
        let transactions = client["transactions"].as_array_mut().unwrap();
        transactions.push(json!({"code": id.as_str(), "tokens": []}));
    }

    fn element(&mut self, tokens: &[ShownToken]) {
        let client = self.clients.last_mut().expect("a client is open");
        let transaction = Self::last(&mut client["transactions"]);
        let mut element = json!({});
        for token in tokens {
            element[token.kind.as_str()] = json!({
                "jti": token.id.as_str(),
                "token": token.text.as_ref().map(|text| text.expose().clone()),
                "lifetime": token.lifetime.millis(),
                "issued_at": token.issued_at.millis(),
                "is_valid": token.is_valid,
            });
        }
        transaction["tokens"].as_array_mut().unwrap().push(element);
    }

    fn damaged(&mut self, _token: &StoredToken, _reason: &str) {
        self.damaged += 1;
    }

    fn wants_pause(&self) -> bool {
        false
    }
}
