//! A store one of whose calls within a reading or a unit fails, before or after it is done:
//! whoever works there meets the failure in the middle of its work. So does a chronicle.

use std::ops::Range;
use std::sync::Arc;

use muster_domain::{
    AdminClient, AdminId, AdminKey, AdminRights, AuthorizationCode, Client, ClientId, ClientKey,
    CredentialVersion, Credentials, DataKeyId, DeviceFlow, DeviceFlowKey, ElementKey, Ending,
    Issuer, IssuerKey, IssuerUrl, Lifetime, ListedClient, ListedTransaction, LookupTag, NewAdmin,
    NewClient, NewIssuer, PartyStatus, Reach, Registration, Shard, Standing, StoredSecret,
    Timestamp, Token, TokenKey, TokenKind, Transaction, TransactionId, TransactionKey,
    TrustedIssuer, User, UserId, UserKey, UserStatus,
};
use muster_flows::{Chronicle, Happening};
use muster_store::{
    AdministersReading, AdministersWriting, AssertionUse, AssertionsWriting, AuditLink,
    AuditReading, AuditRecord, AuditWriting, Cleaned, CleaningWriting, CodesReading, CodesWriting,
    DataKeysReading, DataKeysWriting, DeviceFlowsReading, DeviceFlowsWriting, FoundCode,
    FoundStanding, FoundToken, IssuedToken, IssuersReading, IssuersWriting, Linked, ListingReading,
    Moment, NumbersWriting, PartiesReading, PartiesWriting, Party, PartyKey, PartyPage,
    PresentedToken, Reading, RecordMaker, Sequence, SigningKeysReading, SigningKeysWriting,
    StandingsReading, Store, StoreError, StoreHealth, StoredDataKey, StoredSigningKey, StoredToken,
    Strangers, TokenRange, TokensReading, TokensWriting, TransactionPlace, TransactionsReading,
    TransactionsWriting, TrustedIssuersReading, TrustedIssuersWriting, Unit, UsersReading,
    UsersWriting, Visit, Writing,
};

use crate::faulty::{Strike, Switch, failure};

/// The store.
pub(crate) struct FaultyWithin {
    pub(crate) inner: Arc<dyn Store>,
    pub(crate) switch: Arc<Switch>,
}

impl Store for FaultyWithin {
    fn read_with(
        &self,
        work: &mut dyn FnMut(&mut dyn Reading) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.inner.read_with(&mut |inner| work(&mut Faulty { inner, switch: &self.switch }))
    }

    fn list_with(
        &self,
        work: &mut dyn FnMut(&mut dyn Reading) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.inner.list_with(&mut |inner| work(&mut Faulty { inner, switch: &self.switch }))
    }

    fn change_with(
        &self,
        work: &mut dyn FnMut(&mut dyn Unit) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.inner.change_with(&mut |inner| work(&mut Faulty { inner, switch: &self.switch }))
    }

    fn health(&self) -> Result<StoreHealth, StoreError> {
        self.inner.health()
    }
}

/// What is worked with.
struct Faulty<'a, Inner: ?Sized> {
    inner: &'a mut Inner,
    switch: &'a Switch,
}

impl<Inner: ?Sized + Reading> Reading for Faulty<'_, Inner> {}
impl<Inner: ?Sized + Writing> Writing for Faulty<'_, Inner> {}
impl<Inner: ?Sized + Unit> Unit for Faulty<'_, Inner> {}

/// Hands each call on, unless it is the one that fails.
macro_rules! calls {
    ($($trait:ident {
        $(fn $name:ident($($argument:ident: $type:ty),*) -> $answer:ty;)+
    })+) => {
        $(impl<Inner: ?Sized + $trait> $trait for Faulty<'_, Inner> {
            $(fn $name(&mut self, $($argument: $type),*) -> Result<$answer, StoreError> {
                match self.switch.strikes() {
                    None => self.inner.$name($($argument),*),
                    Some(Strike::Before) => Err(failure()),
                    Some(Strike::Within | Strike::AnswerLost) => {
                        self.inner.$name($($argument),*).and(Err(failure()))
                    }
                }
            })+
        })+
    };
}

calls! {
    IssuersReading {
        fn find_issuer(url: &IssuerUrl) -> Option<Issuer>;
        fn list_issuers() -> Vec<Issuer>;
    }
    IssuersWriting {
        fn add_issuer(issuer: &NewIssuer) -> Issuer;
        fn set_issuer_status(issuer: IssuerKey, status: PartyStatus) -> bool;
    }
    PartiesReading {
        fn find_party(issuer: IssuerKey, id: &str) -> Option<Party>;
        fn find_caller(issuer: IssuerKey, id: &str) -> Option<Party>;
        fn find_client(issuer: IssuerKey, id: &ClientId) -> Option<Client>;
        fn find_admin(issuer: IssuerKey, id: &AdminId) -> Option<AdminClient>;
        fn list_clients(issuer: IssuerKey, page: &PartyPage<'_>) -> Vec<Client>;
        fn list_admins(issuer: IssuerKey, page: &PartyPage<'_>) -> Vec<AdminClient>;
    }
    PartiesWriting {
        fn add_client(client: &NewClient) -> Client;
        fn add_admin(admin: &NewAdmin) -> AdminClient;
        fn set_party_status(party: PartyKey, status: PartyStatus) -> bool;
        fn set_admin_rights(admin: AdminKey, rights: AdminRights) -> bool;
        fn set_registration(client: ClientKey, registration: &Registration) -> bool;
        fn set_credentials(party: PartyKey, credentials: &Credentials) -> bool;
        fn upgrade_secret(party: PartyKey, version: CredentialVersion, secret: &StoredSecret) -> bool;
        fn revoke_client(client: ClientKey, at: Timestamp) -> bool;
        fn purge_client(client: ClientKey, users: i64) -> bool;
    }
    AdministersReading {
        fn list_clients_of(admin: AdminKey, page: &PartyPage<'_>) -> Vec<Client>;
        fn list_admins_of(client: ClientKey) -> Vec<AdminClient>;
    }
    AdministersWriting {
        fn link(admin: AdminKey, client: ClientKey) -> Linked;
        fn unlink(admin: AdminKey, client: ClientKey) -> bool;
    }
    UsersReading {
        fn find_user(issuer: IssuerKey, id: &UserId) -> Option<User>;
        fn find_user_by_key(user: UserKey) -> Option<User>;
    }
    UsersWriting {
        fn ensure_users(issuer: IssuerKey, ids: &[UserId], at: Timestamp) -> Vec<User>;
        fn set_user_status(user: UserKey, status: UserStatus) -> bool;
        fn end_user_transactions(user: UserKey, client: Option<ClientKey>, at: Timestamp) -> usize;
        fn remove_user(user: UserKey) -> bool;
    }
    TransactionsReading {
        fn find_transactions(issuer: IssuerKey, ids: &[(Shard, TransactionId)]) -> Vec<Transaction>;
    }
    TransactionsWriting {
        fn add_transactions(transactions: &[Transaction]) -> ();
        fn hold_transaction(transaction: TransactionKey) -> Option<Transaction>;
        fn end_transaction(transaction: TransactionKey, at: Timestamp) -> bool;
    }
    TokensReading {
        fn find_token(presented: &PresentedToken, kind: TokenKind, reach: Reach) -> Option<FoundToken>;
        fn token_exists(presented: &PresentedToken, issuer: IssuerKey) -> bool;
        fn tokens_of_element(transaction: TransactionKey, element: ElementKey) -> Vec<IssuedToken>;
        fn tokens_of_transactions(issuer: IssuerKey, transactions: &[TransactionKey]) -> Vec<Token>;
    }
    TokensWriting {
        fn add_tokens(tokens: &[StoredToken]) -> ();
        fn issue_tokens(tokens: &[IssuedToken]) -> ();
        fn rotate_token(token: TokenKey, successor: ElementKey, at: Timestamp) -> bool;
        fn end_tokens(tokens: &[TokenKey], how: Ending, at: Timestamp) -> usize;
        fn shorten_tokens(tokens: &[(TokenKey, Timestamp)]) -> usize;
        fn redact_ended(now: Timestamp, limit: i64) -> usize;
    }
    ListingReading {
        fn user_standing(reach: Reach, user: UserKey) -> Option<(PartyStatus, UserStatus)>;
        fn reach_holds(reach: Reach, client: Option<ClientKey>) -> bool;
        fn listed_clients(user: UserKey, reach: Reach, after: Option<&ClientId>, limit: i64) -> Vec<ListedClient>;
        fn listed_transactions(user: UserKey, client: ClientKey, after: Option<&TransactionPlace>, limit: i64) -> Vec<ListedTransaction>;
        fn visit_tokens(user: UserKey, client: ClientKey, range: &TokenRange, visit: &mut Visit<'_>) -> i64;
        fn first_tokens_of_moment(moment: &Moment, after: Option<&str>, limit: i64) -> Vec<StoredToken>;
        fn partners_of_moment(moment: &Moment, elements: &[i64]) -> Vec<StoredToken>;
    }
    AuditReading {
        fn list_audit(from: i64, limit: i64) -> Vec<AuditRecord>;
        fn audit_end() -> AuditLink;
    }
    AuditWriting {
        fn append_audit(make: RecordMaker) -> ();
    }
    DataKeysReading {
        fn list_data_keys() -> Vec<StoredDataKey>;
    }
    DataKeysWriting {
        fn add_data_key(key: &StoredDataKey) -> ();
        fn rewrap_data_key(id: DataKeyId, kek_id: &str, wrapped: &[u8]) -> bool;
    }
    SigningKeysReading {
        fn list_signing_keys(issuer: IssuerKey) -> Vec<StoredSigningKey>;
    }
    SigningKeysWriting {
        fn put_signing_key(key: &StoredSigningKey) -> ();
    }
    StandingsReading {
        fn find_standing(issuer: IssuerKey, client: ClientKey, user: Option<UserKey>) -> Option<FoundStanding>;
        fn standings_of_audience(issuer: IssuerKey, name: &str) -> Vec<Standing>;
    }
    CodesReading {
        fn find_code(issuer: IssuerKey, tag: LookupTag, shard: Shard) -> Option<FoundCode>;
    }
    CodesWriting {
        fn add_code(code: &AuthorizationCode, tag: LookupTag) -> ();
        fn redeem_code(transaction: TransactionKey, at: Timestamp) -> bool;
        fn count_stranger(transaction: TransactionKey) -> Strangers;
    }
    DeviceFlowsReading {
        fn find_device_flow(issuer: IssuerKey, device_code: LookupTag, shard: Shard) -> Option<DeviceFlow>;
        fn find_device_flow_of_user_code(issuer: IssuerKey, user_code: LookupTag) -> Option<DeviceFlow>;
    }
    DeviceFlowsWriting {
        fn add_device_flow(flow: &DeviceFlow, device_code: LookupTag, user_code: LookupTag) -> ();
        fn hold_device_flow(flow: DeviceFlowKey) -> Option<DeviceFlow>;
        fn note_poll(flow: DeviceFlowKey, at: Timestamp, interval: Lifetime) -> ();
        fn approve_device(flow: DeviceFlowKey, user: UserKey, at: Timestamp) -> bool;
        fn deny_device(flow: DeviceFlowKey) -> bool;
        fn redeem_device(flow: DeviceFlowKey) -> bool;
    }
    TrustedIssuersReading {
        fn find_trusted_issuer(issuer: IssuerKey, url: &str) -> Option<TrustedIssuer>;
        fn list_trusted_issuers(issuer: IssuerKey) -> Vec<TrustedIssuer>;
    }
    TrustedIssuersWriting {
        fn add_trusted_issuer(trusted: &TrustedIssuer) -> ();
        fn set_trusted_issuer_status(issuer: IssuerKey, url: &str, status: PartyStatus) -> bool;
        fn set_trusted_issuer_keys(issuer: IssuerKey, url: &str, jwks: &str) -> bool;
        fn remove_trusted_issuer(issuer: IssuerKey, url: &str) -> bool;
    }
    AssertionsWriting {
        fn use_assertion(issuer: IssuerKey, party: &str, jti: &str, expires_at: Timestamp) -> AssertionUse;
        fn forget_assertions(now: Timestamp, limit: i64) -> usize;
    }
    NumbersWriting {
        fn take_numbers(sequence: Sequence, count: i64) -> Range<i64>;
    }
    CleaningWriting {
        fn take_lease(name: &str, holder: &str, now: Timestamp, until: Timestamp) -> bool;
        fn clean(ended_before: Timestamp, limit: i64) -> Cleaned;
    }
}

/// A chronicle that may not take what it is told, like a file on a full disk.
pub(crate) struct FaultyChronicle(pub(crate) Arc<Switch>);

impl Chronicle for FaultyChronicle {
    fn note(&self, unit: &mut dyn Unit, happening: &Happening<'_>) -> Result<(), StoreError> {
        let strike = self.0.strikes();
        let given_up = || StoreError::GivenUp { reason: "the file is full".to_owned() };
        if strike == Some(Strike::Before) {
            return Err(given_up());
        }
        record(unit, happening)?;
        if strike.is_some() { Err(given_up()) } else { Ok(()) }
    }
}

/// A chronicle in the database.
pub(crate) struct Recorded;

impl Chronicle for Recorded {
    fn note(&self, unit: &mut dyn Unit, happening: &Happening<'_>) -> Result<(), StoreError> {
        record(unit, happening)
    }
}

fn record(unit: &mut dyn Unit, happening: &Happening<'_>) -> Result<(), StoreError> {
    let body = format!("{happening:?}");
    unit.append_audit(Box::new(move |link| AuditRecord {
        number: link.next,
        at: link.last_at,
        event: "happening".to_owned(),
        body: body.clone(),
        previous: link.last_hash,
        hash: link.last_hash,
    }))
}
