//! Registers the machine whose tokens the benchmarks issue, and hands out codes for it.
//!
//! `machine DATABASE_URL KEK_FILE ISSUER CODES` makes a client that may use every grant which
//! is measured and may introspect every token; prints its id, its secret and so many
//! authorization codes (RFC 6749 4.1.2), each of another user, a line each.

use std::error::Error;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use muster_admin::{ClientDraft, Proof};
use muster_cli::{KeeperSettings, Premises};
use muster_crypto::{CodeKind, Handle, HandleKind, OsRandomness};
use muster_domain::{
    AuthorizationCode, Client, Clock, CodeState, Entitlement, GrantName, GrantNames, IssuerUrl,
    Lifetime, Randomness, Registration, ScopeSet, Secret, Timestamp, Transaction, TransactionId,
    TransactionKey, TransactionState, User, UserId,
};
use muster_server::clock::SystemClock;
use muster_store::Sequence;
use muster_store_diesel::PoolSettings;

const USAGE: &str = "machine DATABASE_URL KEK_FILE ISSUER CODES";
const ID: &str = "localhost:bench-machine";
const REDIRECT_URI: &str = "https://bench.example/back";
/// Long enough for a measurement to begin.
const CODE_LIFETIME: Lifetime = Lifetime::from_days(1);

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, database, kek, issuer, codes] = arguments.as_slice() else {
        return Err(USAGE.into());
    };
    let settings = KeeperSettings {
        database: database.parse()?,
        pool: PoolSettings::default(),
        kek_file: Some(PathBuf::from(kek)),
        issuer: IssuerUrl::new(issuer.as_str())?,
        audit_file: None,
        token_longest: muster_domain::Lifetime::from_days(1),
        family: muster_domain::Lifetime::from_days(365),
    };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let randomness: Arc<dyn Randomness> = Arc::new(OsRandomness);
    let premises = Premises::open(&settings, &clock, &randomness)?;
    let (client, secret) = premises.keeper(Arc::clone(&clock), randomness).add_client(&draft()?)?;
    let secret = secret.ok_or("no secret")?;
    let mut out = std::io::stdout();
    writeln!(out, "{ID}\n{}", secret.expose())?;
    for number in 0..codes.parse::<u32>()? {
        let code = plant_code(&premises, &client, (number, clock.now()))?;
        writeln!(out, "{}", code.expose())?;
    }
    Ok(())
}

fn draft() -> Result<ClientDraft, Box<dyn Error>> {
    let registration = Registration {
        redirect_uris: vec![REDIRECT_URI.to_owned()],
        grants: GrantNames::of(&[
            GrantName::AuthorizationCode,
            GrantName::RefreshToken,
            GrantName::ClientCredentials,
        ]),
        scopes: ScopeSet::parse("read write")?,
        introspects_every_token: true,
        ..Registration::default()
    };
    let id = ID.to_owned();
    Ok(ClientDraft { id, name: None, proof: Proof::GeneratedSecret, registration, approved: true })
}

/// A code as the authorization endpoint would hand it out, in a unit of its own.
fn plant_code(
    premises: &Premises,
    client: &Client,
    (number, now): (u32, Timestamp),
) -> Result<Secret<String>, Box<dyn Error>> {
    let id = UserId::new(format!("bench-user-{number}"))?;
    let issuer = &premises.issuer;
    let users = premises
        .store
        .change(|unit| unit.ensure_users(issuer.key, std::slice::from_ref(&id), now))?;
    let user = users.into_iter().next().ok_or("no user")?;
    let text = Handle::generate(HandleKind::Code, user.key.shard, &OsRandomness)?;
    let tag = premises.keys.code_tag(CodeKind::Authorization, text.expose());
    let transaction = TransactionId::new(format!("{}/{number:032x}", issuer.url))?;
    premises.store.change(|unit| {
        let number = unit.take_numbers(Sequence::Transactions, 1)?.start;
        let begun = begun(client, &user, (number, transaction.clone(), now));
        unit.add_transactions(std::slice::from_ref(&begun))?;
        unit.add_code(&code(&begun), tag)
    })?;
    Ok(text)
}

fn begun(
    client: &Client,
    user: &User,
    (number, id, started_at): (i64, TransactionId, Timestamp),
) -> Transaction {
    Transaction {
        key: TransactionKey::new(user.key.shard, number),
        issuer: client.issuer,
        client: client.key,
        user: Some(user.key),
        id,
        started_at,
        state: TransactionState::Open,
        expires_at: None,
        descent: None,
        scopes: client.registration.scopes.clone(),
    }
}

fn code(transaction: &Transaction) -> AuthorizationCode {
    AuthorizationCode {
        transaction: transaction.key,
        issued_at: transaction.started_at,
        expires_at: transaction.started_at.plus(CODE_LIFETIME),
        state: CodeState::Issued,
        strangers: 0,
        entitlement: Entitlement::of_scopes(transaction.scopes.clone()),
        redirect_uri: Some(REDIRECT_URI.to_owned()),
        challenge: None,
        nonce: None,
    }
}
