//! Clients that are issued tokens over HTTP, and what happens behind the scenes: the codes
//! that a person's login makes, and the devices that a person approves.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use muster_admin::{ClientDraft, Keeper, Proof};
use muster_crypto::{CodeKind, Handle, HandleKind, OsRandomness, challenge_of};
use muster_domain::{
    AuthorizationCode, Client, Clock, CodeState, Entitlement, GrantName, GrantNames, Issuer,
    Lifetime, Registration, ScopeSet, Timestamp, Transaction, TransactionId, TransactionKey,
    TransactionState, User, UserId,
};
use muster_flows::{Decision, PublishedKeys, Seed, Signers, Tools, Unrecorded, decide_device};
use muster_server::clock::SystemClock;
use muster_store::Sequence;

use crate::bad_inputs::check_form;
use crate::house::{Engine, House, premises};
use crate::planting::tools;
use crate::wire::{Answer, Request};

pub(crate) const ISSUER: &str = "https://issuer.example/oauth2";
pub(crate) const REDIRECT: &str = "https://portal.example/back";
/// 43 characters, the least there may be (RFC 7636 4.1).
pub(crate) const VERIFIER: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ";
/// The resource that clients are registered for, and that the client `api` serves.
pub(crate) const API: &str = "https://api.example";
pub(crate) const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
pub(crate) const REFRESH_TOKEN: &str = "urn:ietf:params:oauth:token-type:refresh_token";

/// A client as it stands before the service.
#[derive(Clone)]
pub(crate) struct Party {
    address: SocketAddr,
    path: String,
    proof: Option<String>,
    pub(crate) id: String,
    /// Empty: it is a public client.
    pub(crate) secret: String,
}

impl Party {
    /// A POST to an endpoint of the issuer.
    pub(crate) fn request(&self, endpoint: &str, pairs: &[(&str, &str)]) -> Request {
        let mut request = Request::new("POST", &format!("{}/{endpoint}", self.path));
        let mut pairs = pairs.to_vec();
        if self.secret.is_empty() {
            pairs.push(("client_id", &self.id));
        } else {
            request = request.basic(&self.id, &self.secret);
        }
        if let Some(proof) = &self.proof {
            request = request.header("DPoP", proof);
        }
        request.form(&pairs)
    }

    /// Sends it. Whatever is asked, a refusal has its form and echoes nothing.
    pub(crate) fn post(&self, endpoint: &str, pairs: &[(&str, &str)]) -> Answer {
        let request = self.request(endpoint, pairs);
        let mut answer = request.send(self.address);
        // A full house asks to come back: a busy machine is not what these tests are about.
        for _ in 0..100 {
            if answer.status != 503 {
                break;
            }
            std::thread::park_timeout(Duration::from_millis(100));
            answer = request.send(self.address);
        }
        if answer.status >= 400 {
            assert_eq!(check_form(&answer), Ok(()), "{}", answer.text());
            let told = answer.text();
            let echoed = pairs.iter().find(|(name, value)| {
                *name != "grant_type" && value.len() >= 12 && told.contains(value)
            });
            assert_eq!(echoed, None, "the input came back");
        }
        answer
    }

    /// The same client, whose next request comes with this proof.
    pub(crate) fn proving(&self, proof: String) -> Self {
        Self { proof: Some(proof), ..self.clone() }
    }

    /// The same client at another issuer's endpoints.
    pub(crate) fn at(&self, path: &str) -> Self {
        Self { path: path.to_owned(), ..self.clone() }
    }

    pub(crate) fn ask(&self, grant: GrantName, pairs: &[(&str, &str)]) -> Answer {
        let mut all = vec![("grant_type", grant.as_str())];
        all.extend_from_slice(pairs);
        self.post("token", &all)
    }

    pub(crate) fn redeem(&self, code: &str) -> Answer {
        let pairs = [("code", code), ("redirect_uri", REDIRECT), ("code_verifier", VERIFIER)];
        self.ask(GrantName::AuthorizationCode, &pairs)
    }

    pub(crate) fn refresh(&self, token: &str) -> Answer {
        self.ask(GrantName::RefreshToken, &[("refresh_token", token)])
    }

    pub(crate) fn for_itself(&self, pairs: &[(&str, &str)]) -> Answer {
        self.ask(GrantName::ClientCredentials, pairs)
    }

    pub(crate) fn exchange(&self, subject: &str, more: &[(&str, &str)]) -> Answer {
        let mut pairs = vec![("subject_token", subject), ("subject_token_type", ACCESS_TOKEN)];
        pairs.extend_from_slice(more);
        self.ask(GrantName::TokenExchange, &pairs)
    }

    pub(crate) fn poll(&self, device_code: &str) -> Answer {
        self.ask(GrantName::DeviceCode, &[("device_code", device_code)])
    }

    pub(crate) fn believe(&self, assertion: &str) -> Answer {
        self.ask(GrantName::JwtBearer, &[("assertion", assertion)])
    }

    pub(crate) fn introspect(&self, token: &str) -> Answer {
        self.post("introspect", &[("token", token)])
    }

    /// Whether the token is good, as far as this client is told.
    pub(crate) fn finds_active(&self, token: &str) -> bool {
        let answer = self.introspect(token);
        assert_eq!(answer.status, 200, "{}", answer.text());
        let active = answer.json()["active"].as_bool().expect("a boolean");
        assert!(active || answer.text() == r#"{"active":false}"#, "S41: {}", answer.text());
        active
    }

    pub(crate) fn revoke(&self, token: &str) -> Answer {
        self.post("revoke", &[("token", token)])
    }
}

/// A text member of a good answer.
pub(crate) fn member(answer: &Answer, name: &str) -> String {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let body = answer.json();
    let text = body[name].as_str();
    text.unwrap_or_else(|| panic!("{name} is no text: {}", answer.text())).to_owned()
}

/// Both tokens of a good answer.
pub(crate) fn tokens(answer: &Answer) -> (String, String) {
    (member(answer, "access_token"), member(answer, "refresh_token"))
}

#[track_caller]
pub(crate) fn assert_refused(answer: &Answer, status: u16, error: &str) {
    assert_eq!((answer.status, answer.error().as_str()), (status, error), "{}", answer.text());
}

#[track_caller]
pub(crate) fn assert_invalid_grant(answer: &Answer) {
    assert_refused(answer, 400, "invalid_grant");
}

/// What the clients of these tests are registered with.
pub(crate) fn registration() -> Registration {
    Registration {
        redirect_uris: vec![REDIRECT.to_owned()],
        grants: GrantNames::of(&GrantName::ALL),
        scopes: ScopeSet::parse("openid read write").expect("scopes"),
        strict_scopes: true,
        audiences: vec![API.to_owned()],
        ..Registration::default()
    }
}

/// The same without the grants that need a proof: a public client's.
pub(crate) fn public() -> Registration {
    let grants = [
        GrantName::AuthorizationCode,
        GrantName::RefreshToken,
        GrantName::DeviceCode,
        GrantName::JwtBearer,
    ];
    Registration { grants: GrantNames::of(&grants), ..registration() }
}

/// A house, and the ways behind its scenes.
pub(crate) struct Office {
    pub(crate) house: House,
    pub(crate) behind: Behind,
}

/// The ways behind the scenes of one issuer.
pub(crate) struct Behind {
    pub(crate) keeper: Keeper,
    pub(crate) seed: Seed,
}

impl std::ops::Deref for Office {
    type Target = Behind;

    fn deref(&self) -> &Behind {
        &self.behind
    }
}

impl Office {
    pub(crate) fn open(engine: Engine) -> Self {
        Self::of(House::start(engine))
    }

    pub(crate) fn open_with(engine: Engine, settings: &[(&str, &str)]) -> Self {
        Self::of(House::start_with(engine, settings))
    }

    pub(crate) fn of(house: House) -> Self {
        let (keeper, seed) = tools(&premises(&house.scratch, &house.kek, ISSUER));
        Self { house, behind: Behind { keeper, seed } }
    }

    /// A client with a secret and this registration.
    pub(crate) fn register(&self, id: &str, registration: Registration) -> Party {
        self.register_with(id, registration, Proof::GeneratedSecret)
    }

    /// A client that proves itself like that.
    pub(crate) fn register_with(
        &self,
        id: &str,
        registration: Registration,
        proof: Proof,
    ) -> Party {
        let secret = self.add(id, registration, proof);
        self.party(id, &secret)
    }

    /// A client whose secret is known.
    pub(crate) fn party(&self, id: &str, secret: &str) -> Party {
        Party {
            address: self.house.address,
            path: "/oauth2".to_owned(),
            proof: None,
            id: id.to_owned(),
            secret: secret.to_owned(),
        }
    }

    /// The usual client.
    pub(crate) fn web(&self) -> Party {
        self.register("web", registration())
    }

    /// A client that proves nothing.
    pub(crate) fn app(&self) -> Party {
        self.register_with("app", public(), Proof::Nothing)
    }

    /// The resource server of [`API`].
    pub(crate) fn api(&self) -> Party {
        let serves = vec![API.to_owned()];
        self.register("api", Registration { serves, ..registration() })
    }

    /// A device of this client that alice has approved; its code.
    pub(crate) fn approved_device(&self, party: &Party) -> String {
        self.device_approved_by("alice", party)
    }

    /// The same, by somebody else.
    pub(crate) fn device_approved_by(&self, user: &str, party: &Party) -> String {
        let started = party.post("device_authorization", &[]);
        let user = self.user(user);
        self.decide(&member(&started, "user_code"), Decision::Approve(&user));
        member(&started, "device_code")
    }

    /// Access and refresh token of alice at this client, by a code.
    pub(crate) fn issued(&self, party: &Party) -> (String, String) {
        tokens(&party.redeem(&self.code(&party.id)))
    }
}

impl Behind {
    /// The same for another issuer.
    pub(crate) fn of_issuer(&self, issuer: Issuer) -> Self {
        let keeper = self.keeper.of_issuer(issuer.clone());
        Self { keeper, seed: Seed { issuer, ..self.seed.clone() } }
    }

    /// Adds a client; its secret, if it has one.
    pub(crate) fn add(&self, id: &str, registration: Registration, proof: Proof) -> String {
        let draft =
            ClientDraft { id: id.to_owned(), name: None, proof, registration, approved: true };
        let (_, secret) = self.keeper.add_client(&draft).expect("a client");
        secret.map(|secret| secret.expose().clone()).unwrap_or_default()
    }

    pub(crate) fn client(&self, id: &str) -> Client {
        self.keeper.find_client(id).expect("the client")
    }

    pub(crate) fn user(&self, id: &str) -> User {
        self.seed.user(&UserId::new(id).expect("an id")).expect("a user")
    }

    /// A code for alice at this client.
    pub(crate) fn code(&self, client: &str) -> String {
        self.code_like(client, |_, _| {})
    }

    /// The same, of another kind.
    pub(crate) fn code_like(
        &self,
        client: &str,
        change: impl FnOnce(&mut Transaction, &mut AuthorizationCode),
    ) -> String {
        self.code_of("alice", client, change)
    }

    /// The same, for somebody else.
    pub(crate) fn code_of(
        &self,
        user: &str,
        client: &str,
        change: impl FnOnce(&mut Transaction, &mut AuthorizationCode),
    ) -> String {
        let (mut transaction, mut code, text) =
            self.fresh_code(&self.user(user), &self.client(client));
        change(&mut transaction, &mut code);
        self.plant(&[(transaction, code, text.clone())]);
        text
    }

    /// Codes for alice at this client that are good for a day.
    pub(crate) fn lasting_codes(&self, client: &str, count: usize) -> Vec<String> {
        let (user, client) = (self.user("alice"), self.client(client));
        let mut codes: Vec<_> = (0..count).map(|_| self.fresh_code(&user, &client)).collect();
        for (_, code, _) in &mut codes {
            code.expires_at = code.issued_at.plus(Lifetime::from_days(1));
        }
        self.plant(&codes);
        codes.into_iter().map(|(_, _, text)| text).collect()
    }

    fn fresh_code(&self, user: &User, client: &Client) -> FreshCode {
        let (shard, now) = (user.key.shard, SystemClock.now());
        let text = Handle::generate(HandleKind::Code, shard, &OsRandomness).expect("a code");
        let text = text.expose().clone();
        let transaction = Transaction {
            key: TransactionKey::new(shard, 0),
            issuer: self.seed.issuer.key,
            client: client.key,
            user: Some(user.key),
            id: TransactionId::new(format!("{ISSUER}/{}", &text[10..40])).expect("an id"),
            started_at: now,
            state: TransactionState::Open,
            scopes: ScopeSet::parse("openid read write").expect("scopes"),
            expires_at: Some(now.plus(Lifetime::from_days(365))),
            descent: None,
        };
        let code = planted_code(transaction.key, now);
        (transaction, code, text)
    }

    /// Plants codes in one unit.
    fn plant(&self, codes: &[FreshCode]) {
        let planted = self.seed.store.change(|unit| {
            for (transaction, code, text) in codes {
                let number = unit.take_numbers(Sequence::Transactions, 1)?.start;
                let key = TransactionKey::new(transaction.key.shard, number);
                unit.add_transactions(&[Transaction { key, ..transaction.clone() }])?;
                let tag = self.seed.keys.code_tag(CodeKind::Authorization, text);
                unit.add_code(&AuthorizationCode { transaction: key, ..code.clone() }, tag)?;
            }
            Ok(())
        });
        planted.expect("codes are planted");
    }

    /// The tools that a login page would have.
    pub(crate) fn tools(&self) -> Tools {
        let Seed { store, keys, clock, randomness, issuer } = self.seed.clone();
        let (published, signers) =
            (Arc::new(PublishedKeys::default()), Arc::new(Signers::default()));
        Tools { issuer, store, keys, published, signers, clock, randomness }
    }

    /// A person decides about a device.
    pub(crate) fn decide(&self, user_code: &str, decision: Decision<'_>) {
        let decided = decide_device(user_code, decision, (&self.tools(), &Unrecorded));
        assert!(decided.expect("a decision"), "no device waits under {user_code}");
    }
}

/// A code that is not in the database yet, with its text.
type FreshCode = (Transaction, AuthorizationCode, String);

/// A good code: the one that [`Party::redeem`] redeems.
fn planted_code(transaction: TransactionKey, now: Timestamp) -> AuthorizationCode {
    let scopes = ScopeSet::parse("openid read write").expect("scopes");
    AuthorizationCode {
        transaction,
        issued_at: now,
        expires_at: now.plus(Lifetime::from_seconds(60)),
        state: CodeState::Issued,
        strangers: 0,
        entitlement: Entitlement::of_scopes(scopes),
        redirect_uri: Some(REDIRECT.to_owned()),
        challenge: Some(challenge_of(VERIFIER)),
        nonce: Some("n-0S6".to_owned()),
    }
}
