//! What trials begin with: an issuer, and sentences to fill it.

use std::sync::Barrier;
use std::thread;

use muster_domain::{
    AdminClient, AdminRights, AuthorizationCode, Client, CodeState, DataKeyId, Descent, DeviceFlow,
    DeviceFlowKey, DeviceState, ElementKey, Entitlement, Issuer, KeyThumbprint, Lifetime,
    LookupTag, NewClient, Reach, Registration, ScopeSet, SealedText, Shard, Timestamp, Token,
    TokenId, TokenKey, TokenKind, TokenState, Transaction, TransactionId, TransactionKey,
    TransactionState, User, UserId, samples,
};

use crate::{
    FoundCode, FoundToken, IssuedToken, Linked, PresentedToken, Sequence, Store, StoreError,
    StoredToken,
};

/// May list, its own clients only.
pub(super) const LISTS: AdminRights =
    AdminRights { list_users: true, list_users_other_clients: false };
/// May list every client.
pub(super) const LISTS_ALL: AdminRights =
    AdminRights { list_users: true, list_users_other_clients: true };
/// May not list.
pub(super) const NOTHING: AdminRights =
    AdminRights { list_users: false, list_users_other_clients: false };

/// The moment `millis` after 1970.
pub(super) const fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// An issuer in a store.
pub(super) struct Ground<'a> {
    pub(super) store: &'a dyn Store,
    pub(super) issuer: Issuer,
}

impl<'a> Ground<'a> {
    /// With an issuer of the usual URL.
    pub(super) fn of(store: &'a dyn Store) -> Self {
        Self::at(store, "https://issuer.example/oauth2")
    }

    /// With an issuer of this URL.
    pub(super) fn at(store: &'a dyn Store, url: &str) -> Self {
        let new = samples::issuer(url).unwrap();
        Self { store, issuer: store.change(|unit| unit.add_issuer(&new)).unwrap() }
    }

    pub(super) fn client(&self, id: &str) -> Client {
        let new = samples::client(self.issuer.key, id, "hash").unwrap();
        self.store.change(|unit| unit.add_client(&new)).unwrap()
    }

    pub(super) fn admin(&self, id: &str, rights: AdminRights) -> AdminClient {
        let new = samples::admin(self.issuer.key, id, rights).unwrap();
        self.store.change(|unit| unit.add_admin(&new)).unwrap()
    }

    /// Puts the clients under the admin.
    pub(super) fn link(&self, admin: &AdminClient, clients: &[&Client]) {
        for client in clients {
            let linked = self.store.change(|unit| unit.link(admin.key, client.key)).unwrap();
            assert_eq!(linked, Linked::Now);
        }
    }

    pub(super) fn user(&self, id: &str) -> User {
        let id = UserId::new(id).unwrap();
        let ids = std::slice::from_ref(&id);
        self.store.change(|unit| unit.ensure_users(self.issuer.key, ids, at(1))).unwrap().remove(0)
    }

    /// A transaction that is not in the store yet.
    pub(super) fn new_transaction(
        &self,
        user: &User,
        client: &Client,
        id: &str,
        started: i64,
    ) -> Transaction {
        Transaction {
            key: TransactionKey::new(user.key.shard, self.number(Sequence::Transactions)),
            issuer: self.issuer.key,
            client: client.key,
            user: Some(user.key),
            id: TransactionId::new(id).unwrap(),
            started_at: at(started),
            state: TransactionState::Open,
            expires_at: None,
            descent: None,
            scopes: ScopeSet::parse("openid profile").unwrap(),
        }
    }

    pub(super) fn transaction(
        &self,
        user: &User,
        client: &Client,
        id: &str,
        started: i64,
    ) -> Transaction {
        let new = self.new_transaction(user, client, id, started);
        self.store.change(|unit| unit.add_transactions(std::slice::from_ref(&new))).unwrap();
        new
    }

    /// A transaction of the client in its own name, in the store.
    pub(super) fn own_transaction(&self, client: &Client, id: &str) -> Transaction {
        let shard = Shard::of_client(&self.issuer.url, &client.id);
        let transaction = Transaction {
            key: TransactionKey::new(shard, self.number(Sequence::Transactions)),
            issuer: self.issuer.key,
            client: client.key,
            user: None,
            id: TransactionId::new(id).unwrap(),
            started_at: at(10),
            state: TransactionState::Open,
            expires_at: None,
            descent: None,
            scopes: ScopeSet::default(),
        };
        let all = std::slice::from_ref(&transaction);
        self.store.change(|unit| unit.add_transactions(all)).unwrap();
        transaction
    }

    /// A token alone in its element, not in the store yet.
    pub(super) fn new_token(
        &self,
        transaction: &Transaction,
        kind: TokenKind,
        issued: i64,
    ) -> StoredToken {
        let number = self.number(Sequence::Tokens);
        StoredToken {
            token: Token {
                key: TokenKey::new(transaction.key.shard, number),
                issuer: transaction.issuer,
                client: transaction.client,
                user: transaction.user,
                transaction: transaction.key,
                element: ElementKey::new(number),
                kind,
                id: TokenId::new(format!("urn:token:{number}")).unwrap(),
                issued_at: at(issued),
                expires_at: at(issued.saturating_add(900_000)),
                state: TokenState::Live,
            },
            started_at: transaction.started_at,
            element_at: at(issued),
            tag: Some(tag(number)),
            text: Some(SealedText { data_key: DataKeyId::new(1), bytes: sealed(number) }),
        }
    }

    /// An access and a refresh token of one element, in the store.
    pub(super) fn pair(&self, transaction: &Transaction, issued: i64) -> [StoredToken; 2] {
        let access = self.new_token(transaction, TokenKind::Access, issued);
        let mut refresh = self.new_token(transaction, TokenKind::Refresh, issued);
        refresh.token.element = access.token.element;
        let pair = [access, refresh];
        self.add(&pair);
        pair
    }

    /// One access token, in the store.
    pub(super) fn access(&self, transaction: &Transaction, issued: i64) -> StoredToken {
        let token = self.new_token(transaction, TokenKind::Access, issued);
        self.add(std::slice::from_ref(&token));
        token
    }

    /// A transaction of `client` that was exchanged out of `parent`, in the store.
    pub(super) fn child(&self, parent: &Transaction, client: &Client, id: &str) -> Transaction {
        let child = self.new_child(parent, client, id);
        self.store.change(|unit| unit.add_transactions(std::slice::from_ref(&child))).unwrap();
        child
    }

    /// The same, not in the store yet.
    pub(super) fn new_child(&self, parent: &Transaction, client: &Client, id: &str) -> Transaction {
        Transaction {
            key: TransactionKey::new(parent.key.shard, self.number(Sequence::Transactions)),
            client: client.key,
            id: TransactionId::new(id).unwrap(),
            expires_at: Some(at(90_000)),
            descent: Some(Descent::of_child(parent).unwrap()),
            ..parent.clone()
        }
    }

    /// The transaction as it rests.
    pub(super) fn resting(&self, transaction: &Transaction) -> Option<Transaction> {
        let place = [(transaction.key.shard, transaction.id.clone())];
        let found = self.store.read(|r| r.find_transactions(transaction.issuer, &place));
        found.unwrap().pop()
    }

    /// One token of our own making, with these rights, in the store.
    pub(super) fn issue(
        &self,
        transaction: &Transaction,
        kind: TokenKind,
        entitlement: Entitlement,
    ) -> StoredToken {
        let stored = self.new_token(transaction, kind, 11);
        let issued = [IssuedToken { stored: stored.clone(), entitlement }];
        self.store.change(|unit| unit.issue_tokens(&issued)).unwrap();
        stored
    }

    /// A client with this registration, in the store.
    pub(super) fn registered(&self, id: &str, registration: Registration) -> Client {
        let new = samples::client(self.issuer.key, id, "hash").unwrap();
        let new = NewClient { registration, ..new };
        self.store.change(|unit| unit.add_client(&new)).unwrap()
    }

    /// A code of this hash for the transaction, in the store.
    pub(super) fn code(&self, transaction: &Transaction, tag: LookupTag) -> AuthorizationCode {
        let code = new_code(transaction);
        self.store.change(|unit| unit.add_code(&code, tag)).unwrap();
        code
    }

    pub(super) fn find_code(&self, transaction: &Transaction, tag: LookupTag) -> Option<FoundCode> {
        let (issuer, shard) = (self.issuer.key, transaction.key.shard);
        self.store.read(|reading| reading.find_code(issuer, tag, shard)).unwrap()
    }

    /// A device's flow at this client, not in the store yet.
    pub(super) fn new_device_flow(&self, client: &Client) -> DeviceFlow {
        let shard = Shard::of_client(&self.issuer.url, &client.id);
        DeviceFlow {
            key: DeviceFlowKey::new(shard, self.number(Sequence::DeviceFlows)),
            issuer: self.issuer.key,
            client: client.key,
            scopes: ScopeSet::parse("openid").unwrap(),
            audience: vec!["https://se.example".to_owned()],
            proof_key: Some(KeyThumbprint::new("thumb")),
            started_at: at(10),
            expires_at: at(600),
            interval: Lifetime::from_seconds(5),
            polled_at: None,
            state: DeviceState::Pending,
        }
    }

    /// The same in the store; the hashes of its codes are those of `device` and of one more.
    pub(super) fn device_flow(&self, client: &Client, device: i64) -> DeviceFlow {
        let flow = self.new_device_flow(client);
        let tags = (tag(device), tag(device + 1));
        self.store.change(|unit| unit.add_device_flow(&flow, tags.0, tags.1)).unwrap();
        flow
    }

    /// A device's flow as it rests.
    pub(super) fn find_device_flow(&self, flow: &DeviceFlow, device: i64) -> Option<DeviceFlow> {
        let (issuer, shard) = (self.issuer.key, flow.key.shard);
        self.store.read(|r| r.find_device_flow(issuer, tag(device), shard)).unwrap()
    }

    pub(super) fn add(&self, tokens: &[StoredToken]) {
        self.store.change(|unit| unit.add_tokens(tokens)).unwrap();
    }

    /// The token, looked for by its hash and kind.
    pub(super) fn find(&self, token: &StoredToken, reach: Reach) -> Option<FoundToken> {
        let tags = token.tag.into_iter().collect();
        let presented = PresentedToken::Tagged { tags, shard: Some(token.token.key.shard) };
        self.find_presented(&presented, token.token.kind, reach)
    }

    pub(super) fn find_presented(
        &self,
        presented: &PresentedToken,
        kind: TokenKind,
        reach: Reach,
    ) -> Option<FoundToken> {
        self.store.read(|reading| reading.find_token(presented, kind, reach)).unwrap()
    }

    /// The reach of a client over itself.
    pub(super) const fn own(&self, client: &Client) -> Reach {
        Reach::one_client(self.issuer.key, client.key)
    }

    pub(super) fn number(&self, sequence: Sequence) -> i64 {
        self.store.change(|unit| unit.take_numbers(sequence, 1)).unwrap().start
    }
}

/// A code for this transaction, not in the store yet.
pub(super) fn new_code(transaction: &Transaction) -> AuthorizationCode {
    AuthorizationCode {
        transaction: transaction.key,
        issued_at: at(10),
        expires_at: at(600),
        state: CodeState::Issued,
        strangers: 0,
        entitlement: Entitlement::of_scopes(transaction.scopes.clone()),
        redirect_uri: Some("https://app.example/ready".to_owned()),
        challenge: Some("challenge".to_owned()),
        nonce: None,
    }
}

/// A hash that belongs to a number.
pub(super) fn tag(number: i64) -> LookupTag {
    let mut bytes = [0xa5; 32];
    for (byte, part) in bytes.iter_mut().zip(number.to_be_bytes()) {
        *byte = part;
    }
    LookupTag::new(bytes)
}

/// Every byte there is, and the number.
fn sealed(number: i64) -> Vec<u8> {
    (0..=255).chain(number.to_be_bytes()).collect()
}

pub(super) fn is_conflict<T>(outcome: &Result<T, StoreError>) -> bool {
    matches!(outcome, Err(StoreError::Conflict { .. }))
}

/// Does `work` on several threads that begin together; what each of them got.
pub(super) fn together<T: Send>(threads: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let start = Barrier::new(threads);
    thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|number| {
                let (start, work) = (&start, &work);
                scope.spawn(move || {
                    start.wait();
                    work(number)
                })
            })
            .collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}
