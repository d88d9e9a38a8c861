//! The new database of one test: filled by the import, and told as lines that can be compared.

use std::collections::hash_map::DefaultHasher;
use std::fmt::Write as _;
use std::hash::{Hash, Hasher};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use muster_domain::{
    Client, DataKeyId, Issuer, IssuerUrl, Lifetime, LookupTag, SealedText, StoredSecret, Timestamp,
    Token, TokenKind, User, UserId,
};
use muster_import_oa4mp::{
    ImportError, ImportOptions, KeySet, LeftKey, Progress, Report, Sealing, SealingFailed,
    SigningKey, Silent, SourceNames, import,
};
use muster_store::{PartyPage, Reading, Store, StoreError, StoredToken, TokenRange};
use muster_store_diesel::{PoolSettings, Scratch, open};
use muster_testkit::{TestServer, database_url};
use serde_json::Value;

use crate::old::Old;

pub(crate) const ISSUER: &str = "https://localhost:9443/oauth2";

/// Which engine a new database is on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Target {
    Sqlite,
    Postgres,
}

/// A new database, gone with the value.
pub(crate) struct New {
    pub(crate) store: Arc<dyn Store>,
    _scratch: Scratch,
}

impl New {
    pub(crate) fn on(target: Target) -> Self {
        let scratch = match target {
            Target::Sqlite => Scratch::sqlite(),
            Target::Postgres => Scratch::postgres(&database_url(TestServer::Postgres)),
        };
        let scratch = scratch.expect("a database");
        let patient = Duration::from_secs(30);
        let pool = PoolSettings {
            connections: 2,
            wait: patient,
            statement: patient,
            ..Default::default()
        };
        let store = open(scratch.url(), &pool).expect("a store");
        Self { store, _scratch: scratch }
    }

    /// Imports everything that is in `old`.
    #[track_caller]
    pub(crate) fn take(&self, old: &Old) -> Report {
        take(&old.url(), &*self.store, &options()).expect("an import")
    }

    /// All that an import has written, one thing a line.
    pub(crate) fn told(&self, old: &Old) -> Vec<String> {
        self.told_of(&old.users())
    }

    /// The same, of these users.
    pub(crate) fn told_of(&self, users: &[UserId]) -> Vec<String> {
        let mut lines = Vec::new();
        let told = self.store.read(|reading| {
            lines.clear();
            for issuer in reading.list_issuers()? {
                tell_issuer(reading, &issuer, users, &mut lines)?;
            }
            Ok(())
        });
        told.expect("a readable store");
        lines
    }

    /// Whether there is an issuer, which comes before everything else.
    pub(crate) fn told_anything(&self) -> bool {
        !self.store.read(|reading| reading.list_issuers()).unwrap().is_empty()
    }
}

/// What all imports of the tests have in common.
pub(crate) fn options() -> ImportOptions {
    ImportOptions {
        names: SourceNames::default(),
        issuer: IssuerUrl::new(ISSUER).unwrap(),
        keys: None,
        keep_signing: false,
        dry_run: false,
        now: Timestamp::from_millis(1_800_000_000_000),
        family: Lifetime::from_days(365),
    }
}

pub(crate) fn take(
    url: &str,
    store: &dyn Store,
    options: &ImportOptions,
) -> Result<Report, ImportError> {
    take_watched(url, store, options, &mut Silent)
}

pub(crate) fn take_watched(
    url: &str,
    store: &dyn Store,
    options: &ImportOptions,
    progress: &mut dyn Progress,
) -> Result<Report, ImportError> {
    import(&url.parse()?, store, &Plain, options, progress)
}

/// The number of a table of the report.
#[track_caller]
pub(crate) fn number(report: &Report, table: &str, member: &str) -> u64 {
    let report = report.to_json();
    let table = &report["tables"][table];
    if let Value::Array(reasons) = &table[member] {
        return reasons.iter().map(|reason| reason["count"].as_u64().unwrap()).sum();
    }
    // A table without rows may be left out.
    if table.is_null() { 0 } else { table[member].as_u64().unwrap() }
}

/// How often, and for which rows, a reason or a note stands in the report.
pub(crate) fn said(report: &Report, words: &str) -> Vec<(u64, String)> {
    let report = report.to_json();
    let tables = report["tables"].as_object().unwrap().values();
    let lists = tables.map(|table| &table["skipped"]).chain([&report["worth_knowing"]]);
    lists
        .flat_map(|list| list.as_array().unwrap())
        .filter(|reason| reason["reason"].as_str().unwrap().contains(words))
        .map(|reason| (reason["count"].as_u64().unwrap(), reason["examples"].to_string()))
        .collect()
}

fn tell_issuer(
    reading: &mut dyn Reading,
    issuer: &Issuer,
    users: &[UserId],
    lines: &mut Vec<String>,
) -> Result<(), StoreError> {
    let url = issuer.url.as_str();
    lines.push(format!("issuer {url} {:?}", issuer.status));
    let all = PartyPage { after: None, limit: 10_000 };
    let clients = reading.list_clients(issuer.key, &all)?;
    for client in &clients {
        let Client { id, name, kind, status, credentials, registration, .. } = client;
        let secret = credentials.secret.as_ref().map(StoredSecret::as_str);
        let admins = reading.list_admins_of(client.key)?;
        let admins: Vec<&str> = admins.iter().map(|admin| admin.id.as_str()).collect();
        lines.push(format!(
            "client {url} {id} {name} {kind:?} {status:?} {credentials:?} {secret:?} \
             {registration:?} of {admins:?}"
        ));
    }
    for admin in reading.list_admins(issuer.key, &all)? {
        let secret = admin.credentials.secret.as_ref().map(StoredSecret::as_str);
        lines.push(format!(
            "admin {url} {} {} {:?} {:?} {:?} {:?} {:?} {secret:?}",
            admin.id,
            admin.name,
            admin.email,
            admin.status,
            admin.rights,
            admin.max_clients,
            admin.credentials
        ));
    }
    for key in reading.list_signing_keys(issuer.key)? {
        lines.push(format!("key {url} {} {:?} {:?}", key.kid, key.state, key.published_until));
    }
    for id in users {
        let Some(user) = reading.find_user(issuer.key, id)? else { continue };
        lines.push(format!("user {url} {id:?} {:?}", user.status));
        for client in &clients {
            tell_holdings(reading, (issuer, &user, client), lines)?;
        }
    }
    Ok(())
}

fn tell_holdings(
    reading: &mut dyn Reading,
    (issuer, user, client): (&Issuer, &User, &Client),
    lines: &mut Vec<String>,
) -> Result<(), StoreError> {
    let listed = reading.listed_transactions(user.key, client.key, None, 1_000_000)?;
    let places: Vec<_> = listed.iter().map(|one| (user.key.shard, one.id.clone())).collect();
    for one in &listed {
        let whole = reading.find_transactions(issuer.key, &places)?;
        let whole = whole.into_iter().find(|whole| whole.id == one.id).expect("the same");
        let scopes: Vec<_> = whole.scopes.iter().map(muster_domain::Scope::as_str).collect();
        lines.push(format!(
            "flow {} {} {:?} {:?} {scopes:?} until {:?}",
            client.id, one.id, one.started_at, one.state, whole.expires_at
        ));
    }
    let mut tokens: Vec<StoredToken> = Vec::new();
    let end = |sign: i64| (Timestamp::from_millis(sign), sign);
    let range =
        TokenRange { after: None, first: end(i64::MIN), last: end(i64::MAX), limit: 1_000_000 };
    reading.visit_tokens(user.key, client.key, &range, &mut |token| {
        tokens.push(token);
        ControlFlow::Continue(())
    })?;
    let mut own = Vec::new();
    for stored in &tokens {
        let token = &stored.token;
        let of = tokens.iter().find(|other| other.token.key.number == token.element.number());
        let of = of.map(|other| (other.token.kind, other.token.id.as_str()));
        let flow = listed.iter().find(|flow| flow.key == token.transaction);
        let flow = flow.map(|flow| flow.id.as_str());
        let mut line = format!(
            "token {} {flow:?} {:?} {} {:?} {:?} {:?} in {of:?} of {:?} {:?} {:?}",
            client.id,
            token.kind,
            token.id,
            token.issued_at,
            token.expires_at,
            token.state,
            stored.started_at,
            stored.element_at,
            stored.tag.as_ref().map(LookupTag::bytes),
        );
        let text = stored.text.as_ref().map(|text| String::from_utf8_lossy(&text.bytes));
        write!(line, " {text:?}").expect("a line");
        own.push(line);
    }
    // Elements of one moment stand in the order of their numbers, which tell nothing.
    own.sort();
    lines.append(&mut own);
    Ok(())
}

/// Seals nothing: what rests is what was there, so that two runs can be compared.
struct Plain;

fn digest(of: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

impl Sealing for Plain {
    fn tag(&self, kind: TokenKind, text: &str) -> LookupTag {
        let mut bytes = [0; 32];
        for (number, part) in bytes.chunks_mut(8).enumerate() {
            part.copy_from_slice(&digest((number, kind, text)).to_be_bytes());
        }
        LookupTag::new(bytes)
    }

    fn seal(&self, text: &str, _: &Token) -> Result<SealedText, SealingFailed> {
        Ok(SealedText { data_key: DataKeyId::new(1), bytes: text.as_bytes().to_vec() })
    }

    fn secret_of_sha1(&self, hex: &str) -> StoredSecret {
        StoredSecret::new(format!("plain:{hex}"))
    }

    fn signing_keys(&self, jwk_set: &str) -> Result<KeySet, SealingFailed> {
        let failed = || SealingFailed("it is no key set".to_owned());
        let whole: Value = serde_json::from_str(jwk_set).map_err(|_| failed())?;
        let mut set = KeySet::default();
        for key in whole["keys"].as_array().ok_or_else(failed)? {
            let kid = key["kid"].as_str().ok_or_else(failed)?.to_owned();
            if key["alg"] == "odd" {
                set.left.push(LeftKey { kid, reason: "it is odd".to_owned() });
                continue;
            }
            let is_public = key["public"] == true;
            let private = (!is_public).then(|| (DataKeyId::new(1), vec![1]));
            let (algorithm, public_jwk) = ("RS256".to_owned(), key["n"].to_string());
            set.keys.push(SigningKey { kid, algorithm, public_jwk, private });
        }
        Ok(set)
    }

    fn row_name(&self, key: &str) -> String {
        format!("row-{:08x}", digest(key))
    }
}
