//! A house without HTTP whose clients ask by every grant: a database of its own, keys, a
//! clock that is turned by hand, and the way of a request from bytes to tokens.

use std::sync::{Arc, Mutex};

use muster_client_auth::{AuthError, Caller, Identity};
use muster_crypto::{
    CodeKind, Handle, HandleKind, Kek, KeyRing, OsRandomness, SecretVerifier, VerifierSettings,
    WrappedKey, challenge_of,
};
use muster_domain::{
    AccessTokenProfile, AuthorizationCode, Client, CodeState, Credentials, DataKeyId, Entitlement,
    ErrorCode, GrantName, GrantNames, Lifetime, NewClient, Registration, ScopeSet, Secret,
    Timestamp, User, UserId, samples,
};
use muster_flows::{
    Chronicle, Doing, FlowError, Outcome, PublishedKeys, Seed, ShownProof, TokenAnswer, Tools,
    Unrecorded,
};
use muster_grants::{BasicReadings, GrantTypes, ParseSettings};
use muster_policy::{Lifetimes, Rulebook};
use muster_store::{Sequence, Store, StoredDataKey};
use muster_store_diesel::{PoolSettings, Scratch, open};
use muster_testkit::{Folder, HandClock, TestServer, database_url};

use crate::asker::Asker;

pub(crate) const NOW: i64 = 1_795_000_000_000;

/// Where tokens are asked for.
pub(crate) const ENDPOINT: &str = "https://a.example/token";

/// The verifier of every code (RFC 7636 4.1).
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// Which engine a test runs on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    pub(crate) const BOTH: [Self; 2] = [Self::Sqlite, Self::Postgres];
}

/// What is asked, and what is answered.
pub(crate) type Told = Result<TokenAnswer, ErrorCode>;

pub(crate) struct House {
    pub(crate) tools: Tools,
    pub(crate) clock: Arc<HandClock>,
    pub(crate) seed: Seed,
    pub(crate) rulebook: Rulebook,
    pub(crate) chronicle: Box<dyn Chronicle + Send + Sync>,
    pub(crate) scratch: Scratch,
    identity: Identity,
}

impl House {
    pub(crate) fn new(engine: Engine) -> Self {
        Self::over(engine, |store| store)
    }

    /// A house on whatever `wrap` makes of its database.
    pub(crate) fn over(
        engine: Engine,
        wrap: impl FnOnce(Arc<dyn Store>) -> Arc<dyn Store>,
    ) -> Self {
        let scratch = match engine {
            Engine::Sqlite => Scratch::sqlite().expect("a SQLite database"),
            Engine::Postgres => Scratch::postgres(&database_url(TestServer::Postgres))
                .expect("a PostgreSQL database"),
        };
        // Many threads on few cores wait long; that is not what is tested here.
        let patient = std::time::Duration::from_mins(1);
        let settings = PoolSettings { wait: patient, statement: patient, ..Default::default() };
        let store = wrap(open(scratch.url(), &settings).expect("the database opens"));
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
        let identity = Identity {
            store: Arc::clone(&store),
            verifier: Arc::new(verifier),
            clock: clock.clone(),
            issuer: issuer.clone(),
            on_upgrade: Arc::new(|_, _| Ok(())),
        };
        let seed = Seed {
            store: Arc::clone(&store),
            keys: Arc::clone(&keys),
            clock: clock.clone(),
            randomness: randomness.clone(),
            issuer: issuer.clone(),
        };
        let tools = Tools {
            issuer,
            store,
            keys,
            published: Arc::new(PublishedKeys::default()),
            signers: Arc::default(),
            clock: clock.clone(),
            randomness,
        };
        // Devices poll as fast as they like, unless a test says otherwise.
        let lifetimes = Lifetimes { device_interval: Lifetime::default(), ..Lifetimes::USUAL };
        let rulebook = Rulebook { clients_may_list_own: true, lifetimes };
        let chronicle = Box::new(Unrecorded);
        Self { tools, clock, seed, rulebook, chronicle, scratch, identity }
    }

    pub(crate) fn store(&self) -> &dyn Store {
        &*self.tools.store
    }

    /// A client that may use every grant, whose secret is its id.
    pub(crate) fn client(&self, id: &str, registration: Registration) -> Client {
        let secret = self.tools.keys.store_generated(&Secret::from(id));
        self.client_by(id, registration, Credentials::secret(secret))
    }

    /// A client that proves itself like that.
    pub(crate) fn client_by(
        &self,
        id: &str,
        registration: Registration,
        credentials: Credentials,
    ) -> Client {
        let new = samples::client(self.tools.issuer.key, id, "").unwrap();
        let new = NewClient { registration, credentials, ..new };
        self.store().change(|unit| unit.add_client(&new)).expect("a new client")
    }

    pub(crate) fn user(&self, id: &str) -> User {
        self.seed.user(&UserId::new(id).unwrap()).expect("a user")
    }

    /// Hands out codes that a login would hand out, in one unit.
    pub(crate) fn codes(&self, client: &Client, user: &User, count: usize) -> Vec<String> {
        let (tools, now) = (&self.tools, self.tools.clock.now());
        let entitlement = Entitlement::of_scopes(client.registration.scopes.clone());
        let flows: Vec<_> = (0..count).map(|_| self.flow_of_code(client, user)).collect();
        self.store()
            .change(|unit| {
                for (transaction, text) in &flows {
                    let number = unit.take_numbers(Sequence::Transactions, 1)?.start;
                    let mut transaction = transaction.clone();
                    transaction.key.number = number;
                    unit.add_transactions(std::slice::from_ref(&transaction))?;
                    let code = AuthorizationCode {
                        transaction: transaction.key,
                        issued_at: now,
                        expires_at: now.plus(Lifetime::from_days(1)),
                        state: CodeState::Issued,
                        strangers: 0,
                        entitlement: entitlement.clone(),
                        redirect_uri: None,
                        challenge: Some(challenge_of(VERIFIER)),
                        nonce: None,
                    };
                    unit.add_code(&code, tools.keys.code_tag(CodeKind::Authorization, text))?;
                }
                Ok(())
            })
            .expect("codes");
        flows.into_iter().map(|(_, text)| text).collect()
    }

    fn flow_of_code(&self, client: &Client, user: &User) -> (muster_domain::Transaction, String) {
        let (shard, now) = (user.key.shard, self.tools.clock.now());
        let random = || Handle::generate(HandleKind::Code, shard, &OsRandomness).unwrap();
        let (code, name) = (random().expose().clone(), random());
        let transaction = muster_domain::Transaction {
            key: muster_domain::TransactionKey::new(shard, 0),
            issuer: self.tools.issuer.key,
            client: client.key,
            user: Some(user.key),
            // A name that tells nothing of the code (D9).
            id: muster_domain::TransactionId::new(format!("urn:flow:{}", &name.expose()[6..]))
                .unwrap(),
            started_at: now,
            state: muster_domain::TransactionState::Open,
            expires_at: Some(now.plus(Lifetime::from_days(365))),
            descent: None,
            scopes: client.registration.scopes.clone(),
        };
        (transaction, code)
    }

    /// A family of its own: the answer that its code was redeemed for.
    pub(crate) fn family(&self, client: &Client, user: &User) -> TokenAnswer {
        let code = self.codes(client, user, 1).remove(0);
        self.redeem(client.id.as_str(), &code).expect("a fresh code is good")
    }

    /// A request to the token endpoint with this body, and the tokens that come of it.
    pub(crate) fn ask<'a>(&self, asker: impl Into<Asker<'a>>, body: &str) -> Told {
        match self.outcome(asker, body)? {
            Outcome::Tokens(answer) => Ok(*answer),
            Outcome::Listing(_) => panic!("nobody asked for a listing"),
        }
    }

    /// The same, whatever comes of it.
    pub(crate) fn outcome<'a>(
        &self,
        asker: impl Into<Asker<'a>>,
        body: &str,
    ) -> Result<Outcome, ErrorCode> {
        let letter = asker.into().write(body);
        let request = muster_grants::parse(&letter.raw(), &READING).map_err(|e| e.code())?;
        let caller = self.caller(&request.presented)?;
        let permit = muster_policy::permit(caller, request.grant, &self.rulebook)
            .map_err(muster_policy::Denial::code)?;
        self.doing(request.proof.as_ref(), |doing| muster_flows::carry_out(&permit, doing))
    }

    pub(crate) fn caller(&self, presented: &muster_grants::Presented) -> Result<Caller, ErrorCode> {
        self.identity.authenticate(presented).map_err(|error| match error {
            AuthError::InvalidClient { .. } => ErrorCode::InvalidClient,
            AuthError::Busy | AuthError::Store(_) => ErrorCode::TemporarilyUnavailable,
        })
    }

    /// The work of a request that came with this proof.
    pub(crate) fn doing<T>(
        &self,
        proof: Option<&Secret<String>>,
        work: impl FnOnce(&Doing<'_>) -> Result<T, FlowError>,
    ) -> Result<T, ErrorCode> {
        let shown = ShownProof { proof, method: "POST", url: ENDPOINT };
        work(&Doing { tools: &self.tools, chronicle: &*self.chronicle, shown })
            .map_err(|error| error.code())
    }
}

pub(crate) const READING: ParseSettings = ParseSettings {
    basic_readings: BasicReadings::All,
    token_info_by_get: true,
    grants: GrantTypes::ALL,
};

/// A registration for every grant and these scopes.
pub(crate) fn every_grant(scopes: &str) -> Registration {
    Registration {
        grants: GrantNames::of(&GrantName::ALL),
        profile: AccessTokenProfile::Opaque,
        scopes: ScopeSet::parse(scopes).unwrap(),
        ..Registration::default()
    }
}

/// The same, with a grace period of ten seconds (decision D4).
pub(crate) fn with_grace(scopes: &str) -> Registration {
    Registration { refresh_grace: Lifetime::from_seconds(10), ..every_grant(scopes) }
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
